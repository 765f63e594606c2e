"""Pasting: what each line means is shown first; only what was shown goes into the order."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from tests.web.customer.conftest import at, logged_in, statements
from tests.world import World
from tonerloop.catalogue.models import Compatibility, Consumable
from tonerloop.fleet.models import Equipment
from tonerloop.journal.models import Entry
from tonerloop.orders.basket import set_quantities
from tonerloop.orders.models import BasketLine

pytestmark = pytest.mark.django_db


def check(client: Client, text: str, **more: object) -> tuple[str, dict[str, object]]:
    """The preview's page, and what its confirming button sends."""
    answer = client.post(at("paste"), {"text": text, "check": "1", **more})
    assert answer.status_code == 200
    page = answer.content.decode()
    return page, {"text": text, "seen": answer.context["seen"], "confirm": "1", **more}


def basket() -> dict[tuple[int | None, int], int]:
    lines = BasketLine.objects.filter(basket__placed_at=None)
    return {(line.equipment_id, line.consumable_id): line.quantity for line in lines}


def test_nothing_goes_in_before_it_was_shown(world: World, shop: Client) -> None:
    text = "Part number\tQuantity\nnpg-67-bk\t2\n３ｘ　ＮＰＧ－６７－Ｃ\nTK-3160 × 4"
    page, confirming = check(shop, text)
    for said in ("8,000", "12,000", "3rd floor, copy room", "Reception", "3 items go into"):
        assert said in page
    assert not basket()
    answer = shop.post(at("paste"), confirming, follow=True)
    assert "3 items are in your order" in answer.content.decode()
    assert basket() == {
        (world.copier.pk, world.black.pk): 2,
        (world.copier.pk, world.cyan.pk): 3,
        (world.printer.pk, world.rival_toner.pk): 4,
    }


def test_a_text_changed_since_is_shown_first(world: World, shop: Client) -> None:
    _page, confirming = check(shop, "NPG-67-BK 2")
    answer = shop.post(at("paste"), {**confirming, "text": "NPG-67-BK 200"})
    assert "You changed the text" in answer.content.decode()
    assert not basket()


def test_the_price_is_the_one_for_the_quantity(world: World, shop: Client) -> None:
    page, _confirming = check(shop, "NPG-67-BK 4\nNPG-67-BK 6\nNPG-67-DR 1")
    assert "7,500" in page and "8,000" not in page  # 10 in all reach the break
    assert "2 lines added up" in page and "Price on request" in page


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("NPG67C 2", "Did you mean"),
        ("NPG-67-CC 2", "Did you mean"),
        ("TOTALLY-OTHER 2", "We know no such part number"),
        ("NPG-67-C 501", "is more than we can take"),
        ("NPG-67-C 0", "Type how many you need."),
        ("NPG-67-C\t-1", "Type a whole number"),
        ("NPG-67-C\t1.5", "Type a whole number"),
        ("NPG-67-C 300\nNPG-67-C 300", "600 is more than we can take"),
        ("CRG-9000 1", "No machine that is registered"),
        ("<b>x</b> 2", "We know no such part number"),
    ],
)
def test_what_cannot_be_ordered_says_why_and_stays_out(
    world: World, shop: Client, line: str, said: str
) -> None:
    page, confirming = check(shop, line + "\nNPG-67-BK 1")
    assert said in page and "1 item goes into" in page
    assert escape(line.splitlines()[0].split("\t")[0]) in page and "<b>x</b>" not in page
    answer = shop.post(at("paste"), confirming, follow=True)
    assert basket() == {(world.copier.pk, world.black.pk): 1}
    assert "is left out" in answer.content.decode()


def test_what_is_discontinued_names_what_replaces_it(world: World, shop: Client) -> None:
    Consumable.objects.filter(pk=world.black.pk).update(active=False)
    page, confirming = check(shop, "NPG-67-BK 1")
    assert "discontinued" in page and "What replaces it:" in page and "NPG-67-BK-L" in page
    answer = shop.post(at("paste"), confirming)
    assert answer.status_code == 422 and "None of these lines" in answer.content.decode()
    assert "NPG-67-BK 1</textarea>" in answer.content.decode() and not basket()


def test_a_misfit_is_ordered_only_where_it_is_meant(world: World, shop: Client) -> None:
    _page, confirming = check(shop, "CRG-9000 1\nNPG-67-BK 1")
    shop.post(at("paste"), confirming)
    assert world.misfit.pk not in {item for _machine, item in basket()}
    assert Entry.objects.filter(event="basket.misfit_refused").count() == 1
    shop.post(at("paste"), {**confirming, "meant": f"i{world.misfit.pk}"})
    assert BasketLine.objects.get(consumable=world.misfit).meant
    assert Entry.objects.filter(event="basket.misfit_meant").count() == 1


def twin(world: World, maker: object, part_number: str = "NPG-67-C") -> Consumable:
    """The same part number by another manufacturer, fitting the printer."""
    made = Consumable.objects.create(manufacturer=maker, part_number=part_number, kind="toner")
    Compatibility.objects.create(equipment_model=world.printer.model, consumable=made)
    return made


def test_the_same_number_of_two_makers_is_asked_about(world: World, shop: Client) -> None:
    other = twin(world, world.rival_maker)
    page, confirming = check(shop, "NPG-67-C 2")
    assert "Choose which one you mean" in page and "Kyocera: " in page and "Canon: " in page
    refused = shop.post(at("paste"), confirming)
    assert refused.status_code == 422 and not basket()
    answer = {f"to-i{world.cyan.pk}": f"{world.printer.pk}-{other.pk}"}
    shop.post(at("paste"), {**confirming, **answer})
    assert basket() == {(world.printer.pk, other.pk): 2}


def test_of_two_machines_the_chosen_one_gets_it(world: World, shop: Client) -> None:
    second = Equipment.objects.create(
        seller=world.seller,
        customer=world.office,
        site=world.branch,
        model=world.copier.model,
        serial_number="C-2000",
        location="Cellar",
    )
    page, confirming = check(shop, "NPG-67-C 2")
    assert "Cellar" in page and "3rd floor" in page
    row = f"to-i{world.cyan.pk}"
    shop.post(at("paste"), {**confirming, row: f"{world.copier.pk}-{world.cyan.pk}"})
    assert basket() == {(world.copier.pk, world.cyan.pk): 2}
    shop.post(at("paste"), {**confirming, row: f"{second.pk}-{world.cyan.pk}"})
    assert basket()[second.pk, world.cyan.pk] == 2


def test_a_machine_of_others_cannot_be_chosen(world: World, shop: Client) -> None:
    foreign = Equipment.objects.get(serial_number="C-1002")
    _page, confirming = check(shop, "NPG-67-C 2")
    row = f"to-i{world.cyan.pk}"
    shop.post(at("paste"), {**confirming, row: f"{foreign.pk}-{world.cyan.pk}"})
    assert basket() == {(world.copier.pk, world.cyan.pk): 2}


def test_a_buyer_of_one_site_sees_only_its_machines(world: World) -> None:
    client = logged_in(world.branch_buyer)
    page, confirming = check(client, "NPG-67-C 2\nTK-3160 1")
    assert "Reception" in page and "3rd floor" not in page
    assert "for no particular machine" in page  # it fits a colleague's machine
    client.post(at("paste"), confirming)
    line = BasketLine.objects.get(consumable=world.cyan)
    assert (line.equipment_id, line.site_id, line.meant) == (None, world.branch.pk, False)


def test_what_was_typed_before_is_set_not_added(world: World, shop: Client) -> None:
    set_quantities({(world.copier.pk, world.black.pk): 7}, by=world.actor(world.buyer))
    page, confirming = check(shop, "NPG-67-BK 2")
    assert "instead of 7" in page
    for _twice in range(2):
        shop.post(at("paste"), confirming)
    assert basket() == {(world.copier.pk, world.black.pk): 2}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Paste or type part numbers"),
        (" \n\t\n", "Paste or type part numbers"),
        ("X-1 1\n" * 201, "These are 201 lines. Paste up to 200 at a time."),
        ("x" * 40_001, "This is too much text."),
    ],
)
def test_a_text_that_is_not_taken_is_kept(world: World, shop: Client, text: str, said: str) -> None:
    answer = shop.post(at("paste"), {"text": text, "check": "1"})
    assert answer.status_code == 422
    assert said in answer.content.decode() and text.strip() in answer.content.decode()


def test_the_queries_do_not_grow_with_the_lines(world: World, shop: Client) -> None:
    made = Consumable.objects.bulk_create(
        Consumable(manufacturer=world.maker, part_number=f"X-{n}", kind="toner") for n in range(99)
    )
    Compatibility.objects.bulk_create(
        Compatibility(equipment_model=world.copier.model, consumable=item) for item in made
    )
    shop.get(at("order"))  # the basket is made
    counts = []
    for number in (2, 99):
        text = "\n".join(f"X-{n} {n + 1}" for n in range(number)) + "\nNO-1 1\nCRG-9000 1"
        with CaptureQueriesContext(connection) as captured:
            check(shop, text)
        counts.append(len(statements(captured)))
    assert counts[0] == counts[1] <= 14, counts
