"""Collected and delivered as sellers, manufacturers and collectors read them, and nobody else."""

import csv
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from tests.collection.test_flow import counted
from tests.world import World
from tonerloop.collection.carbon import carbon_on
from tonerloop.collection.models import CarbonFactor
from tonerloop.collection.statements import yearly
from tonerloop.orders import actions
from tonerloop.parties.models import Site

pytestmark = pytest.mark.django_db
PATHS = {
    "back_office": "/seller/collections/figures/",
    "desk": "/desk/returns/",
    "dispatcher": "/collector/figures/",
}


def lived(world: World) -> None:
    """2 black and 1 cyan delivered, 3 black collected of which none is an imitation."""
    day = timezone.now().date() + timedelta(days=4)
    world.registered()
    number = actions.confirm_price(world.place().number, by=world.actor(world.sales)).number
    actions.approve(number, day, by=world.actor(world.desk))
    actions.ship(number, {1: 2, 2: 1}, by=world.actor(world.desk))
    actions.report_delivery(number, by=world.actor(world.buyer))
    counted(world, world.collection(3))


def opened(world: World, who: str, **query: str) -> str:
    client = Client()
    client.force_login(getattr(world, who))
    answer = client.get(PATHS[who], query)
    assert answer.status_code == 200
    return answer.content.decode("utf-8-sig")


def lines(world: World, who: str, **query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(opened(world, who, **query, **{"as": "csv"}).splitlines()))


@pytest.mark.parametrize("who", PATHS)
def test_the_table_has_what_the_screen_shows(world: World, who: str) -> None:
    lived(world)
    world.office.sites.update(region="Tokyo-to")
    page, found = opened(world, who), lines(world, who)
    assert all(line["name"] in page for line in found)
    figures = {(one["kind"], one["name"]): (one["collected"], one["delivered"]) for one in found}
    today = timezone.now().astimezone().date()
    assert figures["model", "NPG-67-BK"] == ("3", "2")
    assert figures["model", "NPG-67-C"] == ("0", "1")
    assert figures["region", "Tokyo-to"] == ("3", "3")
    assert len([key for key in figures if key[0] == "month"]) == 12
    assert (("seller", "Kanda Supplies") in figures) == (who != "back_office")
    assert date.fromisoformat(found[0]["first day"]).day == 1
    assert abs(date.fromisoformat(found[0]["last day"]) - today) <= timedelta(days=1)
    assert '<svg viewBox="0 0' in page and "≈ 5 kg" in page  # 3 × 1.7 kg


def test_it_is_narrowed_by_model_region_and_year(world: World) -> None:
    lived(world)
    found = lines(world, "back_office", model=str(world.cyan.pk))
    assert [one["name"] for one in found if one["kind"] == "model"] == ["NPG-67-C"]
    assert [one["delivered"] for one in found if one["kind"] == "region"] == ["1"]
    year = str(timezone.now().year)
    months = [
        one["name"] for one in lines(world, "back_office", period=year) if one["kind"] == "month"
    ]
    assert months == [f"{year}-{month:02}" for month in range(1, 13)]
    before = lines(world, "back_office", period=str(int(year) - 1))
    assert {one["collected"] for one in before} == {"0"}


@pytest.mark.parametrize(
    "query", [{"period": "x"}, {"period": "0"}, {"model": "1 OR 1"}, {"region": "in \x00"}]
)
def test_what_cannot_be_chosen_chooses_nothing(world: World, query: dict[str, str]) -> None:
    lived(world)
    assert lines(world, "back_office", **query) == lines(world, "back_office")


@pytest.mark.parametrize("who", ["rival_back_office", "rival_desk", "rival_dispatcher"])
def test_rivals_read_nothing_of_it(world: World, who: str) -> None:
    lived(world)
    client = Client()
    client.force_login(getattr(world, who))
    page = client.get(PATHS[who.removeprefix("rival_")]).content.decode()
    assert "NPG-67" not in page and "Kanda" not in page


def test_no_region_becomes_a_formula(world: World) -> None:
    lived(world)
    Site.objects.filter(customer=world.office).update(region='=HYPERLINK("x")')
    assert "\"'=HYPERLINK" in opened(world, "desk", **{"as": "csv"})


def test_the_factor_is_the_one_of_its_time_and_its_source_is_named(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In the middle of a year: on its last evening the office's year is another one than the desk's.
    june = timezone.now().replace(month=6, day=15)
    monkeypatch.setattr(timezone, "now", lambda: june)
    assert (carbon_on(date(2026, 1, 1)).factor, carbon_on(date(2026, 1, 1)).source) == (
        Decimal("1.7"),
        "",
    )
    assert "no source is named" in opened(world, "desk")
    this_year = timezone.now().year
    for year, factor in ((this_year, "2.5"), (this_year + 1, "9")):
        CarbonFactor.objects.create(
            valid_from=date(year, 1, 1),
            factor=Decimal(factor),
            low=Decimal(2),
            high=Decimal(10),
            source="A study of toners",
            year=2024,
        )
    lived(world)
    page = opened(world, "desk")
    assert "A study of toners, 2024" in page and "2.5 kg of CO₂" in page
    assert lines(world, "desk")[0]["source"] == "A study of toners"
    assert yearly(world.office.pk, this_year).carbon.factor == Decimal("2.5")
    assert "no source is named" in opened(world, "desk", period=str(this_year - 1))


def test_a_factor_outside_its_range_is_refused() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        CarbonFactor.objects.create(
            valid_from=date(2026, 1, 1), factor=Decimal(3), low=Decimal(1), high=Decimal(2)
        )


def test_the_operator_keeps_factors_and_who_changed_them_is_on_record(world: World) -> None:
    client = Client()
    client.force_login(world.operator)
    facts = {"valid_from": "2026-05-01", "factor": "2", "low": "1.5", "high": "3", "source": "S"}
    wrong = client.post("/admin/collection/carbonfactor/add/", {**facts, "factor": "4"})
    assert "The factor must lie within its range." in wrong.content.decode()
    client.post("/admin/collection/carbonfactor/add/", {**facts, "year": "2025"})
    kept = CarbonFactor.objects.get(source="S")
    history = client.get(f"/admin/collection/carbonfactor/{kept.pk}/history/")
    assert "Olga Operator" in history.content.decode()
    assert client.get(f"/admin/collection/carbonfactor/{kept.pk}/delete/").status_code == 403


def test_a_sites_region_is_kept_and_offered_again(world: World) -> None:
    client = Client()
    client.force_login(world.back_office)
    path = f"/seller/customers/sites/{world.head.pk}/"
    facts = {"name": "Head office", "address": "1", "phone": "", "region": "Kantō"}
    page = client.get(path)
    assert page.status_code == 200, path
    assert client.post(path, facts).status_code == 302
    world.head.refresh_from_db()
    assert world.head.region == "Kantō"
    branch = client.get(f"/seller/customers/sites/{world.branch.pk}/").content.decode()
    assert '<option value="Kantō">' in branch
