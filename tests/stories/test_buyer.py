"""The buyer: from the supply sheet to the confirmation, and what comes after it."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.lively import enliven
from tests.stories.acting import (
    Pages,
    come_in,
    expect_status,
    listening,
    newest_order,
    quantity,
    row_of,
    supply,
)
from tests.world import World
from tonerloop.common.references import grouped
from tonerloop.orders.actions import Changes, Wishes, approve, confirm_price, place, propose
from tonerloop.orders.models import Order
from tonerloop.orders.states import LineState

pytestmark = pytest.mark.browser


def test_from_the_sheet_to_the_end_of_the_session(live_world: World, page: Pages) -> None:
    tab = come_in(page(), live_world.buyer, "/order/")

    tab.get_by_role("searchbox").press_sequentially("copy room cyan")
    expect(tab.locator("li.line:visible")).to_have_count(1)
    expect(tab.get_by_text("1 shown")).to_be_visible()
    expect(supply(tab, "NPG-67-C")).to_be_visible()
    tab.get_by_role("searchbox").fill("no such thing")
    expect(tab.get_by_text("No supplies match.")).to_be_visible()
    tab.get_by_role("searchbox").fill("")

    supply(tab, "NPG-67-C").get_by_role("button", name="One more: Cyan toner").click(click_count=2)
    quantity(tab, "NPG-67-BK").fill("9")
    expect(tab.locator("[data-running-total]")).to_have_text(re.compile(r"¥96,000$"))
    supply(tab, "NPG-67-BK").get_by_role("button", name="One more: Black toner").click()
    total = tab.locator("[data-running-total]")  # 10 black at 7,500, 2 cyan at 12,000
    expect(total).to_have_text(re.compile(r"¥99,000$"))
    expect(tab.locator("[data-running-count]")).to_have_text("12")
    tab.get_by_role("button", name="Review order").click()

    expect(tab.get_by_role("heading", name="Review your order")).to_be_visible()
    expect(tab.get_by_role("row", name="Cyan toner")).to_contain_text("12,000")
    expect(tab.get_by_role("row", name="Tax 10%")).to_contain_text("9,900")
    expect(tab.get_by_role("row", name="Total", exact=False).last).to_contain_text("108,900")
    for site in ("Branch", "Head office"):
        with tab.expect_navigation():
            tab.get_by_label("Ship to").select_option(label=site)  # submits itself
        expect(tab.get_by_label("Ship to").locator("option:checked")).to_have_text(site)
    day = timezone.localdate() + timedelta(days=14)
    tab.get_by_label("Your reference").fill("PO-4711")
    tab.get_by_label("day", exact=False).fill(day.isoformat())
    tab.get_by_role("button", name="Confirm order").click()

    expect(tab.get_by_role("heading", name="Your order is placed")).to_be_visible()
    order = newest_order()
    assert (order.site, order.reference, order.requested_date) == (
        live_world.head,
        "PO-4711",
        day,
    )
    assert order.total == Decimal(108_900)
    tab.get_by_role("link", name="View this order").click()
    expect_status(tab, "Placed")
    expect(tab.get_by_text("PO-4711")).to_be_visible()
    tab.go_back()
    tab.get_by_role("link", name="Order more").click()
    expect(quantity(tab, "NPG-67-C")).to_have_value("")
    expect(supply(tab, "NPG-67-C")).to_contain_text("2 on the way")


def test_finishing_ends_the_session(live_world: World, page: Pages) -> None:
    tab = come_in(page(), live_world.buyer, "/order/")
    quantity(tab, "NPG-67-C").fill("1")
    tab.get_by_role("button", name="Review order").click()
    tab.get_by_role("button", name="Confirm order").click()
    number = grouped(newest_order().number)
    expect(tab.get_by_role("heading", name=number)).to_be_visible()
    cookies = tab.context.cookies()
    tab.get_by_role("button", name="Finish and log out").click()
    tab.wait_for_url("**/account/login/**")

    tab.go_back()
    expect(tab.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    assert number not in tab.content()
    thief = page()
    thief.context.add_cookies(cookies)  # type: ignore[arg-type]
    thief.goto("/order/orders/")
    expect(thief).to_have_url(re.compile("/account/login/"))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_confirming_twice_is_one_order(live_world: World, page: Pages, scripts: bool) -> None:
    live_world.reviewed({(live_world.copier.pk, live_world.cyan.pk): 3})
    tab = come_in(page(scripts=scripts), live_world.buyer, "/order/review/")
    tab.get_by_role("button", name="Confirm order").dblclick()
    expect(tab.get_by_role("heading", name="Your order is placed")).to_be_visible()
    tab.reload()
    assert Order.objects.count() == 1


def test_the_same_confirmation_sent_at_once_ten_times_is_one_order(
    live_world: World, page: Pages
) -> None:
    live_world.reviewed({(live_world.copier.pk, live_world.cyan.pk): 3})
    tab = come_in(page(), live_world.buyer, "/order/review/")
    landed = tab.evaluate(
        """async () => {
          const form = document.querySelector("form:has([name=seen])");
          const body = () => new URLSearchParams(new FormData(form));
          const send = () => fetch(form.action, {method: "POST", body: body()});
          return Promise.all([...Array(10)].map(async () => (await send()).url));
        }"""
    )
    assert len(set(landed)) == 1 and "/order/placed/" in landed[0]
    assert Order.objects.count() == 1


def test_cancelling_while_that_is_allowed(live_world: World, page: Pages) -> None:
    order = live_world.place()
    tab = come_in(page(), live_world.buyer, f"/order/orders/{order.number}/")
    tab.get_by_text("Cancel this order").click()
    tab.get_by_label("Reason").select_option(label="Ordered twice")
    tab.get_by_role("button", name="Cancel the order").click()
    expect_status(tab, "Cancelled")
    expect(tab.get_by_text("Ordered twice").first).to_be_visible()

    sent = confirm_price(live_world.place().number, by=live_world.actor(live_world.sales))
    tab.goto(f"/order/orders/{sent.number}/")
    listening(tab)
    expect(tab.get_by_text("Cancel this order")).to_be_visible()
    day = timezone.localdate() + timedelta(days=3)
    approve(sent.number, day, "C-1", by=live_world.actor(live_world.desk))
    expect_status(tab, "Approved")
    expect(tab.get_by_text("Cancel this order")).to_have_count(0)


@pytest.mark.parametrize("answer", ["Accept", "Decline"])
def test_answering_a_dearer_proposal(live_world: World, page: Pages, answer: str) -> None:
    order = live_world.place()
    tab = come_in(page(), live_world.buyer, f"/order/orders/{order.number}/")
    listening(tab)
    first = order.lines.get(position=1)
    dearer = Changes(prices={first.pk: Decimal(9000)}, note="New list price")
    propose(order.number, dearer, by=live_world.actor(live_world.sales))

    expect_status(tab, "Waiting for the buyer")
    proposal = tab.locator("#proposal")
    expect(proposal).to_contain_text("New list price")
    black = proposal.locator(".compare", has_text="NPG-67-BK")
    expect(black.locator(".old")).to_contain_text("8,000")
    expect(black.locator(".new")).to_contain_text("9,000")
    proposal.get_by_role("button", name=answer, exact=True).click()
    expect_status(tab, "Price confirmed")
    order.refresh_from_db()
    first.refresh_from_db()
    yes = (LineState.OPEN, Decimal(30_000))  # 2 × 9,000 + 12,000
    no = (LineState.REJECTED, Decimal(12_000))
    assert (first.state, order.subtotal) == (yes if answer == "Accept" else no)


def test_the_buyer_confirms_the_delivery(live_world: World, page: Pages) -> None:
    order = enliven(live_world)["shipped"]
    tab = come_in(page(), live_world.buyer, f"/order/orders/{order.number}/")
    expect(tab.get_by_text("Y-77").first).to_be_visible()
    tab.get_by_role("button", name="Confirm the delivery").click()
    expect_status(tab, "Delivered")
    expect(tab.get_by_role("button", name="Confirm the delivery")).to_have_count(0)


def test_an_old_order_is_found(live_world: World, page: Pages) -> None:
    key, seen = live_world.reviewed({(live_world.copier.pk, live_world.cyan.pk): 1})
    by = live_world.actor(live_world.buyer)
    old = place(key, seen=seen, by=by, wishes=Wishes("PO-OLD", None))[0]
    Order.objects.filter(pk=old.pk).update(placed_at=timezone.now() - timedelta(days=400))
    others = [live_world.place() for _turn in range(3)]
    tab = come_in(page(), live_world.buyer, "/order/orders/")
    expect(tab.get_by_text("4 orders")).to_be_visible()

    for typed in ("po-old", grouped(old.number)):
        tab.get_by_role("textbox", name="Find").fill(typed)
        tab.get_by_role("button", name="Find").click()
        expect(row_of(tab, old)).to_be_visible()
        expect(row_of(tab, others[0])).to_have_count(0)
    row_of(tab, old).click()
    expect_status(tab, "Placed")
    slip = old.number[:-1] + str((int(old.number[-1]) + 1) % 10)
    tab.goto(f"/order/orders/?q={slip}")
    expect(tab.get_by_text("This number has a slip in it")).to_be_visible()
