"""Points as a reduction of what is to pay: used at placing, given back where unused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, known
from tonerloop.common.money import minor_digits
from tonerloop.common.wall import through
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import Order
from tonerloop.points import ledger
from tonerloop.points.models import Entry


@dataclass(frozen=True, kw_only=True)
class Spending:
    """So many points of one account, of those that are worth this currency."""

    account_id: int
    points: int
    currency: str

    @property
    def field(self) -> str:
        """The name of the field in which they are typed."""
        return f"points-{self.account_id}-{self.currency}"


def use_points(
    orders: Sequence[Order], spending: Sequence[Spending], *, by: Actor, at: datetime, day: date
) -> None:
    """Use points on the orders that are about to be stored, one account after the other.

    Each account's are split by what is left to pay. Refused where an account has fewer, or
    where they are worth more than is to pay; DoesNotExist for an account that isn't the buyer's
    customer's.
    """
    if len(spending) > 1:  # locked in one sequence, so that two at once do not cross
        for pk in sorted({part.account_id for part in spending}):
            ledger.locked(pk, customer_id=known(by.customer_id))
    for part in spending:
        fitting = [o for o in orders if o.currency == part.currency and o.to_pay]
        for order, share in zip(fitting, _shares(part, fitting), strict=True):
            if share:
                _use(order, part, share, by=by, at=at, day=day)


def _use(order: Order, part: Spending, share: int, *, by: Actor, at: datetime, day: date) -> None:
    try:
        worth = ledger.use(
            part.account_id,
            share,
            key=f"{used_key(order)}/{part.account_id}",
            at=at,
            day=day,
            currency=order.currency,
            by_id=by.person_id,
            customer_id=known(by.customer_id),
        )
    except ledger.NotEnough as short:
        words = _("You have %(points)d points. Type at most so many.")
        raise Refused(part.field, words % {"points": short.available}) from short
    value = rounded_down(worth, order.currency)
    if not value:
        words = _("So few points are worth less than the smallest coin. Use more of them.")
        raise Refused(part.field, words)
    if value > order.to_pay:
        raise Refused(part.field, _("These points are worth more than is to pay. Use fewer."))
    order.points_account_id = order.points_account_id or part.account_id
    order.points, order.reduction = order.points + share, order.reduction + value


def settle(order: Order, at: datetime, *, keep: Decimal | None = None) -> None:
    """Give back the points that the order's total no longer needs; `keep` 0 gives back all.

    Sets the order's fields; the caller saves it. What was used first stays used longest, and
    what comes back has its old expiry.
    """
    kept = min(order.reduction, order.total if keep is None else keep)
    if not order.points or kept == order.reduction:
        return
    with through():  # whoever cuts the total gives the customer's points back
        order.points = _give_back(order, kept, at)
    order.reduction = kept


def _give_back(order: Order, kept: Decimal, at: datetime) -> int:
    """Give back what is worth more than `kept`; the points that stay used."""
    points, open_, cause = 0, kept, f"back/{order.version}"
    for used in ledger.uses(used_key(order)):
        stays = min(open_, rounded_down(ledger.still_used(used), order.currency))
        points += ledger.give_back_beyond(used, stays, cause=cause, at=at, reason=str(order))
        open_ -= stays
    return points


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one issuer's points pay of an order."""

    issuer: str
    points: int
    worth: Decimal


def paid_by(order: Order) -> list[Part]:
    """Whose points pay how much of an order, as the ledger says; one query, none without points."""
    if not order.points:
        return []
    issuer = Coalesce("account__issuer_seller__name", "account__issuer_manufacturer__name")
    key = used_key(order)
    used = Entry.objects.filter(
        Q(transaction__key=key) | Q(transaction__key__startswith=f"{key}/"),
        book=Entry.Book.USED,
        account__customer_id=order.customer_id,
    )
    sums = used.values(issuer=issuer).annotate(
        n=Sum("points"), worth=Sum(F("points") * F("lot__point_value"))
    )
    found = sums.filter(n__gt=0).order_by("issuer")
    return [Part(issuer=row["issuer"], points=row["n"], worth=row["worth"]) for row in found]


def used_key(order: Order) -> str:
    """Names the cause of an order's use of points; each account's adds its id."""
    return f"order/{order.number}"


def rounded_down(amount: Decimal, currency: str) -> Decimal:
    """In whole minor units, in nobody's favour but the issuer's: points never pay too much."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_DOWN)


def _shares(part: Spending, orders: Sequence[Order]) -> list[int]:
    """The points split by what is to pay; what division leaves goes to the largest."""
    whole = sum((order.to_pay for order in orders), Decimal(0))
    if not whole:
        raise Refused(part.field, _("Points can be used once there is something to pay."))
    shares = [int(part.points * order.to_pay / whole) for order in orders]
    largest = max(range(len(orders)), key=lambda n: orders[n].to_pay)
    shares[largest] += part.points - sum(shares)
    return shares
