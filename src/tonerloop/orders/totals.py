"""Adding up an order: tax is rounded once per order and rate."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tonerloop.common.money import rounded


@dataclass(frozen=True)
class Totals:
    """Amounts of an order; `taxes` are (percent, base, tax), lowest rate first."""

    subtotal: Decimal
    tax: Decimal
    total: Decimal
    taxes: tuple[tuple[Decimal, Decimal, Decimal], ...]

    def tax_rows(self) -> list[dict[str, str]]:
        """The taxes as they are stored with the order."""
        return [{"percent": str(p), "base": str(b), "tax": str(t)} for p, b, t in self.taxes]


def add_up(lines: Iterable[tuple[Decimal | None, int, Decimal]], currency: str) -> Totals:
    """Totals of (unit price or None, quantity, tax percent); a line without price adds nothing."""
    bases: dict[Decimal, Decimal] = defaultdict(Decimal)
    for price, quantity, percent in lines:
        if price is not None:
            bases[percent] += price * quantity
    taxes = tuple(
        (percent, base, rounded(base * percent / 100, currency))
        for percent, base in sorted(bases.items())
    )
    subtotal = sum((base for _, base, _ in taxes), Decimal(0))
    tax = sum((tax for _, _, tax in taxes), Decimal(0))
    return Totals(subtotal, tax, subtotal + tax, taxes)
