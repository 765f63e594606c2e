"""Points as a reduction of what is to pay: used at placing, given back where unused."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal

from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, known
from tonerloop.common.money import minor_digits
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import Order
from tonerloop.points import ledger
from tonerloop.points.models import Lot


def use_points(
    orders: Sequence[Order], account_id: int, points: int, *, by: Actor, at: datetime, day: date
) -> None:
    """Use so many points on the orders that are about to be stored, split by their totals.

    Refused where the account has fewer, or where they are worth more than is to pay;
    DoesNotExist for an account that isn't the buyer's customer's.
    """
    currency = _currency(orders, account_id, day)
    fitting = [order for order in orders if order.currency == currency and order.total]
    for order, share in zip(fitting, _shares(points, fitting), strict=True):
        if not share:
            continue
        key = used_key(order)
        try:
            worth = ledger.use(
                account_id,
                share,
                key=key,
                at=at,
                day=day,
                currency=currency,
                by_id=by.person_id,
                customer_id=known(by.customer_id),
            )
        except ledger.NotEnough as short:
            words = _("You have %(points)d points. Type at most so many.")
            raise Refused("points", words % {"points": short.available}) from short
        value = rounded_down(worth, currency)
        if not 0 < value <= order.total:
            raise Refused("points", _("These points are worth more than is to pay. Use fewer."))
        order.points, order.points_account_id, order.reduction = share, account_id, value


def _currency(orders: Sequence[Order], account_id: int, day: date) -> str:
    """The currency of the orders; where they have several, the one that the points are worth."""
    currencies = {order.currency for order in orders}
    if len(currencies) == 1:
        return orders[0].currency
    usable = Lot.objects.filter(account_id=account_id, remaining__gt=0, last_day__gte=day)
    fitting = usable.filter(currency__in=currencies).order_by("last_day", "pk")
    return fitting.values_list("currency", flat=True).first() or orders[0].currency


def settle(order: Order, at: datetime, *, keep: Decimal | None = None) -> None:
    """Give back the points that the order's total no longer needs; `keep` 0 gives back all.

    Sets the order's fields; the caller saves it. What comes back has its old expiry.
    """
    kept = min(order.reduction, order.total if keep is None else keep)
    if not order.points or kept == order.reduction:
        return
    needed = -(-order.points * kept // order.reduction)  # rounded up: what is kept stays paid
    back = order.points - int(needed)
    if back:
        cause = f"back/{order.version}"
        ledger.give_back(used_key(order), back, cause=cause, at=at, reason=str(order))
    order.points, order.reduction = int(needed), kept


def used_key(order: Order) -> str:
    """Names the cause of an order's use of points."""
    return f"order/{order.number}"


def rounded_down(amount: Decimal, currency: str) -> Decimal:
    """In whole minor units, in nobody's favour but the issuer's: points never pay too much."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_DOWN)


def _shares(points: int, orders: Sequence[Order]) -> list[int]:
    """The points split by the orders' totals; what division leaves goes to the largest."""
    whole = sum((order.total for order in orders), Decimal(0))
    if not whole:
        raise Refused("points", _("Points can be used once there is something to pay."))
    shares = [int(points * order.total / whole) for order in orders]
    largest = max(range(len(orders)), key=lambda n: orders[n].total)
    shares[largest] += points - sum(shares)
    return shares
