"""Labels as ZPL II, for label printers of 203 dpi with labels of 100 × 50 mm.

Latin text is sent as text. Other letters depend on the printer's font, so a line with one is
drawn here and sent as a picture (`graphic.py`); the 2D code is drawn by the printer.
"""

import unicodedata
from collections.abc import Iterable

from tonerloop.collection.printing.graphic import drawn
from tonerloop.collection.printing.label_text import LabelText
from tonerloop.collection.printing.qr import code

DOTS = 8  # a millimetre
WIDTH, HEIGHT, MARGIN = 100 * DOTS, 50 * DOTS, 4 * DOTS
CODE = 38 * DOTS  # the 2D code is at most so wide and high
LEFT = MARGIN + CODE + 4 * DOTS
# What ^, ~ and _ mean to the printer is taken from them by writing them as hexadecimal.
_ESCAPED = {ord(sign): f"_{ord(sign):02X}" for sign in "^~_\\"}


def labels_zpl(labels: Iterable[LabelText]) -> str:
    """One ZPL format for each label, ready to be sent to the printer as UTF-8."""
    return "".join(_label(label) for label in labels)


def _label(label: LabelText) -> str:
    title = [_text(line, 40 + 40 * number, 32) for number, line in enumerate(_two(label.title))]
    below = [_text(line, 132 + 34 * number, 26) for number, line in enumerate(label.lines[:4])]
    identifier = _text(label.shown, HEIGHT - MARGIN - 56, 48)
    head = f"^XA^CI28^PW{WIDTH}^LL{HEIGHT}^LH0,0"
    return "\n".join([head, _code(label.address), *title, *below, identifier, "^XZ"]) + "\n"


def _code(address: str) -> str:
    size = code(address).symbol_size(border=0)[0]
    magnified = max(1, min(10, CODE // size))
    return f"^FO{MARGIN},{MARGIN}^BQN,2,{magnified}^FH_^FDMA,{escaped(address)}^FS"


def _text(text: str, y: int, height: int) -> str:
    if not _latin(text):
        return f"^FO{LEFT},{y}{drawn(text, height, WIDTH - LEFT - MARGIN)}^FS"
    shown = escaped(_split(text, _most(height))[0])
    return f"^FO{LEFT},{y}^A0N,{height},{height}^FH_^FD{shown}^FS"


def _latin(text: str) -> bool:
    """True for letters that the font of every printer has."""
    return all(ord(char) < 0x180 or unicodedata.category(char)[0] in "CPZ" for char in text)


def escaped(text: str) -> str:
    """The text as field data after ^FH_, in which nothing is a command."""
    seen = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in text)
    return seen.translate(_ESCAPED)


def _most(height: int) -> int:
    # A Latin letter is a little over half as wide as it is high.
    return (WIDTH - LEFT - MARGIN) * 9 // (5 * height)


def _two(text: str) -> list[str]:
    first, rest = _split(text, _most(32))
    return [first, rest.lstrip()] if rest else [first]


def _split(text: str, most: int) -> tuple[str, str]:
    """As much as fits, a Japanese letter taking the place of two Latin ones, and the rest."""
    room = most
    for place, char in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if room < 0:
            return text[:place], text[place:]
    return text, ""
