"""A customer's points: balances, and lots by the day on which they expire."""

from datetime import date

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from tonerloop.api.auth import caller
from tonerloop.api.operations import reads
from tonerloop.api.words import Money, exactly
from tonerloop.common.actor import Role, known
from tonerloop.common.days import local_day
from tonerloop.common.schema import Schema
from tonerloop.orders.points_use import rounded_down
from tonerloop.parties.models import Customer
from tonerloop.points.models import Lot
from tonerloop.points.standing import Purse, purses_of

router = Router(tags=["Points"])


class LotOut(Schema):
    """Points that expire together."""

    points: int
    last_day: date


class PurseOut(Schema):
    """Your points with one issuer, and what they are worth as a reduction."""

    account_id: int
    issuer: str
    points: int
    currency: str
    worth: Money | None
    lots: list[LotOut]


class PointsOut(Schema):
    """All your points."""

    accounts: list[PurseOut]


@reads(router, "/points", PointsOut, "points:read", Role.BUYER)
def points(request: HttpRequest) -> PointsOut:
    """What you have, issuer by issuer, what expires first first."""
    customer = Customer.objects.select_related("seller").get(pk=known(caller(request).customer_id))
    day = local_day(timezone.now(), customer.seller.time_zone)
    found = purses_of(customer_id=customer.pk, seller_id=customer.seller_id, day=day)
    lots = Lot.objects.filter(account__customer=customer, remaining__gt=0, last_day__gte=day)
    rows = list(lots.order_by("last_day", "pk"))
    return PointsOut(accounts=[_purse(purse, rows) for purse in found])


def _purse(purse: Purse, lots: list[Lot]) -> PurseOut:
    worth = rounded_down(purse.worth, purse.currency) if purse.currency else None
    return PurseOut(
        account_id=purse.account_id,
        issuer=purse.issuer,
        points=purse.points,
        currency=purse.currency,
        worth=None if worth is None else exactly(worth, purse.currency),
        lots=[
            LotOut(points=lot.remaining, last_day=lot.last_day)
            for lot in lots
            if (lot.account_id, lot.currency) == (purse.account_id, purse.currency)
        ],
    )
