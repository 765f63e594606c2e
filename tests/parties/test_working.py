"""Hours, absences and hand-overs: what holds, what is refused and why, what a stranger cannot."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tests.world import World
from tonerloop.collection.models import CollectionRequest
from tonerloop.common.actor import NotAllowed
from tonerloop.common.days import local_day
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders import actions
from tonerloop.orders.models import Order
from tonerloop.parties.actions import (
    Away,
    Week,
    end_absence,
    record_absence,
    set_desk_hours,
    set_working_time,
)
from tonerloop.parties.charge import in_charge
from tonerloop.parties.models import Absence, Customer, Membership, Person, WorkingTime
from tonerloop.parties.working import Stages, calendar_of

pytestmark = pytest.mark.django_db
NINE_TO_FIVE = ((540, 1020),)
MANY = [date(2026, 1, 1) + timedelta(days=n) for n in range(201)]
USUAL = Week(hours=[NINE_TO_FIVE] * 5 + [(), ()])


def today() -> date:
    return local_day(timezone.now(), "Asia/Tokyo")


def away(world: World, person: Person, deputy: Person | None = None, **days: int) -> Absence:
    who = Away(
        person_id=person.pk,
        deputy_id=deputy.pk if deputy else None,
        first_day=today() + timedelta(days=days.get("first", 0)),
        last_day=today() + timedelta(days=days.get("last", 5)),
    )
    return record_absence(who, by=world.actor(world.back_office))


def refusal(call: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        call()
    return caught.value.message_dict


# --- hours


def test_hours_and_holidays_are_kept(world: World) -> None:
    week = Week(hours=USUAL.hours, holidays=[date(2027, 1, 1), date(2027, 1, 1)])
    set_working_time(week, Stages(price=(1, 2, 3)), by=world.actor(world.back_office))
    calendar = calendar_of(world.seller)
    assert calendar.hours[0] == NINE_TO_FIVE and calendar.hours[6] == ()
    assert calendar.holidays == {date(2027, 1, 1)}
    assert Entry.objects.filter(event=Event.RECORD_CHANGED, seller_id=world.seller.pk).exists()


@pytest.mark.parametrize(
    ("week", "field"),
    [
        (Week(hours=[((540, 720), (700, 800))] + [()] * 6), "hours_0"),
        (Week(hours=[()] * 6 + [((800, 540),)]), "hours_6"),
        (Week(hours=[((540, 550),)] + [()] * 6), "hours_0"),
        (Week(hours=USUAL.hours, holidays=MANY), "holidays"),
    ],
)
def test_hours_that_cannot_be(world: World, week: Week, field: str) -> None:
    by = world.actor(world.back_office)
    assert list(refusal(lambda: set_working_time(week, Stages(), by=by))) == [field]
    assert not WorkingTime.objects.exists()


@pytest.mark.parametrize(
    ("stages", "fields"),
    [
        (Stages(price=(30, 30, 60)), ["price_1"]),
        (Stages(approval=(0, 2, 3)), ["approval_0"]),
        (Stages(buyer=(5, 20_000)), ["buyer_1"]),
    ],
)
def test_stages_come_one_after_the_other(world: World, stages: Stages, fields: list[str]) -> None:
    by = world.actor(world.back_office)
    assert list(refusal(lambda: set_working_time(USUAL, stages, by=by))) == fields


@pytest.mark.parametrize("who", ["sales", "buyer", "desk", "dispatcher"])
def test_only_the_back_office_sets_the_sellers_hours(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        set_working_time(USUAL, Stages(), by=world.actor(getattr(world, who)))


@pytest.mark.parametrize("who", ["back_office", "buyer", "dispatcher"])
def test_only_the_desk_sets_its_own(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        set_desk_hours(USUAL, by=world.actor(getattr(world, who)))


# --- absences


def sees(world: World, person: Person, order: Order) -> bool:
    return Order.objects.visible_to(world.actor(person)).filter(pk=order.pk).exists()


def test_who_stands_in_sees_and_confirms(world: World) -> None:
    order = world.place()
    assert not sees(world, world.other_sales, order)
    away(world, world.sales, world.other_sales)
    assert sees(world, world.other_sales, order) and sees(world, world.sales, order)
    actions.confirm_price(order.number, by=world.actor(world.other_sales))


def test_collections_too(world: World) -> None:
    world.registered()
    world.collection()
    mine = CollectionRequest.objects.visible_to(world.actor(world.other_sales))
    assert not mine.exists()
    away(world, world.sales, world.other_sales)
    assert mine.exists()


def test_before_and_afterwards_it_is_a_strangers(world: World) -> None:
    order = world.place()
    absence = away(world, world.sales, world.other_sales, first=2, last=3)
    assert not sees(world, world.other_sales, order)
    Absence.objects.filter(pk=absence.pk).update(
        begins_at=timezone.now() - timedelta(days=3), ends_at=timezone.now()
    )
    assert not sees(world, world.other_sales, order)
    with pytest.raises(Order.DoesNotExist):
        actions.confirm_price(order.number, by=world.actor(world.other_sales))


def test_the_sellers_own_midnight_begins_and_ends_it(world: World) -> None:
    absence = away(world, world.sales, first=1, last=1)
    assert absence.ends_at - absence.begins_at == timedelta(days=1)
    assert local_day(absence.begins_at, "Asia/Tokyo") == today() + timedelta(days=1)
    assert (absence.begins_at.hour, absence.begins_at.minute) == (15, 0)  # midnight in Tokyo


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"deputy": "sales"}, "deputy"),
        ({"deputy": "rival_sales"}, "deputy"),
        ({"person": "rival_sales"}, "person"),
        ({"first": 3, "last": 2}, "last_day"),
        ({"first": -5, "last": -1}, "last_day"),
        ({"last": 400}, "last_day"),
    ],
)
def test_absences_that_cannot_be(world: World, facts: dict[str, Any], field: str) -> None:
    person = getattr(world, facts.pop("person", "sales"))
    deputy = getattr(world, facts.pop("deputy", "deputy"))
    assert field in refusal(lambda: away(world, person, deputy, **facts))
    assert not Absence.objects.exists()


def test_nobody_is_away_twice_and_no_deputy_is_away(world: World) -> None:
    away(world, world.sales, world.deputy)
    assert "first_day" in refusal(lambda: away(world, world.sales, first=3))
    assert "deputy" in refusal(lambda: away(world, world.other_sales, world.sales))
    away(world, world.sales, world.deputy, first=6, last=7)


def test_a_salesperson_speaks_for_oneself_alone(world: World) -> None:
    who = Away(person_id=world.deputy.pk, first_day=today(), last_day=today())
    with pytest.raises(NotAllowed):
        record_absence(who, by=world.actor(world.sales))
    absence = away(world, world.deputy)
    with pytest.raises(NotAllowed):
        end_absence(absence.pk, by=world.actor(world.sales))
    with pytest.raises(Absence.DoesNotExist):
        end_absence(absence.pk, by=world.actor(world.rival_back_office))
    end_absence(absence.pk, by=world.actor(world.deputy))
    assert not sees(world, world.other_sales, world.place())


def test_back_early(world: World) -> None:
    order, absence = world.place(), away(world, world.sales, world.other_sales)
    Absence.objects.filter(pk=absence.pk).update(begins_at=timezone.now() - timedelta(hours=1))
    end_absence(absence.pk, by=world.actor(world.sales))
    assert not sees(world, world.other_sales, order)
    assert Absence.objects.get().ends_at <= timezone.now()


def names(world: World) -> tuple[str, ...]:
    charge = in_charge(Customer.objects.get(pk=world.office.pk), timezone.now())
    return tuple(person.name if person else "" for person in (charge.first, charge.second))


def test_who_is_in_charge(world: World) -> None:
    assert names(world) == ("Sato Sales", "Dora Deputy")
    absence = away(world, world.sales)
    assert names(world) == ("Dora Deputy", "")
    end_absence(absence.pk, by=world.actor(world.sales))
    away(world, world.sales, world.other_sales)
    assert names(world) == ("Otto Other", "Dora Deputy")
    away(world, world.other_sales)
    assert names(world) == ("Dora Deputy", "")
    away(world, world.deputy)
    assert names(world) == ("", "")


def test_who_has_left_is_not_in_charge(world: World) -> None:
    Membership.objects.filter(person=world.sales).update(active=False)
    assert names(world) == ("Dora Deputy", "")


# --- hand-over


def hand_over(world: World, to: Person, customers: list[int] | None = None) -> int:
    by = world.actor(world.back_office)
    return actions.hand_over(world.sales.pk, to.pk, customers, by=by)


def test_handed_over_the_new_one_has_the_open_orders(world: World) -> None:
    order = world.place()
    assert hand_over(world, world.other_sales) == 1
    assert sees(world, world.other_sales, order) and not sees(world, world.sales, order)
    assert names(world)[0] == "Otto Other"
    actions.confirm_price(order.number, by=world.actor(world.other_sales))
    entry = Entry.objects.get(event=Event.ORDER_HANDED_OVER)
    assert (entry.subject_id, entry.data["to"]) == (order.pk, world.other_sales.pk)
    noted = Entry.objects.get(event=Event.RECORD_CHANGED, subject_kind="customer")
    assert (noted.subject_id, noted.data["action"]) == (world.office.pk, "handed_over")


def test_a_deputy_who_takes_over_is_deputy_no_more(world: World) -> None:
    hand_over(world, world.deputy, [world.office.pk])
    world.office.refresh_from_db()
    assert (world.office.salesperson_id, world.office.deputy_id) == (world.deputy.pk, None)


@pytest.mark.parametrize("to", ["sales", "rival_sales", "buyer"])
def test_not_to_a_stranger(world: World, to: str) -> None:
    assert "to" in refusal(lambda: hand_over(world, getattr(world, to)))


@pytest.mark.parametrize("whose", ["rival_office", "foreign_office"])
def test_not_what_is_not_the_givers(world: World, whose: str) -> None:
    other = getattr(world, whose)
    wanted = [world.office.pk, other.pk]
    assert "customers" in refusal(lambda: hand_over(world, world.deputy, wanted))
    world.office.refresh_from_db()
    assert world.office.salesperson_id == world.sales.pk


def test_nothing_checked_is_nothing_handed_over(world: World) -> None:
    assert "customers" in refusal(lambda: hand_over(world, world.deputy, []))


@pytest.mark.parametrize("who", ["sales", "rival_back_office", "desk"])
def test_only_the_own_back_office_hands_over(world: World, who: str) -> None:
    by = world.actor(getattr(world, who))
    with pytest.raises((NotAllowed, ValidationError)):
        actions.hand_over(world.sales.pk, world.deputy.pk, by=by)
    world.office.refresh_from_db()
    assert world.office.salesperson_id == world.sales.pk
