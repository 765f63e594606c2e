"""The back office's orders: the list as they come in, one order, acting as deputy, returns."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.world import World
from tonerloop.common.references import grouped
from tonerloop.journal.models import Entry
from tonerloop.orders.actions import approve, confirm_price, report_delivery, ship
from tonerloop.orders.models import ApprovalRequest, Order, Return
from tonerloop.orders.states import Status
from tonerloop.outbound.models import Message
from tonerloop.web.seller import orders as seller_orders
from tonerloop.web.shared import pages

pytestmark = pytest.mark.django_db
LIST = "/seller/orders/"


def logged_in(person: object) -> Client:
    client = Client()
    client.force_login(
        person,  # type: ignore[arg-type]
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return client


@pytest.fixture
def office(world: World) -> Client:
    return logged_in(world.back_office)


def at(name: str, order: Order, *more: int) -> str:
    return reverse(f"seller:{name}", args=[order.number, *more])


def delivered(world: World) -> Order:
    """2 black and 1 cyan, arrived."""
    order = confirm_price(world.place().number, by=world.actor(world.sales))
    desk = world.actor(world.desk)
    approve(order.number, timezone.now().date() + timedelta(days=9), by=desk)
    ship(order.number, {1: 2, 2: 1}, by=desk)
    return report_delivery(order.number, by=world.actor(world.buyer))


def failed_message(order: Order) -> Message:
    now = timezone.now()
    return Message.objects.create(
        entry=Entry.objects.filter(subject_id=order.pk).latest("pk"),
        order_id=order.pk,
        channel=Message.Channel.EMAIL,
        template="order_approved",
        recipient="lost@mori.example",
        side="buyer",
        language="en",
        message_id=f"<{order.number}@test>",
        state=Message.State.FAILED,
        error="550 no such mailbox",
        created_at=now,
        changed_at=now,
    )


def found(office: Client, **query: str) -> set[str]:
    """The numbers of the orders that the list shows."""
    answer = office.get(LIST, query)
    assert answer.status_code == 200
    return {row.order.number for row in answer.context["rows"]}


# --- the list


def test_all_orders_newest_first(world: World, office: Client) -> None:
    first, second = world.place(), world.place()
    page = office.get(LIST).content.decode()
    assert page.index(grouped(second.number)) < page.index(grouped(first.number))
    assert "Mori Law" in page and "Canon" in page and "Sato Sales" in page


def test_an_open_page_gets_the_table_alone(world: World, office: Client) -> None:
    world.place()
    part = office.get(LIST, {"status": "placed"}, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert f'data-live="seller:{world.seller.pk}"' in part.content.decode()
    assert "status=placed" in part.content.decode()


def test_finding(world: World, office: Client) -> None:
    one = world.place()
    other = confirm_price(
        world.place({(world.copier.pk, world.cyan.pk): 1}).number, by=world.actor(world.sales)
    )
    Order.objects.filter(pk=other.pk).update(reference="PO-77")
    assert found(office, q=grouped(one.number)) == {one.number}
    assert found(office, q="po-77") == {other.number}
    assert found(office, q="npg-67-bk") == {one.number}
    assert found(office, q="mori") == {one.number, other.number}
    assert found(office, q="%") == set()
    assert found(office, status="price_confirmed") == {other.number}
    assert found(office, status="open") == {one.number, other.number}
    assert found(office, customer=str(world.rival_office.pk)) == set()
    assert found(office, salesperson=str(world.sales.pk)) == {one.number, other.number}
    assert found(office, salesperson=str(world.other_sales.pk)) == set()


@pytest.mark.parametrize("few", [10, 0])
def test_too_many_salespeople_are_typed_not_chosen(
    world: World, office: Client, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """A part of a name; whether it names a few people or many, and never the rival's."""
    number = world.place().number
    monkeypatch.setattr(seller_orders, "MOST_OFFERED", 1)
    monkeypatch.setattr(seller_orders, "FEW", few)
    page = office.get(LIST).content.decode()
    assert 'type="text" name="salesperson"' in page
    assert world.other_sales.name not in page
    assert found(office, salesperson=world.sales.name[1:].upper()) == {number}
    assert found(office, salesperson=world.other_sales.name) == set()
    assert found(office, salesperson=world.rival_sales.name) == set()
    assert found(office, salesperson="%") == set()


@pytest.mark.parametrize("sort", ["placed", "customer", "-status", "since", "-total"])
def test_sorting(world: World, office: Client, sort: str) -> None:
    world.place()
    world.place({(world.copier.pk, world.cyan.pk): 1})
    shown = [row.order for row in office.get(LIST, {"sort": sort}).context["rows"]]
    assert len(shown) == 2
    if sort == "-total":
        assert shown[0].total > shown[1].total
    if sort == "placed":
        assert shown[0].pk < shown[1].pk


def test_strange_filters_show_all(world: World, office: Client) -> None:
    number = world.place().number
    strange = {"status": "x", "customer": "-1", "salesperson": "me", "sort": "id", "page": "x"}
    assert found(office, **strange) == {number}
    assert found(office, customer=str(world.foreign_office.pk)) == {number}


def test_flags(world: World, office: Client) -> None:
    order = world.place({(world.copier.pk, world.drum.pk): 1})
    order.lines.update(fits=False)
    failed_message(order)
    page = office.get(LIST).content.decode()
    for words in ("Fits no machine", "Price on request", "Message failed"):
        assert words in page


def test_queries_of_the_list(
    world: World, office: Client, django_assert_max_num_queries: Any
) -> None:
    for _turn in range(4):
        world.place()
    with django_assert_max_num_queries(9):
        office.get(LIST)


def test_the_rival_sees_none_of_it(world: World) -> None:
    order, rival = world.place(), logged_in(world.rival_back_office)
    page = rival.get(LIST).content.decode()
    assert grouped(order.number) not in page
    assert "Mori Law" not in page and "Sato Sales" not in page
    for name in ("order", "change", "ask", "cancel", "returns"):
        assert rival.get(at(name, order)).status_code == 404
    for name in ("confirm", "change", "ask", "cancel", "returns"):
        assert rival.post(at(name, order), {"version": 1}).status_code == 404
    assert rival.post(at("send_again", order, failed_message(order).pk)).status_code == 404
    assert Order.objects.get().status == Status.PLACED


@pytest.mark.parametrize("who", ["desk", "buyer", "sales"])
def test_other_roles_stay_out(world: World, who: str) -> None:
    order, stranger = world.place(), logged_in(getattr(world, who))
    assert stranger.get(LIST).status_code == 403
    for name in ("order", "change", "ask", "cancel", "returns"):
        assert stranger.get(at(name, order)).status_code == 403
    assert stranger.post(at("confirm", order), {"version": 1}).status_code == 403


# --- one order


def test_everything_is_there(world: World, office: Client) -> None:
    order = world.place()
    page = office.get(at("order", order)).content.decode()
    assert "5,000" in page  # the purchase price
    assert "Agreed with Mori Law" in page
    assert "placed the order" in page


def test_confirming_as_deputy(world: World, office: Client) -> None:
    order = world.place()
    answer = office.post(at("confirm", order), {"version": order.version}, follow=True)
    assert answer.redirect_chain == [(at("order", order), 302)]
    assert "Sent to Canon" in answer.content.decode()
    order.refresh_from_db()
    assert (order.status, order.confirmed_by_id) == (
        Status.PRICE_CONFIRMED,
        world.back_office.pk,
    )
    late = office.post(at("confirm", order), {"version": order.version - 1})
    assert late.status_code == 409
    assert ApprovalRequest.objects.count() == 1


def test_the_other_answers_as_deputy(world: World, office: Client) -> None:
    order = world.place()
    price = f"price-{order.lines.get(consumable=world.black).pk}"
    office.post(at("change", order), {price: "9000", "version": order.version})
    order.refresh_from_db()
    assert order.status == Status.WAITING
    office.post(at("cancel", order), {"reason": "credit", "version": order.version})
    order.refresh_from_db()
    assert order.status == Status.CANCELLED
    asked = world.place()
    office.post(at("ask", asked), {"question": "Which floor?", "version": asked.version})
    asked.refresh_from_db()
    assert asked.status == Status.WAITING


def test_no_cancelling_after_shipment(world: World, office: Client) -> None:
    order = delivered(world)
    assert at("cancel", order) not in office.get(at("order", order)).content.decode()
    values = {"reason": "credit", "version": order.version}
    assert office.post(at("cancel", order), values).status_code == 409


def test_a_failed_message_can_be_sent_again(world: World, office: Client) -> None:
    order = world.place()
    message = failed_message(order)
    page = office.get(at("order", order)).content.decode()
    assert "lost@mori.example" in page and "550 no such mailbox" in page
    assert at("send_again", order, message.pk) in page
    answer = office.post(at("send_again", order, message.pk), follow=True)
    assert "lost@mori.example" in answer.content.decode()
    message.refresh_from_db()
    assert message.state != Message.State.FAILED


def test_a_message_of_another_order_is_not_found(world: World, office: Client) -> None:
    message = failed_message(world.place())
    assert office.post(at("send_again", world.place(), message.pk)).status_code == 404


# --- returns


def test_returns(world: World, office: Client) -> None:
    order = delivered(world)
    assert at("returns", order) in office.get(at("order", order)).content.decode()
    values = {"quantity-1": "１", "reason": "wrong_item", "version": order.version}
    answer = office.post(at("returns", order), values, follow=True)
    assert "1 piece recorded" in answer.content.decode()
    assert "Wrong item" in answer.content.decode()
    assert Return.objects.get().quantity == 1


def test_pressed_twice_returns_once(world: World, office: Client) -> None:
    order = delivered(world)
    values = {"quantity-1": "1", "reason": "wrong_item", "version": order.version}
    office.post(at("returns", order), values)
    assert office.post(at("returns", order), values).status_code == 409
    assert Return.objects.count() == 1


@pytest.mark.parametrize(
    ("quantity", "reason", "field"),
    [
        ("3", "wrong_item", "quantity-1"),
        ("1.5", "wrong_item", "quantity-1"),
        ("-1", "wrong_item", "quantity-1"),
        ("lots", "wrong_item", "quantity-1"),
        ("1", "", "reason"),
        ("1", "mood", "reason"),
        ("", "wrong_item", "__all__"),
    ],
)
def test_returns_that_cannot_be(
    world: World, office: Client, quantity: str, reason: str, field: str
) -> None:
    order = delivered(world)
    values = {"quantity-1": quantity, "reason": reason, "version": order.version}
    answer = office.post(at("returns", order), values)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["form"]["quantity-1"].value() == quantity
    assert not Return.objects.exists()


@pytest.mark.parametrize("path", ["/seller/orders/", "/seller/agreements/", "/seller/customers/"])
def test_a_list_that_is_cut_short_says_so_above_and_below(
    world: World, office: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    words = "there are more: narrow the list to see them"
    for _turn in range(2):
        world.place()
    assert words not in office.get(path).content.decode()
    monkeypatch.setattr(pages, "MOST", 1)
    assert office.get(path).content.decode().count(words) == 2
