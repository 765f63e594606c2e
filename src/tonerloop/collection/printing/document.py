"""A sober document of text and tables on A4, with numbered pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tonerloop.collection.printing.paper import HEIGHT, POINT, TEXT, WIDTH, Paper

LEFT, TOP, BOTTOM = 20.0, 22.0, 272.0
RIGHT = WIDTH - LEFT
ROW, LINE = 5.6, 4.2
INK, GREY = 20, 95


@dataclass(frozen=True)
class Column:
    """A table's column: its heading and where it begins, or for numbers where it ends."""

    heading: str
    x: float
    right: bool = True
    width: float = 20.0


class Document(Paper):
    """Paper with a cursor `y` below which the next thing is written."""

    def __init__(self, title: str, footer: str) -> None:
        super().__init__(title)
        self.footer_text = footer
        self.new_page()

    def new_page(self) -> None:
        """Go on at the top of a new page."""
        self.add_page()
        self.y = TOP

    def room(self, height: float) -> None:
        """Go on with a new page unless there is so much room left."""
        if self.y + height > BOTTOM:
            self.new_page()

    def say(
        self, text: str, size: int = 10, *, x: float = LEFT, width: float = 0, grey: bool = False
    ) -> None:
        """A paragraph."""
        self._style(size, grey=grey)
        leading = size * POINT * 1.4
        for line in self.wrapped(text, width or RIGHT - x):
            self.room(leading)
            self.put(x, self.y + size * POINT, line)
            self.y += leading

    def heading(self, text: str, following: float = 20) -> None:
        """A section's heading, on the same page as so much of what follows."""
        self.y += 5
        self.room(10 + following)
        self.say(text, 13)
        self.y += 1.5

    def write_table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """A table whose last row holds the totals; headings are repeated on each page."""
        self._headings(columns)
        for number, cells in enumerate(rows, 1):
            wrapped = self._cells(columns, cells)
            height = ROW + LINE * (max(map(len, wrapped)) - 1)
            # The totals are not left alone on a page.
            if self.y + height + (ROW if number == len(rows) - 1 else 0) > BOTTOM:
                self.new_page()
                self._headings(columns)
            if number == len(rows):
                self.rule(INK)
            self._row(columns, wrapped, height)
        self.y += 2

    def rule(self, shade: int) -> None:
        """A line from margin to margin."""
        self.set_draw_color(shade)
        self.set_line_width(0.25)
        self.line(LEFT, self.y, RIGHT, self.y)

    def finished(self) -> bytes:
        """The document, its pages numbered now that their number is known."""
        last = self.pages_count
        for page in range(1, last + 1):
            self.page = page
            self._style(7, grey=True)
            self._style(8, grey=True)  # set anew, for this page
            self.put(LEFT, HEIGHT - 14, self.cut(self.footer_text, 130))
            number = _("Page %(page)s of %(last)s") % {"page": page, "last": last}
            self.put(RIGHT, HEIGHT - 14, number, right=True)
        return bytes(self.output())

    def _headings(self, columns: Sequence[Column]) -> None:
        self._style(8, grey=True)
        for column in columns:
            lines = self.wrapped(column.heading, column.width, most=2)
            for up, line in enumerate(reversed(lines)):
                self.put(column.x, self.y + 6.5 - 3.6 * up, line, right=column.right)
        self.y += 8.5
        self.rule(INK)

    def _cells(self, columns: Sequence[Column], cells: Sequence[str]) -> list[list[str]]:
        self._style(9)
        pairs = zip(columns, cells, strict=True)
        return [self.wrapped(cell, column.width, most=3) for column, cell in pairs]

    def _row(self, columns: Sequence[Column], cells: list[list[str]], height: float) -> None:
        self._style(9)
        for column, lines in zip(columns, cells, strict=True):
            for down, line in enumerate(lines):
                self.put(column.x, self.y + 4 + LINE * down, line, right=column.right)
        self.y += height
        self.rule(215)

    def _style(self, size: int, *, grey: bool = False) -> None:
        self.set_font(TEXT, size=size)
        self.set_text_color(GREY if grey else INK)
