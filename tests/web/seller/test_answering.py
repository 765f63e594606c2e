"""The screens of working hours, absences and hand-overs, and what every order page says of time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.web.customer.conftest import logged_in
from tests.world import World
from tonerloop.common.days import local_day
from tonerloop.orders.actions import cancel, confirm_price
from tonerloop.orders.models import Order
from tonerloop.parties.models import Absence, Customer, WorkingTime
from tonerloop.parties.working import calendar_of
from tonerloop.web.shared.week_forms import HoursField, hours_text

pytestmark = pytest.mark.django_db
TEN = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Tokyo
HOURS, ABSENCES, HANDOVER = (
    "/seller/customers/hours/",
    "/seller/customers/absences/",
    "/seller/customers/handover/",
)


@pytest.fixture
def office(world: World) -> Client:
    return logged_in(world.back_office)


def at(moment: datetime) -> Any:
    return patch("django.utils.timezone.now", return_value=moment)


def shown(client: Client, path: str) -> dict[str, str]:
    """What the form of a page holds as it is shown."""
    form = client.get(path).context["form"]
    return {name: form[name].value() for name in form.fields}


def days(**more: Any) -> dict[str, Any]:
    today = local_day(timezone.now(), "Asia/Tokyo")
    return {"first_day": today, "last_day": today + timedelta(days=3), "deputy": "", **more}


# --- hours


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("9:00–17:30", "9:00–17:30"),
        ("9-12, 13.30-17", "9:00–12:00, 13:30–17:00"),
        ("９：００～１７：３０", "9:00–17:30"),
        ("8:30 to 12; 13:00 — 24:00", "8:30–12:00, 13:00–24:00"),
        ("22:00-6:00", "22:00–6:00"),
        ("", ""),
    ],
)
def test_hours_as_people_type_them(typed: str, kept: str) -> None:
    hours = HoursField().clean(typed)
    assert hours_text(hours) == kept
    assert HoursField().clean(hours_text(hours)) == hours


@pytest.mark.parametrize(
    "typed", ["nine to five", "9:00", "25:00-26:00", "9:75-10:00", "9:00-9:00", "24:00-2:00"]
)
def test_other_hours_are_explained_and_not_lost(office: Client, typed: str) -> None:
    answer = office.post(HOURS, shown(office, HOURS) | {"hours_2": typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "is not understood. Type hours such as 9:00–12:30" in page and typed in page
    assert not WorkingTime.objects.exists()


def test_what_is_shown_can_be_kept(world: World, office: Client) -> None:
    usual = calendar_of(world.seller)
    given = shown(office, HOURS)
    assert (given["hours_0"], given["hours_5"]) == ("9:00–17:30", "")
    answer = office.post(HOURS, given | {"holidays": "2026-12-31\n2027/1/1", "price_0": "15"})
    assert answer.headers["Location"] == HOURS
    own = WorkingTime.objects.get(seller=world.seller)
    assert [str(day) for day in own.holidays] == ["2026-12-31", "2027-01-01"]
    assert own.price_minutes == [15, 60, 120]
    assert calendar_of(own.seller).hours == usual.hours  # type: ignore[arg-type]
    assert shown(office, HOURS)["holidays"] == "2026-12-31\n2027-01-01"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"holidays": "31.12.2026"}, "“31.12.2026” is not a day."),
        ({"holidays": "2026-02-30"}, "“2026-02-30” is not a day."),
        ({"price_1": "30"}, "more than 30 minutes"),
        ({"approval_0": "soon"}, "Type a whole number of minutes"),
        ({"buyer_1": "99999"}, "from 1 to 10000"),
        ({"hours_0": "9-12, 11-15"}, "These hours overlap"),
    ],
)
def test_wrong_input_says_what_to_do(office: Client, typed: dict[str, str], words: str) -> None:
    answer = office.post(HOURS, shown(office, HOURS) | typed)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not WorkingTime.objects.exists()


def test_the_desk_sets_its_hours(world: World) -> None:
    desk = logged_in(world.desk)
    path = reverse("manufacturer:hours")
    assert desk.post(path, shown(desk, path) | {"hours_5": "10-12"}).status_code == 302
    assert calendar_of(WorkingTime.objects.get().manufacturer).hours[5] == ((600, 720),)  # type: ignore[arg-type]
    assert desk.post(path, {"hours_0": "x"}).status_code == 422


# --- absences


def test_the_office_notes_and_ends_an_absence(world: World, office: Client) -> None:
    given = days(person=world.sales.pk, deputy=world.other_sales.pk)
    assert office.post(ABSENCES, given).status_code == 302
    page = office.get(ABSENCES).content.decode()
    assert "Away now" in page and "Otto Other stands in" in page
    absence = Absence.objects.get()
    assert office.post(f"{ABSENCES}{absence.pk}/end/").status_code == 302
    assert "Away now" not in office.get(ABSENCES).content.decode()


def test_a_salesperson_notes_the_own_absence_on_the_phone(world: World) -> None:
    phone, path = logged_in(world.sales), reverse("salesperson:absences")
    form = phone.get(path).context["form"]
    assert "person" not in form.fields
    assert world.sales not in form.fields["deputy"].queryset
    phone.post(path, days(person=world.deputy.pk, deputy=world.other_sales.pk))
    assert Absence.objects.get().person_id == world.sales.pk
    standing_in = logged_in(world.other_sales)
    assert "Sato Sales" in standing_in.get(path).content.decode()
    number = world.place().number
    queue = standing_in.get(reverse("salesperson:queue")).content.decode()
    assert "You stand in for Sato Sales" in queue and number in queue


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"first_day": "tomorrow"}, "Type the day as year-month-day"),
        ({"last_day": "2020-01-01"}, "The last day lies before the first"),
        ({"deputy": "same"}, "Somebody else must stand in."),
    ],
)
def test_wrong_absences_are_explained(
    world: World, office: Client, wrong: dict[str, str], words: str
) -> None:
    wrong = {k: str(world.sales.pk) if v == "same" else v for k, v in wrong.items()}
    answer = office.post(ABSENCES, days(person=world.sales.pk) | wrong)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Absence.objects.exists()


# --- hand-over


def test_handing_over_what_is_checked(world: World, office: Client) -> None:
    world.place()
    path = f"{HANDOVER}?from={world.sales.pk}"
    assert "Mori Law" in office.get(path).content.decode()
    nothing = office.post(path, {"to": world.deputy.pk})
    assert nothing.status_code == 422
    assert "Choose from the customers" in nothing.content.decode()
    answer = office.post(path, {"to": world.other_sales.pk, "customers": [world.office.pk]})
    assert answer.status_code == 302
    assert Customer.objects.get(pk=world.office.pk).salesperson_id == world.other_sales.pk


def test_handing_over_all(world: World, office: Client) -> None:
    path = f"{HANDOVER}?from={world.sales.pk}"
    office.post(path, {"to": world.other_sales.pk, "every": "1"})
    assert not Customer.objects.filter(salesperson=world.sales).exists()


def test_a_rivals_customers_are_not_shown(world: World) -> None:
    rival = logged_in(world.rival_back_office)
    page = rival.get(f"{HANDOVER}?from={world.sales.pk}").content.decode()
    assert "Mori Law" not in page and "Sato" not in page
    answer = rival.post(
        f"{HANDOVER}?from={world.sales.pk}", {"to": world.rival_sales.pk, "every": "1"}
    )
    assert answer.status_code == 422


# --- what an order's page says


def one(world: World, who: str, order: Order) -> str:
    names = {
        "buyer": "customer:one",
        "sales": "salesperson:order",
        "back_office": "seller:order",
        "desk": "manufacturer:order",
    }
    path = reverse(names[who], args=[order.number])
    return logged_in(getattr(world, who)).get(path).content.decode()


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("buyer", "Waiting for Sato Sales to confirm the price, by 03:00 at the latest."),
        ("back_office", "Waiting for Sato Sales to confirm the price, by 03:00 at the latest."),
        ("sales", "Waiting for you to confirm the price, by 03:00 at the latest."),
    ],
)
def test_by_when_a_price_is_confirmed(world: World, who: str, words: str) -> None:
    with at(TEN):
        assert words in one(world, who, world.place())


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("buyer", "The order is with Canon, waiting for approval by 1 Dec 17:00 at the latest."),
        ("sales", "The order is with Canon, waiting for approval by 1 Dec 17:00 at the latest."),
        ("desk", "Waiting for your approval, by 1 Dec 17:00 at the latest."),
    ],
)
def test_by_when_an_order_is_approved(world: World, who: str, words: str) -> None:
    with at(TEN):
        order = confirm_price(world.place().number, by=world.actor(world.sales))
        page = one(world, who, order)
    assert words.replace("1 Dec 17:00", "17:00") in page


def test_the_day_is_named_where_it_is_another(world: World) -> None:
    with at(TEN.replace(hour=8)):
        assert "by 2 Dec 01:30 at the latest" in one(world, "buyer", world.place())


def test_who_stands_in_is_named(world: World, office: Client) -> None:
    office.post(ABSENCES, days(person=world.sales.pk, deputy=world.other_sales.pk))
    order = world.place()
    assert "Waiting for Otto Other to confirm" in one(world, "buyer", order)
    assert "Otto Other" in office.get("/seller/orders/").content.decode()


def test_what_is_late_is_said_and_marked(world: World) -> None:
    with at(TEN):
        order = world.place()
    with at(TEN + timedelta(minutes=31)):
        assert "Reminded" in logged_in(world.sales).get("/sales/").content.decode()
    with at(TEN + timedelta(minutes=121)):
        page = one(world, "buyer", order)
        assert "Waiting for Sato Sales to confirm the price. The answer was due by 03:00." in page
        for who, path in (("sales", "/sales/"), ("back_office", "/seller/orders/")):
            assert "Late" in logged_in(getattr(world, who)).get(path).content.decode()


def test_the_desk_sees_what_is_late_with_it(world: World) -> None:
    with at(TEN):
        order = confirm_price(world.place().number, by=world.actor(world.sales))
    with at(TEN + timedelta(days=2)):
        for path in ("/desk/", "/desk/orders/"):
            assert "Late" in logged_in(world.desk).get(path).content.decode()
        cancel(order.number, "duplicate", by=world.actor(world.buyer))
        assert "Late" not in logged_in(world.desk).get("/desk/orders/").content.decode()


def test_usually_is_said_once_it_is_known(world: World) -> None:
    for _turn in range(5):
        with at(TEN):
            number = world.place().number
        with at(TEN + timedelta(minutes=33)):
            confirm_price(number, by=world.actor(world.sales))
    with at(TEN):
        order = world.place()
        assert "at the latest. Usually within 35 minutes." in one(world, "buyer", order)
        assert "Usually" not in one(world, "sales", order)
    with at(TEN.replace(hour=20)):
        night = world.place()
        assert "Usually within 35 minutes in working hours." in one(world, "buyer", night)


def test_reminders_stand_on_the_timeline_of_those_who_may_know(world: World) -> None:
    from tonerloop.orders.actions import tell_overdue

    with at(TEN):
        order = world.place()
        tell_overdue(TEN + timedelta(minutes=31))
        confirm_price(order.number, by=world.actor(world.sales))
        words = "reminded the salesperson to confirm the price"
        assert words in one(world, "buyer", order) and words in one(world, "sales", order)
        assert words not in one(world, "desk", order)
