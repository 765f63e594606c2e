"""Points as a reduction: used at placing, given back where they are not needed."""

from decimal import Decimal
from uuid import UUID

import pytest
from django.utils import timezone

from tests.world import World
from tonerloop.common.days import local_day
from tonerloop.orders import actions
from tonerloop.orders.actions import Wishes
from tonerloop.orders.models import LineAnswer, Order
from tonerloop.orders.points_use import Spending, use_points
from tonerloop.points import ledger
from tonerloop.points.models import Account, Lot
from tonerloop.pricing.models import PriceAgreement

pytestmark = pytest.mark.django_db
DAY = local_day(timezone.now(), "Asia/Tokyo")


@pytest.fixture
def account(world: World) -> Account:
    rule = world.rule()
    own = ledger.account_of(world.office, rule)
    day = local_day(timezone.now(), "Asia/Tokyo")
    last = day.replace(year=day.year + 1, day=1)
    ledger.earn(own, 2000, rule, key="e", at=timezone.now(), first=day, last=last)
    return own


def spent(points: int, account: int, currency: str = "JPY") -> Spending:
    return Spending(account_id=account, points=points, currency=currency)


def placed(world: World, points: int, account: int, quantities: object = None) -> list[Order]:
    pairs = {(world.copier.pk, world.black.pk): 2, (world.copier.pk, world.cyan.pk): 1}
    key, seen = world.reviewed(quantities or pairs)  # type: ignore[arg-type]
    wishes = Wishes(spending=(spent(points, account),))
    return actions.place(UUID(str(key)), seen=seen, by=world.actor(world.buyer), wishes=wishes)


def test_points_reduce_what_is_to_pay(world: World, account: Account) -> None:
    (order,) = placed(world, 100, account.pk)
    assert (order.points, order.reduction) == (100, Decimal(500))
    order.refresh_from_db()
    assert order.to_pay == order.total - 500
    assert ledger.balance(account.pk) == 1900


def test_they_are_split_over_the_baskets_orders_by_total(world: World, account: Account) -> None:
    pairs = {(world.copier.pk, world.black.pk): 2, (world.printer.pk, world.rival_toner.pk): 1}
    orders = placed(world, 100, account.pk, pairs)
    assert {o.total: o.points for o in orders} == {Decimal(17600): 67, Decimal(8800): 33}
    assert ledger.balance(account.pk) == 1900


@pytest.mark.parametrize("points", [2001, 10**9])
def test_more_than_there_is_places_nothing(world: World, account: Account, points: int) -> None:
    with pytest.raises(actions.Refused, match="You have 2000 points"):
        placed(world, points, account.pk)
    assert not Order.objects.exists()
    assert ledger.balance(account.pk) == 2000


def test_more_than_is_to_pay_places_nothing(world: World, account: Account) -> None:
    pair = {(world.copier.pk, world.black.pk): 1}
    with pytest.raises(actions.Refused, match="worth more"):
        placed(world, 2000, account.pk, pair)
    assert not Order.objects.exists()


def test_anothers_points_cannot_be_used(world: World, account: Account) -> None:
    foreign = ledger.account_of(world.rival_office, account.lots.get().rule)
    with pytest.raises(Account.DoesNotExist):
        placed(world, 10, foreign.pk)
    assert not Order.objects.exists()


def test_a_cancelled_order_gives_its_points_back_with_their_old_expiry(
    world: World, account: Account
) -> None:
    before = Lot.objects.get().last_day
    (order,) = placed(world, 100, account.pk)
    actions.cancel(order.number, "duplicate", by=world.actor(world.buyer))
    order.refresh_from_db()
    assert (order.points, order.reduction) == (0, 0)
    assert ledger.balance(account.pk) == 2000
    assert Lot.objects.get().last_day == before


def test_a_price_cut_below_the_reduction_gives_the_rest_back(
    world: World, account: Account
) -> None:
    pair = {(world.copier.pk, world.black.pk): 1}
    (order,) = placed(world, 1600, account.pk, pair)  # ¥8,000 of ¥8,800
    line = order.lines.get()
    changes = actions.Changes(prices={line.pk: Decimal(5000)})  # ¥5,500 with tax
    actions.propose(order.number, changes, by=world.actor(world.sales))
    order.refresh_from_db()
    assert (order.points, order.reduction, order.to_pay) == (1100, 5500, 0)
    assert ledger.balance(account.pk) == 900
    assert ledger.disagreements() == []


def test_placed_twice_they_are_used_once(world: World, account: Account) -> None:
    pairs = {(world.copier.pk, world.black.pk): 2}
    key, seen = world.reviewed(pairs)
    wishes = Wishes(spending=(spent(100, account.pk),))
    for _ in range(2):
        actions.place(key, seen=seen, by=world.actor(world.buyer), wishes=wishes)
    assert ledger.balance(account.pk) == 1900


def test_an_order_in_another_currency_does_not_stand_in_the_way(
    world: World, account: Account
) -> None:
    """The basket's first order is in another currency than the points."""
    PriceAgreement.objects.filter(consumable=world.rival_toner).update(currency="USD")
    world.printer.site.name = "A branch that sorts first"
    world.printer.site.save()
    pairs = {(world.copier.pk, world.black.pk): 2, (world.printer.pk, world.rival_toner.pk): 1}
    orders = placed(world, 100, account.pk, pairs)
    assert {order.currency: order.points for order in orders} == {"USD": 0, "JPY": 100}


def test_two_accounts_are_locked_in_one_sequence_whatever_is_typed_first(
    world: World, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or two orders at once, each with one account in hand, would wait for the other's."""
    second = ledger.account_of(
        world.office, world.rule(issuer_seller=None, issuer_manufacturer=world.maker)
    )
    locked: list[int] = []
    keep = ledger.locked

    def noted(account_id: int, *given: object, **more: object) -> Account:
        locked.append(account_id)
        return keep(account_id, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger, "locked", noted)
    first_two = []
    for pks in ([account.pk, second.pk], [second.pk, account.pk]):
        locked.clear()
        order = Order(customer=world.office, currency="JPY", total=Decimal(0))
        spending = [spent(1, pk) for pk in pks]
        with pytest.raises(actions.Refused):  # nothing is to pay: the locks came before
            use_points([order], spending, by=world.actor(world.buyer), at=timezone.now(), day=DAY)
        first_two.append(locked[:2])
    assert first_two[0] == first_two[1] == sorted([account.pk, second.pk])


def test_points_that_fewer_pieces_do_not_need_come_back(world: World, account: Account) -> None:
    (order,) = placed(world, 2000, account.pk)
    assert (order.total, order.reduction) == (Decimal(30800), Decimal(10000))
    actions.confirm_price(order.number, by=world.actor(world.sales))
    day, kind = local_day(timezone.now(), "Asia/Tokyo"), LineAnswer.Kind
    said = {
        1: actions.LineSaid(kind=kind.CHANGED, quantity=1, promised_date=day),
        2: actions.LineSaid(kind=kind.REJECTED, reason="out_of_stock"),
    }
    order = actions.answer_lines(order.number, said, by=world.actor(world.desk))
    assert (order.points, ledger.balance(account.pk)) == (2000, 0)  # until the buyer's yes
    order = actions.accept_change(order.number, by=world.actor(world.buyer))
    assert (order.total, order.reduction, order.points) == (Decimal(8800), Decimal(8800), 1760)
    assert ledger.balance(account.pk) == 240
