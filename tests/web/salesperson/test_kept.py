"""Answers from a phone that was without reception: once in effect, and told what became of them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from tests.web.salesperson.conftest import logged_in
from tests.web.salesperson.test_order import at, line_of
from tests.world import World
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders.actions import cancel, confirm_price
from tonerloop.orders.models import ApprovalRequest, Order
from tonerloop.orders.states import Status
from tonerloop.parties.models import Person
from tonerloop.web.salesperson.models import KeptAnswer


def replay(client: Client, person: Person, name: str, order: Order, **values: Any) -> Any:
    """What a phone sends of an answer that it kept."""
    body = {"key": str(uuid4()), "version": order.version, **values}
    return client.post(at(name, order), body, headers={"Tonerloop-Replay": str(person.pk)})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "values", "status"),
    [
        ("confirm", {}, Status.PRICE_CONFIRMED),
        ("ask", {"question": "Which floor?"}, Status.WAITING),
        ("cancel", {"reason": "credit"}, Status.CANCELLED),
    ],
)
def test_sent_again_it_is_the_same_answer(
    world: World, phone: Client, name: str, values: dict[str, str], status: Status
) -> None:
    order, key = world.place(), str(uuid4())
    first = replay(phone, world.sales, name, order, key=key, **values).json()
    entries = Entry.objects.count()
    again = replay(phone, world.sales, name, order, key=key, **values).json()
    assert first == again and first["applied"] and "Mori Law" in first["words"]
    order.refresh_from_db()
    assert (order.status, Entry.objects.count()) == (status, entries)
    assert KeptAnswer.objects.get().outcome == status


@pytest.mark.django_db
def test_other_terms_composed_offline(world: World, phone: Client) -> None:
    order = world.place()
    price = f"price-{line_of(order, world.black)}"
    said = replay(phone, world.sales, "change", order, **{price: "9000"}).json()
    assert said["applied"] and "Waiting for the buyer" in said["words"]


@pytest.mark.django_db
def test_the_page_and_then_the_phone_give_one_answer(world: World, phone: Client) -> None:
    """The page's own request was heard, its answer lost; the phone sends the same again."""
    order, key = world.place(), str(uuid4())
    values = {"key": key, "version": order.version}
    assert phone.post(at("confirm", order), values).status_code == 302
    assert replay(phone, world.sales, "confirm", order, key=key).json()["applied"]
    # And when the maker has approved meanwhile, the answer is still what it was.
    Order.objects.filter(pk=order.pk).update(version=9)
    assert "Sent to Canon" in replay(phone, world.sales, "confirm", order, key=key).json()["words"]
    assert ApprovalRequest.objects.count() == 1


@pytest.mark.django_db
def test_too_late_it_is_told_what_it_is_now_and_by_whom(world: World, phone: Client) -> None:
    order = world.place()
    cancel(order.number, "duplicate", by=world.actor(world.buyer))
    said = replay(phone, world.sales, "confirm", order).json()
    assert (said["applied"], said["correct"]) == (False, False)
    for words in ("Bea Buyer", "cancelled the order", "“Cancelled”", "changed nothing"):
        assert words in said["problem"]
    order.refresh_from_db()
    assert order.status == Status.CANCELLED and not KeptAnswer.objects.exists()


@pytest.mark.django_db
def test_what_the_form_refuses_can_be_corrected(world: World, phone: Client) -> None:
    order, key = world.place(), str(uuid4())
    said = replay(phone, world.sales, "cancel", order, key=key, reason="other").json()
    assert said["correct"] and said["problem"] and not said["applied"]
    said = replay(phone, world.sales, "cancel", order, key=key, reason="other", text="Moved").json()
    assert said["applied"]


@pytest.mark.django_db
def test_without_a_price_there_is_no_plain_yes(world: World, phone: Client) -> None:
    order = world.place({(world.copier.pk, world.drum.pk): 1})
    said = replay(phone, world.sales, "confirm", order).json()
    assert not said["applied"] and "no price yet" in said["problem"]


@pytest.mark.django_db
def test_nobody_sends_what_another_decided(world: World) -> None:
    order = world.place()
    answer = replay(logged_in(world.deputy), world.sales, "confirm", order)
    assert answer.status_code == 409 and "Somebody else" in answer.json()["problem"]
    order.refresh_from_db()
    assert order.status == Status.PLACED


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["other_sales", "rival_sales"])
def test_a_foreign_order_tells_nothing(world: World, who: str) -> None:
    order, person = world.place(), getattr(world, who)
    said = replay(logged_in(person), person, "confirm", order).json()
    assert not said["applied"] and "not yours" in said["problem"] and "Mori" not in str(said)


@pytest.mark.django_db
def test_handed_over_meanwhile_the_first_answer_stands(world: World, phone: Client) -> None:
    order, key = world.place(), str(uuid4())
    replay(phone, world.sales, "confirm", order, key=key)
    world.office.salesperson, world.office.deputy = world.other_sales, None
    world.office.save()
    assert replay(phone, world.sales, "confirm", order, key=key).json()["applied"]


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "1", "x" * 5000])
def test_a_key_that_is_none_is_none(world: World, phone: Client, key: str) -> None:
    order = world.place()
    assert phone.post(at("confirm", order), {"key": key, "version": 1}).status_code == 302
    assert not KeptAnswer.objects.exists()


@pytest.mark.django_db
def test_pages_say_whose_they_are_and_how_old(world: World, phone: Client) -> None:
    order, member = world.place(), world.sales.memberships.get()
    for path in (
        "/sales/",
        "/sales/orders/",
        "/sales/not-kept/",
        at("order", order),
        at("ask", order),
    ):
        answer = phone.get(path)
        assert answer.headers["Tonerloop-Person"] == f"{world.sales.pk}-{member.pk}"
        assert "no-store" in answer.headers["Cache-Control"]
    assert phone.get(at("change", order)).headers["Tonerloop-Version"] == "1"


@pytest.mark.django_db
def test_the_worker_keeps_what_the_pages_need(phone: Client) -> None:
    answer = phone.get("/sales/sw.js")
    script = answer.content.decode()
    assert answer.headers["Content-Type"] == "text/javascript"
    for name in ("tonerloop.css", "sales.js", "queue.js", "worker.js", "htmx.min.js"):
        assert name in script


@pytest.mark.django_db
def test_the_navigation_counts_what_waits(world: World, phone: Client) -> None:
    world.place()
    confirm_price(world.place().number, by=world.actor(world.sales))
    assert '<span class="count">1</span>' in phone.get("/sales/orders/").content.decode()


def test_sent_by_page_and_worker_at_once(committed_world: World) -> None:
    world, key = committed_world, str(uuid4())
    order, barrier = world.place(), Barrier(6)

    def send(_turn: int) -> Any:
        try:
            client = logged_in(world.sales)
            barrier.wait(20)
            return replay(client, world.sales, "confirm", order, key=key).json()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(send, range(6)))
    assert all(each == said[0] and each["applied"] for each in said), said
    assert KeptAnswer.objects.count() == ApprovalRequest.objects.count() == 1
    assert Entry.objects.filter(event=Event.ORDER_PRICE_CONFIRMED).count() == 1


def test_two_salespeople_at_once_one_is_told(committed_world: World) -> None:
    world = committed_world
    order, barrier = world.place(), Barrier(2)
    answers = [(world.sales, "confirm", {}), (world.deputy, "cancel", {"reason": "credit"})]

    def send(answer: Any) -> Any:
        person, name, values = answer
        try:
            client = logged_in(person)
            barrier.wait(20)
            return replay(client, person, name, order, **values).json()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(send, answers))
    assert sorted(each["applied"] for each in said) == [False, True]
    late = next(each for each in said if not each["applied"])
    assert "came too late" in late["problem"]
