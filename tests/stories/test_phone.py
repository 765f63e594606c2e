"""The salesperson's phone as an app: installed, without reception, woken by a push message."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.outbound.phones import Phone, push_service
from tests.outbound.post import eventually
from tests.stories.acting import Pages, come_in
from tests.world import World
from tonerloop.common.references import grouped
from tonerloop.orders.actions import confirm_price
from tonerloop.orders.models import ApprovalRequest, Order
from tonerloop.orders.states import Status
from tonerloop.pricing.guarding import set_floor
from tonerloop.web.salesperson.models import KeptAnswer

pytestmark = pytest.mark.browser
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SOON = 25_000  # milliseconds; what waits is tried every 20 seconds
KEPT_PAGES = "caches.keys().then((k) => k.filter((n) => n.startsWith('sales-pages-')).length)"
UNSENT = """(person) => new Promise((done) => {
  const asked = indexedDB.open(`tonerloop-sales-${person}`);
  asked.onsuccess = () => {
    const names = asked.result.objectStoreNames;
    if (!names.contains("reports")) return done(0);
    const all = asked.result.transaction("reports").objectStore("reports").count();
    all.onsuccess = () => done(all.result);
  };
})"""


@pytest.fixture
def order(live_world: World) -> Order:
    return live_world.place()


def on_the_road(page: Pages, world: World) -> Page:
    """The phone with the list and its orders kept for where there is no reception."""
    phone = page(width=360, height=740)
    come_in(phone, world.sales, "/sales/")
    expect(phone.locator("body[data-stored=yes]")).to_be_attached()
    return phone


def answered(order: Order) -> str:
    order.refresh_from_db()
    return order.status


def test_it_can_be_installed_and_opens_at_the_list(
    live_world: World, page: Pages, order: Order
) -> None:
    phone = on_the_road(page, live_world)
    tools = phone.context.new_cdp_session(phone)
    wrong = tools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A test's browser window keeps nothing for later, and that is all that stands against it.
    assert {error["errorId"] for error in wrong} <= {"in-incognito"}
    found = tools.send("Page.getAppManifest")
    assert found["errors"] == []
    manifest = json.loads(found["data"])
    assert (manifest["start_url"], manifest["display"]) == ("/sales/", "standalone")
    assert "maskable" in {icon.get("purpose") for icon in manifest["icons"]}


def test_decided_without_reception_it_arrives_later_exactly_once(
    live_world: World, page: Pages, order: Order
) -> None:
    other = live_world.place()
    phone = on_the_road(page, live_world)
    phone.context.set_offline(True)
    phone.reload()
    expect(phone.get_by_text("There may be news once there is reception.")).to_be_visible()
    phone.locator(f"#open-{order.number}").click()
    expect(phone.get_by_role("heading", name="Mori Law")).to_be_visible()
    phone.get_by_role("button", name="Confirm 2 prices").click()
    expect(phone.get_by_text("1 answer waits to be sent")).to_be_visible()
    expect(phone.locator("#waiting")).to_contain_text(grouped(order.number))
    expect(phone.locator(f"#card-{order.number}")).to_contain_text("waits to be sent")
    # A question composed on a kept page; and a page that is not kept says so.
    phone.goto(f"/sales/{other.number}/ask/")
    phone.get_by_label("Question").fill("Which floor?")
    phone.get_by_role("button", name="Send the question").click()
    expect(phone.get_by_text("2 answers wait to be sent")).to_be_visible()
    phone.goto(f"/sales/{order.number}/")
    expect(phone.locator("#answer-waits")).to_be_visible()
    expect(phone.get_by_role("button", name="Confirm 2 prices")).to_be_hidden()
    phone.goto("/sales/phone/")
    expect(phone.get_by_role("heading", name="Not on this phone")).to_be_visible()
    assert phone.evaluate(OVERFLOW) <= 0
    assert answered(order) == answered(other) == Status.PLACED

    phone.goto("/sales/")
    phone.context.set_offline(False)
    expect(phone.locator("#waiting")).to_be_hidden(timeout=SOON)
    expect(phone.get_by_text("Nothing waits for you")).to_be_visible()
    assert (answered(order), answered(other)) == (Status.PRICE_CONFIRMED, Status.WAITING)
    assert KeptAnswer.objects.count() == 2 and ApprovalRequest.objects.count() == 1


def test_an_answer_lost_on_the_way_counts_once(
    live_world: World, page: Pages, order: Order
) -> None:
    phone = on_the_road(page, live_world)
    lost: list[int] = []

    def lose(route: Any) -> None:
        """The server hears the first answer; what it says never reaches the phone."""
        if lost:
            route.continue_()
            return
        lost.append(route.fetch(max_redirects=0).status)
        route.abort()

    phone.locator(f"#open-{order.number}").click()
    phone.context.route(re.compile("/confirm/"), lose)
    phone.get_by_role("button", name="Confirm 2 prices").click()
    phone.wait_for_url(re.compile("/sales/$"))
    expect(phone.locator("body[data-waiting='0']")).to_be_attached(timeout=SOON)
    expect(phone.locator("#refused")).to_be_hidden()
    assert lost == [302] and answered(order) == Status.PRICE_CONFIRMED
    assert KeptAnswer.objects.count() == ApprovalRequest.objects.count() == 1


def test_the_tick_below_the_floor_goes_along(live_world: World, page: Pages, order: Order) -> None:
    by = live_world.actor(live_world.back_office)
    set_floor(live_world.black.pk, amount=Decimal(8500), currency="JPY", by=by)
    phone = on_the_road(page, live_world)
    phone.context.set_offline(True)
    phone.goto(f"/sales/{order.number}/")
    phone.get_by_label("I mean the price below our floor").check()
    phone.get_by_role("button", name="Confirm 2 prices").click()
    expect(phone.get_by_text("1 answer waits to be sent")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.locator("#waiting")).to_be_hidden(timeout=SOON)
    assert answered(order) == Status.PRICE_CONFIRMED


def test_on_a_slow_network_the_copy_shows_and_then_the_news(
    live_world: World, page: Pages, order: Order
) -> None:
    phone = on_the_road(page, live_world)
    held, slow = list[Any](), [True]
    phone.context.route(
        re.compile("/sales/orders/$"),
        lambda route: held.append(route) if slow else route.continue_(),
    )
    other = live_world.place()
    phone.goto("/sales/orders/")
    expect(phone.locator(f"#open-{order.number}")).to_be_visible()
    slow.clear()
    for route in held:
        route.continue_()
    expect(phone.locator(f"#open-{other.number}")).to_be_visible()


def test_moved_on_meanwhile_it_is_refused_with_the_reason(
    live_world: World, page: Pages, order: Order
) -> None:
    phone = on_the_road(page, live_world)
    phone.context.set_offline(True)
    phone.goto(f"/sales/{order.number}/cancel/")
    phone.get_by_role("group", name="Reason").get_by_label("Credit").check()
    phone.get_by_role("button", name="Cancel this order").click()
    expect(phone.get_by_text("1 answer waits to be sent")).to_be_visible()
    confirm_price(order.number, by=live_world.actor(live_world.deputy))
    phone.context.set_offline(False)
    refused = phone.locator("#refused")
    expect(refused).to_contain_text("1 answer was not carried out", timeout=SOON)
    expect(refused).to_contain_text("Dora Deputy")
    expect(refused).to_contain_text("Price confirmed")
    assert answered(order) == Status.PRICE_CONFIRMED
    phone.reload()
    expect(refused).to_be_visible()
    refused.get_by_role("button", name="Discard").click()
    phone.get_by_role("button", name="Discard it").click()
    expect(refused).to_be_hidden()


def test_what_the_form_refuses_is_corrected_on_the_form(
    live_world: World, page: Pages, order: Order
) -> None:
    phone = on_the_road(page, live_world)
    phone.context.set_offline(True)
    phone.goto(f"/sales/{order.number}/cancel/")
    phone.get_by_role("group", name="Reason").get_by_label("Other").check()
    phone.get_by_role("button", name="Cancel this order").click()
    expect(phone.get_by_text("1 answer waits to be sent")).to_be_visible()
    phone.context.set_offline(False)
    phone.get_by_role("button", name="Correct it").click(timeout=SOON)
    expect(phone.get_by_role("heading", name="Cancel the order")).to_be_visible()
    expect(phone.get_by_role("group", name="Reason").get_by_label("Other")).to_be_checked()
    phone.locator("[name=text]").fill("The office moved")
    phone.get_by_role("button", name="Cancel this order").click()
    expect(phone.get_by_text("The buyer is told.")).to_be_visible()
    assert answered(order) == Status.CANCELLED


def test_who_logs_in_next_sees_nothing_of_the_one_before(
    live_world: World, page: Pages, order: Order
) -> None:
    phone = on_the_road(page, live_world)
    phone.locator("details.menu summary").click()
    phone.get_by_role("button", name="Log out").click()
    phone.wait_for_url(re.compile("/account/login/"))
    assert phone.evaluate(KEPT_PAGES) == 0
    assert phone.evaluate(UNSENT, live_world.sales.pk) == 0
    come_in(phone, live_world.other_sales, "/sales/")
    expect(phone.locator("body[data-stored=yes]")).to_be_attached()
    phone.context.set_offline(True)
    phone.goto(f"/sales/{order.number}/")
    expect(phone.get_by_role("heading", name="Not on this phone")).to_be_visible()
    expect(phone.get_by_text("Mori Law")).to_be_hidden()

    # Without a log-out: the session ended, and somebody sees the log-in.
    phone.context.set_offline(False)
    phone.context.clear_cookies()
    phone.goto("/sales/")
    phone.wait_for_url(re.compile("/account/login/"))
    expect(phone.get_by_label("Password")).to_be_visible()
    assert phone.evaluate(KEPT_PAGES) == 0


SUBSCRIBED = """(given) => {
  const { endpoint, p256dh, auth } = given;
  const device = { toJSON: () => ({ endpoint, keys: { p256dh, auth } }) };
  PushManager.prototype.subscribe = async () => (window.name = "on", device);
  PushManager.prototype.getSubscription = async () => (window.name === "on" ? device : null);
}"""
SHOWN = """async () => {
  const [one] = await (await navigator.serviceWorker.ready).getNotifications();
  return one && { title: one.title, body: one.body, url: one.data.url };
}"""
TAPPED = """async () => {
  const [notification] = await registration.getNotifications();
  dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""


def hand_over(phone: Page, text: bytes) -> None:
    """A push message for the page's worker, by the debugging protocol."""
    tools, found = phone.context.new_cdp_session(phone), list[Any]()
    event = "ServiceWorker.workerRegistrationUpdated"
    tools.on(event, lambda told: found.extend(told["registrations"]))
    tools.send("ServiceWorker.enable")

    def told() -> Any:
        phone.evaluate("0")  # lets the protocol's events come in
        return next((r for r in found if r["scopeURL"].endswith("/sales/")), None)

    mine = eventually(told)
    facts = {"origin": phone.evaluate("location.origin"), "data": text.decode()}
    tools.send(
        "ServiceWorker.deliverPushMessage", {**facts, "registrationId": mine["registrationId"]}
    )


def test_a_push_message_says_what_waits_and_opens_it(live_world: World, page: Pages) -> None:
    """The maker's push service and its half of the browser are played; all else is real."""
    browser = Phone()
    with push_service() as service:
        given = json.dumps(browser.given(service.endpoint()))
        phone = page(width=360, height=740)
        phone.context.grant_permissions(["notifications"])
        phone.context.add_init_script(f"({SUBSCRIBED})({given})")
        come_in(phone, live_world.sales, "/sales/phone/")
        expect(phone.get_by_text("This phone is not told of new orders.")).to_be_visible()
        assert phone.evaluate(OVERFLOW) <= 0
        phone.get_by_role("button", name="Tell this phone of new orders").click()
        expect(phone.get_by_text("This phone is told of new orders.")).to_be_visible()
        expect(phone.get_by_text("this one")).to_be_visible()
        order = live_world.place()
        ((_path, _headers, body),) = eventually(lambda: service.taken)
    hand_over(phone, browser.decrypted(body))
    seen = phone.wait_for_function(SHOWN).json_value()
    assert seen["title"] == f"Mori Law: JP¥{order.total:,.0f} to confirm"
    assert "New for this customer" in seen["body"]
    phone.context.service_workers[0].evaluate(TAPPED)
    phone.wait_for_url(re.compile(f"/sales/{order.number}/$"))
    expect(phone.get_by_role("heading", name="Mori Law")).to_be_visible()
