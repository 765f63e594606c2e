"""One order on the phone: why it costs that, and the answers."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.web.salesperson.conftest import logged_in
from tests.world import World
from tonerloop.journal.models import Entry
from tonerloop.orders.actions import ask, confirm_price, reply
from tonerloop.orders.models import ApprovalRequest, Order
from tonerloop.orders.states import Status
from tonerloop.pricing.guarding import set_floor

pytestmark = pytest.mark.django_db
STRANGERS = ["other_sales", "rival_sales"]
ANSWERS = ["confirm", "change", "ask", "cancel"]


def at(name: str, order: Order) -> str:
    return reverse(f"salesperson:{name}", args=[order.number])


def line_of(order: Order, consumable: object) -> int:
    return order.lines.get(consumable=consumable).pk


def unchanged(order: Order) -> None:
    """The order is as it was placed, and nothing more was recorded of it."""
    now = Order.objects.get(pk=order.pk)
    assert (now.status, now.version, now.total) == (Status.PLACED, order.version, order.total)
    assert not ApprovalRequest.objects.exists()
    assert Entry.objects.filter(subject_kind="order", subject_id=order.pk).count() == 1


# --- what the page says


def test_why_this_price(world: World, phone: Client) -> None:
    page = phone.get(at("order", world.place())).content.decode()
    assert "Agreed with Mori Law" in page
    assert "Your list price" in page
    assert "9,000" in page  # black in the list, beside the 8,000 agreed
    assert "8,500" not in page  # the group's: not what holds, so not said
    assert "4,321" not in page  # what another customer pays


def test_last_prices_paid(world: World, phone: Client) -> None:
    for days in range(7):
        order = confirm_price(world.place().number, by=world.actor(world.sales))
        earlier = timezone.now() - timedelta(days=10 + days)
        Order.objects.filter(pk=order.pk).update(placed_at=earlier)
        order.lines.filter(consumable=world.black).update(unit_price=7000 + days)
    page = phone.get(at("order", world.place())).content.decode()
    assert all(f"7,00{days}" in page for days in range(5))
    assert "7,005" not in page


def test_what_must_be_known_is_there(world: World, phone: Client) -> None:
    asked = ask(world.place().number, "Which floor?", by=world.actor(world.sales))
    order = reply(asked.number, "The third one", by=world.actor(world.buyer))
    other = world.place()
    page = phone.get(at("order", order)).content.decode()
    assert "Which floor?" in page and "The third one" in page
    assert 'href="tel:+81355550200"' in page
    assert at("order", other) in page


def test_the_timeline_stays_after_the_answer(world: World, phone: Client) -> None:
    order = confirm_price(world.place().number, by=world.actor(world.sales))
    answer = phone.get(at("order", order))
    page, told = answer.content.decode(), answer.context["timeline"]
    assert len(told) == 2
    assert all(item.what in page and item.who in page for item in told)
    assert at("confirm", order) not in page


def test_queries_of_the_page(
    world: World, phone: Client, django_assert_max_num_queries: Any
) -> None:
    confirm_price(world.place().number, by=world.actor(world.sales))
    order = world.place()
    with django_assert_max_num_queries(17):
        assert phone.get(at("order", order)).status_code == 200


def test_what_is_unusual(world: World, phone: Client) -> None:
    by, page = world.actor(world.back_office), ""
    for _earlier in range(2):
        confirm_price(world.place().number, by=world.actor(world.sales))
    set_floor(world.cyan.pk, amount=Decimal(12500), currency="JPY", by=by)
    order = world.place(
        {(world.copier.pk, i.pk): n for i, n in ((world.black, 5), (world.cyan, 1))}
        | {(world.copier.pk, world.drum.pk): 1}
    )
    page = phone.get(at("order", order)).content.decode()
    assert "NPG-67-BK: 5 pieces, never more than 2 before" in page
    assert "NPG-67-C: JP¥12,000 is below your floor of JP¥12,500" in page
    assert "NPG-67-DR: new for this customer" in page
    assert "NPG-67-DR: price on request" in page
    assert "Nothing unusual" not in page


def test_what_is_usual_is_said_too(world: World, phone: Client) -> None:
    for _earlier in range(2):
        confirm_price(world.place().number, by=world.actor(world.sales))
    page = phone.get(at("order", world.place())).content.decode()
    assert "Nothing unusual" in page and "Look twice" not in page
    assert "Last paid JP¥8,000" in page
    assert f"Lead time {world.black.lead_days} working day" in page


def test_wanted_before_it_can_come(world: World, phone: Client) -> None:
    order = world.place()
    wanted = order.expected_date - timedelta(days=1)
    Order.objects.filter(pk=order.pk).update(requested_date=wanted)
    assert "expected on" in phone.get(at("order", order)).content.decode()


# --- who gets in


@pytest.mark.parametrize("who", STRANGERS)
def test_strangers_find_nothing(world: World, who: str) -> None:
    order, stranger = world.place(), logged_in(getattr(world, who))
    assert stranger.get(at("order", order)).status_code == 404
    for name in ANSWERS:
        values = {"version": order.version, "question": "Why?", "reason": "credit"}
        assert stranger.post(at(name, order), values).status_code == 404
    unchanged(order)


@pytest.mark.parametrize("who", ["desk", "rival_desk", "buyer", "back_office"])
def test_other_roles_stay_out(world: World, who: str) -> None:
    order, stranger = world.place(), logged_in(getattr(world, who))
    assert stranger.get(at("order", order)).status_code == 403
    for name in ANSWERS:
        assert stranger.post(at(name, order), {"version": 1}).status_code == 403
    unchanged(order)


def test_nobody_gets_in_without_logging_in(world: World) -> None:
    order = world.place()
    assert Client().get(at("order", order)).status_code == 302
    assert Client().post(at("confirm", order), {"version": 1}).status_code == 302
    unchanged(order)


# --- the plain yes


def test_the_plain_yes(world: World, phone: Client) -> None:
    order = world.place()
    page = phone.get(at("order", order)).content.decode()
    assert "Confirm 2 prices" in page
    answer = phone.post(at("confirm", order), {"version": order.version}, follow=True)
    assert answer.redirect_chain == [("/sales/", 302)]
    assert "Sent to Canon" in answer.content.decode()
    order.refresh_from_db()
    assert (order.status, order.confirmed_by_id) == (Status.PRICE_CONFIRMED, world.sales.pk)


def test_the_deputy_can(world: World) -> None:
    order = world.place()
    logged_in(world.deputy).post(at("confirm", order), {"version": order.version})
    order.refresh_from_db()
    assert order.confirmed_by_id == world.deputy.pk


def test_a_look_confirms_nothing(world: World, phone: Client) -> None:
    order = world.place()
    assert phone.get(at("confirm", order)).status_code == 405
    unchanged(order)


def test_the_second_yes_is_told(world: World, phone: Client) -> None:
    order = world.place()
    phone.post(at("confirm", order), {"version": order.version})
    entries = Entry.objects.count()
    late = logged_in(world.deputy).post(at("confirm", order), {"version": order.version})
    assert late.status_code == 409
    told = late.content.decode()
    assert "Nothing was changed" in told
    assert "Sato Sales, Kanda Supplies" in told and "price confirmed" in told
    assert "<time" in told
    order.refresh_from_db()
    assert order.confirmed_by_id == world.sales.pk
    assert (ApprovalRequest.objects.count(), Entry.objects.count()) == (1, entries)


@pytest.mark.parametrize("version", ["0", "", "7", "one", "9" * 40])
@pytest.mark.parametrize("name", ANSWERS)
def test_a_stale_page_changes_nothing(world: World, phone: Client, name: str, version: str) -> None:
    order = world.place()
    price = f"price-{line_of(order, world.black)}"
    values = {price: "1", "question": "Why?", "reason": "credit", "version": version}
    assert phone.post(at(name, order), values).status_code == 409
    unchanged(order)


def test_without_a_price_there_is_no_plain_yes(world: World, phone: Client) -> None:
    order = world.place({(world.copier.pk, world.drum.pk): 1})
    assert at("confirm", order) not in phone.get(at("order", order)).content.decode()
    answer = phone.post(at("confirm", order), {"version": order.version}, follow=True)
    assert answer.redirect_chain == [(at("change", order), 302)]
    assert "no price yet" in answer.content.decode()
    unchanged(order)


def test_below_the_floor_the_yes_is_said_twice(world: World, phone: Client) -> None:
    by = world.actor(world.back_office)
    order = world.place()
    page = phone.get(at("order", order)).content.decode()
    assert 'name="below_floor"' not in page
    set_floor(world.black.pk, amount=Decimal(8500), currency="JPY", by=by)  # while it is open
    answer = phone.post(at("confirm", order), {"version": order.version}, follow=True)
    assert answer.redirect_chain == [(at("order", order), 302)]
    page = answer.content.decode()
    assert "Below your floor: NPG-67-BK" in page and 'name="below_floor"' in page
    unchanged(order)
    phone.post(at("confirm", order), {"version": order.version, "below_floor": "1"})
    assert Order.objects.get().status == Status.PRICE_CONFIRMED


def test_other_terms_below_the_floor_are_said_twice(world: World, phone: Client) -> None:
    order = world.place()
    price, by = f"price-{line_of(order, world.black)}", world.actor(world.back_office)
    set_floor(world.black.pk, amount=Decimal(7500), currency="JPY", by=by)
    assert "Your floor: JP¥7,500" in phone.get(at("change", order)).content.decode()
    values = {price: "7000", "note": "As agreed", "version": order.version}
    answer = phone.post(at("change", order), values)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["below_floor"]
    assert "As agreed" in answer.content.decode()
    unchanged(order)
    phone.post(at("change", order), {**values, "below_floor": "on"})
    assert Order.objects.get().subtotal == 2 * 7000 + 12000


# --- other terms


def test_a_dearer_price_waits_for_the_buyer(world: World, phone: Client) -> None:
    order = world.place()
    price = f"price-{line_of(order, world.black)}"
    values = {price: "¥9,000", "note": "New list", "version": order.version}
    answer = phone.post(at("change", order), values, follow=True)
    assert "Waiting for the buyer" in answer.content.decode()
    order.refresh_from_db()
    assert order.status == Status.WAITING
    change = order.proposals.get().lines.get()
    assert (change.old_price, change.new_price) == (8000, 9000)


def test_a_cheaper_price_goes_on_at_once(world: World, phone: Client) -> None:
    order = world.place()
    price = f"price-{line_of(order, world.black)}"
    values = {price: "７０００", "version": order.version}
    answer = phone.post(at("change", order), values, follow=True)
    assert "Sent to Canon" in answer.content.decode()
    assert Order.objects.get().subtotal == 2 * 7000 + 12000


def test_a_substitute_waits_for_the_buyer(world: World, phone: Client) -> None:
    order = world.place()
    name = f"substitute-{line_of(order, world.black)}"
    assert "NPG-67-BK-L (agreed: 14000 JPY)" in phone.get(at("change", order)).content.decode()
    phone.post(at("change", order), {name: world.other_black.pk, "version": order.version})
    change = Order.objects.get().proposals.get().lines.get()
    assert change.new_consumable_id == world.other_black.pk


@pytest.mark.parametrize("item", ["cyan", "misfit", "rival_toner"])
@pytest.mark.parametrize("line", ["black", "cyan"])
def test_a_substitute_that_does_not_fit(world: World, phone: Client, item: str, line: str) -> None:
    order = world.place()
    pk = line_of(order, getattr(world, line))
    values = {
        f"substitute-{pk}": getattr(world, item).pk,
        f"price-{pk}": "7000",
        "version": order.version,
    }
    answer = phone.post(at("change", order), values)
    assert answer.status_code == 422
    assert "does not fit the same machine" in answer.content.decode()
    assert not order.proposals.exists()
    unchanged(order)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("7000.5", "no more digits than the currency has"),
        ("-1", "Type a price such as"),
        ("12,50", "Type a price such as"),
        ("1e3", "Type a price such as"),
        ("cheap", "Type a price such as"),
        ("99999999999", "Type a price such as"),
        ("70\x0700", "cannot be printed"),
    ],
)
def test_a_price_that_cannot_be(world: World, phone: Client, typed: str, words: str) -> None:
    order = world.place()
    name = f"price-{line_of(order, world.black)}"
    values = {name: typed, "note": "Kept words", "version": order.version}
    answer = phone.post(at("change", order), values)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    form = answer.context["form"]
    assert list(form.errors) == [name]
    assert form[name].value() == typed and "Kept words" in page
    unchanged(order)


def test_bad_days_and_no_change(world: World, phone: Client) -> None:
    order = world.place()
    past = (timezone.now() - timedelta(days=3)).date().isoformat()
    for values, field in (
        ({"new_date": past}, "new_date"),
        ({"new_date": "soon"}, "new_date"),
        ({"note": "Only words"}, "__all__"),
        ({"note": "x" * 501}, "note"),
    ):
        answer = phone.post(at("change", order), {**values, "version": order.version})
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
        assert next(iter(values.values())) in answer.content.decode()
    unchanged(order)


def test_a_refused_page_stays_as_old_as_it_was(world: World, phone: Client) -> None:
    order = world.place()
    answer = phone.post(at("change", order), {"new_date": "soon", "version": "7"})
    assert answer.status_code == 422
    assert answer.context["version"] == 7


# --- question, cancellation


def test_a_question(world: World, phone: Client) -> None:
    order = world.place()
    values = {"question": "Which floor?", "version": order.version}
    phone.post(at("ask", order), values)
    order.refresh_from_db()
    assert order.status == Status.WAITING
    assert order.proposals.get().note == "Which floor?"


@pytest.mark.parametrize("question", ["", "   ", "x" * 501, "a\x00b"])
def test_no_question(world: World, phone: Client, question: str) -> None:
    order = world.place()
    answer = phone.post(at("ask", order), {"question": question, "version": order.version})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["question"]
    unchanged(order)


def test_a_cancellation(world: World, phone: Client) -> None:
    order = world.place()
    values = {"reason": "out_of_stock", "text": "Until May", "version": order.version}
    answer = phone.post(at("cancel", order), values, follow=True)
    assert "Cancelled" in answer.content.decode()
    order.refresh_from_db()
    assert (order.status, order.cancel_reason) == (Status.CANCELLED, "out_of_stock")


@pytest.mark.parametrize(
    ("reason", "field"), [("", "reason"), ("declined", "reason"), ("other", "text")]
)
def test_a_reason_is_needed(world: World, phone: Client, reason: str, field: str) -> None:
    order = world.place()
    answer = phone.post(at("cancel", order), {"reason": reason, "version": order.version})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    unchanged(order)


def test_words_alone_are_another_reason(world: World, phone: Client) -> None:
    order = world.place()
    phone.post(at("cancel", order), {"text": "Moved away", "version": order.version})
    order.refresh_from_db()
    assert (order.status, order.cancel_reason, order.cancel_text) == (
        Status.CANCELLED,
        "other",
        "Moved away",
    )
