"""The collection service of the demo: who takes part since when, what came back, what waits."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from tonerloop.catalogue.models import Consumable
from tonerloop.collection.actions.receiving import What
from tonerloop.collection.actions.registering import TERMS
from tonerloop.collection.actions.strays import count_stray, new_stray_label, receive_stray
from tonerloop.collection.models import BoxTask, Registration
from tonerloop.collection.states import Status, Way
from tonerloop.common.days import local_day
from tonerloop.demo.cast import Account, Cast
from tonerloop.demo.clock import in_office
from tonerloop.demo.collectors import Loop, found_loops
from tonerloop.demo.counting import Story
from tonerloop.orders.models import Delivery
from tonerloop.parties.actor import actor_of, current_membership
from tonerloop.points.models import Reward, Rule, RuleStep

# Account, days ago, how, share of what was delivered that came back.
TAKING_PART: list[tuple[str, int, Way, float]] = [
    ("harbour", 320, Way.BOX, 0.78),
    ("nolan", 140, Way.PIECES, 0.55),
    ("law", 300, Way.BOX, 0.66),
    ("hospital", 190, Way.BOX, 0.9),
]
STEPS = (("quantity", 50, 110), ("quantity", 150, 125), ("rate", 80, 115))
BETWEEN = 28  # days from one collection to the next


REWARDS = {
    "liffey": [
        ("goods", "Box of recycled paper", "Five reams, A4, delivered with your next order", 2500),
        ("donation", "A tree in Wicklow", "Planted in your organisation’s name", 500),
    ],
    "kanda": [
        ("goods", "再生コピー用紙 1箱", "A4 5冊、次回の納品時にお届けします", 3000),
        ("donation", "植樹への寄付", "貴社名義で植樹します", 500),
    ],
}


def collect(cast: Cast, now: datetime) -> None:
    """Collectors, rules, registrations, a running history, and today's work."""
    dice, loops = Random(4), found_loops(cast)
    for key, loop in loops.items():
        _rule(loop, now.date(), euros=key == "liffey")
        for kind, name, about, points in REWARDS[key]:
            facts = {"kind": kind, "name": name, "about": about, "points": points}
            Reward.objects.create(seller=loop.seller, **facts)
    for key, ago, way, share in TAKING_PART:
        account = cast.accounts[key]
        loop = loops[next(k for k, house in cast.houses.items() if key in house.accounts)]
        _history(account, loop, ago, way, share, now, dice)
    _waiting(cast, loops, now, dice)
    for loop in loops.values():
        _nobodys(loop, dice)


def _nobodys(loop: Loop, dice: Random) -> None:
    """A container that came without a sender, with three pieces in it."""
    membership = current_membership(loop.clerk.pk, None)
    assert membership is not None
    by = actor_of(membership)
    stray = receive_stray("REF 0815-4711", key=UUID(int=dice.getrandbits(128)), by=by)
    for item in Consumable.objects.filter(collectable=True).order_by("pk")[:3]:
        label = new_stray_label(stray.label.identifier, by=by)
        what = What(consumable_id=item.pk)
        count_stray(stray.label.identifier, label.identifier, what, by=by)


def _rule(loop: Loop, today: date, *, euros: bool) -> None:
    rule = Rule.objects.create(
        issuer_seller=loop.seller,
        name="Loop points" if euros else "ループポイント",
        first_day=today - timedelta(days=400),
        per_reusable=60 if euros else 80,
        per_recyclable=20 if euros else 25,
        box_percent=120,
        monthly_cap=6000,
        months_valid=24,
        point_value=Decimal("0.01") if euros else Decimal(1),
        currency=loop.seller.currency,
    )
    for kind, threshold, percent in STEPS:
        RuleStep.objects.create(rule=rule, kind=kind, threshold=threshold, percent=percent)
    loop.rule = rule


def _history(
    account: Account, loop: Loop, ago: int, way: Way, share: float, now: datetime, dice: Random
) -> None:
    start = now - timedelta(days=ago)
    registration = _registration(account, way, start)
    story, at = Story(account, loop, registration, now), start
    while (at := at + timedelta(days=BETWEEN)) < now - timedelta(days=4):
        pool = _delivered(account, at - timedelta(days=BETWEEN), at)
        dice.shuffle(pool)
        count = min(len(pool), 60, round(len(pool) * share))
        if count:
            pieces = pool[:count]
            day = in_office(local_day(at, loop.seller.time_zone), loop.seller.time_zone, dice)
            story.counted(pieces, day, dice)


def _registration(account: Account, way: Way, at: datetime) -> Registration:
    buyer, sites = account.buyers[0]
    registration = Registration.objects.create(
        seller=account.customer.seller,
        customer=account.customer,
        site=sites[0],
        contact=buyer.name,
        phone=account.customer.phone,
        way=way,
        registered_at=at,
        registered_by=buyer,
        terms=TERMS,
    )
    if way == Way.BOX:
        office = account.customer.salesperson
        sent = at + timedelta(days=1)
        BoxTask.objects.create(
            registration=registration,
            seller=registration.seller,
            made_at=at,
            sent_at=sent,
            sent_by=office,
        )
    return registration


def _delivered(account: Account, first: datetime, last: datetime) -> list[Consumable]:
    own = Delivery.objects.filter(
        customer=account.customer, at__gte=first, at__lt=last, line__consumable__collectable=True
    )
    found = own.select_related("line__consumable").order_by("pk")
    return [one.line.consumable for one in found for _ in range(one.quantity)]


def _waiting(cast: Cast, loops: dict[str, Loop], now: datetime, dice: Random) -> None:
    """To schedule, on today's route, at the centre, and a box to be sent, for both sellers."""
    for key, stages in (
        ("harbour", ("requested", "scheduled", "received")),
        ("nolan", ("scheduled",)),
        ("law", ("requested", "scheduled")),
        ("hospital", ("received", "scheduled")),
    ):
        account = cast.accounts[key]
        loop = loops[next(k for k, house in cast.houses.items() if key in house.accounts)]
        registration = account.customer.registrations.get()
        story = Story(account, loop, registration, now)
        for place, stage in enumerate(stages):
            at = now - timedelta(hours=6 + 20 * place)
            story.open(Status(stage), at, dice)
    for key in ("harbour", "hospital"):
        registration = cast.accounts[key].customer.registrations.get()
        BoxTask.objects.create(
            registration=registration, seller=registration.seller, made_at=now - timedelta(hours=5)
        )
