"""What manufacturers owe for their points: by hand, at month borders, and as the ledger has it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from unittest.mock import patch

import pytest
from django.db.models import F, Sum
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.world import World
from tonerloop.common.actor import NotAllowed
from tonerloop.common.references import grouped
from tonerloop.orders import actions
from tonerloop.orders.actions import Wishes
from tonerloop.orders.models import Order
from tonerloop.orders.points_use import Spending, paid_by
from tonerloop.orders.settlement import Settlement, settlements
from tonerloop.points import ledger
from tonerloop.points.models import Account, Entry, Rule

pytestmark = pytest.mark.django_db
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
# The seller is in Tokyo: these two lie in different months there, in one in London.
LAST_OF_JUNE = datetime(2026, 6, 30, 14, 59, tzinfo=UTC)
FIRST_OF_JULY = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)


def makers_rule(world: World, **changes: object) -> Rule:
    facts = {"issuer_seller": None, "issuer_manufacturer": world.maker, "name": "Maker’s"}
    return world.rule(**{**facts, **changes})


def earned(world: World, rule: Rule, points: int, key: str = "e", years: int = 1) -> Account:
    own = ledger.account_of(world.office, rule)
    first = date(2026, 5, 1)
    last = first.replace(year=2026 + years)
    ledger.earn(own, points, rule, key=key, at=timezone.now(), first=first, last=last)
    return own


def spent(account: Account, points: int) -> Spending:
    return Spending(account_id=account.pk, points=points, currency="JPY")


def ordered(
    world: World, at: datetime, *spending: Spending, of_rival: bool = False, quantity: int = 1
) -> Order:
    """¥8,800 with tax for each black; of the rival maker's toner as much."""
    machine, item = world.copier, world.black
    if of_rival:
        machine, item = world.printer, world.rival_toner
    pair = (machine.pk, item.pk)
    with patch("django.utils.timezone.now", return_value=at):
        key, seen = world.reviewed({pair: quantity})
        wishes = Wishes(spending=spending)
        return actions.place(key, seen=seen, by=world.actor(world.buyer), wishes=wishes)[0]


def one(month: date, world: World, who: str = "back_office") -> Settlement:
    (found,) = settlements(month, by=world.actor(getattr(world, who)))
    return found


def test_uses_and_what_came_back_stand_in_their_months(world: World) -> None:
    account = earned(world, makers_rule(world), 2000)
    kept = ordered(world, LAST_OF_JUNE, spent(account, 100))
    gone = ordered(world, LAST_OF_JUNE, spent(account, 300))
    late = ordered(world, FIRST_OF_JULY, spent(account, 50))
    with patch("django.utils.timezone.now", return_value=FIRST_OF_JULY):
        actions.cancel(gone.number, "duplicate", by=world.actor(world.buyer))
    june, july = one(JUNE, world), one(JULY, world)
    assert [(use.order, use.points, use.worth) for use in june.uses] == [
        (kept, 100, 500),
        (gone, 300, 1500),
    ]
    assert [(use.order, use.points) for use in july.uses] == [(late, 50), (gone, -300)]
    assert (june.points, june.owed, june.currency) == (400, 2000, "JPY")
    assert (july.points, july.owed, july.owed_amount) == (-250, -1250, 1250)
    assert (june.manufacturer, june.seller) == (world.maker, world.seller)
    assert settlements(date(2026, 5, 1), by=world.actor(world.back_office)) == []


def test_a_price_cut_gives_back_what_is_not_needed(world: World) -> None:
    account = earned(world, makers_rule(world), 2000)
    order = ordered(world, LAST_OF_JUNE, spent(account, 1600))  # ¥8,000 of ¥8,800
    changes = actions.Changes(prices={order.lines.get().pk: Decimal(5000)})  # ¥5,500 with tax
    with patch("django.utils.timezone.now", return_value=LAST_OF_JUNE):
        actions.propose(order.number, changes, by=world.actor(world.sales))
    assert [use.points for use in one(JUNE, world).uses] == [1600, -500]
    assert one(JUNE, world).owed == 5500


def test_points_of_different_worth_pay_for_what_they_stay_for(world: World) -> None:
    """The dear ones expire later, so they come back first; what stays is worth what it pays."""
    cheap, dear = makers_rule(world), makers_rule(world, point_value=Decimal(50))
    account = earned(world, cheap, 100)
    earned(world, dear, 100, "later", years=2)
    order = ordered(world, LAST_OF_JUNE, spent(account, 200))  # ¥500 and ¥5,000
    changes = actions.Changes(prices={order.lines.get().pk: Decimal(1000)})  # ¥1,100 with tax
    with patch("django.utils.timezone.now", return_value=LAST_OF_JUNE):
        actions.propose(order.number, changes, by=world.actor(world.sales))
    order.refresh_from_db()
    assert (order.points, order.reduction) == (112, 1100)  # ¥500 and 12 of ¥50
    assert one(JUNE, world).owed == 1100


def test_both_purses_pay_one_after_the_other_and_say_who(world: World) -> None:
    account = earned(world, makers_rule(world), 100)
    sellers = earned(world, world.rule(), 1000, "s")
    order = ordered(world, LAST_OF_JUNE, spent(account, 100), spent(sellers, 1000))
    assert (order.points, order.reduction) == (1100, 5500)
    assert [(p.issuer, p.points, p.worth) for p in paid_by(order)] == [
        (world.maker.name, 100, 500),
        (world.seller.name, 1000, 5000),
    ]
    changes = actions.Changes(prices={order.lines.get().pk: Decimal(500)})  # ¥550 with tax
    with patch("django.utils.timezone.now", return_value=LAST_OF_JUNE):
        actions.propose(order.number, changes, by=world.actor(world.sales))
    order.refresh_from_db()
    assert (order.points, order.reduction) == (110, 550)
    assert [part.points for part in paid_by(order)] == [100, 10]
    assert ledger.balance(sellers.pk) == 990
    assert one(JUNE, world).owed == 500  # the seller's own points are not settled
    actions.cancel(order.number, "duplicate", by=world.actor(world.buyer))
    assert (ledger.balance(account.pk), ledger.balance(sellers.pk)) == (100, 1000)
    assert ledger.disagreements() == []


def test_too_many_of_the_second_purse_use_neither(world: World) -> None:
    account = earned(world, makers_rule(world), 100)
    sellers = earned(world, world.rule(), 10, "s")
    with pytest.raises(actions.Refused, match="You have 10 points") as refused:
        ordered(world, LAST_OF_JUNE, spent(account, 100), spent(sellers, 11))
    assert refused.value.field == f"points-{sellers.pk}-JPY"
    assert (ledger.balance(account.pk), ledger.balance(sellers.pk)) == (100, 10)


def test_points_worth_less_than_the_smallest_coin_are_refused_in_words(world: World) -> None:
    account = earned(world, makers_rule(world, point_value=Decimal("0.3")), 100)
    with pytest.raises(actions.Refused, match="Use more of them"):
        ordered(world, LAST_OF_JUNE, spent(account, 3))
    assert ledger.balance(account.pk) == 100


def test_each_sees_only_what_it_may(world: World) -> None:
    account = earned(world, makers_rule(world), 2000)
    own = ordered(world, LAST_OF_JUNE, spent(account, 100))
    ordered(world, LAST_OF_JUNE, spent(account, 60), of_rival=True)
    before = one(JUNE, world, "desk")
    # Its own order is not known to the maker before the price is confirmed.
    assert [use.order for use in before.uses] == [None, None]
    actions.confirm_price(own.number, by=world.actor(world.sales))
    found = one(JUNE, world, "desk")
    assert [(use.order, use.points) for use in found.uses] == [(own, 100), (None, 60)]
    assert found.owed == 800
    for stranger in ("rival_back_office", "rival_desk"):
        assert settlements(JUNE, by=world.actor(getattr(world, stranger))) == []
    with pytest.raises(NotAllowed):
        settlements(JUNE, by=world.actor(world.buyer))


@examples(max_examples=8)
@given(
    amounts=st.lists(st.integers(3, 90), min_size=1, max_size=3),
    cut=st.integers(1, 8800),
    cancelled=st.sets(st.integers(0, 2)),
    value=st.sampled_from(["0.35", "1", "7.25"]),
)
def test_over_all_months_it_is_what_the_ledger_has(
    world: World, amounts: list[int], cut: int, cancelled: set[int], value: str
) -> None:
    rule = makers_rule(world, point_value=Decimal(value), name=f"{amounts}{cut}{cancelled}")
    account = earned(world, rule, 500, f"{rule.pk}")
    for place, points in enumerate(amounts):
        at = LAST_OF_JUNE if place % 2 else FIRST_OF_JULY
        order = ordered(world, at, spent(account, points))
        with patch("django.utils.timezone.now", return_value=FIRST_OF_JULY):
            if place in cancelled:
                actions.cancel(order.number, "duplicate", by=world.actor(world.buyer))
            elif place == 0:
                changes = actions.Changes(prices={order.lines.get().pk: Decimal(cut)})
                actions.propose(order.number, changes, by=world.actor(world.sales))
                order.refresh_from_db()
                assert order.reduction <= order.total
    used = Entry.objects.filter(book="used", account=account)
    truth = used.aggregate(n=Sum("points"), worth=Sum(F("points") * F("lot__point_value")))
    found = [s for m in (JUNE, JULY) for s in settlements(m, by=world.actor(world.desk))]
    assert sum(s.points for s in found) == truth["n"]
    assert sum(s.worth for s in found) == truth["worth"]
    assert ledger.disagreements() == []


@pytest.mark.parametrize(
    ("who", "path", "customer"),
    [
        ("back_office", "/seller/points/settlements/", True),
        ("desk", "/desk/points/settlements/", False),
    ],
)
def test_on_the_screen_as_csv_and_as_pdf(world: World, who: str, path: str, customer: bool) -> None:
    account = earned(world, makers_rule(world), 2000)
    own = ordered(world, LAST_OF_JUNE, spent(account, 100))
    actions.confirm_price(own.number, by=world.actor(world.sales))
    ordered(world, LAST_OF_JUNE, spent(account, 60), of_rival=True)
    client = Client()
    client.force_login(getattr(world, who))
    asked = {"month": "2026-06"}
    page = client.get(path, asked).content.decode()
    assert grouped(own.number) in page and "¥800" in page
    assert ("Mori Law" in page) is customer
    assert ("an order that is not shown to you" in page) is not customer
    lines = client.get(path, {**asked, "as": "csv"}).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3 and "2026-06-30" in lines[1] and ",100,500,JPY" in lines[1]
    assert ("Mori Law" in lines[1]) is customer
    pdf = client.get(path, {**asked, "as": "pdf"})
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert BytesIO(pdf.content).read(5) == b"%PDF-"
    for odd in ({"month": "x"}, {"month": "2026-06", "of": "0-EUR"}, {"as": "pdf", "of": "x"}):
        assert client.get(path, odd).status_code == 200
