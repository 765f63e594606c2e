"""Other systems of the demo: a seller's, told by webhook, and a manufacturer's rule."""

import os
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal

from tonerloop.common.actor import Side
from tonerloop.demo.cast import Cast
from tonerloop.journal.models import Entry
from tonerloop.manufacturers.models import ApprovalRule, ListPrice
from tonerloop.outbound.models import Attempt, Delivery, Endpoint, Message, Secret
from tonerloop.outbound.subjects import load
from tonerloop.outbound.webhooks.announcing import message_id, recipient
from tonerloop.outbound.webhooks.payload import Place, body_of
from tonerloop.outbound.webhooks.secrets import new_secret, seal
from tonerloop.outbound.webhooks.types import type_of, types_for
from tonerloop.pricing.models import PurchasePrice

TOLD, RULED = 14, "Canon"  # messages of the past; whose rule approves small orders


def connect(cast: Cast, now: datetime) -> None:
    """A webhook with what it was told lately, and a rule with the price list that it needs."""
    house = next(iter(cast.houses.values()))
    endpoint = Endpoint.objects.create(
        key="de30c0de",
        side=Side.SELLER,
        seller=house.seller,
        url=f"http://127.0.0.1:{os.environ.get('TONERLOOP_MAILBOX_PORT') or 8026}/hooks",
        description="Warehouse system",
        events=types_for(Side.SELLER),
        created_at=now - timedelta(days=90),
        created_by=house.back_office[0],
        subscribed_at=now,
        last_ok_at=now,
    )
    Secret.objects.create(endpoint=endpoint, sealed=seal(new_secret()), made_at=now)
    own = Entry.objects.filter(
        seller_id=house.seller.pk, subject_kind="order", audience__contains=[Side.SELLER]
    )
    latest = [entry for entry in own.order_by("-pk")[:TOLD] if type_of(entry, Side.SELLER)]
    _tell(endpoint, latest[::-1])
    _rule(cast, now)


def _tell(endpoint: Endpoint, entries: list[Entry]) -> None:
    numbers: dict[int, int] = defaultdict(int)
    before: dict[int, str] = {}
    for turn, entry in enumerate(entries):
        order, own_id = load(entry), message_id(entry, endpoint)
        numbers[order.pk] += 1
        place = Place(sequence=numbers[order.pk], previous=before.get(order.pk, ""))
        before[order.pk] = own_id
        answers = [503, 204] if turn == 3 else [204]  # one was tried twice
        message = Message.objects.create(
            entry=entry,
            order_id=order.pk,
            channel=Message.Channel.WEBHOOK,
            template=entry.event,
            recipient=recipient(endpoint),
            side=endpoint.side,
            message_id=own_id,
            state=Message.State.SENT,
            attempts=len(answers),
            created_at=entry.at,
            changed_at=entry.at + timedelta(seconds=5 * len(answers)),
        )
        delivery = Delivery.objects.create(
            message=message,
            endpoint=endpoint,
            subject_kind="order",
            subject_id=order.pk,
            sequence=place.sequence,
            body=body_of(entry, order, endpoint, entry.event, place),
            tried_at=message.changed_at,
        )
        for n, status in enumerate(answers):
            at, took = entry.at + timedelta(seconds=1 + 5 * n), 38 + 7 * (turn % 5)
            Attempt.objects.create(delivery=delivery, at=at, milliseconds=took, status=status)


def _rule(cast: Cast, now: datetime) -> None:
    maker = cast.makers[RULED]
    prices: dict[tuple[int, str], ListPrice] = {}
    for agreed in PurchasePrice.objects.filter(manufacturer=maker.party).order_by("-first_day"):
        prices[agreed.consumable_id, agreed.currency] = ListPrice(
            manufacturer=maker.party,
            consumable_id=agreed.consumable_id,
            currency=agreed.currency,
            unit_price=agreed.unit_price,
            first_day=agreed.first_day,
        )
    ListPrice.objects.bulk_create(prices.values())
    ApprovalRule.objects.create(
        manufacturer=maker.party,
        name="Small orders",
        tolerance=Decimal(2),
        most_pieces=5,
        promise=ApprovalRule.Promise.WANTED,
        begun_at=now,
        begun_by=maker.desk[0],
    )
