"""Stickers of machines: they can be scanned, and lead their own people to the machine."""

import re

import pytest
from django.test import Client

from tests.collection.test_printing import scans, texts
from tests.web.customer.conftest import at, logged_in
from tests.world import World
from tonerloop.common.actor import Role
from tonerloop.fleet.codes import address, code_of, shown
from tonerloop.fleet.models import Equipment
from tonerloop.parties.models import Membership, Site

pytestmark = pytest.mark.django_db


def scan(machine: Equipment) -> str:
    return f"/m/{code_of(machine.pk)}"


@pytest.mark.parametrize("paper", ["sheet", "plain"])
def test_what_is_printed_can_be_scanned_and_read(world: World, shop: Client, paper: str) -> None:
    answer = shop.get(at("stickers"), {"as": paper})
    pdf = answer.content
    expected = [address(code_of(one.pk)) for one in (world.printer, world.copier)]
    assert answer.headers["Content-Type"] == "application/pdf" and scans(pdf) == [expected]
    (words,) = texts(pdf)
    for text in (shown(code_of(world.copier.pk)), "iR-ADV C3530", "C-1001", "Kanda Supplies"):
        assert text in words


def test_one_alone_and_for_a_label_printer(world: World, shop: Client) -> None:
    one = {"machine": code_of(world.copier.pk)}
    assert scans(shop.get(at("stickers"), one).content) == [[address(one["machine"])]]
    zpl = shop.get(at("stickers"), {**one, "as": "zpl"}).content.decode()
    assert one["machine"] in zpl and zpl.count("^XZ") == 1


def test_labels_that_are_used_up_stay_free(world: World, shop: Client) -> None:
    pdf = shop.get(at("stickers"), {"as": "sheet", "skip": "23"}).content
    assert [len(page) for page in scans(pdf)] == [1, 1]


@pytest.mark.parametrize("who", ["rival_buyer", "foreign_buyer", "branch_buyer"])
def test_a_sticker_of_others_is_not_printed(world: World, who: str) -> None:
    client = logged_in(getattr(world, who))
    for code in (code_of(world.copier.pk), "M1234567890", "x", "\x00"):
        assert client.get(at("stickers"), {"machine": code}).status_code == 404


def test_the_back_office_prints_any_of_its_customers(world: World) -> None:
    client = logged_in(world.back_office)
    base = f"/seller/customers/{world.office.pk}/machines/stickers/"
    assert shown(code_of(world.copier.pk)) in client.get(base).content.decode()
    assert len(scans(client.get(base + "print/", {"as": "sheet"}).content)[0]) == 2
    found = client.get(
        f"/seller/customers/{world.office.pk}/machines/?q={code_of(world.copier.pk)}"
    )
    assert "C-1001" in found.content.decode() and "P-2001" not in found.content.decode()
    edit = client.get(scan(world.copier), follow=True).content.decode()
    assert shown(code_of(world.copier.pk)) in edit and "C-1001" in edit


def test_a_scan_opens_the_order_screen_at_the_machine(world: World, shop: Client) -> None:
    answer = shop.get(scan(world.copier))
    place = f"#machine-{world.copier.pk}"
    assert answer.headers["Location"] == at("order") + place
    assert f'id="{place[1:]}" tabindex="-1"' in shop.get(at("order")).content.decode()


def test_a_scan_goes_on_after_the_log_in(world: World) -> None:
    answer = Client().get(scan(world.copier))
    assert answer.headers["Location"] == f"/account/login/?next={scan(world.copier)}"


@pytest.mark.parametrize("who", ["rival_buyer", "foreign_buyer", "branch_buyer"])
def test_a_strangers_code_is_as_unknown_as_any(world: World, who: str) -> None:
    client = logged_in(getattr(world, who))
    code = code_of(world.copier.pk)
    slipped = code[:-1] + str((int(code[-1]) + 1) % 10)
    pages = [client.get(f"/m/{c}") for c in (code, code_of(10**6), slipped, "nonsense")]
    assert {page.status_code for page in pages} == {404}
    # Tokens, and the way back to this address, are of each page its own.
    said = {re.sub(r'="[^"]*"', "", page.content.decode()) for page in pages}
    assert len(said) == 1
    assert logged_in(world.rival_back_office).get(scan(world.copier)).status_code == 404


def test_a_machine_out_of_use_says_so(world: World, shop: Client) -> None:
    Equipment.objects.filter(pk=world.copier.pk).update(retired=True)
    page = shop.get(scan(world.copier), follow=True).content.decode()
    assert "iR-ADV C3530 C-1001 is out of use" in page
    shop.post(at("order"))
    assert shop.get(at("stickers"), {"machine": code_of(world.copier.pk)}).status_code == 404


def test_a_machine_without_supplies_says_so(world: World, shop: Client) -> None:
    world.copier.model.consumables.update(active=False)
    page = shop.get(scan(world.copier), follow=True).content.decode()
    assert "We know no supplies for iR-ADV C3530 C-1001 yet" in page


def test_somebody_of_two_customers_is_told_to_switch(world: World, shop: Client) -> None:
    Membership.objects.create(
        person=world.buyer, role=Role.BUYER, customer=world.rival_office, all_sites=True
    )
    machine = Equipment.objects.get(site=Site.objects.get(name="Clinic"))
    page = shop.get(scan(machine), follow=True).content.decode()
    assert "This machine belongs to Hill Clinic. Switch there" in page
