"""Sending: retried by the schedule, in order, once in effect; seen, told, switched off."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.outbound.post import approved, confirmed
from tests.webhooks.conftest import Clock, Subscribe, attempts, dispatched, worked
from tests.webhooks.receiver import Receiver, receiving
from tests.world import World
from tonerloop.journal.models import Entry
from tonerloop.orders.errors import Refused
from tonerloop.outbound.mail.sending import send as send_mail
from tonerloop.outbound.models import Attempt, Delivery, Endpoint, Message
from tonerloop.outbound.routes import tell
from tonerloop.outbound.webhooks import actions
from tonerloop.outbound.webhooks.forgetting import forget
from tonerloop.outbound.webhooks.sending import MOST_ATTEMPTS, WAITS, send, sweep

pytestmark = pytest.mark.django_db
FATE = Message.State


def state(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    delivery.message.refresh_from_db()
    return delivery.message.state


@pytest.fixture
def placed(world: World, subscribe: Subscribe, clock: Clock) -> Delivery:
    """The message that an order was placed, not yet tried."""
    endpoint, _secret = subscribe(world.back_office, "order.placed")
    world.place()
    dispatched()
    return endpoint.deliveries.get()


def test_what_arrives_is_told_so(placed: Delivery, receiver: Receiver, clock: Clock) -> None:
    assert worked() == 1 and state(placed) == FATE.SENT and placed.next_at is None
    attempt = Attempt.objects.get()
    assert (attempt.status, attempt.at) == (204, clock.now)
    endpoint = Endpoint.objects.get()
    assert endpoint.last_ok_at == clock.now and endpoint.failing_since is None
    send(placed.pk)
    assert len(receiver.heard) == 1  # the job twice, the message once
    [heard] = receiver.heard
    assert heard.headers["content-type"] == "application/json"
    assert heard.body.decode() == placed.body


def test_it_is_tried_by_the_specifications_schedule(
    placed: Delivery, receiver: Receiver, clock: Clock
) -> None:
    receiver.status = 500
    waits = []
    for made in range(1, MOST_ATTEMPTS):
        assert worked() == 1
        assert state(placed) == FATE.RETRYING and placed.message.attempts == made
        assert placed.next_at is not None
        waits.append((placed.next_at - clock.now).total_seconds())
        clock.now = placed.next_at - timedelta(seconds=2)
        assert worked() == 0
        clock.now = placed.next_at
    assert worked() == 1
    assert state(placed) == FATE.FAILED and placed.next_at is None
    assert WAITS == (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
    assert all(due <= wait <= 1.1 * due for due, wait in zip(WAITS, waits, strict=True))
    assert len(set(receiver.ids)) == 1 and len(receiver.ids) == 10
    assert len({heard.body for heard in receiver.heard}) == 1
    assert [a.status for a in Attempt.objects.all()] == [500] * 10


def test_each_attempt_is_signed_for_its_own_moment(
    placed: Delivery, receiver: Receiver, clock: Clock
) -> None:
    receiver.answers = [500]
    worked()
    clock.forward(seconds=6)
    worked()
    first, second = [heard.headers for heard in receiver.heard]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 6
    assert first["webhook-signature"] != second["webhook-signature"]


def test_the_next_attempt_has_a_job_for_its_moment(
    placed: Delivery, receiver: Receiver, clock: Clock
) -> None:
    receiver.status = 500
    worked()
    placed.refresh_from_db()
    jobs = ProcrastinateJob.objects.filter(task_name="outbound.send_webhook")
    assert placed.next_at in [job.scheduled_at for job in jobs]


def test_a_message_whose_job_was_lost_is_found_again(
    placed: Delivery, receiver: Receiver, clock: Clock
) -> None:
    assert sweep(clock.now) == 0  # its job may still come
    assert sweep(clock.forward(minutes=2)) == 1
    worked()
    assert sweep(clock.forward(days=1)) == 0


def test_a_system_that_is_gone_gets_nothing_more(
    world: World, placed: Delivery, receiver: Receiver, clock: Clock
) -> None:
    receiver.status = 410
    worked()
    assert state(placed) == FATE.FAILED and placed.next_at is None
    endpoint = Endpoint.objects.get()
    assert endpoint.off == Endpoint.Off.GONE
    world.place()
    dispatched()
    assert worked() == 0
    later = endpoint.deliveries.latest("pk")
    assert later.message.state == FATE.FAILED and "410" in later.message.error
    assert owners_mails() == {"orders@kanda.example", "bo.backoffice@example.com"}


def owners_mails() -> set[str]:
    """Whoever is told of webhooks that fail, after the jobs have run."""
    for entry in Entry.objects.filter(event__in=["webhook.failing", "webhook.disabled"]):
        tell([entry], timezone.now())
    mails = Message.objects.filter(template="webhook_news")
    assert not [to for to, count in Counter(m.recipient for m in mails).items() if count > 1]
    return set(mails.values_list("recipient", flat=True))


def test_the_owner_is_told_once_until_it_works_again(
    world: World, placed: Delivery, receiver: Receiver, clock: Clock, mailoutbox: list[Any]
) -> None:
    receiver.status = 500
    worked()
    clock.forward(hours=25)
    worked()
    endpoint = Endpoint.objects.get()
    assert Entry.objects.filter(event="webhook.failing").count() == 1
    clock.forward(hours=20)
    worked()
    assert Entry.objects.filter(event="webhook.failing").count() == 1
    assert len(owners_mails()) == 2
    for pk in Message.objects.filter(template="webhook_news").values_list("pk", flat=True):
        send_mail(pk)
    mail = mailoutbox[0]
    assert mail.subject == f"Webhook fails: ERP ({endpoint.key})"
    assert f"http://127.0.0.1:8000/seller/webhooks/{endpoint.key}/" in mail.body
    receiver.status = 204
    clock.forward(days=1)
    worked()
    endpoint.refresh_from_db()
    assert (endpoint.failing_since, endpoint.told_at) == (None, None)


def test_after_five_days_of_failures_it_is_switched_off(
    world: World, placed: Delivery, receiver: Receiver, clock: Clock
) -> None:
    receiver.status = 500
    worked()
    clock.forward(days=4, hours=23)
    worked()
    assert Endpoint.objects.get().off == ""
    clock.forward(hours=2)
    world.place()
    dispatched()
    worked()
    assert Endpoint.objects.get().off == Endpoint.Off.FAILING
    before = attempts()
    sweep(clock.now)  # what waits is ended without being tried
    for pk in Delivery.objects.values_list("pk", flat=True):
        send(pk)
    assert attempts() == before
    assert set(Message.objects.filter(channel="webhook").values_list("state", flat=True)) == {
        FATE.FAILED
    }
    assert not Delivery.objects.filter(next_at__isnull=False).exists()
    assert Entry.objects.filter(event="webhook.disabled").count() == 1


def test_a_receiver_that_was_down_for_a_day_gets_everything_once_and_in_order(
    world: World, subscribe: Subscribe, clock: Clock
) -> None:
    with receiving() as first:
        port = int(first.url.rstrip("/").rsplit(":", 1)[1])
        subscribe(world.back_office, url=first.url)
    orders = []
    for _hour in range(4):  # nobody listens; life goes on
        orders.append(approved(world).number)
        dispatched()
        for _step in range(3):
            worked()
            clock.forward(hours=2)
    assert not Message.objects.filter(channel="webhook", state=FATE.SENT).exists()
    with receiving(port) as back:
        for _step in range(4):
            clock.forward(hours=5)
            worked(200)
        assert len(back.ids) == len(set(back.ids)) == 12
        for number in orders:
            mine = [h.told for h in back.heard if h.told["data"].get("number") == number]
            assert [each["data"]["sequence"] for each in mine] == [1, 2, 3]
            assert [each["type"] for each in mine] == [
                *("order.placed", "order.price_confirmed", "order.approved"),
            ]
    assert set(Message.objects.filter(channel="webhook").values_list("state", flat=True)) == {
        FATE.SENT
    }


def test_once_it_is_back_all_that_waits_is_sent_at_once(
    world: World, subscribe: Subscribe, receiver: Receiver, clock: Clock
) -> None:
    subscribe(world.back_office, "order.placed")
    receiver.status = 503
    for _order in range(3):
        world.place()
        dispatched()
        worked()
        clock.forward(hours=3)
        worked()
    receiver.status = 204
    receiver.heard.clear()
    world.place()
    dispatched()
    clock.forward(seconds=2)  # none of the others is due
    worked()
    assert len(receiver.heard) == 4


def test_a_later_message_of_an_order_waits_for_the_earlier(
    world: World, subscribe: Subscribe, receiver: Receiver, clock: Clock
) -> None:
    subscribe(world.back_office)
    receiver.refuses = {"order.placed"}
    order = confirmed(world)
    other = world.place({(world.copier.pk, world.cyan.pk): 1})
    dispatched()
    worked()
    tried = {h.told["data"]["number"]: h.told["type"] for h in receiver.heard}
    assert tried == {order.number: "order.placed", other.number: "order.placed"}
    receiver.refuses = set()
    clock.forward(seconds=6)
    worked()
    mine = [h.told["type"] for h in receiver.heard if h.told["data"]["number"] == order.number]
    assert mine == ["order.placed", "order.placed", "order.price_confirmed"]


def test_one_that_is_refused_for_ever_does_not_hold_the_rest_for_ever(
    world: World, subscribe: Subscribe, receiver: Receiver, clock: Clock
) -> None:
    """The endpoint takes other messages meanwhile, so it is this one that is the trouble."""
    endpoint, _secret = subscribe(world.back_office, "order.placed", "order.price_confirmed")
    receiver.refuses = {"order.placed"}
    number = confirmed(world).number
    dispatched()

    def heard() -> list[str]:
        return [h.told["type"] for h in receiver.heard if h.told["data"].get("number") == number]

    for hours in (1, 3, 6):
        assert "order.price_confirmed" not in heard()
        worked()
        actions.send_test(endpoint.key, by=world.actor(world.back_office))
        dispatched("webhook.test")  # which it takes
        worked()
        clock.forward(hours=hours)
    assert heard() == [*["order.placed"] * 3, "order.price_confirmed"]
    assert endpoint.deliveries.get(message__template="order.placed").message.state == "retrying"


def test_one_message_is_sent_again_under_the_same_id(
    world: World, placed: Delivery, receiver: Receiver, clock: Clock
) -> None:
    worked()
    endpoint, by = Endpoint.objects.get(), world.actor(world.back_office)
    actions.send_again(endpoint.key, placed.message.message_id, by=by)
    assert state(placed) == FATE.QUEUED
    worked()
    assert state(placed) == FATE.SENT and receiver.ids == [placed.message.message_id] * 2
    assert receiver.heard[0].body == receiver.heard[1].body


def test_all_that_failed_since_a_day_is_sent_again_in_order(
    world: World, subscribe: Subscribe, receiver: Receiver, clock: Clock
) -> None:
    endpoint, _secret = subscribe(world.back_office)
    by, key = world.actor(world.back_office), endpoint.key
    actions.switch(key, on=False, by=by)
    approved(world)
    dispatched()
    since = clock.forward(hours=1)
    number = approved(world).number
    dispatched()
    assert worked() == 0 and not receiver.heard
    with pytest.raises(Refused):
        actions.send_failed_again(key, since, by=by)
    actions.switch(key, on=True, by=by)
    assert actions.send_failed_again(key, since, by=by) == 3
    worked()
    assert {h.told["data"]["number"] for h in receiver.heard} == {number}
    assert [h.told["data"]["sequence"] for h in receiver.heard] == [1, 2, 3]


def test_strangers_send_nothing_again(world: World, placed: Delivery) -> None:
    key, sent = Endpoint.objects.get().key, placed.message.message_id
    for who in (world.rival_back_office, world.desk, world.buyer):
        by = world.actor(who)
        for verb in (
            lambda by=by: actions.send_again(key, sent, by=by),
            lambda by=by: actions.rotate(key, by=by),
            lambda by=by: actions.remove(key, by=by),
            lambda by=by: actions.switch(key, on=False, by=by),
            lambda by=by: actions.send_test(key, by=by),
        ):
            with pytest.raises(Endpoint.DoesNotExist):
                verb()


def test_a_removed_endpoint_hears_nothing_more(
    world: World, placed: Delivery, receiver: Receiver, clock: Clock
) -> None:
    by = world.actor(world.back_office)
    actions.remove(Endpoint.objects.get().key, by=by)
    world.place()
    dispatched()
    assert worked() == 0 and not receiver.heard and state(placed) == FATE.FAILED
    assert Delivery.objects.count() == 1 and not actions.endpoints_of(by).exists()


def test_a_test_message_goes_to_that_endpoint_alone(
    world: World, subscribe: Subscribe, receiver: Receiver
) -> None:
    one, secret = subscribe(world.back_office, "order.placed")
    other, _secret = subscribe(world.back_office)
    actions.send_test(one.key, by=world.actor(world.back_office))
    dispatched()
    worked()
    [heard] = receiver.heard
    assert heard.verified(secret)["type"] == "webhook.test" and not other.deliveries.exists()


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("url", ("http://127.0.0.1:1/#x", "ERP", ["order.placed"])),
        ("url", ("nonsense", "ERP", ["order.placed"])),
        ("description", ("http://127.0.0.1:1/", " ", ["order.placed"])),
        ("events", ("http://127.0.0.1:1/", "ERP", [])),
        ("events", ("http://127.0.0.1:1/", "ERP", ["order.placed", "approval.requested"])),
    ],
)
def test_what_cannot_be_subscribed_is_refused(world: World, field: str, given: Any) -> None:
    with pytest.raises(Refused) as refused:
        actions.subscribe(*given, by=world.actor(world.back_office))
    assert refused.value.field == field and not Endpoint.objects.exists()


@pytest.mark.parametrize(
    ("asked", "least", "most"), [("600", 600, 660), ("1", 5, 5.5), ("9999999", 86400, 95040)]
)
def test_a_busy_receiver_is_tried_when_it_says_within_bounds(
    placed: Delivery, receiver: Receiver, clock: Clock, asked: str, least: float, most: float
) -> None:
    receiver.status, receiver.headers = 503, {"Retry-After": asked}
    worked()
    placed.refresh_from_db()
    assert placed.next_at is not None
    assert least <= (placed.next_at - clock.now).total_seconds() <= most


def test_what_was_settled_long_ago_is_forgotten_but_stays_told(
    world: World, placed: Delivery, receiver: Receiver, clock: Clock
) -> None:
    worked()
    receiver.status = 500
    world.place()
    dispatched()
    worked()
    waiting = Delivery.objects.exclude(pk=placed.pk).get()
    assert forget(clock.forward(days=89)) == 0
    assert forget(clock.forward(days=2)) == 1 and forget(clock.now) == 0
    placed.refresh_from_db()
    waiting.refresh_from_db()
    assert placed.body == "" and waiting.body != "" and placed.attempts.count() == 1
    endpoint, by = Endpoint.objects.get(), world.actor(world.back_office)
    with pytest.raises(Refused, match="90 days"):
        actions.send_again(endpoint.key, placed.message.message_id, by=by)
    Message.objects.filter(pk=placed.message_id).update(state=FATE.FAILED)
    long_ago = clock.now - timedelta(days=1000)
    assert actions.send_failed_again(endpoint.key, long_ago, by=by) == 0
