"""Who is told what: its own, what it may read, once, in order, in thin messages."""

import json
import re
from typing import Any

import pytest
from django.utils import timezone

from tests.lively import enliven, enliven_collection
from tests.outbound.post import approved, confirmed, told
from tests.webhooks.conftest import Clock, Subscribe, dispatched, worked
from tests.webhooks.receiver import Receiver
from tests.world import World
from tonerloop.common.actor import Side
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders.actions import cancel, confirm_price
from tonerloop.outbound.models import Delivery, Endpoint, Message
from tonerloop.outbound.webhooks import actions
from tonerloop.outbound.webhooks.announcing import announce
from tonerloop.outbound.webhooks.channel import choose_channel
from tonerloop.outbound.webhooks.payload import MOST
from tonerloop.outbound.webhooks.types import TYPES, types_for
from tonerloop.programs.keys import create_key
from tonerloop.web.shared.webhook_words import WORDS

pytestmark = pytest.mark.django_db
RIVALS = ("rival_buyer", "foreign_buyer", "rival_back_office", "rival_desk", "rival_dispatcher")
CUSTOMERS_PRICES = {"8000", "16000", "12000", "28000", "2800", "30800", "9000"}


def types(endpoint: Endpoint) -> list[str]:
    return list(endpoint.deliveries.order_by("pk").values_list("message__template", flat=True))


def payloads(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [json.loads(each.body) for each in endpoint.deliveries.order_by("pk")]


def test_every_type_has_words_and_every_event_is_decided_on() -> None:
    assert set(WORDS) == {*TYPES, "webhook.test"}
    subjects = ("order.", "collection.", "points.", "reward.")
    events = {e.value for e in Event if e.value.startswith(subjects)}
    assert events - set(TYPES) == {  # of the house itself, by mail and on the timeline only
        "order.below_floor",
        "order.handed_over",
        "order.price_reminded",
        "order.price_to_deputy",
        "order.price_to_office",
        "order.approval_reminded",
        "order.approval_late",
        "order.buyer_reminded",
        "order.buyer_late",
    }
    assert set(types_for(Side.COLLECTOR)) == {t for t in TYPES if t.startswith("collection.")}


def test_each_party_hears_of_its_order(world: World, subscribe: Subscribe) -> None:
    parties = (world.buyer, world.back_office, world.desk, world.dispatcher)
    mine = [subscribe(who)[0] for who in parties]
    choose_channel("push", by=world.actor(world.desk))
    order = approved(world)
    cancel(order.number, "credit", by=world.actor(world.sales))
    dispatched()
    ours = ["order.placed", "order.price_confirmed", "order.approved", "order.cancelled"]
    makers = ["approval.requested", "order.approved", "approval.withdrawn"]
    assert [types(each) for each in mine] == [ours, ours, makers, []]


def test_no_rival_hears_of_anything(world: World, subscribe: Subscribe) -> None:
    for who in RIVALS:
        subscribe(getattr(world, who))
    choose_channel("push", by=world.actor(world.rival_desk))
    enliven(world)
    enliven_collection(world)
    dispatched()
    assert Entry.objects.count() > 20 and not Delivery.objects.exists()


def test_the_collector_and_the_buyer_hear_of_a_collection(
    world: World, subscribe: Subscribe
) -> None:
    collector, buyer = subscribe(world.dispatcher)[0], subscribe(world.buyer)[0]
    world.rule()
    world.registered()
    request = world.collection(2)
    dispatched()
    expected = ["collection.registered", "collection.requested"]
    assert types(collector) == types(buyer) == expected
    told_of = payloads(collector)[1]["data"]
    assert told_of["number"] == request.number and told_of["status"] == "requested"
    assert told_of["links"]["page"].endswith(f"/collector/{request.number}/")


def test_only_what_was_subscribed_to(world: World, subscribe: Subscribe) -> None:
    endpoint, _secret = subscribe(world.back_office, "order.approved")
    approved(world)
    dispatched()
    assert types(endpoint) == ["order.approved"]


def test_what_happened_before_is_not_told(world: World, subscribe: Subscribe) -> None:
    order = world.place()
    endpoint, _secret = subscribe(world.back_office)
    confirm_price(order.number, by=world.actor(world.sales))
    dispatched()
    assert types(endpoint) == ["order.price_confirmed"]


def test_each_is_told_once_however_often_it_is_dispatched(
    world: World, subscribe: Subscribe
) -> None:
    endpoint, _secret = subscribe(world.back_office)
    approved(world)
    dispatched()
    before = list(Message.objects.values_list("message_id", flat=True))
    dispatched()
    assert list(Message.objects.values_list("message_id", flat=True)) == before
    assert len(types(endpoint)) == len(set(before)) == 3


def test_the_same_id_is_made_again_if_the_message_was_lost(
    world: World, subscribe: Subscribe
) -> None:
    """As after a power cut between the making and the commit, or a restored backup."""
    endpoint, _secret = subscribe(world.back_office)
    world.place()
    dispatched()
    message = Message.objects.get(channel="webhook")
    before, body = message.message_id, endpoint.deliveries.get().body
    endpoint.deliveries.all().delete()
    message.delete()
    dispatched()
    again = endpoint.deliveries.get()
    assert (again.message.message_id, again.body) == (before, body)
    assert re.fullmatch(r"msg_[0-9a-f]{32}", before)


def test_messages_about_one_order_are_numbered_as_it_happened(
    world: World, subscribe: Subscribe
) -> None:
    """Also where the jobs come the wrong way round."""
    endpoint, _secret = subscribe(world.back_office)
    approved(world)
    for entry in Entry.objects.order_by("-pk"):
        announce([entry], timezone.now())
    told_of = [each["data"] for each in payloads(endpoint)]
    assert types(endpoint) == ["order.placed", "order.price_confirmed", "order.approved"]
    assert [each["sequence"] for each in told_of] == [1, 2, 3]
    ids = list(endpoint.deliveries.order_by("pk").values_list("message__message_id", flat=True))
    assert [each["previous"] for each in told_of] == [None, *ids[:2]]


def test_a_message_is_thin_and_says_where_more_is(world: World, subscribe: Subscribe) -> None:
    endpoint, _secret = subscribe(world.buyer, "order.approved")
    order = approved(world)
    dispatched()
    [message] = payloads(endpoint)
    entry = Entry.objects.get(event="order.approved")
    assert message == {
        "type": "order.approved",
        "timestamp": entry.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": {
            "sequence": 1,
            "previous": None,
            "number": order.number,
            "status": "approved",
            "version": 3,
            "changes": {"promised_date": entry.data["promised_date"], "reference": "C-77"},
            "links": {"page": f"http://127.0.0.1:8000/order/orders/{order.number}/"},
        },
    }


def figures(endpoint: Endpoint) -> set[str]:
    bodies = " ".join(each.body for each in endpoint.deliveries.all())
    bodies = bodies.replace("http://127.0.0.1:8000", "")
    return {figure.removesuffix(".00") for figure in re.findall(r"\d+(?:\.\d+)?", bodies)}


def test_the_manufacturer_reads_no_price_of_the_customer(
    world: World, subscribe: Subscribe
) -> None:
    maker, _secret = subscribe(world.desk)
    choose_channel("push", by=world.actor(world.desk))
    approved(world)
    dispatched()
    assert "5000" in figures(maker)  # what it is paid
    assert not CUSTOMERS_PRICES & figures(maker)


def test_it_does_where_the_seller_shows_it(world: World, subscribe: Subscribe) -> None:
    maker, _secret = subscribe(world.desk)
    choose_channel("push", by=world.actor(world.desk))
    type(world.seller).objects.update(shows_customer_price=True)
    confirmed(world)
    dispatched()
    assert {"8000", "12000"} <= figures(maker)


def test_the_buyer_reads_nothing_of_what_the_seller_pays(
    world: World, subscribe: Subscribe
) -> None:
    buyer, _secret = subscribe(world.buyer)
    approved(world)
    dispatched()
    assert len(types(buyer)) == 3 and "5000" not in figures(buyer)


def test_the_manufacturer_hears_nothing_before_it_is_asked(
    world: World, subscribe: Subscribe
) -> None:
    maker, _secret = subscribe(world.desk)
    cancel(world.place().number, "credit", by=world.actor(world.sales))
    dispatched()
    assert types(maker) == []


def test_an_order_too_long_to_tell_leaves_its_lines_to_the_api(
    world: World, subscribe: Subscribe, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker, _secret = subscribe(world.desk)
    choose_channel("push", by=world.actor(world.desk))
    monkeypatch.setattr("tonerloop.outbound.webhooks.payload.MOST", 900)
    order = confirmed(world)
    dispatched()
    [message] = payloads(maker)
    assert message["data"]["request"]["lines"] == []
    assert message["data"]["request"]["lines_left_out"] is True
    assert message["data"]["links"]["request"].endswith(f"/approval-requests/{order.number}")
    assert MOST == 20_000


def test_the_api_and_the_webhook_say_the_same(
    world: World, subscribe: Subscribe, client: Any
) -> None:
    maker, _secret = subscribe(world.desk)
    choose_channel("push", by=world.actor(world.desk))
    order = confirmed(world)
    dispatched()
    _key, text = create_key("ERP", by=world.actor(world.desk))
    address = f"/api/v1/approval-requests/{order.number}"
    answer = client.get(address, headers={"Authorization": f"Bearer {text}"}).json()
    assert payloads(maker)[0]["data"]["request"] == answer


def test_a_narrowed_buyer_keeps_no_webhooks(world: World) -> None:
    from tonerloop.common.actor import NotAllowed

    for who in (world.branch_buyer, world.sales, world.driver, world.clerk):
        with pytest.raises(NotAllowed):
            actions.endpoints_of(world.actor(who))


def test_the_timeline_names_the_message_and_its_fate(
    world: World, subscribe: Subscribe, receiver: Receiver, client: Any, clock: Clock
) -> None:
    subscribe(world.desk)
    choose_channel("push", by=world.actor(world.desk))
    order = confirmed(world)
    told()
    dispatched()
    receiver.status = 503
    worked()
    key = Endpoint.objects.get().key
    readers = {
        "desk": (world.desk, f"/desk/orders/{order.number}/"),
        "seller": (world.back_office, f"/seller/orders/{order.number}/"),
    }
    for fate in ("will be tried again", "sent"):
        for who, path in readers.values():
            client.force_login(who)
            page = client.get(path).content.decode()
            assert f"ERP ({key})" in page and "Webhook" in page
            assert re.search(rf"{fate}</span><span>Webhook", page)
        receiver.status = 204
        clock.forward(minutes=1)
        worked()
    client.force_login(world.buyer)
    assert key not in client.get(f"/order/orders/{order.number}/").content.decode()
