"""Would a rule approve this request? Terms and facts in, a promised day or reasons out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from tonerloop.common.days import add_working_days
from tonerloop.common.money import minor_digits


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a rule says, also of one that has not begun. `tolerance` is in percent."""

    name: str
    tolerance: Decimal
    most_pieces: int | None = None
    most_amount: Decimal | None = None
    amount_currency: str = ""
    working_days: int | None = None  # None: promise the day that the customer expects
    seller_ids: frozenset[int] = frozenset()  # none: every seller


@dataclass(frozen=True, kw_only=True)
class LineFacts:
    """One line that is asked for, and what the manufacturer's own list says of it."""

    part_number: str
    quantity: int
    price: Decimal | None
    currency: str
    list_price: Decimal | None  # in the same currency, on the day of the order


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A request as a rule sees it, on the day on which it came."""

    seller_id: int
    seller: str
    today: date
    wanted_by: date
    lines: tuple[LineFacts, ...]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A day to promise, or why the request is left to the desk."""

    promised: date | None
    reasons: tuple[str, ...] = ()


def judge(terms: Terms, facts: Facts) -> Verdict:
    """Approve only if every condition holds; else name each one that does not."""
    promised = facts.wanted_by
    if terms.working_days is not None:
        promised = add_working_days(facts.today, terms.working_days)
    reasons = [
        *_about_seller(terms, facts),
        *(reason for line in facts.lines for reason in _about_line(terms, line)),
        *_about_amount(terms, facts),
        *_about_day(promised, facts),
    ]
    if not facts.lines:
        reasons.append(_("No line is left."))
    return Verdict(promised=None if reasons else promised, reasons=tuple(reasons))


def _about_seller(terms: Terms, facts: Facts) -> Iterator[str]:
    if terms.seller_ids and facts.seller_id not in terms.seller_ids:
        yield _("%(seller)s is not one of the rule’s sellers.") % {"seller": facts.seller}


def _about_line(terms: Terms, line: LineFacts) -> Iterator[str]:
    part = {"part": line.part_number}
    if line.price is None:
        yield _("%(part)s: no purchase price is agreed.") % part
    elif line.list_price is None:
        yield _("%(part)s is not in your price list.") % part
    elif abs(line.price - line.list_price) * 100 > terms.tolerance * line.list_price:
        price, own = (_plain(each, line.currency) for each in (line.price, line.list_price))
        words = _("%(part)s: %(price)s %(currency)s, your list says %(own)s.")
        yield words % {**part, "price": price, "own": own, "currency": line.currency}
    if terms.most_pieces is not None and line.quantity > terms.most_pieces:
        yield _("%(part)s: %(count)d pieces.") % {**part, "count": line.quantity}


def _about_amount(terms: Terms, facts: Facts) -> Iterator[str]:
    if terms.most_amount is None:
        return
    if any(line.currency != terms.amount_currency for line in facts.lines if line.price):
        yield _("It is not in %(currency)s.") % {"currency": terms.amount_currency}
        return
    amount = sum((line.price or Decimal(0)) * line.quantity for line in facts.lines)
    if amount > terms.most_amount:
        told = {
            "amount": _plain(Decimal(amount), terms.amount_currency),
            "currency": terms.amount_currency,
        }
        yield _("It comes to %(amount)s %(currency)s.") % told


def _plain(amount: Decimal, currency: str) -> str:
    return f"{amount:,.{minor_digits(currency)}f}"


def _about_day(promised: date, facts: Facts) -> Iterator[str]:
    if promised > facts.wanted_by:
        yield _("The promised day would be later than the customer expects.")
    if promised < facts.today:
        yield _("The day that the customer expects has passed.")
