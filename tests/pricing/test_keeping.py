"""Keeping agreements and purchase prices: what has begun is not rewritten."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.utils import timezone

from tests.world import World
from tonerloop.common.actor import NotAllowed
from tonerloop.common.days import local_day
from tonerloop.journal.models import Entry
from tonerloop.pricing.actions import (
    Terms,
    add_agreement,
    add_purchase_price,
    change_agreement,
    change_purchase_price,
    end_agreement,
    end_purchase_price,
)
from tonerloop.pricing.models import PriceAgreement, PriceBreak, PurchasePrice
from tonerloop.pricing.prices import Price, prices_for

DAY = timedelta(days=1)


@pytest.fixture
def today(world: World) -> date:
    return local_day(timezone.now(), world.seller.time_zone)


def terms(price: int | str, first_day: date, **more: Any) -> Terms:
    return Terms(currency="JPY", unit_price=Decimal(price), first_day=first_day, **more)


def price_of(world: World, day: date) -> Price:
    found = prices_for(
        seller_id=world.seller.pk,
        customer_id=world.office.pk,
        group_id=world.group.pk,
        day=day,
        consumables=[world.black.pk],
    )
    return found[world.black.pk]


def special(world: World) -> PriceAgreement:
    return PriceAgreement.objects.get(customer=world.office, consumable=world.black)


def test_add_an_agreement_with_breaks(world: World, today: date) -> None:
    by = world.actor(world.back_office)
    breaks = ((5, Decimal(700)), (20, Decimal(600)))
    made = add_agreement(
        world.drum.pk, terms(800, today, breaks=breaks), group_id=world.group.pk, by=by
    )
    assert (made.level, made.seller_id) == ("group", world.seller.pk)
    assert tuple(made.breaks.values_list("min_quantity", "unit_price")) == breaks
    entry = Entry.objects.get(event="record.changed")
    assert (entry.subject_kind, entry.subject_id) == ("priceagreement", made.pk)
    assert entry.audience == ["seller"]
    assert entry.data["new"]["unit_price"] == "800"


def test_a_change_of_what_has_begun_makes_a_successor(world: World, today: date) -> None:
    by, old, start = world.actor(world.back_office), special(world), today + 10 * DAY
    new = change_agreement(old.pk, terms(8200, start), by=by)
    old.refresh_from_db()
    assert old.unit_price == 8000 and old.last_day == start - DAY
    assert list(old.breaks.values_list("unit_price", flat=True)) == [7500]
    assert new.pk != old.pk and new.customer_id == world.office.pk
    assert price_of(world, start - DAY).unit_price == 8000
    assert price_of(world, start).unit_price == 8200


def test_a_slip_of_today_is_put_right_today(world: World, today: date) -> None:
    by = world.actor(world.back_office)
    slip = add_agreement(world.black.pk, terms(1, today), customer_id=world.office.pk, by=by)
    change_agreement(slip.pk, terms(8100, today), by=by)
    assert price_of(world, today).unit_price == 8100
    assert price_of(world, today + DAY).unit_price == 8100


def test_what_has_not_begun_is_changed_in_place(world: World, today: date) -> None:
    by, start = world.actor(world.back_office), today + 5 * DAY
    made = add_agreement(
        world.black.pk,
        terms(8300, start, breaks=((3, Decimal(8000)),)),
        customer_id=world.office.pk,
        by=by,
    )
    same = change_agreement(made.pk, terms(8400, start + DAY), by=by)
    assert same.pk == made.pk and not PriceBreak.objects.filter(agreement=made).exists()
    assert price_of(world, start).unit_price == 8000
    assert price_of(world, start + DAY).unit_price == 8400


def test_the_past_stays(world: World, today: date) -> None:
    by = world.actor(world.back_office)
    with pytest.raises(ValidationError) as refused:
        change_agreement(special(world).pk, terms(1, today - DAY), by=by)
    assert "first_day" in refused.value.message_dict
    with pytest.raises(ValidationError):
        end_agreement(special(world).pk, last_day=today - DAY, by=by)
    assert special(world).last_day is None


def test_end_an_agreement(world: World, today: date) -> None:
    end_agreement(special(world).pk, last_day=today, by=world.actor(world.back_office))
    assert price_of(world, today).unit_price == 8000
    assert price_of(world, today + DAY).unit_price == 8500


def test_what_has_ended_is_not_ended_again(world: World, today: date) -> None:
    PriceAgreement.objects.filter(pk=special(world).pk).update(last_day=today - DAY)
    with pytest.raises(ValidationError):
        end_agreement(special(world).pk, last_day=today, by=world.actor(world.back_office))


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("unit_price", {"unit_price": Decimal("-1")}),
        ("unit_price", {"unit_price": Decimal("10.5")}),  # the yen has no minor unit
        ("unit_price", {"unit_price": Decimal("10.555"), "currency": "EUR"}),
        ("currency", {"currency": "XXX"}),
        ("last_day", {"last_day": date(2019, 1, 1)}),
        ("breaks", {"breaks": ((1, Decimal(5)),)}),
        ("breaks", {"breaks": ((5, Decimal(5)), (5, Decimal(4)))}),
        ("breaks", {"breaks": ((5, Decimal("5.5")),)}),
        ("note", {"note": "x" * 121}),
        ("note", {"note": "a\x07b"}),
    ],
)
def test_bad_terms_store_nothing(
    world: World, today: date, field: str, bad: dict[str, Any]
) -> None:
    before = PriceAgreement.objects.count(), Entry.objects.count()
    good = {"currency": "JPY", "unit_price": Decimal(5), "first_day": today}
    with pytest.raises(ValidationError) as refused:
        add_agreement(world.drum.pk, Terms(**{**good, **bad}), by=world.actor(world.back_office))
    assert field in refused.value.message_dict
    assert (PriceAgreement.objects.count(), Entry.objects.count()) == before


def test_foreign_parties_are_unknown(world: World, today: date) -> None:
    by = world.actor(world.back_office)
    rival = world.actor(world.rival_back_office)
    with pytest.raises(ValidationError):
        add_agreement(world.drum.pk, terms(5, today), customer_id=world.foreign_office.pk, by=by)
    with pytest.raises(ValidationError):
        add_agreement(world.drum.pk, terms(5, today), group_id=world.group.pk, by=rival)
    with pytest.raises(ValidationError):
        add_agreement(
            world.drum.pk,
            terms(5, today),
            customer_id=world.office.pk,
            group_id=world.group.pk,
            by=by,
        )
    with pytest.raises(ObjectDoesNotExist):
        change_agreement(special(world).pk, terms(5, today), by=rival)
    with pytest.raises(ObjectDoesNotExist):
        end_agreement(special(world).pk, last_day=today, by=rival)
    assert special(world).unit_price == 8000


@pytest.mark.parametrize("who", ["buyer", "sales", "desk"])
def test_only_the_back_office_keeps_prices(world: World, today: date, who: str) -> None:
    by = world.actor(getattr(world, who))
    with pytest.raises(NotAllowed):
        add_agreement(world.drum.pk, terms(5, today), by=by)
    with pytest.raises(NotAllowed):
        add_purchase_price(world.drum.pk, terms(5, today), by=by)


def test_purchase_prices_follow_the_same_rule(world: World, today: date) -> None:
    by, start = world.actor(world.back_office), today + 3 * DAY
    old = PurchasePrice.objects.get(consumable=world.black)
    new = change_purchase_price(old.pk, terms(5100, start), by=by)
    old.refresh_from_db()
    assert old.unit_price == 5000 and old.last_day == start - DAY
    assert new.unit_price == 5100 and new.manufacturer_id == world.maker.pk
    assert price_of(world, start).purchase_price == 5100
    end_purchase_price(new.pk, last_day=start, by=by)
    assert price_of(world, start + DAY).purchase_price is None
    with pytest.raises(ObjectDoesNotExist):
        change_purchase_price(new.pk, terms(1, start), by=world.actor(world.rival_back_office))
