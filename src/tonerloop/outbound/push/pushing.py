"""One push message to one phone: what it says, and handing it to the phone's push service."""

import json
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.outbound.models import Device, Message
from tonerloop.outbound.push import keys
from tonerloop.outbound.push.encryption import encrypt
from tonerloop.outbound.push.posting import NotTaken, post
from tonerloop.outbound.push.words import words_of
from tonerloop.parties.actor import actor_of

KEPT_FOR = timedelta(hours=4)  # by the push service, while the phone is off; then it is old news


def push(message: Message, order: Order) -> None:
    """Send the message to its device; NotTaken where it was not taken."""
    device = message.device
    if device is None:
        raise NotTaken("this phone was removed", gone=True)
    post(device.endpoint, _body(device, order), _headers(device, order))
    Device.objects.filter(pk=device.pk).update(last_success_at=timezone.now())


def _body(device: Device, order: Order) -> bytes:
    words = words_of(order)
    facts = {
        "title": words.title,
        "body": words.body,
        "url": f"/sales/{order.number}/",
        "waiting": _waiting(device, order),
    }
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
    return encrypt(text, p256dh=keys.to_bytes(device.p256dh), auth=keys.to_bytes(device.auth))


def _headers(device: Device, order: Order) -> dict[str, str]:
    contact = "mailto:" + settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].strip("> ")
    return {
        "Authorization": keys.authorization(
            settings.PUSH_KEY, device.endpoint, contact=contact, now=timezone.now()
        ),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(KEPT_FOR.total_seconds())),
        "Urgency": "high",
        # News of an order replaces what the phone has not fetched yet; the number is not for them.
        "Topic": salted_hmac("tonerloop.push", order.number).hexdigest()[:32],
    }


def _waiting(device: Device, order: Order) -> int:
    mine = Order.objects.visible_to(actor_of(device.membership))
    return mine.filter(status=Status.PLACED).count()
