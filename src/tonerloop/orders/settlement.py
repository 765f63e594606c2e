"""What a manufacturer owes a seller for its points that reduced the seller's orders (PTS-4).

Everything is read from the ledger: points that were used in a month, and, in the month in which
it happened, points that came back. So the sum over all months is what the ledger has.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Min, QuerySet, Sum

from tonerloop.common.actor import Actor, Role, known, require
from tonerloop.common.days import local_day
from tonerloop.common.money import rounded
from tonerloop.orders.models import Order
from tonerloop.parties.models import Manufacturer, Seller
from tonerloop.points.models import Entry, Transaction

KINDS = (Transaction.Kind.USED, Transaction.Kind.GIVEN_BACK)


@dataclass(frozen=True, kw_only=True)
class Use:
    """Points of an order that were used or, negative, came back; `order` None: not the reader's."""

    day: date  # on the seller's calendar
    order: Order | None
    points: int
    worth: Decimal  # not rounded


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """One manufacturer, one seller, one month of the seller's calendar, one currency."""

    manufacturer: Manufacturer
    seller: Seller
    month: date
    currency: str
    uses: tuple[Use, ...]

    @property
    def points(self) -> int:
        """Used, less what came back."""
        return sum(use.points for use in self.uses)

    @property
    def worth(self) -> Decimal:
        """What these points are worth, not rounded."""
        return sum((use.worth for use in self.uses), Decimal(0))

    @property
    def owed(self) -> Decimal:
        """What the manufacturer owes the seller, rounded once; negative: the other way round."""
        return rounded(self.worth, self.currency)

    @property
    def owed_amount(self) -> Decimal:
        """The same without its sign, where words say who owes whom."""
        return abs(self.owed)


def settlements(month: date, *, by: Actor) -> list[Settlement]:
    """The settlements of a month (by its first day) that concern the actor's organisation."""
    first = month.replace(day=1)
    rows = [row for row in _rows(first, _entries(by)) if _month(row) == first]
    orders = _orders(rows, by)
    makers = Manufacturer.objects.in_bulk({row["maker"] for row in rows})
    sellers = Seller.objects.in_bulk({row["seller"] for row in rows})
    groups: dict[tuple[int, int, str], list[Use]] = {}
    for row in rows:
        key = (row["maker"], row["seller"], row["currency"])
        groups.setdefault(key, []).append(_use(row, orders))
    found = [
        Settlement(
            manufacturer=makers[maker],
            seller=sellers[seller],
            month=first,
            currency=currency,
            uses=tuple(uses),
        )
        for (maker, seller, currency), uses in groups.items()
    ]
    return sorted(found, key=lambda s: (s.manufacturer.name, s.seller.name, s.currency))


def first_use(*, by: Actor) -> datetime | None:
    """When points were first used that the actor's organisation settles; None: never."""
    found: datetime | None = _entries(by).aggregate(n=Min("transaction__at"))["n"]
    return found


def _entries(by: Actor) -> QuerySet[Entry]:
    """The ledger's entries of manufacturers' points on orders, as far as they are the actor's."""
    require(by, Role.BACK_OFFICE, Role.ORDER_DESK)
    used = Entry.objects.filter(
        book=Entry.Book.USED,
        account__issuer_manufacturer__isnull=False,
        transaction__kind__in=KINDS,
        transaction__key__startswith="order/",
    )
    if by.role == Role.ORDER_DESK:
        return used.filter(account__issuer_manufacturer_id=known(by.manufacturer_id))
    return used.filter(account__seller_id=known(by.seller_id))


def _rows(first: date, entries: QuerySet[Entry]) -> list[dict[str, Any]]:
    """One row a transaction and currency, of the month in any time zone."""
    start = datetime(first.year, first.month, 1, tzinfo=UTC)
    near = entries.filter(
        transaction__at__gte=start - timedelta(days=1),
        transaction__at__lt=start + timedelta(days=33),
    )
    facts = {
        "key": F("transaction__key"),
        "at": F("transaction__at"),
        "maker": F("account__issuer_manufacturer_id"),
        "seller": F("account__seller_id"),
        "zone": F("account__seller__time_zone"),
        "currency": F("lot__currency"),
    }
    sums = near.values("transaction_id", **facts).annotate(
        n=Sum("points"), worth=Sum(F("points") * F("lot__point_value"))
    )
    return [dict(row) for row in sums.order_by("transaction_id")]


def _month(row: dict[str, Any]) -> date:
    return local_day(row["at"], row["zone"]).replace(day=1)


def _number(row: dict[str, Any]) -> str:
    """The order's number, which the key of a use and of what came back begins with."""
    return str(row["key"]).split("/")[1]


def _orders(rows: Iterable[dict[str, Any]], by: Actor) -> dict[str, Order]:
    """The orders that the actor may know, by number: a maker knows those placed with it."""
    own = Order.objects.visible_to(by).filter(number__in={_number(row) for row in rows})
    return {order.number: order for order in own.select_related("customer")}


def _use(row: dict[str, Any], orders: dict[str, Order]) -> Use:
    order = orders.get(_number(row))
    day = local_day(row["at"], row["zone"])
    return Use(day=day, order=order, points=row["n"], worth=row["worth"])
