"""A customer's and a seller's programs: the order screen, placing, answering, following."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import Program, now, problem
from tests.world import World
from tonerloop.journal.models import Entry
from tonerloop.orders.actions import approve, confirm_price, ship
from tonerloop.orders.basket import open_basket, set_quantities
from tonerloop.orders.models import BasketLine, Order
from tonerloop.parties.models import Site
from tonerloop.points import ledger
from tonerloop.pricing.models import PriceAgreement
from tonerloop.programs.models import Call

pytestmark = pytest.mark.django_db


def line(world: World, **more: Any) -> dict[str, Any]:
    given = {"machine_id": world.copier.pk, "consumable_id": world.black.pk, "quantity": 2}
    return {**given, **more}


def place(buyer: Program, *lines: dict[str, Any], **more: Any) -> Any:
    return buyer.send("POST", "/orders", {"lines": list(lines), **more})


# --- the order screen


def test_the_order_screen_shows_own_prices_with_breaks(world: World, buyer: Program) -> None:
    machines = {one["serial_number"]: one for one in buyer.get("/supplies").json()["machines"]}
    assert set(machines) == {"C-1001", "P-2001"}
    supplies = {one["part_number"]: one for one in machines["C-1001"]["supplies"]}
    black = supplies["NPG-67-BK"]
    assert black["unit_price"] == {"amount": "8000", "currency": "JPY"}
    assert black["breaks"] == [
        {"from_quantity": 10, "unit_price": {"amount": "7500", "currency": "JPY"}}
    ]
    assert supplies["NPG-67-DR"]["unit_price"] is None


def test_reading_the_order_screen_makes_no_basket(world: World, buyer: Program) -> None:
    from tonerloop.orders.models import Basket

    buyer.get("/supplies")
    assert not Basket.objects.exists()


# --- placing


def test_an_order_is_placed_as_on_the_screen(world: World, buyer: Program) -> None:
    found = place(buyer, line(world, quantity=10), reference="PO-7").json()["orders"]
    assert [(one["status"], one["reference"]) for one in found] == [("placed", "PO-7")]
    assert found[0]["lines"][0]["unit_price"] == {"amount": "7500", "currency": "JPY"}
    assert found[0]["total"] == {"amount": "82500", "currency": "JPY"}
    order = Order.objects.get()
    assert (order.placed_by, order.site) == (world.buyer, world.head)
    entry = Entry.objects.get(event="order.placed")
    assert entry.key and entry.person_id == world.buyer.pk


def test_the_buyers_own_basket_stays_as_it_is(world: World, buyer: Program) -> None:
    by = world.actor(world.buyer)
    set_quantities({(world.copier.pk, world.cyan.pk): 3}, by=by)
    assert place(buyer, line(world)).status_code == 201
    assert list(BasketLine.objects.filter(basket=open_basket(by)).values_list("quantity")) == [(3,)]


def test_one_order_for_each_manufacturer(world: World, buyer: Program) -> None:
    other = {"machine_id": world.printer.pk, "consumable_id": world.rival_toner.pk, "quantity": 1}
    found = place(buyer, line(world), other).json()["orders"]
    assert {one["manufacturer"]["name"] for one in found} == {"Canon", "Kyocera"}


def test_a_price_that_was_seen_holds(world: World, buyer: Program) -> None:
    seen = {"amount": "8000", "currency": "JPY"}
    assert place(buyer, line(world, unit_price=seen)).status_code == 201


def test_a_price_that_changed_is_told_and_nothing_is_ordered(world: World, buyer: Program) -> None:
    PriceAgreement.objects.filter(customer=world.office).update(unit_price=8100)
    seen = {"amount": "8000", "currency": "JPY"}
    cyan = line(world, consumable_id=world.cyan.pk, quantity=1)
    found = problem(place(buyer, cyan, line(world, unit_price=seen)), 409)
    assert found["type"].endswith(":prices-changed")
    assert [(one["line"], one["unit_price"]["amount"]) for one in found["prices"]] == [
        (0, "12000"),
        (1, "8100"),
    ]
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"consumable_id": 999_999_999}, "lines.0.consumable_id"),
        ({"machine_id": 999_999_999}, "lines.0.machine_id"),
        ({"site_id": 999_999_999}, "lines.0.site_id"),
        ({"machine_id": None}, "lines.0.site_id"),
        ({"consumable_id": "rival_toner"}, "lines.0"),  # fits another machine
        ({"consumable_id": "misfit"}, "lines.0"),
    ],
    ids=str,
)
def test_a_line_that_cannot_be_ordered_is_named(
    world: World, buyer: Program, changed: dict[str, Any], field: str
) -> None:
    if isinstance(changed.get("consumable_id"), str):
        changed = {"consumable_id": getattr(world, changed["consumable_id"]).pk}
    found = problem(place(buyer, line(world, **changed)), 422)
    assert [each["field"] for each in found["errors"]] == [field]
    assert not Order.objects.exists()


def test_a_misfit_that_is_meant_is_ordered_and_flagged(world: World, buyer: Program) -> None:
    given = {"consumable_id": world.misfit.pk, "quantity": 1, "site_id": world.head.pk}
    problem(place(buyer, given), 422)
    found = place(buyer, {**given, "meant": True}).json()["orders"][0]
    assert found["lines"][0]["fits"] is False
    assert Entry.objects.filter(event="basket.misfit_meant").count() == 1


def test_the_same_item_twice_for_a_machine_is_refused(world: World, buyer: Program) -> None:
    assert problem(place(buyer, line(world), line(world)), 422)["errors"][0]["field"] == "lines.1"


def test_a_closed_or_foreign_site_is_refused(world: World, buyer: Program) -> None:
    dock = Site.objects.get(name="Dock")
    found = problem(place(buyer, line(world, site_id=dock.pk)), 422)
    assert found["errors"][0]["field"] == "lines.0.site_id"


def test_points_reduce_what_is_to_pay(world: World, buyer: Program) -> None:
    from datetime import timedelta

    from django.utils import timezone

    rule, at = world.rule(), timezone.now()
    account, day = ledger.account_of(world.office, rule), at.date()
    last = day + timedelta(days=90)
    ledger.earn(account, 100, rule, key="e", at=at, first=day, last=last)
    purse = buyer.get("/points").json()["accounts"][0]
    assert (purse["points"], purse["worth"]["amount"]) == (100, "500")
    assert purse["lots"] == [{"points": 100, "last_day": last.isoformat()}]
    spent = {"account_id": purse["account_id"], "points": 100, "currency": purse["currency"]}
    found = place(buyer, line(world), points=[spent]).json()
    assert found["orders"][0]["to_pay"]["amount"] == "17100"


# --- following and answering


def test_a_sellers_program_confirms_and_the_etag_guards(
    world: World, buyer: Program, office: Program
) -> None:
    number = place(buyer, line(world)).json()["orders"][0]["number"]
    seen = office.get(f"/orders/{number}")
    assert seen.headers["ETag"] == '"1"'
    path = f"/orders/{number}/confirm-price"
    stale = problem(office.send("POST", path, If_Match='"7"'), 412)
    assert stale["order_status"] == "placed"
    problem(office.send("POST", path, If_Match='"nonsense"'), 412)
    done = office.send("POST", path, If_Match='"1"')
    assert done.json()["status"] == "price_confirmed" and done.headers["ETag"] == '"2"'
    problem(office.send("POST", path, If_Match='"1"'), 412)
    problem(office.send("POST", path), 409)
    order = Order.objects.get()
    assert order.confirmed_by == world.back_office


def test_a_worse_change_waits_for_the_customers_program(
    world: World, buyer: Program, office: Program
) -> None:
    number = place(buyer, line(world)).json()["orders"][0]["number"]
    dearer = {"position": 1, "unit_price": {"amount": "9000", "currency": "JPY"}}
    given = {"lines": [dearer], "note": "New price list"}
    found = office.send("POST", f"/orders/{number}/propose", given).json()
    assert found["status"] == "waiting_for_buyer"
    proposal = buyer.get(f"/orders/{number}").json()["proposal"]
    assert proposal["lines"] == [
        {
            "position": 1,
            "part_number": "NPG-67-BK",
            "unit_price": {"amount": "9000", "currency": "JPY"},
            "quantity": 2,
            "promised_date": None,
            "reason": "",
            "text": "",
        }
    ]
    assert buyer.send("POST", f"/orders/{number}/accept", {}).json()["status"] == "price_confirmed"


def test_a_question_is_replied_to(world: World, buyer: Program, office: Program) -> None:
    number = place(buyer, line(world)).json()["orders"][0]["number"]
    office.send("POST", f"/orders/{number}/ask", {"text": "Both?"})
    assert buyer.send("POST", f"/orders/{number}/reply", {"text": "Yes"}).json()["status"] == (
        "placed"
    )


def test_a_declined_change_and_a_cancellation(
    world: World, buyer: Program, office: Program
) -> None:
    number = place(buyer, line(world)).json()["orders"][0]["number"]
    dearer = {"position": 1, "unit_price": {"amount": "9000", "currency": "JPY"}}
    office.send("POST", f"/orders/{number}/propose", {"lines": [dearer]})
    assert buyer.send("POST", f"/orders/{number}/decline").json()["cancel_reason"] == "declined"
    other = place(buyer, line(world)).json()["orders"][0]["number"]
    found = buyer.send("POST", f"/orders/{other}/cancel", {"reason": "duplicate"}).json()
    assert (found["status"], found["cancelled_by"]) == ("cancelled", "buyer")
    problem(office.send("POST", f"/orders/{other}/cancel", {"reason": "credit"}), 409)


def test_delivery_is_confirmed_and_returns_are_recorded_once(
    world: World, buyer: Program, office: Program
) -> None:
    order = confirm_price(world.place().number, by=world.actor(world.sales))
    approve(order.number, order.expected_date, by=world.actor(world.desk))
    ship(order.number, {1: 2, 2: 1}, by=world.actor(world.desk), carrier="Yamato")
    path = f"/orders/{order.number}"
    assert buyer.get(path).json()["shipments"][0]["carrier"] == "Yamato"
    assert buyer.send("POST", f"{path}/confirm-delivery", {}).json()["status"] == "delivered"
    back = {"reason": "wrong_item", "lines": [{"position": 1, "quantity": 1}]}
    for _turn in range(2):
        found = office.send("POST", f"{path}/returns", back, Idempotency_Key="r")
        assert [one["returned"] for one in found.json()["lines"]] == [1, 0]


def test_only_the_seller_reads_what_it_pays(world: World, buyer: Program, office: Program) -> None:
    number = place(buyer, line(world)).json()["orders"][0]["number"]
    mine, theirs = (one.get(f"/orders/{number}").json()["lines"][0] for one in (buyer, office))
    assert mine["purchase_price"] is None
    assert theirs["purchase_price"] == {"amount": "5000", "currency": "JPY"}


def test_the_list_narrows_and_goes_on_page_by_page(
    world: World, buyer: Program, office: Program
) -> None:
    numbers = [world.place().number for _turn in range(3)]
    office.send("POST", f"/orders/{numbers[0]}/confirm-price")
    found, after = [], ""
    for _page in range(2):
        page = buyer.get("/orders", limit="2", after=after).json()
        found += [one["number"] for one in page["items"]]
        after = page["next"]
    assert (found, after) == (numbers[::-1], "")
    listed = office.get("/orders", status="placed", customer_id=str(world.office.pk)).json()
    assert [one["number"] for one in listed["items"]] == numbers[:0:-1]
    foreign = str(world.foreign_office.pk)
    assert office.get("/orders", customer_id=foreign).json()["items"] == []
    assert office.get("/orders", placed_to="2020-01-01").json()["items"] == []
    now = Order.objects.get(number=numbers[0]).placed_at
    Order.objects.update(placed_at=now.replace(hour=23, minute=59, second=59))
    today, tomorrow = str(now.date()), str(now.date() + timedelta(days=1))
    for span, count in (
        ({"placed_from": today, "placed_to": today}, 3),
        ({"placed_from": tomorrow}, 0),
    ):
        assert len(office.get("/orders", **span).json()["items"]) == count


def test_a_list_of_twenty_needs_as_many_statements_as_of_two(
    world: World, buyer: Program, django_assert_max_num_queries: Any
) -> None:
    for _turn in range(12):
        world.place()
    buyer.get("/orders", limit="1")
    with django_assert_max_num_queries(9):
        buyer.get("/orders")


def test_three_lines_are_placed_in_few_statements(world: World, buyer: Program) -> None:
    place(buyer, line(world))  # the key's use is noted, the numbers' secret is read
    items = [line(world, consumable_id=item.pk) for item in (world.black, world.cyan, world.drum)]
    with CaptureQueriesContext(connection) as captured:
        assert place(buyer, *items).status_code == 201
    framing = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    said = [each["sql"] for each in captured if not each["sql"].startswith(framing)]
    assert len(said) <= 10, said


def test_the_timeline_names_programs_and_people(
    world: World, buyer: Program, office: Program
) -> None:
    number = place(buyer, line(world)).json()["orders"][0]["number"]
    confirm_price(number, by=world.actor(world.sales))
    found = buyer.get(f"/orders/{number}/timeline").json()["items"]
    assert [(one["event"], one["side"], one["program"], one["person"]) for one in found] == [
        ("order.placed", "buyer", "buyer's", "Bea Buyer"),
        ("order.price_confirmed", "seller", "", "Sato Sales"),
    ]


def test_what_was_asked_is_listed_with_its_outcome(world: World, buyer: Program) -> None:
    place(buyer, line(world))
    place(buyer, line(world, quantity=0))
    done, refused = Call.objects.order_by("pk")
    assert (done.status, done.detail, done.tone) == (201, "", "good")
    assert (refused.status, refused.tone) == (422, "warn") and "quantity" in refused.detail


def test_an_unknown_field_is_refused(world: World, buyer: Program) -> None:
    found = problem(place(buyer, line(world, colour="cyan")), 422)
    assert found["errors"][0]["field"] == "lines.0.colour"


@pytest.mark.parametrize("quantity", [0, -1, 501, 1.5, "2", True, 10**30, None])
def test_a_quantity_is_a_whole_number(world: World, buyer: Program, quantity: Any) -> None:
    problem(place(buyer, line(world, quantity=quantity)), 422)
    assert not Order.objects.exists()


def test_an_order_that_is_known_is_untouched_by_reading(world: World, office: Program) -> None:
    order = world.place()
    office.get(f"/orders/{order.number}")
    assert now(order).version == order.version
