"""Writing the mails: one function and one folder of three templates each."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from tonerloop.common.actor import Side
from tonerloop.journal.events import Event
from tonerloop.orders.models import Order
from tonerloop.outbound.mail.facts import Facts, facts_of
from tonerloop.outbound.mail.news import news_of
from tonerloop.outbound.models import Message
from tonerloop.outbound.subjects import thread_of
from tonerloop.outbound.webhooks.models import Endpoint
from tonerloop.points.models import Account

# Where a reader of each side sees the order. Addresses, since the portals lie above this room.
PAGES = {
    Side.BUYER.value: "/order/orders/{number}/",
    Side.SELLER.value: "/seller/orders/{number}/",
    "salesperson": "/sales/{number}/",
}

WEBHOOK_PAGES: dict[str, str] = {
    Side.BUYER: "/order/webhooks/{key}/",
    Side.SELLER: "/seller/webhooks/{key}/",
    Side.MANUFACTURER: "/desk/webhooks/{key}/",
    Side.COLLECTOR: "/collector/webhooks/{key}/",
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


def webhook_news(message: Message, endpoint: Endpoint) -> EmailMultiAlternatives:
    """To whoever keeps a webhook: it keeps failing, or it was switched off."""
    context = {
        "name": str(endpoint),
        "off": message.entry.event == Event.WEBHOOK_DISABLED,
        "why": endpoint.get_off_display(),
        "since": endpoint.failing_since or message.entry.at,
        "link": settings.BASE_URL + WEBHOOK_PAGES[endpoint.side].format(key=endpoint.key),
    }
    return _compose(message, context, thread_of(endpoint))


WRITERS: dict[str, Callable[[Message, Any], EmailMultiAlternatives]] = {
    "collection_news": collection_news,
    "points_expiring": points_expiring,
    "order_approved": order_approved,
    "order_cancelled": order_cancelled,
    "order_waiting": order_waiting,
    "webhook_news": webhook_news,
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
