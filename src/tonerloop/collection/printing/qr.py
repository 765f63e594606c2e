"""2D codes: QR, at least 15 % of which may be soiled or torn."""

from segno import QRCode, make_qr

from tonerloop.collection.printing.paper import Paper


def code(address: str) -> QRCode:
    """The code of an address; level M, or better where it costs no space."""
    return make_qr(address, error="m", boost_error=True)


def draw_code(paper: Paper, address: str, *, x: float, y: float, size: float) -> None:
    """Draw the code as black squares, without the quiet zone, which the layout leaves free."""
    rows = code(address).matrix
    module = size / len(rows)
    paper.set_fill_color(0)
    for number, row in enumerate(rows):
        for first, length in _runs(row):
            paper.rect(x + first * module, y + number * module, length * module, module, style="F")


def _runs(row: bytearray) -> list[tuple[int, int]]:
    """Where dark modules begin and how many follow each other."""
    runs: list[tuple[int, int]] = []
    for column, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == column:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((column, 1))
    return runs
