"""How large the data sets are, and which customers are the same in all of them."""

from dataclasses import dataclass

DAYS = 730  # of ordering and collecting before the day on which a set is made
LINES, PIECES = 3, 20  # of each order, of each collection request
AGREED = 100  # agreements of each customer
ALIKE = 6  # customers that are measured: the same machines, orders and pieces in every set
BUSY = 5  # of S's six the one that has all further orders, so that lists show full pages there, too
THEIR_BUYERS, THEIR_MACHINES, THEIR_ORDERS, THEIR_REQUESTS = 4, 20, 60, 10


@dataclass(frozen=True)
class Size:
    """A data set by its counts; the alike customers are among them."""

    name: str
    customers: int
    machines: int
    orders: int
    pieces: int

    @property
    def agreements(self) -> int:
        """Those of customers; lists and groups come on top."""
        return self.customers * AGREED

    @property
    def requests(self) -> int:
        """Collection requests, all counted."""
        return self.pieces // PIECES

    @property
    def each_machines(self) -> int:
        """Machines of each customer that is not among the alike ones."""
        others = self.customers - ALIKE
        return -(-(self.machines - ALIKE * THEIR_MACHINES) // others) if others else 0


SIZES = {
    size.name: size
    for size in (
        Size("S", 6, 120, 8_400, 1_200),
        Size("T", 500, 7_500, 25_000, 25_000),  # a quarter of M: for tests and the short mode
        Size("M", 2_000, 30_000, 100_000, 100_000),
        Size("L", 50_000, 500_000, 1_000_000, 1_000_000),
    )
}


def customer_of(n: int, all_of: int, of_alike: int, customers: int) -> int:
    """Whose the n-th of so many things is: each alike customer has its own, evenly in time."""
    stride = max(1, all_of // (ALIKE * of_alike))
    turn, rest = divmod(n, stride)
    if rest == 0 and turn < ALIKE * of_alike:
        return turn % ALIKE
    return ALIKE + mixed(n) % (customers - ALIKE) if customers > ALIKE else BUSY


def mixed(n: int, salt: int = 0) -> int:
    """A number that looks like chance and is the same each time (Knuth's multiplicative hash)."""
    value = (n * 2_654_435_761 + salt * 40_503 + 12_345) & 0xFFFFFFFF
    return ((value ^ value >> 15) * 2_246_822_519 & 0xFFFFFFFF) >> 4
