"""A mail server that is down, or refuses one address: the order stands, the rest goes on."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.outbound.post import approved, by_address, eventually, settle, states
from tests.stack import Stack
from tests.world import World
from tonerloop.common.actor import NotAllowed
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.outbound.actions import send_again
from tonerloop.outbound.models import Message
from tonerloop.web.shared.timeline import timeline

BUYER, HOUSE, SALES = "bea.buyer@example.com", "orders@kanda.example", "sato.sales@example.com"
READERS = (BUYER, HOUSE, SALES)
Hinder = Callable[[str, Callable[..., Any]], None]


def shown(world: World, order: Order, address: str) -> tuple[str, str]:
    """State and error of a reader's mail on the seller's timeline."""
    items = timeline(order, world.actor(world.back_office))
    sent = [sent for item in items for sent in item.messages if sent.to == address]
    return sent[-1].state, sent[-1].error


def test_while_the_mail_server_is_down_the_order_stands_and_its_mails_wait(
    stack: Stack, live_world: World
) -> None:
    stack.mailbox.stop()
    order = approved(live_world)
    retrying = dict.fromkeys(READERS, "retrying")
    eventually(lambda: states(order) == retrying)
    order.refresh_from_db()
    assert order.status == Status.APPROVED
    state, error = shown(live_world, order, BUYER)
    assert state == "retrying" and "refused" in error

    stack.mailbox.start()
    eventually(lambda: states(order) == dict.fromkeys(READERS, "sent"))
    settle()
    arrived = {address: len(mails) for address, mails in by_address(stack).items()}
    assert arrived == dict.fromkeys(READERS, 1)
    assert shown(live_world, order, BUYER) == ("sent", "")


def test_a_mail_put_off_is_tried_again_and_arrives_once(stack: Stack, live_world: World) -> None:
    stack.mailbox.refuse = "451 4.7.1 Try later"
    order = approved(live_world)
    eventually(lambda: states(order) == dict.fromkeys(READERS, "retrying"))
    assert shown(live_world, order, BUYER) == ("retrying", "451 4.7.1 Try later")

    stack.mailbox.refuse = None
    settle()
    arrived = {address: len(mails) for address, mails in by_address(stack).items()}
    assert arrived == dict.fromkeys(READERS, 1)


@pytest.fixture
def refused(stack: Stack, live_world: World, hinder: Hinder) -> Order:
    """An approved order whose mail to the salesperson was refused for good."""

    async def handle_rcpt(_server: Any, _session: Any, envelope: Any, to: str, _: Any) -> str:
        if to == SALES:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    hinder("RCPT", handle_rcpt)
    order = approved(live_world)
    settle()
    return order


@pytest.fixture
def failed(refused: Order, hinder: Hinder) -> Message:
    """The refused message; its mailbox exists by now."""

    async def handle_rcpt(_server: Any, _session: Any, envelope: Any, to: str, _: Any) -> str:
        envelope.rcpt_tos.append(to)
        return "250 OK"

    hinder("RCPT", handle_rcpt)
    return Message.objects.get(order_id=refused.pk, recipient=SALES, template="order_approved")


def test_an_address_refused_for_good_fails_with_the_servers_words(
    live_world: World, refused: Order
) -> None:
    assert shown(live_world, refused, SALES) == ("failed", "550 5.1.1 No such mailbox")


def test_the_others_get_their_mails_all_the_same(stack: Stack, refused: Order) -> None:
    assert states(refused) == {BUYER: "sent", HOUSE: "sent", SALES: "failed"}
    assert set(by_address(stack)) == {BUYER, HOUSE}


def test_content_refused_for_good_fails_with_the_servers_words(
    stack: Stack, live_world: World
) -> None:
    stack.mailbox.refuse = "554 5.7.1 Looks like spam"
    order = approved(live_world)
    settle()
    assert set(states(order).values()) == {"failed"}
    assert shown(live_world, order, BUYER)[1] == "554 5.7.1 Looks like spam"


@pytest.mark.parametrize("who", ["sales", "back_office"])
def test_the_seller_sends_it_again_and_it_arrives_once(
    stack: Stack, live_world: World, failed: Message, who: str
) -> None:
    send_again(failed.pk, by=live_world.actor(getattr(live_world, who)))
    settle()
    mail = by_address(stack)[SALES]
    assert [each["message_id"] for each in mail] == [failed.message_id]


def test_asked_for_twice_it_is_sent_again_once(
    stack: Stack, live_world: World, failed: Message
) -> None:
    by = live_world.actor(live_world.back_office)
    send_again(failed.pk, by=by)
    with pytest.raises(Message.DoesNotExist):
        send_again(failed.pk, by=by)
    settle()
    assert len(by_address(stack)[SALES]) == 1


@pytest.mark.parametrize("who", ["rival_back_office", "rival_sales", "other_sales"])
def test_a_rival_cannot_send_it_again(
    stack: Stack, live_world: World, failed: Message, who: str
) -> None:
    with pytest.raises(Message.DoesNotExist):
        send_again(failed.pk, by=live_world.actor(getattr(live_world, who)))
    failed.refresh_from_db()
    assert failed.state == Message.State.FAILED
    assert SALES not in by_address(stack)


@pytest.mark.parametrize("who", ["buyer", "desk"])
def test_other_sides_cannot_send_it_again(live_world: World, failed: Message, who: str) -> None:
    with pytest.raises(NotAllowed):
        send_again(failed.pk, by=live_world.actor(getattr(live_world, who)))


def test_what_has_arrived_cannot_be_sent_again(live_world: World, failed: Message) -> None:
    sent = Message.objects.get(order_id=failed.order_id, recipient=BUYER)
    with pytest.raises(Message.DoesNotExist):
        send_again(sent.pk, by=live_world.actor(live_world.back_office))
