"""Price floors: which one holds, what it comes to, and who may set it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests.world import LONG_AGO, World
from tonerloop.common.actor import NotAllowed
from tonerloop.common.days import local_day
from tonerloop.journal.models import Entry
from tonerloop.pricing.floors import FloorPrice, floor_of, floors_for
from tonerloop.pricing.guarding import remove_floor, set_floor, set_floor_for_all
from tonerloop.pricing.models import Floor, PurchasePrice

pytestmark = pytest.mark.django_db


def floor(world: World, item: Any, day: date | None = None) -> FloorPrice | None:
    day = day or local_day(timezone.now(), world.seller.time_zone)
    return floor_of(seller_id=world.seller.pk, day=day, consumable_id=item.pk)


def amount(world: World, item: Any) -> Decimal | None:
    found = floor(world, item)
    return found.amount if found else None


def test_without_any_there_is_none(world: World) -> None:
    assert floor(world, world.black) is None


def test_a_percentage_for_all_needs_a_purchase_price(world: World) -> None:
    set_floor_for_all(Decimal(25), by=world.actor(world.back_office))
    assert floor(world, world.black) == FloorPrice(
        amount=Decimal(6250), currency="JPY", percent=Decimal(25), own=False
    )
    assert floor(world, world.misfit) is None  # nobody knows what it costs


def test_an_own_floor_goes_first(world: World) -> None:
    by = world.actor(world.back_office)
    set_floor_for_all(Decimal(25), by=by)
    set_floor(world.black.pk, percent=Decimal(50), by=by)
    set_floor(world.misfit.pk, amount=Decimal(4000), currency="JPY", by=by)
    assert amount(world, world.black) == 7500
    assert amount(world, world.cyan) == 6250
    own = floor(world, world.misfit)
    assert own and (own.amount, own.percent, own.own) == (4000, None, True)


def test_set_again_it_is_changed_and_taken_away_the_general_one_holds(world: World) -> None:
    by = world.actor(world.back_office)
    set_floor_for_all(Decimal(25), by=by)
    set_floor(world.black.pk, percent=Decimal(50), by=by)
    own = set_floor(world.black.pk, amount=Decimal(7777), currency="JPY", by=by)
    assert amount(world, world.black) == 7777
    remove_floor(own.pk, by=by)
    assert amount(world, world.black) == 6250
    set_floor_for_all(None, by=by)
    assert amount(world, world.black) is None and not Floor.objects.exists()
    assert set_floor_for_all(None, by=by) is None


def test_the_purchase_price_of_the_day_counts(world: World) -> None:
    set_floor_for_all(Decimal(10), by=world.actor(world.back_office))
    price = PurchasePrice.objects.get(consumable=world.black)
    today = local_day(timezone.now(), world.seller.time_zone)
    PurchasePrice.objects.create(
        seller=price.seller,
        manufacturer=price.manufacturer,
        consumable=price.consumable,
        currency="EUR",
        unit_price=Decimal("33.33"),
        first_day=today,
    )
    before, now = floor(world, world.black, today - timedelta(days=1)), floor(world, world.black)
    assert before and (before.amount, before.currency) == (5500, "JPY")
    assert now and (now.amount, now.currency) == (Decimal("36.67"), "EUR")  # 36.663, upwards
    assert floor(world, world.black, LONG_AGO - timedelta(days=1)) is None


def test_many_in_one_query(world: World, django_assert_num_queries: Any) -> None:
    by = world.actor(world.back_office)
    set_floor_for_all(Decimal(25), by=by)
    items = [world.black.pk, world.cyan.pk, world.drum.pk, world.misfit.pk]
    with django_assert_num_queries(1):
        found = floors_for(seller_id=world.seller.pk, day=date.today(), consumables=items)
    assert set(found) == {world.black.pk, world.cyan.pk, world.drum.pk}
    rival = floors_for(seller_id=world.rival_seller.pk, day=date.today(), consumables=items)
    assert rival == {}


@given(
    purchase=st.decimals(1, 10_000, places=2),
    percent=st.decimals(0, 500, places=2),
    price=st.decimals(1, 60_000, places=2),
)
def test_no_price_slips_through_a_rounding(
    world: World, purchase: Decimal, percent: Decimal, price: Decimal
) -> None:
    PurchasePrice.objects.filter(consumable=world.black).update(unit_price=purchase, currency="EUR")
    Floor.objects.update_or_create(
        seller=world.seller, consumable=world.black, defaults={"percent": percent}
    )
    found = floor(world, world.black)
    assert found and found.is_above(price, "EUR") == (price < purchase * (100 + percent) / 100)
    assert not found.is_above(price, "JPY")  # not to be compared


@pytest.mark.parametrize(
    ("given_terms", "field"),
    [
        ({}, "percent"),
        ({"percent": Decimal(5), "amount": Decimal(5), "currency": "JPY"}, "percent"),
        ({"percent": Decimal(-1)}, "percent"),
        ({"percent": Decimal(501)}, "percent"),
        ({"amount": Decimal("10.5"), "currency": "JPY"}, "amount"),
        ({"amount": Decimal(0), "currency": "JPY"}, "amount"),
    ],
)
def test_what_is_no_floor(world: World, given_terms: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        set_floor(world.black.pk, **given_terms, by=world.actor(world.back_office))
    assert list(refused.value.error_dict) == [field]
    assert not Floor.objects.exists()


@pytest.mark.parametrize("who", ["sales", "buyer", "desk"])
def test_the_back_office_alone_sets_floors(world: World, who: str) -> None:
    by = world.actor(getattr(world, who))
    with pytest.raises(NotAllowed):
        set_floor_for_all(Decimal(5), by=by)
    with pytest.raises(NotAllowed):
        set_floor(world.black.pk, percent=Decimal(5), by=by)
    assert not Floor.objects.exists()


def test_a_rivals_floor_stays(world: World) -> None:
    own = set_floor(world.black.pk, percent=Decimal(5), by=world.actor(world.back_office))
    with pytest.raises(Floor.DoesNotExist):
        remove_floor(own.pk, by=world.actor(world.rival_back_office))
    assert Floor.objects.count() == 1


def test_only_the_seller_reads_of_it_in_the_journal(world: World) -> None:
    by = world.actor(world.back_office)
    remove_floor(set_floor(world.black.pk, percent=Decimal(5), by=by).pk, by=by)
    audiences = Entry.objects.filter(subject_kind="floor").values_list("audience", flat=True)
    assert list(audiences) == [["seller"], ["seller"]]
