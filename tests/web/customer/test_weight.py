"""How much a slow phone has to load for the order screen of twenty machines, a hundred lines."""

import gzip
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.utils import translation

from tests.web.customer.conftest import at, logged_in
from tests.world import World
from tonerloop.catalogue.models import Consumable
from tonerloop.fleet.models import Equipment
from tonerloop.pricing.models import PriceAgreement

pytestmark = pytest.mark.django_db
FILE = re.compile(r'(?:href|src)="/static/([^"]+\.(?:css|js|svg))"')


@pytest.fixture
def many(world: World) -> World:
    """Twenty machines with five items each."""
    Equipment.objects.filter(customer=world.office).delete()
    colours = ("black", "cyan", "magenta", "yellow", "black")
    for n, colour in enumerate(colours):
        number = f"WEIGHT-{n}-{colour[:1].upper()}"
        item = Consumable.objects.create(
            manufacturer=world.black.manufacturer,
            part_number=number,
            name=f"Item {n}",
            kind="toner",
            colour=colour,
            page_yield=1000 * n + 500,
        )
        world.copier.model.consumables.add(item)
    world.copier.model.consumables.remove(world.black, world.other_black, world.cyan, world.drum)
    Equipment.objects.bulk_create(
        Equipment(
            seller=world.seller,
            customer=world.office,
            site=world.head,
            model=world.copier.model,
            serial_number=f"SN{n:05d}",
            asset_tag=f"A-{n:03d}",
            location=f"{n}th floor",
        )
        for n in range(20)
    )
    return world


def test_the_screen_is_light_on_the_first_visit_and_after(many: World) -> None:
    answer = logged_in(many.buyer).get(at("order"), headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    page = gzip.decompress(answer.content).decode()
    assert page.count('<li class="line') == 100
    assert len(answer.content) < 15_000
    files = set(FILE.findall(page))
    assert {name.rpartition(".")[2] for name in files} == {"css", "js", "svg"}
    weights = [len(gzip.compress(Path(str(finders.find(name))).read_bytes())) for name in files]
    assert len(answer.content) + sum(weights) < 60_000


def test_what_is_kept_of_lines_never_gets_to_another_customer(many: World) -> None:
    """The same items at other prices, for one reader after the other, in both languages."""
    item = many.copier.model.consumables.get(part_number="WEIGHT-1-C")
    site = many.rival_office.sites.all()[0]
    Equipment.objects.create(
        seller=many.seller,
        customer=many.rival_office,
        site=site,
        model=many.copier.model,
        serial_number="SN-RIVAL",
        location="Cellar",
    )
    prices = {many.office: "11.11", many.rival_office: "22.22"}
    for customer, price in prices.items():
        PriceAgreement.objects.create(
            seller=many.seller,
            customer=customer,
            consumable=item,
            currency=many.seller.currency,
            unit_price=Decimal(price),
            first_day=date(2020, 1, 1),
        )
    shop = logged_in(many.buyer)
    for _turn in range(2):
        ours = shop.get(at("order")).content.decode()
        theirs = logged_in(many.rival_buyer).get(at("order")).content.decode()
        assert "11.11" in ours and "22.22" not in ours
        assert "22.22" in theirs and "11.11" not in theirs
    type(many.buyer).objects.filter(pk=many.buyer.pk).update(language="ja")
    with translation.override("en"):  # for the tests that follow
        japanese = shop.get(at("order")).content.decode()
    assert "Cyan toner" in ours and "Cyan toner" not in japanese
