"""The driver on the road: no reception, a phone that restarts, and everything arrives once."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.stories.acting import Pages, come_in
from tests.web.driver.conftest import labels, planned
from tests.world import World
from tonerloop.collection.actions.scheduling import schedule
from tonerloop.collection.models import CollectionRequest, DriverReport
from tonerloop.parties.models import Membership, Person

pytestmark = pytest.mark.browser
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SOON = 25_000  # milliseconds; what waits is tried every 20 seconds


@pytest.fixture
def stop(live_world: World) -> CollectionRequest:
    """A stop of the driver's today."""
    live_world.registered()
    return planned(live_world)


def on_the_road(page: Pages, world: World, *, sync: bool = True) -> Page:
    """The driver's phone with today's stops, kept for where there is no reception.

    Without `sync` as in a browser in which only the open page sends.
    """
    phone = page(width=360, height=740)
    if not sync:
        phone.context.add_init_script("delete ServiceWorkerRegistration.prototype.sync")
    come_in(phone, world.driver, "/driver/")
    expect(phone.locator("body[data-stored=yes]")).to_be_attached()
    return phone


def card(phone: Page, stop: CollectionRequest) -> "Page":
    return phone.locator(f"#stop-{stop.number}")  # type: ignore[return-value]


def expect_reported(phone: Page, stop: CollectionRequest, within: int = SOON) -> None:
    """The stop says that its report has arrived."""
    said = card(phone, stop).locator(".chips:visible")
    expect(said).to_have_text(re.compile("Sent|Picked up"), timeout=within)


def open_form(phone: Page, stop: CollectionRequest) -> None:
    card(phone, stop).get_by_text("Report this stop").click()


def scan(phone: Page, stop: CollectionRequest, text: str) -> None:
    """As a scanner does: the text, then Enter."""
    field = card(phone, stop).get_by_label("Scan or type a label")
    field.press_sequentially(text)
    field.press("Enter")


def done(phone: Page, stop: CollectionRequest) -> None:
    card(phone, stop).get_by_role("button", name="Done").click()


def test_without_reception_it_arrives_later_exactly_once(
    live_world: World, page: Pages, stop: CollectionRequest
) -> None:
    phone = on_the_road(page, live_world)
    phone.context.set_offline(True)
    phone.reload()
    expect(card(phone, stop)).to_contain_text("Mori Law")
    expect(phone.get_by_text("There may be news once there is reception.")).to_be_visible()
    open_form(phone, stop)
    first, second = labels(stop)
    scan(phone, stop, f"http://127.0.0.1:8000/l/{first}")
    scan(phone, stop, second[:-1] + str((int(second[-1]) + 1) % 10))
    expect(phone.get_by_text("is no label of ours, or mistyped")).to_be_visible()
    scan(phone, stop, f"{second[0].lower()} {second[1:4]}-{second[4:7]}-{second[7:]}")
    expect(card(phone, stop).get_by_text("2 labels")).to_be_visible()
    scan(phone, stop, first)
    expect(phone.get_by_text("is in the list already")).to_be_visible()
    assert phone.evaluate(OVERFLOW) <= 0
    card(phone, stop).get_by_label("Scan or type a label").fill("")
    done(phone, stop)
    expect(phone.get_by_text("1 report waits to be sent")).to_be_visible()
    expect(card(phone, stop).get_by_text("Waits to be sent")).to_be_visible()
    assert not DriverReport.objects.exists()

    phone.reload()
    expect(phone.get_by_text("1 report waits to be sent")).to_be_visible()
    expect(card(phone, stop).get_by_text("Report this stop")).to_be_hidden()
    phone.context.set_offline(False)
    expect(phone.get_by_text("1 report waits to be sent")).to_be_hidden(timeout=SOON)
    expect_reported(phone, stop)
    stop.refresh_from_db()
    report = DriverReport.objects.get()
    assert (stop.status, report.identifiers, report.applied) == ("picked_up", labels(stop), True)
    assert report.done_at < report.received_at


def test_it_survives_closing_the_browser(
    live_world: World, page: Pages, stop: CollectionRequest
) -> None:
    phone = on_the_road(page, live_world)
    context = phone.context
    context.set_offline(True)
    open_form(phone, stop)
    card(phone, stop).get_by_label("Nobody there").check()
    expect(card(phone, stop).get_by_label("Scan or type a label")).to_be_hidden()
    card(phone, stop).get_by_label("Note for the office").fill("Closed until Monday")
    done(phone, stop)
    expect(phone.get_by_text("1 report waits to be sent")).to_be_visible()
    phone.close()

    again = context.new_page()
    again.goto("/driver/")
    expect(again.get_by_text("1 report waits to be sent")).to_be_visible()
    context.set_offline(False)
    expect(again.get_by_text("1 report waits to be sent")).to_be_hidden(timeout=SOON)
    report = DriverReport.objects.get()
    stop.refresh_from_db()
    assert (report.outcome, report.note) == ("nobody_there", "Closed until Monday")
    assert (stop.status, stop.missed) == ("requested", "nobody_there")


def test_an_answer_lost_on_the_way_counts_once(
    live_world: World, page: Pages, stop: CollectionRequest
) -> None:
    phone = on_the_road(page, live_world, sync=False)
    lost: list[int] = []

    def lose(route: object) -> None:
        """The server hears the report; its answer never reaches the phone."""
        lost.append(route.fetch().status)  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    phone.context.route("**/driver/reports/", lose)
    open_form(phone, stop)
    scan(phone, stop, labels(stop)[0])
    with phone.expect_event("requestfailed"):
        done(phone, stop)
    expect(phone.get_by_text("1 report waits to be sent")).to_be_visible()
    assert DriverReport.objects.count() == 1 and set(lost) == {200}
    phone.context.unroute("**/driver/reports/")
    phone.reload()
    expect(phone.get_by_text("1 report waits to be sent")).to_be_hidden(timeout=SOON)
    assert DriverReport.objects.count() == 1


def test_what_is_refused_is_shown_and_can_be_corrected(
    live_world: World, page: Pages, stop: CollectionRequest
) -> None:
    phone = on_the_road(page, live_world)
    open_form(phone, stop)
    done(phone, stop)
    expect(phone.get_by_text("Scan a label, or type how many you took along.")).to_be_visible()
    card(phone, stop).get_by_label("How many").fill("2")
    # What an older page on the phone may have let through.
    phone.evaluate("document.querySelector('[name=note]').removeAttribute('maxlength')")
    card(phone, stop).get_by_label("Note for the office").fill("x" * 201)
    done(phone, stop)
    refused = phone.locator("#refused")
    expect(refused.get_by_text("1 report was not taken")).to_be_visible()
    expect(refused).to_contain_text("200")
    phone.reload()
    expect(card(phone, stop).get_by_text("Not taken")).to_be_visible()
    refused.get_by_role("button", name="Correct it").click()
    expect(card(phone, stop).get_by_label("How many")).to_have_value("2")
    card(phone, stop).get_by_label("Note for the office").fill("Back door")
    done(phone, stop)
    expect(refused).to_be_hidden()
    expect_reported(phone, stop)
    assert DriverReport.objects.get().note == "Back door"


def test_a_stop_that_went_to_a_colleague(
    live_world: World, page: Pages, stop: CollectionRequest
) -> None:
    phone = on_the_road(page, live_world)
    phone.context.set_offline(True)
    open_form(phone, stop)
    scan(phone, stop, labels(stop)[0])
    done(phone, stop)
    colleague = Person.objects.create(email="c@example.com", name="Col")
    Membership.objects.create(person=colleague, role="driver", collector=live_world.collector)
    by = live_world.actor(live_world.dispatcher)
    assert stop.day
    schedule([stop.number], day=stop.day, driver_id=colleague.pk, by=by)
    phone.context.set_offline(False)
    refused = phone.locator("#refused")
    expect(refused).to_contain_text("This stop is not yours", timeout=SOON)
    refused.get_by_role("button", name="Discard").click()
    phone.get_by_role("button", name="Discard it").click()
    expect(refused).to_be_hidden()
    assert not DriverReport.objects.exists()


def test_logged_out_it_waits_and_another_driver_does_not_see_it(
    live_world: World, page: Pages, stop: CollectionRequest
) -> None:
    phone = on_the_road(page, live_world, sync=False)
    phone.context.route("**/driver/reports/", lambda route: route.abort())
    open_form(phone, stop)
    scan(phone, stop, labels(stop)[0])
    done(phone, stop)
    expect(phone.get_by_text("1 report waits to be sent")).to_be_visible()
    phone.locator("details.menu summary").click()
    phone.get_by_role("button", name="Log out").click()
    expect(phone.get_by_text("Something is not sent yet.")).to_be_visible()
    phone.get_by_role("dialog").get_by_role("button", name="Log out").click()
    phone.wait_for_url(re.compile("/account/login/"))
    assert not phone.evaluate(
        "caches.keys().then((k) => k.some((n) => n.startsWith('driver-pages')))"
    )
    phone.context.unroute("**/driver/reports/")

    come_in(phone, live_world.rival_driver, "/driver/")
    expect(phone.locator("body[data-waiting='0']")).to_be_attached()
    expect(phone.get_by_text("Mori Law")).to_be_hidden()
    assert not DriverReport.objects.exists()
    phone.context.clear_cookies()
    come_in(phone, live_world.driver, "/driver/")
    expect_reported(phone, stop)
    assert DriverReport.objects.count() == 1


def test_the_session_ended_meanwhile(
    live_world: World, page: Pages, stop: CollectionRequest
) -> None:
    phone = on_the_road(page, live_world)
    phone.context.set_offline(True)
    open_form(phone, stop)
    scan(phone, stop, labels(stop)[0])
    done(phone, stop)
    expect(phone.get_by_text("1 report waits to be sent")).to_be_visible()
    phone.context.clear_cookies()
    phone.context.set_offline(False)
    phone.get_by_role("link", name="Log in to send it.").click(timeout=SOON)
    phone.get_by_label("Email").fill(live_world.driver.email)
    phone.get_by_label("Password").fill("demo")
    phone.get_by_role("button", name="Log in", exact=True).click()
    expect_reported(phone, stop)
    assert DriverReport.objects.count() == 1


ON_THE_PHONE = """async () => {
  const asked = (request) =>
    new Promise((then) => { request.onsuccess = () => then(request.result); });
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const base = await asked(indexedDB.open(name));
    for (const store of base.objectStoreNames)
      found.push(await asked(base.transaction(store).objectStore(store).getAll()));
    base.close();
  }
  return JSON.stringify(found);
}"""


def test_what_was_begun_stays(live_world: World, page: Pages, stop: CollectionRequest) -> None:
    phone = on_the_road(page, live_world)
    open_form(phone, stop)
    scan(phone, stop, labels(stop)[0])
    for _turn in range(50):  # a page that is left keeps what had been kept
        if labels(stop)[0] in phone.evaluate(ON_THE_PHONE):
            break
        phone.wait_for_timeout(100)
    phone.reload()
    open_form(phone, stop)
    expect(card(phone, stop).get_by_text("1 label", exact=True)).to_be_visible()


def test_without_scripts(live_world: World, page: Pages, stop: CollectionRequest) -> None:
    phone = come_in(page(width=360, scripts=False), live_world.driver, "/driver/")
    open_form(phone, stop)
    card(phone, stop).get_by_label("Labels").fill("\n".join(labels(stop)))
    done(phone, stop)
    expect(phone.get_by_text("Reported.")).to_be_visible()
    assert DriverReport.objects.get().identifiers == labels(stop)


CAMERA = """
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 9, 9);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(5);
  window.BarcodeDetector = class { async detect() { return window.seen || []; } };
"""


def test_labels_by_camera(live_world: World, page: Pages, stop: CollectionRequest) -> None:
    """The camera and the reading of codes are the browser's; what is done with them is ours."""
    phone = page(width=360, height=740)
    phone.add_init_script(CAMERA)
    come_in(phone, live_world.driver, "/driver/")
    open_form(phone, stop)
    card(phone, stop).get_by_role("button", name="Scan with the camera").click()
    expect(card(phone, stop).locator("video")).to_be_visible()
    address = f"http://127.0.0.1:8000/l/{labels(stop)[0]}"
    phone.evaluate("(text) => { window.seen = [{rawValue: text}, {rawValue: 'other'}]; }", address)
    expect(card(phone, stop).get_by_text("1 label", exact=True)).to_be_visible()
    card(phone, stop).get_by_role("button", name="Scan with the camera").click()
    expect(card(phone, stop).locator("video")).to_be_hidden()
    allowed = phone.evaluate("document.featurePolicy.allowsFeature('camera')")
    assert allowed
