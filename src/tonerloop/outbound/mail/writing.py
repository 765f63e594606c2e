"""Writing the mails: one function and one folder of three templates each."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from tonerloop.common.actor import Side
from tonerloop.orders.models import Order
from tonerloop.outbound.confirm_link import link_for
from tonerloop.outbound.mail.facts import Facts, facts_of
from tonerloop.outbound.mail.news import news_of
from tonerloop.outbound.models import Message
from tonerloop.outbound.subjects import thread_of
from tonerloop.outbound.unusual import unusual
from tonerloop.parties.models import Person
from tonerloop.points.models import Account

# Where a reader of each side sees the order. Addresses, since the portals lie above this room.
PAGES = {
    Side.BUYER.value: "/order/orders/{number}/",
    Side.SELLER.value: "/seller/orders/{number}/",
    "salesperson": "/sales/{number}/",
}


def order_approved(message: Message, order: Order) -> EmailMultiAlternatives:
    """To buyer and seller when the manufacturer has approved (ORD-10)."""
    return _write(message, order, facts_of(order, link=link(message, order)))


def order_cancelled(message: Message, order: Order) -> EmailMultiAlternatives:
    """To buyer and seller when the order was cancelled, with the reason (ORD-11)."""
    return _write(message, order, facts_of(order, link=link(message, order)))


def order_waiting(message: Message, order: Order) -> EmailMultiAlternatives:
    """To the buyer when something worse, or a question, waits for an answer (ORD-7)."""
    names = ("lines__line", "lines__old_consumable", "lines__new_consumable")
    proposal = order.proposals.prefetch_related(*names).get(pk=message.entry.data["proposal"])
    return _write(message, order, facts_of(order, link=link(message, order), proposal=proposal))


def order_to_answer(message: Message, order: Order) -> EmailMultiAlternatives:
    """To the salesperson whose answer an order waits for, where no phone can be told (ORD-6)."""
    page = settings.BASE_URL + PAGES["salesperson"].format(number=order.number)
    person = Person.objects.filter(email=message.recipient).first()
    context = {
        "facts": facts_of(order, link=page),
        "unusual": unusual(order),
        "confirm_link": link_for(order, person.pk) if person else "",
    }
    return _compose(message, context, f"order-{order.number}")


def collection_news(message: Message, subject: Any) -> EmailMultiAlternatives:
    """To the buyer at each step of a collection that somebody waits for."""
    return _compose(message, news_of(message.entry, subject), thread_of(subject))


def points_expiring(message: Message, account: Account) -> EmailMultiAlternatives:
    """To the customer's buyers before points expire (PTS-3)."""
    data = message.entry.data
    context = {
        "points": data["points"],
        "last_day": date.fromisoformat(data["last_day"]),
        "issuer": account.issuer.name,
        "seller": account.customer.seller,
        "link": settings.BASE_URL + "/order/collection/",
    }
    return _compose(message, context, thread_of(account))


WRITERS: dict[str, Callable[[Message, Any], EmailMultiAlternatives]] = {
    "collection_news": collection_news,
    "points_expiring": points_expiring,
    "order_approved": order_approved,
    "order_cancelled": order_cancelled,
    "order_waiting": order_waiting,
    "order_to_answer": order_to_answer,
}


def link(message: Message, order: Order) -> str:
    """The order's page for this reader."""
    salesperson = message.recipient == order.customer.salesperson.email
    page = PAGES["salesperson" if salesperson else message.side]
    return settings.BASE_URL + page.format(number=order.number)


def _write(message: Message, order: Order, facts: Facts) -> EmailMultiAlternatives:
    mail = _compose(message, {"facts": facts}, f"order-{order.number}")
    mail.extra_headers["X-Tonerloop-Order"] = order.number
    return mail


def _compose(message: Message, context: dict[str, Any], thread: str) -> EmailMultiAlternatives:
    folder = f"outbound/mail/{message.template}"
    subject = render_to_string(f"{folder}/subject.txt", context)
    parent = f"<{thread}@{message.message_id.rpartition('@')[2]}"
    mail = EmailMultiAlternatives(
        subject=" ".join(subject.split()),  # one line: a name cannot add a header
        body=render_to_string(f"{folder}/body.txt", context).strip() + "\n",
        to=[message.recipient],
        headers={
            "Message-ID": message.message_id,
            "In-Reply-To": parent,
            "References": parent,
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(render_to_string(f"{folder}/body.html", context), "text/html")
    return mail
