"""What a manufacturer is paid for an order: the seller's purchase prices, nothing else."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from tonerloop.orders.models import Order, OrderLine
from tonerloop.orders.states import LineState


@dataclass
class Purchase:
    """An order as its manufacturer reads it in a list."""

    order: Order
    pieces: int = 0
    lines: int = 0
    unpriced: bool = False  # a line for which no purchase price is agreed
    amounts: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, line: OrderLine) -> None:
        """Count one line."""
        self.lines, self.pieces = self.lines + 1, self.pieces + line.counted_quantity
        amount = line.purchase_amount
        if amount is None:
            self.unpriced = True
        else:
            self.amounts[line.purchase_currency] += amount

    @property
    def totals(self) -> list[tuple[str, Decimal]]:
        """(currency, amount), one per currency."""
        return sorted(self.amounts.items())


def with_purchase(orders: Iterable[Order]) -> list[Purchase]:
    """The orders with their purchase amounts; one query."""
    found = {order.pk: Purchase(order) for order in orders}
    lines = OrderLine.objects.filter(order__in=found).exclude(state=LineState.REJECTED)
    for line in lines:
        found[line.order_id].add(line)
    return list(found.values())
