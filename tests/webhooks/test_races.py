"""Two at once: workers at one endpoint, a switch among requests, a rule and the desk."""

from threading import Barrier, BoundedSemaphore, Thread
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.outbound.post import confirmed, eventually, soon
from tests.webhooks.conftest import attempts, dispatched
from tests.webhooks.receiver import Receiver
from tests.webhooks.test_rules import TERMS, priced
from tests.world import World
from tonerloop.common.actor import NotAllowed
from tonerloop.journal.models import Entry
from tonerloop.manufacturers.rules import apply_rules, begin_rule
from tonerloop.orders.actions import approve, confirm_price
from tonerloop.orders.errors import Stale
from tonerloop.orders.models import Order
from tonerloop.orders.states import IllegalMove
from tonerloop.outbound.models import Delivery, Endpoint
from tonerloop.outbound.webhooks import actions, sending
from tonerloop.outbound.webhooks.channel import choose_channel
from tonerloop.outbound.webhooks.sending import send


def test_a_busy_endpoint_does_not_hold_every_job(
    committed_world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two requests at most to one endpoint; a third job comes back instead of waiting."""
    monkeypatch.setattr(sending, "HALF", BoundedSemaphore(4))  # of eight jobs
    by = committed_world.actor(committed_world.back_office)
    actions.subscribe(receiver.url, "ERP", ["order.placed"], by=by)
    for _order in range(3):
        committed_world.place()
    dispatched()
    receiver.behaviour = "slow"
    first, second, third = Delivery.objects.order_by("pk").values_list("pk", flat=True)

    def work(pk: int) -> None:
        send(pk)
        connection.close()

    threads = [Thread(target=work, args=[pk]) for pk in (first, second)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(receiver.heard) == 2)
    send(third)
    send(first)  # another worker's, locked
    assert len(receiver.heard) == 2
    late = ProcrastinateJob.objects.filter(task_name="outbound.send_webhook").latest("id")
    assert late.args == {"delivery_id": third, "turn": 1} and late.scheduled_at is not None
    receiver.go_on.set()
    for thread in threads:
        thread.join()
    assert attempts() == 2


def test_switching_while_requests_come_loses_none_and_tells_none_twice(
    committed_world: World, receiver: Receiver
) -> None:
    """The switch, its job and the requests with theirs in threads, started together."""
    world = committed_world
    desk, sales = world.actor(world.desk), world.actor(world.sales)
    events = ["approval.requested", "approval.withdrawn"]
    actions.subscribe(receiver.url, "ERP", events, by=desk)
    placed, ready = [world.place().number for _ in range(4)], Barrier(5)

    def run(step: Any) -> None:
        ready.wait()
        step()
        connection.close()

    def confirm(number: str) -> None:
        confirm_price(number, by=sales)
        dispatched("order.price_confirmed")

    def switch() -> None:
        choose_channel("push", by=desk)
        dispatched("channel.changed")

    steps = [switch, *(lambda n=n: confirm(n) for n in placed)]
    threads = [Thread(target=run, args=[step]) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = Delivery.objects.filter(message__template="approval.requested")
    assert sorted(each.message.order_id for each in told) == sorted(
        Order.objects.values_list("pk", flat=True)
    )


def test_the_rule_and_the_desk_at_once_are_one_answer(committed_world: World) -> None:
    world = committed_world
    priced(world)
    begin_rule(TERMS, by=world.actor(world.desk))
    desk = world.actor(world.desk)
    for _round in range(3):
        order, ready, said = confirmed(world), Barrier(2), list[str]()

        def by_rule(pk: int = order.pk, ready: Barrier = ready, said: list[str] = said) -> None:
            ready.wait()
            if apply_rules(pk):
                said.append("rule")
            connection.close()

        def by_hand(
            number: str = order.number, ready: Barrier = ready, said: list[str] = said
        ) -> None:
            ready.wait()
            try:
                approve(number, soon(), "C-1", by=desk, seen_version=2)
                said.append("desk")
            except (IllegalMove, Stale):
                pass
            connection.close()

        threads = [Thread(target=one) for one in (by_rule, by_hand)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(said) == 1
        entry = Entry.objects.get(subject_id=order.pk, event="order.approved")
        assert (entry.rule == "Small orders") == (said == ["rule"])


def test_all_endpoints_together_hold_half_of_the_jobs_at_most(
    committed_world: World, receiver: Receiver
) -> None:
    """Mails have the other half: three slow systems, of which two are waited for."""
    world = committed_world
    for who in (world.back_office, world.buyer, world.rival_back_office):
        actions.subscribe(receiver.url, "ERP", ["order.placed"], by=world.actor(who))
    world.place()
    dispatched()
    actions.send_test(
        actions.endpoints_of(world.actor(world.rival_back_office)).get().key,
        by=world.actor(world.rival_back_office),
    )
    dispatched("webhook.test")
    receiver.behaviour = "slow"
    first, second, third = Delivery.objects.order_by("pk").values_list("pk", flat=True)
    assert len(set(Delivery.objects.values_list("endpoint_id", flat=True))) == 3

    def work(pk: int) -> None:
        send(pk)
        connection.close()

    threads = [Thread(target=work, args=[pk]) for pk in (first, second)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(receiver.heard) == 2)
    third_one = Thread(target=work, args=[third])
    third_one.start()
    third_one.join(5)
    assert not third_one.is_alive() and len(receiver.heard) == 2
    late = ProcrastinateJob.objects.filter(task_name="outbound.send_webhook").latest("id")
    assert late.args == {"delivery_id": third, "turn": 1} and late.scheduled_at is not None
    receiver.go_on.set()
    for thread in threads:
        thread.join()
    receiver.behaviour = ""
    send(third)
    assert len(receiver.heard) == 3


def test_a_name_is_looked_up_before_the_row_is_locked(
    committed_world: World, receiver: Receiver, monkeypatch: Any
) -> None:
    """A name server that takes its time holds neither the endpoint's messages nor its page."""
    by = committed_world.actor(committed_world.back_office)
    endpoint, _secret = actions.subscribe(receiver.url, "ERP", ["order.placed"], by=by)
    free: list[bool] = []

    def look(*_url: Any) -> list[str]:
        free.append(not connection.in_atomic_block)
        return ["127.0.0.1"]

    monkeypatch.setattr(actions, "resolve", look)
    actions.change(endpoint.key, receiver.url, "ERP 2", ["order.placed"], by=by)
    actions.subscribe(receiver.url, "Second", ["order.placed"], by=by)
    assert free == [True, True]


def test_for_a_stranger_no_name_is_looked_up(
    committed_world: World, receiver: Receiver, monkeypatch: Any
) -> None:
    world = committed_world
    by = world.actor(world.back_office)
    endpoint, _secret = actions.subscribe(receiver.url, "ERP", ["order.placed"], by=by)
    monkeypatch.setattr(actions, "resolve", lambda *_: pytest.fail("it was looked up"))
    stranger = world.actor(world.rival_back_office)
    with pytest.raises(Endpoint.DoesNotExist):
        actions.change(endpoint.key, receiver.url, "x", ["order.placed"], by=stranger)
    with pytest.raises(NotAllowed):
        actions.subscribe(receiver.url, "x", ["order.placed"], by=world.actor(world.sales))
