"""The salesperson on the road: a phone of 360 px, two taps for a plain yes, four other answers."""

import re
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from tests.stories.acting import (
    AT_ONCE,
    Pages,
    come_in,
    expect_status,
    listening,
    newest_order,
    quantity,
)
from tests.world import World
from tonerloop.common.references import grouped
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.pricing.guarding import set_floor
from tonerloop.web.shared.templatetags.formats import day as words_for

pytestmark = pytest.mark.browser
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def phone_of(page: Pages, world: World, address: str = "/sales/") -> Page:
    return listening(come_in(page(width=360, height=740), world.sales, address))


def test_an_order_from_the_buyer_and_two_taps(live_world: World, page: Pages) -> None:
    phone = phone_of(page, live_world)
    expect(phone.get_by_text("Nothing waits for you")).to_be_visible()
    buyer = come_in(page(), live_world.buyer, "/order/")
    quantity(buyer, "NPG-67-BK").fill("10")
    buyer.get_by_role("button", name="Review order").click()
    buyer.get_by_role("button", name="Confirm order").click()
    expect(buyer.get_by_role("heading", name="Your order is placed")).to_be_visible()

    card = phone.locator(f"#card-{newest_order().number}")
    expect(card).to_be_visible(timeout=AT_ONCE)
    expect(card).to_contain_text("Mori Law")
    expect(card).to_contain_text("82,500")
    buyer.get_by_role("link", name="View this order").click()
    listening(buyer)
    card.get_by_role("link", name="Look and confirm").click()
    phone.get_by_role("button", name="Confirm 1 price").click()
    expect(phone.get_by_text("Sent to Canon")).to_be_visible()
    expect_status(buyer, "Price confirmed")
    assert phone.evaluate(OVERFLOW) <= 0


def test_another_price_waits_for_the_buyer(live_world: World, page: Pages) -> None:
    order = live_world.place()
    phone = _answer_otherwise(phone_of(page, live_world), order, "Other price, day or item")
    phone.get_by_label("Unit price of NPG-67-C in JPY").fill("１２，５００")  # a Japanese keyboard
    phone.get_by_label("Note to the buyer").fill("New list price since Monday")
    phone.get_by_role("button", name="Send this answer").click()
    expect(phone.get_by_text("Waiting for the buyer’s answer")).to_be_visible()
    change = order.proposals.get().lines.get()
    assert (change.old_price, change.new_price) == (Decimal(12_000), Decimal(12_500))


def test_a_better_price_holds_at_once(live_world: World, page: Pages) -> None:
    order = live_world.place()
    phone = _answer_otherwise(phone_of(page, live_world), order, "Other price, day or item")
    phone.get_by_label("Unit price of NPG-67-C in JPY").fill("11,000")
    phone.get_by_role("button", name="Send this answer").click()
    expect(phone.get_by_text("Sent to Canon")).to_be_visible()
    order.refresh_from_db()
    assert order.subtotal == Decimal(27_000)


def test_a_substitute_and_a_day_wait_for_the_buyer(live_world: World, page: Pages) -> None:
    order = live_world.place()
    phone = _answer_otherwise(phone_of(page, live_world), order, "Other price, day or item")
    phone.get_by_role("radio", name="NPG-67-BK-L").check()
    day = timezone.localdate() + timedelta(days=40)
    phone.get_by_label("Other delivery date").fill(day.isoformat())
    phone.get_by_role("button", name="Send this answer").click()
    expect(phone.get_by_text("Waiting for the buyer’s answer")).to_be_visible()
    buyer = come_in(page(), live_world.buyer, f"/order/orders/{order.number}/")
    expect(buyer.locator("#proposal")).to_contain_text("NPG-67-BK-L")
    expect(buyer.locator("#proposal")).to_contain_text(words_for(day))


def test_a_question_comes_back_with_its_reply(live_world: World, page: Pages) -> None:
    order = live_world.place()
    phone = _answer_otherwise(phone_of(page, live_world), order, "Ask the buyer")
    phone.get_by_role("button", name="Send the question").click()
    expect(phone.get_by_text("Type your question.").first).to_be_visible()
    phone.get_by_label("Question to the buyer").fill("Which floor is it for?")
    phone.get_by_role("button", name="Send the question").click()
    expect(phone.get_by_text("Nothing waits for you")).to_be_visible()
    listening(phone)

    buyer = come_in(page(), live_world.buyer, f"/order/orders/{order.number}/")
    expect(buyer.locator("#proposal")).to_contain_text("Which floor is it for?")
    buyer.get_by_label("Your reply").fill("The third one")
    buyer.get_by_role("button", name="Send the reply").click()
    expect_status(buyer, "Placed")
    card = phone.locator(f"#card-{order.number}")
    expect(card).to_contain_text("The third one", timeout=AT_ONCE)


def test_cancelling_needs_a_reason(live_world: World, page: Pages) -> None:
    order = live_world.place()
    phone = _answer_otherwise(phone_of(page, live_world), order, "Cancel the order")
    phone.get_by_role("button", name="Cancel this order").click()
    expect(phone.get_by_text("Choose a reason.").first).to_be_visible()
    phone.get_by_role("radio", name="Credit").check()
    phone.get_by_label("In a few words").fill("Over the limit until Friday")
    phone.get_by_role("button", name="Cancel this order").click()
    expect(phone.get_by_text("The buyer is told.")).to_be_visible()
    order.refresh_from_db()
    assert (order.status, order.cancel_reason) == (Status.CANCELLED, "credit")


def test_an_item_on_request_gets_its_price(live_world: World, page: Pages) -> None:
    order = live_world.place({(live_world.copier.pk, live_world.drum.pk): 1})
    phone = phone_of(page, live_world)
    phone.get_by_role("link", name="Look and name the price").click()
    phone.get_by_role("link", name="Name the price").click()
    phone.get_by_label("Unit price of NPG-67-DR in JPY").fill("20000")
    phone.get_by_role("button", name="Send this answer").click()
    expect(phone.get_by_text("Waiting for the buyer’s answer")).to_be_visible()
    buyer = come_in(page(), live_world.buyer, f"/order/orders/{order.number}/")
    old, new = buyer.locator("#proposal .old"), buyer.locator("#proposal .new")
    expect(old.first).to_contain_text("Price on request")
    expect(new.first).to_contain_text("20,000")
    expect(new.last).to_contain_text("22,000")  # the total with tax


COUNT_TAPS = """addEventListener("pointerdown", () => {
  sessionStorage.taps = Number(sessionStorage.taps || 0) + 1;
}, true);"""


def test_no_answer_takes_more_than_four_taps(live_world: World, page: Pages) -> None:
    """Counted from the queue, with the tap into a field, without typing."""
    phone = page(width=360, height=740)
    phone.add_init_script(COUNT_TAPS)
    come_in(phone, live_world.sales, "/sales/")

    def taps(*answer: Locator, typed: str = "") -> int:
        order = live_world.place()
        phone.goto("/sales/")
        phone.evaluate("sessionStorage.taps = 0")
        phone.locator(f"#open-{order.number}").click()
        for number, part in enumerate(answer, start=1):
            part.click()
            if typed and number == len(answer) - 1:
                phone.keyboard.type(typed)
        expect(phone).to_have_url(re.compile("/sales/$"))
        order.refresh_from_db()
        assert order.status != Status.PLACED
        return int(phone.evaluate("sessionStorage.taps"))

    button, link = partial(phone.get_by_role, "button"), partial(phone.get_by_role, "link")
    radio, send = partial(phone.get_by_role, "radio"), button(name="Send this answer")
    otherwise, end = link(name="Other price, day or item"), button(name="Cancel this order")
    price, day = phone.get_by_label("Unit price of NPG-67-C"), phone.get_by_label("Other delivery")
    later = f"{timezone.localdate() + timedelta(days=40):%m%d%Y}"
    asked = (link(name="Ask the buyer"), phone.get_by_label("Question"))
    cancel = link(name="Cancel the order")
    assert taps(button(name="Confirm 2 prices")) == 2
    assert taps(otherwise, price, send, typed="9") == 4  # 12000 becomes 120009
    assert taps(otherwise, day, send, typed=later) == 4
    assert taps(otherwise, radio(name="NPG-67-BK-L"), send) == 4
    assert taps(*asked, button(name="Send the question"), typed="Which floor?") == 4
    assert taps(cancel, radio(name="Ordered twice"), end) == 4
    assert taps(cancel, phone.get_by_label("In a few words"), end, typed="Moved away") == 4
    reasons = set(Order.objects.values_list("cancel_reason", flat=True)) - {""}
    assert reasons == {"duplicate", "other"}


def test_below_the_floor_takes_a_tick_first(live_world: World, page: Pages) -> None:
    order, by = live_world.place(), live_world.actor(live_world.back_office)
    set_floor(live_world.black.pk, amount=Decimal(8500), currency="JPY", by=by)
    phone = phone_of(page, live_world)
    phone.locator(f"#open-{order.number}").click()
    expect(phone.locator("#unusual")).to_contain_text("is below your floor of")
    phone.get_by_role("button", name="Confirm 2 prices").click()
    order.refresh_from_db()
    assert order.status == Status.PLACED
    phone.get_by_label("I mean the price below our floor").check()
    phone.get_by_role("button", name="Confirm 2 prices").click()
    expect(phone.get_by_text("Sent to Canon")).to_be_visible()
    assert phone.evaluate(OVERFLOW) <= 0


def _answer_otherwise(phone: Page, order: Order, answer: str) -> Page:
    """From the queue to one of the rarer answers, as a thumb finds it."""
    phone.locator(f"#open-{order.number}").click()
    expect(phone.get_by_text(grouped(order.number)).first).to_be_visible()
    phone.get_by_role("link", name=answer).click()
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    assert phone.evaluate(OVERFLOW) <= 0
    return phone
