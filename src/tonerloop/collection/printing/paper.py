"""An A4 page with a font that has Latin and Japanese; every text goes through `printable`."""

import re
import unicodedata
from collections.abc import Container, Iterator
from pathlib import Path

from django.utils.translation import get_language
from fpdf import FPDF

FONTS = Path(__file__).parent / "fonts"
WIDTH, HEIGHT = 210.0, 297.0  # millimetres, as everything here
POINT = 25.4 / 72
TEXT, STRONG = "text", "strong"  # STRONG has Latin letters and digits only
MISSING = "〓"  # the printer's mark for a character that the font does not have

# What a line may end after: a Latin word with its space, or one Japanese character together with
# the opening signs before it, which may not end a line, and the signs that may not begin one.
_PIECES = re.compile(
    r"[^\s\u3000-\uffef]+\s*"
    r"|[「『【（〔]*[\u3000-\uffef][、。，．：）」』】〕・ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ]*\s*"
    r"|\s+"
)
_UNSEEN = re.compile(
    r"[\ufe00-\ufe0f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u00ad\ufeff\U000e0100-\U000e01ef]"
)


class Paper(FPDF):
    """A document without margins of its own; coordinates are from the page's upper left."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self.set_margin(0)
        self.set_auto_page_break(False)
        self.add_font(TEXT, fname=FONTS / "NotoSansJP-Regular.ttf")
        self.add_font(STRONG, fname=FONTS / "NotoSansJP-Bold-Latin.ttf")
        self.set_title(title)
        self.set_lang(get_language() or "en")
        self.set_font(TEXT, size=10)

    def printable(self, text: str) -> str:
        """The text on one line, each letter that the current font lacks replaced."""
        whole = unicodedata.normalize("NFC", " ".join(_UNSEEN.sub("", text).split()))
        known = getattr(self.current_font, "cmap", {})
        return "".join(char if ord(char) in known else _nearest(char, known) for char in whole)

    def put(self, x: float, y: float, text: str, *, right: bool = False) -> None:
        """Write one line with its baseline at y; `right` makes it end at x instead of begin."""
        text = self.printable(text)
        if text:
            self.text(x - self.get_string_width(text) if right else x, y, text)

    def cut(self, text: str, width: float) -> str:
        """The text, or as much of it as fits, with an ellipsis."""
        text = self.printable(text)
        if self.get_string_width(text) <= width:
            return text
        while text and self.get_string_width(text + "…") > width:
            text = text[:-1]
        return text.rstrip() + "…"

    def wrapped(self, text: str, width: float, *, most: int = 99) -> list[str]:
        """The text in lines of at most this width; the last of too many ends with an ellipsis."""
        lines = [""]
        for piece in self._pieces(text, width):
            full = self.get_string_width((lines[-1] + piece).rstrip()) > width
            if full and lines[-1] and len(lines) < most:
                lines.append("")
            lines[-1] += piece
        return [self.cut(line.rstrip(), width) for line in lines]

    def _pieces(self, text: str, width: float) -> Iterator[str]:
        """What a line may end after; a word too long for a line may end after each letter."""
        for piece in _PIECES.findall(self.printable(text)):
            if self.get_string_width(piece) > width:
                yield from piece
            else:
                yield piece

    def fit(self, text: str, width: float, *, largest: float, smallest: float) -> str:
        """Choose the largest size in which the text fits, and cut what does not fit even then."""
        for size in range(int(largest), int(smallest) - 1, -1):
            self.set_font_size(size)
            if self.get_string_width(self.printable(text)) <= width:
                break
        return self.cut(text, width)


def _nearest(char: str, known: Container[int]) -> str:
    """The same letter without its ornaments, else the mark for a missing one."""
    plain = unicodedata.normalize("NFKD", char)[0]
    return next((sign for sign in (plain, MISSING) if ord(sign) in known), "?")
