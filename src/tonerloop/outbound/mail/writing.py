"""Writing the mails: one function and one folder of three templates each."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from tonerloop.collection.models import ThresholdReached
from tonerloop.common.actor import Side
from tonerloop.journal.events import Event
from tonerloop.orders.models import Order
from tonerloop.outbound.confirm_link import link_for
from tonerloop.outbound.mail.facts import Facts, facts_of
from tonerloop.outbound.mail.news import news_of
from tonerloop.outbound.mail.reminding import reminder_of
from tonerloop.outbound.models import Message
from tonerloop.outbound.subjects import thread_of
from tonerloop.outbound.unusual import unusual
from tonerloop.outbound.webhooks.models import Endpoint
from tonerloop.parties.models import Person
from tonerloop.points.models import Account, RewardOrder

# Where a reader of each side sees the order. Addresses, since the portals lie above this room.
PAGES = {
    Side.BUYER.value: "/order/orders/{number}/",
    Side.SELLER.value: "/seller/orders/{number}/",
    Side.MANUFACTURER.value: "/desk/orders/{number}/",
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


def price_reminder(message: Message, order: Order) -> EmailMultiAlternatives:
    """To whoever should confirm the price by now: in charge, deputy or back office (ORD-14)."""
    return _remind(message, order)


def approval_reminder(message: Message, order: Order) -> EmailMultiAlternatives:
    """To the manufacturer's desk when an approval is due; without the customer's prices."""
    return _remind(message, order)


def answer_reminder(message: Message, order: Order) -> EmailMultiAlternatives:
    """To the buyer when an answer to a change or a question is due."""
    return _remind(message, order)


def answer_late(message: Message, order: Order) -> EmailMultiAlternatives:
    """To the seller when manufacturer or buyer have not answered."""
    return _remind(message, order)


def _remind(message: Message, order: Order) -> EmailMultiAlternatives:
    facts = facts_of(order, link=link(message, order))
    return _write(message, order, facts, **reminder_of(message.entry, order))


def order_to_answer(message: Message, order: Order) -> EmailMultiAlternatives:
    """To the salesperson whose answer an order waits for, where no phone can be told,
    or to the back office where nobody in charge is there (ORD-6).
    """
    context = {
        "facts": facts_of(order, link=link(message, order)),
        "unusual": unusual(order),
        "confirm_link": _confirm_link(message, order),
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


def reward_ordered(message: Message, order: RewardOrder) -> EmailMultiAlternatives:
    """To the seller's order mailbox when a customer takes a reward."""
    context = {"order": order, "link": settings.BASE_URL + "/seller/rewards/"}
    return _compose(message, context, thread_of(order))


def reward_ended(message: Message, order: RewardOrder) -> EmailMultiAlternatives:
    """To whoever took a reward when the seller has fulfilled or cancelled it."""
    context = {
        "order": order,
        "fulfilled": message.entry.event == Event.REWARD_FULFILLED,
        "seller": order.seller,
        "link": settings.BASE_URL + "/order/collection/rewards/",
    }
    return _compose(message, context, thread_of(order))


def threshold_reached(message: Message, reached: ThresholdReached) -> EmailMultiAlternatives:
    """To the manufacturer's order mailbox when a count or a rate is reached (COL-9)."""
    context = {
        "reached": reached,
        "words": reached.threshold.in_words(),
        "link": settings.BASE_URL + "/desk/thresholds/",
    }
    return _compose(message, context, thread_of(reached))


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
    "reward_ordered": reward_ordered,
    "reward_ended": reward_ended,
    "threshold_reached": threshold_reached,
    "order_approved": order_approved,
    "order_cancelled": order_cancelled,
    "order_waiting": order_waiting,
    "price_reminder": price_reminder,
    "approval_reminder": approval_reminder,
    "answer_reminder": answer_reminder,
    "answer_late": answer_late,
    "order_to_answer": order_to_answer,
    "webhook_news": webhook_news,
}


def link(message: Message, order: Order) -> str:
    """The order's page for this reader."""
    page = PAGES["salesperson" if message.to_salesperson else message.side]
    return settings.BASE_URL + page.format(number=order.number)


def _confirm_link(message: Message, order: Order) -> str:
    if not order.seller.confirms_by_mail:  # as most: nobody has to be looked up
        return ""
    person = Person.objects.filter(email=message.recipient).first()
    return link_for(order, person.pk) if person else ""


def _write(message: Message, order: Order, facts: Facts, **more: Any) -> EmailMultiAlternatives:
    mail = _compose(message, {"facts": facts, **more}, f"order-{order.number}")
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
