"""The manufacturer's order desk: from the request to the last shipment, by screen and by key."""

import json
from datetime import timedelta
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.lively import enliven
from tests.stack import Stack
from tests.stories.acting import (
    AT_ONCE,
    Pages,
    come_in,
    expect_status,
    listening,
    mails_about,
    row_of,
)
from tests.world import PASSWORD, World
from tonerloop.orders.actions import approve, confirm_price
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status

pytestmark = pytest.mark.browser


def test_from_the_price_confirmation_to_the_mails(
    live_world: World, live_stack: Stack, page: Pages
) -> None:
    order = live_world.place()
    desk = listening(come_in(page(), live_world.desk, "/desk/"))
    expect(desk.get_by_text("No request waits")).to_be_visible()
    phone = come_in(page(width=360), live_world.sales, f"/sales/{order.number}/")
    phone.get_by_role("button", name="Confirm 2 prices").click()
    expect(phone.get_by_text("Sent to Canon")).to_be_visible()
    expect(row_of(desk, order)).to_be_visible(timeout=AT_ONCE)

    buyer = listening(come_in(page(), live_world.buyer, f"/order/orders/{order.number}/"))
    row_of(desk, order).click()
    expect(desk.get_by_role("row", name="NPG-67-BK")).to_contain_text("5,000")  # purchase price
    assert "8,000" not in desk.locator("main").inner_text()  # never the customer's
    day = timezone.localdate() + timedelta(days=3)
    desk.get_by_label("Promised delivery day").fill(day.isoformat())
    desk.get_by_label("Your order reference").fill("CN-2026-77")
    desk.get_by_role("button", name="Approve the order").click()
    expect(desk.get_by_text("Approved: order")).to_be_visible()
    expect_status(buyer, "Approved")
    expect(buyer.locator("dd", has_text=f"promised for {day.day} ")).to_be_visible()

    order.refresh_from_db()
    assert (order.promised_date, order.manufacturer_reference) == (day, "CN-2026-77")
    wanted = {live_world.buyer.email, live_world.sales.email, live_world.seller.order_email}
    assert wanted <= mails_about(live_stack, order, "", 3)


def test_part_of_it_and_then_the_rest(live_world: World, page: Pages) -> None:
    order = enliven(live_world)["approved"]
    desk = come_in(page(), live_world.desk, f"/desk/orders/{order.number}/")
    buyer = listening(come_in(page(), live_world.buyer, f"/order/orders/{order.number}/"))
    _ship(desk, {"NPG-67-BK": "1", "NPG-67-C": "0"}, "Y-1")
    expect_status(desk, "Partly shipped")
    expect_status(buyer, "Partly shipped")
    expect(buyer.get_by_text("Y-1").first).to_be_visible()
    expect(desk.get_by_label("Pieces of NPG-67-BK")).to_have_value("1")  # what is left

    _ship(desk, {"NPG-67-BK": "2"}, "Y-2")
    expect(desk.locator(".error").first).to_be_visible()  # more than is left
    _ship(desk, {"NPG-67-BK": "1"}, "Y-2")
    expect_status(desk, "Shipped")
    expect_status(buyer, "Shipped")
    desk.get_by_role("button", name="Report the delivery").click()
    expect_status(desk, "Delivered")
    expect_status(buyer, "Delivered")


def test_many_requests_at_once(live_world: World, page: Pages) -> None:
    by = live_world.actor(live_world.sales)
    orders = [confirm_price(live_world.place().number, by=by) for _turn in range(3)]
    desk = come_in(page(), live_world.desk, "/desk/")
    desk.get_by_label("Check all requests").check()
    expect(desk.get_by_text("3 chosen")).to_be_visible()
    desk.locator(f"#check-{orders[2].number}").uncheck()
    desk.get_by_role("button", name="Approve what is checked").click()
    expect(desk.get_by_text("2 orders approved.")).to_be_visible()
    assert Order.objects.filter(status=Status.APPROVED).count() == 2


def test_cancelling_with_a_reason(live_world: World, live_stack: Stack, page: Pages) -> None:
    order = confirm_price(live_world.place().number, by=live_world.actor(live_world.sales))
    buyer = listening(come_in(page(), live_world.buyer, f"/order/orders/{order.number}/"))
    desk = come_in(page(), live_world.desk, f"/desk/orders/{order.number}/")
    desk.get_by_text("Cancel this order").click()
    desk.get_by_role("button", name="Cancel the order").click()
    expect(desk.get_by_text("Choose a reason.").first).to_be_visible()
    desk.get_by_label("Reason").select_option(label="Discontinued")
    desk.get_by_role("button", name="Cancel the order").click()
    expect(desk.get_by_text("Cancelled: order")).to_be_visible()
    expect_status(buyer, "Cancelled")
    expect(buyer.get_by_text("Discontinued").first).to_be_visible()
    wanted = {live_world.buyer.email, live_world.sales.email, live_world.seller.order_email}
    assert wanted <= mails_about(live_stack, order, "", 3)


def test_a_late_answer_is_told_so(live_world: World, page: Pages) -> None:
    order = confirm_price(live_world.place().number, by=live_world.actor(live_world.sales))
    desk = come_in(page(scripts=False), live_world.desk, f"/desk/orders/{order.number}/")
    day = timezone.localdate() + timedelta(days=3)
    approve(order.number, day, "C-1", by=live_world.actor(live_world.desk))
    desk.get_by_role("button", name="Approve the order").click()
    expect(desk.get_by_role("main")).to_contain_text("Approved")
    order.refresh_from_db()
    assert order.manufacturer_reference == "C-1"


def test_a_key_from_the_programs_page_answers(
    live_world: World, live_stack: Stack, page: Pages
) -> None:
    order = confirm_price(live_world.place().number, by=live_world.actor(live_world.sales))
    desk = come_in(page(), live_world.desk, "/desk/programs/")
    desk.get_by_label("Name of the program").fill("Order robot")
    desk.get_by_role("button", name="Make a key").click()
    desk.get_by_label("Password").fill(PASSWORD)
    desk.get_by_role("button", name="Confirm", exact=True).click()
    key = desk.locator("#new-key").inner_text()
    buyer = listening(come_in(page(), live_world.buyer, f"/order/orders/{order.number}/"))

    waiting = _call(live_stack, key, "approval-requests")["items"]
    assert [item["number"] for item in waiting] == [order.number]
    day = timezone.localdate() + timedelta(days=3)
    answer = {"answer": "approved", "promised_date": day.isoformat(), "reference": "R-1"}
    _call(live_stack, key, f"approval-requests/{order.number}/answer", answer)
    expect_status(buyer, "Approved")

    desk.goto("/desk/programs/")
    assert key not in desk.content()
    expect(desk.get_by_role("row", name="Order robot").last).to_contain_text("answer")
    desk.get_by_role("button", name="Revoke Order robot").click()
    expect(desk.get_by_text("is refused from now on")).to_be_visible()
    with pytest.raises(OSError, match="401"):
        _call(live_stack, key, "approval-requests")


def _ship(desk: Page, pieces: dict[str, str], tracking: str) -> None:
    for part_number, count in pieces.items():
        desk.get_by_label(f"Pieces of {part_number}").fill(count)
    desk.get_by_label("Carrier").fill("Yamato")
    desk.get_by_label("Tracking number").fill(tracking)
    desk.get_by_role("button", name="Record the shipment").click()


def _call(stack: Stack, key: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Plain HTTP, as any program speaks it."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{stack.web}/api/v1/{path}", data=data, headers=headers)
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)


def test_line_by_line_on_a_phone_without_scripts(live_world: World, page: Pages) -> None:
    order = confirm_price(live_world.place().number, by=live_world.actor(live_world.sales))
    small = page(width=360, scripts=False)
    desk = come_in(small, live_world.desk, f"/desk/orders/{order.number}/lines/")
    first, second = (desk.locator("form section.card").nth(n) for n in (0, 1))
    first.get_by_label("Accept with a change").check()
    first.get_by_label("Pieces of NPG-67-BK").fill("5")
    second.get_by_label("Reject").check()
    second.get_by_label("Reason").select_option("out_of_stock")
    desk.get_by_role("button", name="Send the answers").click()
    expect(desk.locator("#id_quantity-1-error")).to_contain_text("so many were ordered")
    expect(second.get_by_label("Reason")).to_have_value("out_of_stock")  # nothing is lost
    first.get_by_label("Pieces of NPG-67-BK").fill("1")
    desk.get_by_role("button", name="Send the answers").click()
    expect(desk.get_by_text("waits for the buyer’s yes")).to_be_visible()

    buyer = come_in(page(width=360), live_world.buyer, f"/order/orders/{order.number}/")
    expect(buyer.get_by_text("Cannot be delivered").first).to_be_visible()
    buyer.get_by_role("button", name="Accept", exact=True).click()
    expect_status(buyer, "Approved")
    order.refresh_from_db()
    assert [line.approved_quantity for line in order.lines.all()] == [1, 0]
