"""Baskets, points accounts and keys."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from tests.races.harness import Kind, Stage
from tonerloop.journal.models import Entry
from tonerloop.orders import actions, basket, filling
from tonerloop.orders.models import Basket, BasketLine, Order
from tonerloop.orders.points_use import Spending
from tonerloop.orders.quote import quote
from tonerloop.points import actions as rules
from tonerloop.points import expiry, ledger, rewards
from tonerloop.points.models import Account, Reward, RewardOrder, Rule
from tonerloop.programs import keys
from tonerloop.programs.models import ApiKey

LATER = timedelta(days=4000)

BASKETS = Kind(
    "basket",
    lambda s, key: (
        sorted(
            BasketLine.objects.filter(basket__placed_at=None).values_list(
                "consumable", "equipment", "site", "quantity"
            ),
            key=str,
        ),
        Basket.objects.filter(placed_at=None).count() <= 1,
        Order.objects.filter(basket__key=key).count(),
        Order.objects.filter(basket__key=None).count(),
    ),
    told=frozenset({"Refused"}),  # it was ordered at this very moment
)


@BASKETS.state("filled")
def filled(stage: Stage) -> UUID:
    """One line of a machine and one of none; what its review shows is kept beside it."""
    Basket.objects.filter(placed_at=None).delete()
    world, by = stage.world, stage.by("buyer")
    basket.set_quantities({(world.copier.pk, world.black.pk): 1}, by=by)
    basket.add_by_number(world.cyan, 2, world.head.pk, by=by)
    now = basket.open_basket(by)
    stage.world.seen = quote(now, by=by).seen()  # type: ignore[attr-defined]
    return now.key


def _place(stage: Stage, key: UUID) -> Any:
    return actions.place(key, seen=stage.world.seen, by=stage.by("buyer"))  # type: ignore[attr-defined]


def _place_lines(stage: Stage, key: UUID) -> Any:
    world = stage.world
    line = actions.WantedLine(consumable_id=world.black.pk, quantity=1, machine_id=world.copier.pk)
    wishes = actions.Wishes()
    return actions.place_lines(UUID(int=key.int ^ 1), [line], by=stage.by("buyer"), wishes=wishes)


def _typed(count: int) -> Any:
    def do(stage: Stage, _key: UUID) -> Any:
        pair = (stage.world.copier.pk, stage.world.black.pk)
        return basket.set_quantities({pair: count}, by=stage.by("buyer"))

    return do


def _line(stage: Stage) -> int:
    return BasketLine.objects.filter(basket__placed_at=None, equipment=None).get().pk


def _line_of(stage: Stage) -> int:
    """The line that the page showed, whether or not it is still there."""
    found = BasketLine.objects.filter(basket__placed_at=None, equipment=None).first()
    return found.pk if found else 0


def _filled(stage: Stage, _key: UUID) -> Any:
    wanted = filling.Wanted(stage.world.cyan, 3, equipment=stage.world.copier)
    return filling.fill([wanted], by=stage.by("buyer"))


add = BASKETS.deed
add("place", actions.place, _place)
add("place lines", actions.place_lines, _place_lines)
add("type 2", basket.set_quantities, _typed(2))
add("type 0", basket.set_quantities, _typed(0))
add(
    "add",
    basket.add_by_number,
    lambda s, _: basket.add_by_number(s.world.cyan, 3, s.world.head.pk, by=s.by("buyer")),
)
add(
    "put",
    basket.put_by_number,
    lambda s, _: basket.put_by_number(
        [basket.ByNumber(s.world.cyan, 4, s.world.head.pk)], by=s.by("buyer")
    ),
)
add("take out", basket.take_out, lambda s, _: basket.take_out(_line_of(s), by=s.by("buyer")))
add(
    "ship to",
    basket.ship_lines_to,
    lambda s, _: basket.ship_lines_to([_line(s)], s.world.branch.pk, by=s.by("buyer")),
)
add("fill", filling.fill, _filled)

ACCOUNTS = Kind(
    "points account",
    lambda s, account: (
        ledger.balance(account.pk),
        ledger.disagreements(),
        sorted(RewardOrder.objects.filter(account=account).values_list("points", "status"))
        if hasattr(RewardOrder, "account_id")
        else sorted(RewardOrder.objects.values_list("points", "status")),
        list(Order.objects.filter(pk=account.order).values_list("status", "points")),
        Order.objects.filter(points__gt=0).count(),
        Entry.objects.filter(event="points.expiring", subject_id=account.pk).count(),
        Reward.objects.filter(offered=True).count(),
        Rule.objects.filter(last_day=None).count(),
    ),
    proof=lambda account: "below nothing" if ledger.balance(account.pk) < 0 else "",
)


@ACCOUNTS.state("with points, an order and a reward")
def with_points(stage: Stage) -> Account:
    """100 points; 20 are in an order, 30 in a reward that waits: 50 are left."""
    world, now = stage.world, timezone.now()
    Reward.objects.update(offered=False)
    Rule.objects.update(last_day=now.date() + LATER)
    rule = world.rule(name=str(uuid4()))
    world.registered("pieces")
    account = ledger.account_of(world.office, rule)
    with transaction.atomic():
        expiry.expire_all(now + LATER)
        first, last = date(2020, 1, 1), now.date() + timedelta(days=20)
        ledger.earn(account, 100, rule, key=f"race/{uuid4()}", at=now, first=first, last=last)
    facts = {"kind": "goods", "name": "Cup", "about": "", "points": 30}
    reward = rewards.offer_reward(**facts, by=stage.by("back_office"))
    account.rule, account.reward = rule.pk, reward.pk  # type: ignore[attr-defined]
    account.order = 0  # type: ignore[attr-defined]
    account.order = _use(stage, account)[0].pk  # type: ignore[attr-defined]
    ended = rewards.order_reward(reward.pk, key=uuid4(), by=stage.by("buyer"))
    account.taken = ended.pk  # type: ignore[attr-defined]
    return account


def _use(stage: Stage, account: Account) -> Any:
    """20 points, or 40 once there is an order that used some."""
    world = stage.world
    points = 40 if account.order else 20  # type: ignore[attr-defined]
    line = actions.WantedLine(consumable_id=world.black.pk, quantity=1, machine_id=world.copier.pk)
    spending = (Spending(account_id=account.pk, points=points, currency="JPY"),)
    wishes = actions.Wishes(spending=spending)
    return actions.place_lines(uuid4(), [line], by=stage.by("buyer"), wishes=wishes)


def _cancel(stage: Stage, account: Account) -> Any:
    number = Order.objects.get(pk=account.order).number  # type: ignore[attr-defined]
    return actions.cancel(number, "duplicate", by=stage.by("buyer"))


def _begin(stage: Stage, _account: Account) -> Any:
    terms = rules.Terms(
        name="More",
        first_day=timezone.now().date() + timedelta(days=2),
        last_day=None,
        per_reusable=1,
        per_recyclable=1,
        box_percent=100,
        monthly_cap=None,
        months_valid=12,
        point_value=Decimal(1),
    )
    return rules.begin_rule(terms, by=stage.by("back_office"))


add = ACCOUNTS.deed
add("use", actions.place_lines, _use)
add("cancel", actions.cancel, _cancel)
add(
    "take a reward",
    rewards.order_reward,
    lambda s, a: rewards.order_reward(a.reward, key=uuid4(), by=s.by("buyer")),
)
for how in ("fulfilled", "cancelled"):
    add(
        f"reward {how}",
        rewards.end_reward_order,
        lambda s, a, how=how: rewards.end_reward_order(a.taken, how, by=s.by("back_office")),
    )
add(
    "offer",
    rewards.offer_reward,
    lambda s, a: rewards.offer_reward(
        kind="goods", name="Pen", about="", points=5, by=s.by("back_office")
    ),
)
add(
    "withdraw",
    rewards.withdraw_reward,
    lambda s, a: rewards.withdraw_reward(a.reward, by=s.by("back_office")),
)
add("begin rule", rules.begin_rule, _begin)
add("end rule", rules.end_rule, lambda s, a: rules.end_rule(a.rule, by=s.by("back_office")))
add("expire", expiry.expire_all, lambda s, a: expiry.expire_all(timezone.now() + LATER))
add("warn", expiry.warn_all, lambda s, a: expiry.warn_all(timezone.now()))

KEYS = Kind(
    "API key",
    lambda s, key: (
        ApiKey.objects.get(pk=key.pk).revoked_at is None,
        ApiKey.objects.filter(follows=key).count(),
        ApiKey.objects.filter(manufacturer=s.world.maker, revoked_at=None).count(),
        sorted(
            Entry.objects.filter(event__startswith="key.", subject_id=key.pk).values_list("event")
        ),
    ),
)


@KEYS.state("in use")
def in_use(stage: Stage) -> ApiKey:
    """The only one of its manufacturer."""
    ApiKey.objects.update(revoked_at=timezone.now())
    return keys.create_key("Program", by=stage.by("desk"))[0]


add = KEYS.deed
add("create", keys.create_key, lambda s, k: keys.create_key("Other", by=s.by("desk")))
add(
    "replace",
    keys.rotate_key,
    lambda s, k: keys.rotate_key(
        k.pk, old_ends_at=timezone.now() + timedelta(days=7), by=s.by("desk")
    ),
)
add("revoke", keys.revoke_key, lambda s, k: keys.revoke_key(k.pk, by=s.by("desk")))
