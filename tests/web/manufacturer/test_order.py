"""One order at the desk: what is shown, what is not, and that looking at it is the receipt."""

import pytest
from django.test import Client
from django.utils import timezone

from tests.web.manufacturer.conftest import at, logged_in, now, seen
from tests.world import World
from tonerloop.journal.models import Entry
from tonerloop.orders.actions import cancel
from tonerloop.orders.models import ApprovalRequest, Order
from tonerloop.outbound.models import Message
from tonerloop.parties.models import Seller

pytestmark = pytest.mark.django_db
CUSTOMERS = ("8,000", "12,000", "28,000", "30,800", "2,800")
VERBS = ["approve", "cancel", "ship", "deliver"]


def text(client: Client, order: Order) -> str:
    return client.get(at("order", order)).content.decode()


def test_it_shows_what_is_to_be_delivered_where_and_for_how_much(
    asked: Order, desk: Client
) -> None:
    page = text(desk, asked)
    for words in ("NPG-67-BK", "NPG-67-C", "5,000", "15,000", "Head office", "Kanda Supplies"):
        assert words in page


def test_it_never_shows_the_customers_price(world: World, asked: Order, desk: Client) -> None:
    Order.objects.filter(pk=asked.pk).update(reference="PO-SECRET")
    page = text(desk, asked)
    assert not [words for words in (*CUSTOMERS, "Customer’s price", "PO-SECRET") if words in page]


def test_it_shows_the_customers_price_where_the_seller_says_so(asked: Order, desk: Client) -> None:
    Seller.objects.filter(pk=asked.seller_id).update(shows_customer_price=True)
    page = text(desk, asked)
    assert "Customer’s price" in page and "8,000" in page and "12,000" in page


def test_looking_at_it_marks_the_request_fetched(asked: Order, desk: Client) -> None:
    before = timezone.now()
    text(desk, asked)
    fetched = ApprovalRequest.objects.get().fetched_at
    assert fetched is not None and fetched >= before


def test_it_is_fetched_when_first_seen(asked: Order, desk: Client) -> None:
    text(desk, asked)
    first = ApprovalRequest.objects.get().fetched_at
    text(desk, asked)
    assert ApprovalRequest.objects.get().fetched_at == first


def test_looking_at_it_is_the_receipt_of_the_message(asked: Order, desk: Client) -> None:
    moment = timezone.now()
    message = Message.objects.create(
        entry=Entry.objects.filter(subject_id=asked.pk).latest("pk"),
        order_id=asked.pk,
        channel=Message.Channel.DESK,
        template="approval_request",
        recipient="Canon",
        side="manufacturer",
        language="en",
        message_id="<1@test>",
        created_at=moment,
        changed_at=moment,
    )
    text(desk, asked)
    message.refresh_from_db()
    assert message.state == Message.State.FETCHED


def test_a_withdrawn_request_says_so(world: World, asked: Order, desk: Client) -> None:
    cancel(asked.number, "other", "Moved <away>", by=world.actor(world.buyer))
    page = text(desk, asked)
    assert "This request was withdrawn: do not ship it." in page
    assert "Moved &lt;away&gt;" in page
    assert at("approve", asked) not in page and at("cancel", asked) not in page


def test_a_withdrawn_request_cannot_be_approved(world: World, asked: Order, desk: Client) -> None:
    cancel(asked.number, "duplicate", by=world.actor(world.buyer))
    given = seen(asked, promised_date=asked.expected_date.isoformat())
    answer = desk.post(at("approve", asked), given)
    assert answer.status_code == 409
    assert "Cancelled" in answer.content.decode()
    assert now(asked).status == "cancelled"


def test_what_the_desk_cancelled_itself_is_not_called_withdrawn(asked: Order, desk: Client) -> None:
    desk.post(at("cancel", asked), seen(asked, reason="discontinued"))
    page = text(desk, asked)
    assert "You cancelled this order." in page and "withdrawn" not in page


def test_an_open_page_gets_its_parts_alone(asked: Order, desk: Client) -> None:
    part = desk.get(at("order", asked), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and 'id="order"' in part and 'id="side"' in part


def test_before_the_price_is_confirmed_the_desk_knows_of_nothing(
    world: World, desk: Client
) -> None:
    order = world.place()
    assert desk.get(at("order", order)).status_code == 404
    for verb in VERBS:
        assert desk.post(at(verb, order), seen(order)).status_code == 404


def test_the_rival_desk_finds_nothing(world: World, asked: Order) -> None:
    rival = logged_in(world.rival_desk)
    assert rival.get(at("order", asked)).status_code == 404
    for verb in VERBS:
        answer = rival.post(at(verb, asked), seen(asked))
        assert answer.status_code == 404
        assert "Mori Law" not in answer.content.decode()
    assert now(asked).version == asked.version
    assert ApprovalRequest.objects.get().fetched_at is None


@pytest.mark.parametrize("verb", VERBS)
def test_a_look_changes_nothing(asked: Order, desk: Client, verb: str) -> None:
    assert desk.get(at(verb, asked)).status_code == 405


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("version", ["", "x", "0", "99", "9" * 30])
def test_a_page_of_another_version_changes_nothing(
    approved: Order, desk: Client, verb: str, version: str
) -> None:
    given = {
        "version": version,
        "promised_date": approved.expected_date.isoformat(),
        "reason": "discontinued",
        "quantity-1": "1",
    }
    assert desk.post(at(verb, approved), given).status_code == 409
    assert now(approved).version == approved.version
