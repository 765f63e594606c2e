"""The back office's screens of prices: agreements, purchase prices, what a customer pays."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.world import World
from tonerloop.catalogue.models import Consumable, Kind
from tonerloop.common.days import local_day
from tonerloop.journal.models import Entry
from tonerloop.pricing.models import PriceAgreement, PurchasePrice

DAY = timedelta(days=1)


@pytest.fixture
def office(world: World) -> Client:
    client = Client()
    client.force_login(world.back_office)
    return client


@pytest.fixture
def today(world: World) -> date:
    return local_day(timezone.now(), world.seller.time_zone)


def url(name: str, *args: int) -> str:
    return reverse(f"seller:{name}", args=args)


def rows(*breaks: tuple[str, str], initial: int = 0) -> dict[str, str]:
    given = {"breaks-TOTAL_FORMS": str(max(4, len(breaks))), "breaks-INITIAL_FORMS": str(initial)}
    for index, (quantity, price) in enumerate(breaks):
        given |= {f"breaks-{index}-min_quantity": quantity, f"breaks-{index}-unit_price": price}
    return given


def agreement(*breaks: tuple[str, str], **more: Any) -> dict[str, Any]:
    given = {"part_number": "NPG-67-DR", "currency": "JPY", "unit_price": "18000"}
    return {**given, "first_day": "2026-01-01", "note": "Deal 7", **rows(*breaks), **more}


def special(world: World) -> PriceAgreement:
    return PriceAgreement.objects.get(customer=world.office, consumable=world.black)


def test_add_at_each_level(world: World, office: Client) -> None:
    office.post(url("agreement_new"), agreement(("5", "17000"), ("20", "１６，５００")))
    listed = PriceAgreement.objects.get(consumable=world.drum)
    assert (listed.level, listed.seller_id) == ("list", world.seller.pk)
    assert listed.unit_price == 18000 and listed.note == "Deal 7"
    assert [(b.min_quantity, int(b.unit_price)) for b in listed.breaks.all()] == [
        (5, 17000),
        (20, 16500),
    ]
    office.post(url("agreement_new"), agreement(group=world.group.pk))
    office.post(url("agreement_new"), agreement(customer=world.office.pk, part_number="npg-67-dr"))
    found = PriceAgreement.objects.filter(consumable=world.drum).order_by("pk")
    assert [each.level for each in found] == ["list", "group", "customer"]
    euros = agreement(currency="EUR", unit_price="150.55", part_number="NPG-67-DR")
    office.post(url("agreement_new"), euros)
    assert PriceAgreement.objects.filter(currency="EUR", unit_price=Decimal("150.55")).exists()


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("unit_price", "-1"),
        ("unit_price", "10.5"),  # the yen has no minor unit
        ("unit_price", "10.555"),
        ("unit_price", "ten"),
        ("unit_price", "1e3"),
        ("unit_price", "NaN"),
        ("unit_price", "99999999999999"),
        ("unit_price", ""),
        ("currency", "XXX"),
        ("first_day", ""),
        ("first_day", "01/02/2026"),
        ("first_day", "2026-02-30"),
        ("last_day", "2025-12-31"),
        ("part_number", "NOT-THERE"),
        ("part_number", "x" * 10_000),
        ("part_number", "a\x00b"),
        ("customer", "foreign"),
        ("customer", "x"),
        ("group", "99999999999999999999"),
        ("note", "x" * 10_000),
        ("note", "a\x1bb"),
    ],
)
def test_a_bad_agreement_is_told_beside_its_field(
    world: World, office: Client, field: str, bad: str
) -> None:
    value: object = world.foreign_office.pk if bad == "foreign" else bad
    before = PriceAgreement.objects.count()
    given = agreement(("7", "16999"), **{field: value})
    answer = office.post(url("agreement_new"), given)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    page = answer.content.decode()
    assert 'value="16999"' in page  # what was typed elsewhere is kept
    assert (PriceAgreement.objects.count(), Entry.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    "breaks",
    [
        [("1", "5")],
        [("5", "")],
        [("", "5")],
        [("5", "-5")],
        [("5", "5.5")],
        [("x", "5")],
        [("1.5", "5")],
        [("5", "5"), ("5", "4")],
        [("999999999999", "5")],
    ],
)
def test_bad_breaks_store_nothing(
    world: World, office: Client, breaks: list[tuple[str, str]]
) -> None:
    before = PriceAgreement.objects.count()
    answer = office.post(url("agreement_new"), agreement(*breaks))
    assert answer.status_code == 422
    assert 'value="Deal 7"' in answer.content.decode()
    assert PriceAgreement.objects.count() == before


def test_rows_that_are_no_rows_do_not_break_it(office: Client, world: World) -> None:
    for total in ("x", "-1", "100000", ""):
        answer = office.post(url("agreement_new"), agreement() | {"breaks-TOTAL_FORMS": total})
        assert answer.status_code in (302, 422)


def test_customer_and_group_at_once_are_refused(world: World, office: Client) -> None:
    both = agreement(customer=world.office.pk, group=world.group.pk)
    assert "group" in office.post(url("agreement_new"), both).context["form"].errors


def test_a_part_number_of_two_makers_asks_which(world: World, office: Client) -> None:
    Consumable.objects.create(
        manufacturer=world.rival_maker, part_number="NPG-67-DR", kind=Kind.DRUM
    )
    answer = office.post(url("agreement_new"), agreement())
    assert "manufacturer" in answer.context["form"].errors
    office.post(url("agreement_new"), agreement(manufacturer=world.rival_maker.pk))
    made = PriceAgreement.objects.get(unit_price=18000)
    assert made.consumable.manufacturer_id == world.rival_maker.pk


def test_editing_what_has_begun_makes_a_successor(
    world: World, office: Client, today: date
) -> None:
    old, start = special(world), today + 7 * DAY
    page = office.get(url("agreement_edit", old.pk)).content.decode()
    assert 'value="8000"' in page and 'value="7500"' in page
    terms = {"currency": "JPY", "unit_price": "8200", "first_day": start.isoformat()}
    office.post(
        url("agreement_edit", old.pk), {**terms, **rows(("10", "7700"), initial=1), "note": ""}
    )
    old.refresh_from_db()
    assert old.unit_price == 8000 and old.last_day == start - DAY
    new = PriceAgreement.objects.get(customer=world.office, unit_price=8200)
    assert [int(b.unit_price) for b in new.breaks.all()] == [7700]
    yesterday = {**terms, "first_day": (today - DAY).isoformat(), **rows(), "note": ""}
    answer = office.post(url("agreement_edit", new.pk), yesterday)
    assert answer.status_code == 302  # it has not begun: its days may be put anywhere
    answer = office.post(url("agreement_edit", old.pk), yesterday)
    assert "first_day" in answer.context["form"].errors


def test_end_an_agreement(world: World, office: Client, today: date) -> None:
    pk = special(world).pk
    for bad in ((today - DAY).isoformat(), "", "soon"):
        answer = office.post(url("agreement_end", pk), {"last_day": bad})
        assert answer.status_code == 422
    office.post(url("agreement_end", pk), {"last_day": today.isoformat()})
    assert special(world).last_day == today


def test_the_list_filters(world: World, office: Client, today: date) -> None:
    office.post(url("agreement_end", special(world).pk), {"last_day": today.isoformat()})

    def shown(**query: Any) -> list[int]:
        page = office.get(url("agreements"), query).context["page"]
        return sorted(int(each.unit_price) for each in page)

    assert shown(level="group") == [8500]
    assert shown(customer=world.office.pk) == [8000]
    assert shown(level="customer", day=(today + DAY).isoformat()) == [4321]
    assert shown(part_number="tk-") == [8000]
    assert shown(level="customer", part_number="67-bk") == [4321, 8000]
    everything = shown()
    assert shown(customer=world.foreign_office.pk) == everything  # unknown here: said, not used
    assert shown(level="x", day="x", group="x") == everything


def test_what_a_customer_pays_and_why(world: World, office: Client, today: date) -> None:
    def ask(**more: Any) -> Any:
        query = {"part_number": "NPG-67-BK", "quantity": "1", "day": today.isoformat(), **more}
        return office.get(url("price_check"), {"customer": world.office.pk, **query})

    answer = ask().context["answer"]
    assert (answer["unit_price"], answer["price"].level) == (8000, "customer")
    answer = ask(quantity="10").context["answer"]
    assert (answer["unit_price"], answer["from_quantity"], answer["amount"]) == (7500, 10, 75000)
    assert ask(part_number="NPG-67-C").context["answer"]["price"].level == "list"
    assert ask(part_number="NPG-67-DR").context["answer"]["unit_price"] is None
    assert ask(customer=world.rival_office.pk).context["answer"]["unit_price"] == 4321
    refused = ask(customer=world.foreign_office.pk)
    assert refused.context["answer"] is None and "customer" in refused.context["form"].errors
    assert ask(quantity="0").context["answer"] is None


def test_purchase_prices(world: World, office: Client, today: date) -> None:
    given = {"part_number": "TK-3160", "currency": "JPY", "unit_price": "4000"}
    office.post(url("purchase_price_new"), {**given, "first_day": today.isoformat()})
    made = PurchasePrice.objects.get(consumable=world.rival_toner)
    assert (made.manufacturer_id, made.seller_id) == (world.rival_maker.pk, world.seller.pk)
    for bad in ({"unit_price": "-4"}, {"unit_price": "4.5"}, {"last_day": "2020-01-01"}):
        again = {**given, "first_day": today.isoformat(), **bad}
        assert office.post(url("purchase_price_new"), again).status_code == 422
    later = (today + DAY).isoformat()
    terms = {"currency": "JPY", "unit_price": "4100", "first_day": later}
    office.post(url("purchase_price_edit", made.pk), terms)
    made.refresh_from_db()
    assert made.last_day == today
    new = PurchasePrice.objects.get(unit_price=4100)
    office.post(url("purchase_price_end", new.pk), {"last_day": later})
    new.refresh_from_db()
    assert new.last_day == today + DAY
    listed = office.get(url("purchase_prices"), {"q": "tk-3160"}).context["page"]
    assert [each.pk for each in listed] == [new.pk, made.pk]


def owned(world: World) -> list[tuple[str, int]]:
    price = PurchasePrice.objects.get(consumable=world.black).pk
    return [
        ("agreement_edit", special(world).pk),
        ("agreement_end", special(world).pk),
        ("purchase_price_edit", price),
        ("purchase_price_end", price),
    ]


def test_a_rival_finds_nothing(world: World) -> None:
    client = Client()
    client.force_login(world.rival_back_office)
    filled = {**agreement(), "last_day": "2030-01-01"}
    for name, pk in owned(world):
        assert client.get(url(name, pk)).status_code == 404, name
        assert client.post(url(name, pk), filled).status_code == 404, name
    page = client.get(url("agreements")).content.decode()
    assert "NPG-67-BK" not in page and "Mori Law" not in page
    foreign = agreement(customer=world.office.pk)
    assert "customer" in client.post(url("agreement_new"), foreign).context["form"].errors
    foreign = agreement(group=world.group.pk)
    assert "group" in client.post(url("agreement_new"), foreign).context["form"].errors
    assert not Entry.objects.exists()


@pytest.mark.parametrize("who", ["buyer", "sales", "desk"])
def test_other_roles_stay_out(world: World, who: str) -> None:
    client = Client()
    client.force_login(getattr(world, who))
    for name, pk in owned(world):
        assert client.get(url(name, pk)).status_code == 403, name
        assert client.post(url(name, pk), {}).status_code == 403, name
    for name in ("agreements", "agreement_new", "price_check", "purchase_prices"):
        assert client.get(url(name)).status_code == 403, name


def test_the_list_needs_few_statements(
    world: World, office: Client, django_assert_max_num_queries: Any
) -> None:
    for price in range(40):
        PriceAgreement.objects.create(
            seller=world.seller,
            consumable=world.black,
            currency="JPY",
            unit_price=price,
            first_day=date(2020, 1, 1),
        )
    with django_assert_max_num_queries(9):
        office.get(url("agreements"))
