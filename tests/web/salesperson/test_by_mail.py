"""The link in the mail that confirms without a log-in: rarely there, good for one thing, once."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from tests.outbound.post import told
from tests.web.salesperson.conftest import logged_in
from tests.world import World
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders.actions import ask, confirm_price, reply
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.outbound.confirm_link import SALT, link_for
from tonerloop.outbound.mail.gathering import gathered
from tonerloop.outbound.mail.writing import order_to_answer
from tonerloop.outbound.models import Message
from tonerloop.web.salesperson.by_mail import PER_MINUTE

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(world: World) -> Order:
    """An order of a seller that allows the link."""
    world.seller.confirms_by_mail = True
    world.seller.save()
    return Order.objects.get(pk=world.place().pk)


def path_of(link: str) -> str:
    assert link.startswith("http://127.0.0.1:8000/by-mail/?k=")
    return link.removeprefix("http://127.0.0.1:8000")


def link(world: World, order: Order) -> str:
    return path_of(link_for(order, world.sales.pk))


def mail_of(order: Order) -> str:
    told()
    message = Message.objects.get(template="order_to_answer", order_id=order.pk)
    message = gathered([message.pk])[message.pk]
    return str(order_to_answer(message, Order.objects.get(pk=order.pk)).body)


def unchanged(order: Order) -> None:
    now = Order.objects.get(pk=order.pk)
    assert (now.status, now.version) == (Status.PLACED, order.version)


def test_a_look_confirms_nothing_and_the_button_does(world: World, order: Order) -> None:
    scanner, person = Client(), Client(enforce_csrf_checks=True)
    path = link(world, order)
    for _look in range(3):
        page = scanner.get(path)
        assert page.status_code == 200 and "Mori Law" in page.content.decode()
    unchanged(order)
    assert scanner.head(path).status_code == 200
    done = person.post(path, headers={"Origin": "null"})  # as a page without referrer posts
    assert done.status_code == 200 and "is with Canon now" in done.content.decode()
    order.refresh_from_db()
    assert (order.status, order.confirmed_by) == (Status.PRICE_CONFIRMED, world.sales)
    page = logged_in(world.sales).get(f"/sales/{order.number}/").content.decode()
    assert "by the link in the mail" in page


def test_forwarded_after_use_it_is_useless(world: World, order: Order) -> None:
    path = link(world, order)
    Client().post(path)
    entries = Entry.objects.count()
    for answer in (Client().get(path), Client().post(path)):
        page = answer.content.decode()
        assert answer.status_code == 410 and "does nothing more" in page and "Sato Sales" in page
    assert Entry.objects.count() == entries
    assert Entry.objects.filter(event=Event.ORDER_PRICE_CONFIRMED).count() == 1


def test_moved_on_and_back_it_is_useless(world: World, order: Order) -> None:
    """The terms were talked about meanwhile, so the link's are not those of now."""
    path = link(world, order)
    ask(order.number, "Which floor?", by=world.actor(world.sales))
    reply(order.number, "The third", by=world.actor(world.buyer))
    assert Client().post(path).status_code == 410
    order.refresh_from_db()
    assert order.status == Status.PLACED


def test_it_holds_four_hours(world: World, order: Order) -> None:
    path, later = link(world, order), timezone.now() + timedelta(hours=4, minutes=1)
    with patch("django.core.signing.time.time", return_value=later.timestamp()):
        assert Client().post(path).status_code == 410
    unchanged(order)


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "%00", "x" * 3000])
def test_what_was_not_signed_here(order: Order, token: str) -> None:
    for answer in (Client().get("/by-mail/", {"k": token}), Client().post(f"/by-mail/?k={token}")):
        assert answer.status_code == 410 and "Mori" not in answer.content.decode()
    unchanged(order)


@pytest.mark.parametrize("facts", [[1], "x", ["1234567890", 1, 1], {"a": 1}])
def test_signed_but_of_another_shape(order: Order, facts: object) -> None:
    token = signing.dumps(facts, salt=SALT)
    assert Client().get("/by-mail/", {"k": token}).status_code == 410


@pytest.mark.parametrize("case", ["left", "locked", "replaced", "withdrawn", "second factor"])
def test_who_may_not_answer_any_more(world: World, order: Order, case: str) -> None:
    path = link(world, order)
    if case == "left":
        world.sales.memberships.update(active=False)
    if case == "locked":
        world.sales.is_active = False
        world.sales.save()
    if case == "replaced":
        world.office.salesperson = world.other_sales
        world.office.save()
    if case == "withdrawn":
        world.seller.confirms_by_mail = False
        world.seller.save()
    if case == "second factor":
        world.seller.requires_second_factor = True
        world.seller.save()
    for answer in (Client().get(path), Client().post(path)):
        assert answer.status_code == 410
    unchanged(order)


def test_the_mail_carries_it_where_the_seller_allows_it(world: World, order: Order) -> None:
    text = mail_of(order)
    assert "/by-mail/?k=" in text
    assert f"/sales/{order.number}/" in text and "New for this customer" in text


def test_off_by_default(world: World) -> None:
    order = world.place()
    text = mail_of(order)
    assert "by-mail" not in text and f"/sales/{order.number}/" in text


def test_never_for_a_line_without_price(world: World, order: Order) -> None:
    unpriced = world.place({(world.copier.pk, world.drum.pk): 1})
    assert "by-mail" not in mail_of(unpriced)
    order.lines.update(unit_price=None)
    assert Client().post(link_before(world, order)).status_code == 410
    unchanged(order)


def link_before(world: World, order: Order) -> str:
    """A link as it was when every line had its price."""
    return f"/by-mail/?k={signing.dumps([order.number, order.version, world.sales.pk], salt=SALT)}"


def test_nothing_of_it_is_told_elsewhere(
    world: World, order: Order, caplog: pytest.LogCaptureFixture
) -> None:
    path = link(world, order)
    confirm_price(order.number, by=world.actor(world.deputy))
    for answer in (Client().get(path), Client().post(path)):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer.headers["Cache-Control"]
    assert path.partition("k=")[2] not in caplog.text


def test_not_too_often(order: Order) -> None:
    client = Client()
    found = [client.get("/by-mail/", {"k": "x"}).status_code for _ in range(PER_MINUTE + 1)]
    assert found[-1] == 429 and set(found[:-1]) == {410}
