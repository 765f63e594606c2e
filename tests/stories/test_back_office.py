"""The back office: what comes in, what was sent, answers as deputy, and the records behind it."""

import re

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
    quantity,
    row_of,
    supply,
)
from tests.world import PASSWORD, World
from tonerloop.common.actor import Role
from tonerloop.orders.actions import cancel, confirm_price
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.outbound.models import Message
from tonerloop.parties.models import Customer, Membership

pytestmark = pytest.mark.browser
SOON = 20_000  # milliseconds for a mail to be sent, or to fail


def test_a_new_order_and_the_answer_as_deputy(live_world: World, page: Pages) -> None:
    office = listening(come_in(page(), live_world.back_office, "/seller/orders/"))
    order = live_world.place()
    expect(row_of(office, order)).to_be_visible(timeout=AT_ONCE)
    phone = listening(come_in(page(width=360), live_world.sales, "/sales/"))
    expect(phone.locator(f"#card-{order.number}")).to_be_visible()

    row_of(office, order).click()
    expect(office.get_by_role("row", name="NPG-67-BK")).to_contain_text("8,000")
    office.get_by_role("button", name="Confirm 2 prices").click()
    expect_status(office, "Price confirmed")
    story = office.get_by_role("list").filter(has_text="placed the order")
    expect(story).to_contain_text("Bo Backoffice, Kanda Supplies price confirmed")
    expect(phone.get_by_text("Nothing waits for you")).to_be_visible(timeout=AT_ONCE)


def test_the_timeline_says_what_was_sent_and_whether_it_arrived(
    live_world: World, live_stack: Stack, page: Pages
) -> None:
    order = confirm_price(live_world.place().number, by=live_world.actor(live_world.sales))
    office = come_in(page(), live_world.back_office, f"/seller/orders/{order.number}/")
    cancel(order.number, "duplicate", by=live_world.actor(live_world.buyer))
    expect_status(office, "Cancelled")
    mails_about(live_stack, order, "", 3)
    told = office.locator(".timeline .sent li", has_text=live_world.buyer.email)
    expect(told.locator(".chip")).to_have_text("sent", timeout=SOON)


def test_a_mail_that_failed_is_sent_again(
    live_world: World, live_stack: Stack, page: Pages
) -> None:
    live_stack.mailbox.refuse = "550 No such mailbox"
    order = live_world.place()
    office = come_in(page(), live_world.back_office, f"/seller/orders/{order.number}/")
    cancel(order.number, "duplicate", by=live_world.actor(live_world.buyer))
    again = office.get_by_role("button", name=f"Send again {live_world.buyer.email}")
    expect(again).to_be_visible(timeout=SOON)
    live_stack.mailbox.refuse = None
    again.click()
    expect(office.get_by_text("is sent again")).to_be_visible()
    assert live_world.buyer.email in mails_about(live_stack, order, "", 1)
    expect(again).to_have_count(0, timeout=SOON)
    assert Message.objects.filter(order_id=order.pk, recipient=live_world.buyer.email).count() == 1


def test_returned_pieces(live_world: World, page: Pages) -> None:
    order = enliven(live_world)["delivered"]
    office = come_in(page(), live_world.back_office, f"/seller/orders/{order.number}/")
    office.get_by_role("link", name="Record a return").click()
    office.get_by_label("Pieces of NPG-67-BK that came back").fill("1")
    office.get_by_label("Reason").select_option(label="Wrong item")
    office.get_by_role("button", name="Record the return").click()
    expect(office.get_by_text("1 piece recorded.")).to_be_visible()
    expect(office.get_by_role("row", name="NPG-67-BK")).to_contain_text("1 returned")


def test_a_customer_with_all_it_needs_to_order(live_world: World, page: Pages) -> None:
    office = come_in(page(), live_world.back_office, "/seller/customers/")
    _add_customer(office)
    _add_site(office)
    _add_machine(office)
    _agree_price(office, "Nishi Clinic", "NPG-67-C", "9876")
    customer = Customer.objects.get(name="Nishi Clinic")
    someone = live_world.rival_buyer
    Membership.objects.filter(person=someone).delete()
    Membership.objects.create(person=someone, role=Role.BUYER, customer=customer, all_sites=True)

    buyer = come_in(page(), someone, "/order/")
    expect(buyer.get_by_text("2nd floor, next to the lift")).to_be_visible()
    expect(supply(buyer, "NPG-67-C")).to_contain_text("9,876")
    quantity(buyer, "NPG-67-C").fill("2")
    buyer.get_by_role("button", name="Review order").click()
    buyer.get_by_role("button", name="Confirm order").click()
    expect(buyer.get_by_role("heading", name="Your order is placed")).to_be_visible()
    order = Order.objects.get()
    assert (order.status, order.subtotal, order.customer) == (Status.PLACED, 19_752, customer)


def test_an_invited_buyer_chooses_a_password_and_comes_in(
    live_world: World, live_stack: Stack, page: Pages
) -> None:
    office = come_in(page(), live_world.back_office, f"/seller/customers/{live_world.office.pk}/")
    office.get_by_role("link", name="Invite a buyer").first.click()
    office.get_by_label("Name").fill("Nori New")
    office.get_by_label("E-mail address").fill("nori.new@example.com")
    office.get_by_label("All sites, also those to come").check()
    office.get_by_role("button", name="Invite").click()
    expect(office.get_by_text("nori.new@example.com").first).to_be_visible()

    link = _link_in_mail(office, live_stack, "nori.new@example.com")
    newcomer = page()
    newcomer.goto(link)
    for field in newcomer.locator("input[type=password]").all():
        field.fill("a long and lovely password")
    newcomer.locator("main").get_by_role("button").first.click()
    newcomer.goto("/order/")
    if "/account/login/" in newcomer.url:
        newcomer.get_by_label("Email").fill("nori.new@example.com")
        newcomer.get_by_label("Password").fill("a long and lovely password")
        newcomer.get_by_role("button", name="Log in", exact=True).click()
    expect(supply(newcomer, "NPG-67-C")).to_be_visible()
    assert PASSWORD not in newcomer.url


def _add_customer(office: Page) -> None:
    office.get_by_role("link", name="Add a customer").click()
    office.get_by_role("button", name="Add the customer").click()
    expect(office.get_by_role("heading", name="Add a customer")).to_be_visible()
    office.get_by_label("Customer number").fill("K-77")
    office.get_by_label("Name", exact=True).fill("Nishi Clinic")
    office.get_by_label("Salesperson in charge").select_option(label="Sato Sales")
    office.get_by_role("button", name="Add the customer").click()
    expect(office.get_by_role("heading", name="Add a site")).to_be_visible()  # it leads on


def _add_site(office: Page) -> None:
    office.get_by_label("Name of the site").fill("Clinic")
    office.get_by_label("Address").fill("5-6 Nishi\nTokyo")
    office.get_by_role("button", name="Add the site").click()
    expect(office.get_by_role("row", name="Clinic")).to_be_visible()


def _add_machine(office: Page) -> None:
    office.get_by_role("link", name="Add a machine").first.click()
    office.get_by_label("Maker or model").press_sequentially("adv c35")
    office.get_by_role("link", name="Canon iR-ADV C3530").click()  # found as one types
    office.get_by_label("Site").select_option(label="Clinic")
    office.get_by_label("Location").fill("2nd floor, next to the lift")
    office.get_by_label("Serial number").fill("C-9001")
    office.get_by_role("button", name="Add the machine").click()
    expect(office.get_by_role("row", name="C-9001")).to_be_visible()


def _agree_price(office: Page, customer: str, part_number: str, price: str) -> None:
    office.goto("/seller/agreements/new/")
    office.get_by_label("Part number").fill(part_number)
    office.get_by_label("For the customer (").select_option(label=customer)
    office.get_by_label("Unit price").first.fill(price)
    office.get_by_label("Currency").select_option("JPY")
    office.get_by_label("First day").fill(timezone.localdate().isoformat())
    office.get_by_role("button", name="Add the agreement").click()
    expect(office.get_by_role("row", name=re.compile(customer))).to_contain_text("9,876")


def _link_in_mail(tab: Page, stack: Stack, to: str) -> str:
    for _turn in range(200):
        for mail in stack.mailbox.messages():
            found = re.search(r"http\S+", mail["text"])
            if mail["to"] == to and found:
                return found[0]
        tab.wait_for_timeout(100)
    raise AssertionError(f"no mail with a link to {to}")
