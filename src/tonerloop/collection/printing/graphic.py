"""A line of text as a picture for a label printer, so that it needs no font for it."""

from functools import cache

from PIL import Image, ImageDraw, ImageFont

from tonerloop.collection.printing.paper import FONTS, Paper


def drawn(text: str, height: int, width: int) -> str:
    """The line as a ZPL graphic field of so many dots, cut with an ellipsis where it is too long.

    One bit a dot, rows padded to whole bytes, written as hexadecimal.
    """
    picture = _picture(_fitting(_printable().printable(text), height, width), height, width)
    row = (picture.width + 7) // 8
    # Pillow's 1-bit pixels are set where it is white; the printer prints what is set.
    bits = bytes(byte ^ 0xFF for byte in picture.tobytes())
    return f"^GFA,{len(bits)},{len(bits)},{row},{bits.hex().upper()}"


def _picture(text: str, height: int, width: int) -> Image.Image:
    font = _font(height)
    length = min(width, max(1, round(font.getlength(text))))
    whole_bytes = -(-length // 8) * 8
    picture = Image.new("1", (whole_bytes, height + height // 8), 1)  # with what hangs below
    # The baseline is about where the printer's own letters of this height have it.
    ImageDraw.Draw(picture).text((0, height * 7 // 8), text, font=font, fill=0, anchor="ls")
    return picture


def _fitting(text: str, height: int, width: int) -> str:
    font = _font(height)
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


@cache
def _font(height: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / "NotoSansJP-Regular.ttf", height * 9 // 10)


@cache
def _printable() -> Paper:
    """It knows which letters the font has, and what to print for others."""
    return Paper("")
