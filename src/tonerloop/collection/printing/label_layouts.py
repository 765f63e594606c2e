"""Where a label stands on A4, and what stands where on it. Millimetres; sizes of text in points."""

from django.utils.translation import gettext as _

from tonerloop.collection.printing.label_text import LabelText
from tonerloop.collection.printing.paper import POINT, STRONG, TEXT, WIDTH, Paper
from tonerloop.collection.printing.qr import draw_code

COLUMNS, ROWS = 3, 8
SHEET = COLUMNS * ROWS
CELL_WIDTH, CELL_HEIGHT, SHEET_TOP = 70.0, 37.0, 0.5
HALF = 148.5
FRAME = (12.0, 12.0, 186.0, 108.0)  # x, y in the half page, width, height


def plain_place(paper: Paper, place: int, label: LabelText) -> None:
    """Draw the label into the place-th half page, a new page for each two."""
    if not paper.pages_count or place % 2 == 0:
        paper.add_page()
    x, y, width, height = FRAME
    y += HALF * (place % 2)
    _cut_line(paper, x, y, width, height)
    draw_code(paper, label.address, x=x + 12, y=y + 16, size=76)
    _large_text(paper, label, x + 102, y + 16, width - 102 - 10)
    _how_to(paper, label, x, y + height + 7, WIDTH - 2 * x)


def sheet_place(paper: Paper, place: int, label: LabelText) -> None:
    """Draw the label into the place-th cell, row by row, a new page for each 24."""
    if not paper.pages_count or place % SHEET == 0:
        paper.add_page()
    row, column = divmod(place % SHEET, COLUMNS)
    x, y = column * CELL_WIDTH, SHEET_TOP + row * CELL_HEIGHT
    draw_code(paper, label.address, x=x + 6, y=y + 5.5, size=26)
    _small_text(paper, label, x + 35.5, y + 5.5, CELL_WIDTH - 35.5 - 5)


def _cut_line(paper: Paper, x: float, y: float, width: float, height: float) -> None:
    paper.set_draw_color(110)
    paper.set_line_width(0.2)
    paper.set_dash_pattern(dash=2, gap=1.5)
    paper.rect(x, y, width, height)
    paper.set_dash_pattern()


def _large_text(paper: Paper, label: LabelText, x: float, y: float, width: float) -> None:
    paper.set_font(TEXT, size=20)
    y = _lines(paper, paper.wrapped(label.title, width, most=3), x, y)
    paper.set_font(TEXT, size=13)
    wrapped = [part for line in label.lines for part in paper.wrapped(line, width, most=2)]
    _lines(paper, wrapped[:6], x, y + 2)
    _identifier(paper, label, x, FRAME[1] + y - y % HALF + 16 + 76, width, largest=36)


def _small_text(paper: Paper, label: LabelText, x: float, y: float, width: float) -> None:
    paper.set_font(TEXT, size=8)
    top = _lines(paper, paper.wrapped(label.title, width, most=2), x, y)
    paper.set_font(TEXT, size=7)
    wrapped = [part for line in label.lines for part in paper.wrapped(line, width, most=2)]
    _lines(paper, wrapped[:4], x, top)
    _identifier(paper, label, x, y + 26, width, largest=12)


def _identifier(
    paper: Paper, label: LabelText, x: float, y: float, width: float, *, largest: float
) -> None:
    paper.set_font(STRONG)
    text = paper.fit(label.shown, width, largest=largest, smallest=7)
    paper.put(x, y, text)


def _how_to(paper: Paper, label: LabelText, x: float, y: float, width: float) -> None:
    paper.set_font(TEXT, size=10)
    _lines(paper, paper.wrapped(_where_to(label), width), x, y - paper.font_size)


def _where_to(label: LabelText) -> str:
    match label.identifier[:1]:
        case "M":
            return _("Cut along the dashed line and stick this onto the machine, where it is seen.")
        case "B":
            return _(
                "Cut along the dashed line and tape this label flat onto the box."
                " One label, one box."
            )
        case _:
            return _(
                "Cut along the dashed line and tape this label to the cartridge or to its bag."
            )


def _lines(paper: Paper, lines: list[str], x: float, y: float) -> float:
    """Write lines below y; where the next one would begin."""
    leading = paper.font_size_pt * POINT * 1.3
    for line in lines:
        paper.put(x, y + paper.font_size_pt * POINT * 0.9, line)
        y += leading
    return y
