"""Counted pieces become points: what was counted goes down to `points` as plain numbers."""

from datetime import datetime

from django.db.models import Sum

from tonerloop.collection.models import CollectionRequest, Count
from tonerloop.collection.progress import progress
from tonerloop.collection.states import Condition, Way
from tonerloop.common.days import local_day
from tonerloop.common.wall import through
from tonerloop.points import ledger
from tonerloop.points.models import Rule
from tonerloop.points.rules import (
    Pieces,
    Standing,
    add_months,
    left_of_month,
    points_for,
    rules_for,
)

EARNING = (Condition.REUSABLE, Condition.RECYCLABLE)


@through()  # who counts pays into the customer's account
def reward(request: CollectionRequest, at: datetime) -> int:
    """Earn the points of a request that was just counted, once; returns how many.

    What it was rated with stays with the request: a correction is rated with the same.
    """
    pieces = earning_pieces(request)
    now = progress(request.customer_id)
    if now is None:
        return 0
    request.rated_collected, request.rated_percent = now.collected, now.percent
    request.save(update_fields=["rated_collected", "rated_percent"])
    standing = Standing(now.collected, now.percent)
    makers = {part.manufacturer_id for part in pieces}
    day = local_day(at, request.seller.time_zone)
    rules = list(rules_for(request.customer, makers, day))
    return sum(_earn(request, rule, pieces, standing, at) for rule in rules)


def rated_with(request: CollectionRequest) -> Standing | None:
    """The standing at which a counted request was rated; None where the customer took no part."""
    if request.rated_collected is None or request.rated_percent is None:
        return None
    return Standing(request.rated_collected, request.rated_percent)


def _earn(
    request: CollectionRequest, rule: Rule, pieces: list[Pieces], standing: Standing, at: datetime
) -> int:
    day = local_day(at, request.seller.time_zone)
    box = request.way == Way.BOX
    points = points_for(rule, pieces, box=box, standing=standing)
    if not points:
        return 0
    account = ledger.locked(ledger.account_of(request.customer, rule).pk)
    left = left_of_month(rule, account, day.replace(day=1))
    points = points if left is None else min(points, left)
    last = add_months(day, rule.months_valid)
    key = earned_key(request, rule)
    done = ledger.earn(account, points, rule, key=key, at=at, first=day, last=last)
    return points if done else 0


def earned_key(request: CollectionRequest, rule: Rule) -> str:
    """Names the cause of a request's points under a rule."""
    return f"collection/{request.pk}/{rule.pk}"


def earning_pieces(request: CollectionRequest) -> list[Pieces]:
    """The request's pieces that earn points, as they are counted now."""
    counted = Count.objects.filter(
        request=request, consumable__collectable=True, condition__in=EARNING
    )
    by_model = counted.values_list("consumable_id", "consumable__manufacturer_id", "condition")
    sums = by_model.annotate(n=Sum("quantity")).order_by("consumable_id", "condition")
    return [Pieces(*row) for row in sums if row[3] > 0]
