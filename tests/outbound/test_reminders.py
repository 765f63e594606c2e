"""The mails about answers that are due: what they say to whom, and what they keep to themselves."""

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from django.core import mail
from django.utils import translation

from tests.outbound.post import confirmed, told
from tests.world import World
from tonerloop.common.references import grouped
from tonerloop.journal.models import Entry
from tonerloop.orders import actions
from tonerloop.orders.models import Order
from tonerloop.outbound.mail.sending import send
from tonerloop.outbound.models import Message

pytestmark = pytest.mark.django_db


def asked(world: World) -> Order:
    return actions.ask(world.place().number, "Which floor?", by=world.actor(world.sales))


def overdue(order: Order, stage: int) -> dict[str, Any]:
    """The mails of this stage, by recipient, as they are sent."""
    actions.tell_overdue(order.deadlines.get(closed_at=None, stage=stage).due_at)
    told(Entry.objects.filter(rule="deadline"))
    mail.outbox.clear()
    for message in Message.objects.filter(entry__rule="deadline"):
        send(message.pk)
    return {each.to[0]: each for each in mail.outbox}


def parts(each: Any) -> tuple[str, str]:
    return str(each.body), str(each.alternatives[0][0])


@pytest.mark.parametrize(
    ("makes", "stage", "to", "words", "page"),
    [
        (World.place, 1, "sato.sales@example.com", "waits for your price confirmation", "/sales/"),
        (World.place, 2, "dora.deputy@example.com", "Sato Sales has not answered", "/sales/"),
        (World.place, 3, "orders@kanda.example", "Nobody has answered", "/seller/orders/"),
        (confirmed, 1, "desk@canon.example", "waits for your approval", "/desk/orders/"),
        (confirmed, 3, "orders@kanda.example", "Canon has not approved", "/seller/orders/"),
        (confirmed, 3, "sato.sales@example.com", "Canon has not approved", "/sales/"),
        (asked, 1, "bea.buyer@example.com", "waits for your answer", "/order/orders/"),
        (asked, 2, "sato.sales@example.com", "Bea Buyer has not answered", "/sales/"),
    ],
)
def test_each_says_what_is_due_and_leads_there(
    world: World, makes: Callable[[World], Order], stage: int, to: str, words: str, page: str
) -> None:
    order = makes(world)
    each = overdue(order, stage)[to]
    assert grouped(order.number) in each.subject
    for part in parts(each):
        assert words in part and "Waiting since" in part
        assert f"{page}{order.number}/" in part
        assert "Mori Law" in part


def test_a_manufacturer_reads_no_customers_price(world: World) -> None:
    each = overdue(confirmed(world), 1)["desk@canon.example"]
    for part in parts(each):
        assert "NPG-67-BK" in part
        assert "8,000" not in part and "16,000" not in part and "Sato" not in part


def test_in_the_readers_language(world: World) -> None:
    world.sales.language = "ja"
    world.sales.save()
    each = overdue(world.place(), 1)["sato.sales@example.com"]
    with translation.override("ja"):
        expected = translation.gettext("Order number")
    assert expected in each.body and expected != "Order number"


def test_the_thread_is_the_orders(world: World) -> None:
    order = world.place()
    each: Any = overdue(order, 1)["sato.sales@example.com"]
    sent: EmailMessage = each.message()
    assert f"order-{order.number}@" in str(sent["References"])
    assert sent["X-Tonerloop-Order"] == order.number
