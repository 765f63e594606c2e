"""A manufacturer's channel: chosen and changed with requests in flight, none lost, none twice."""

import pytest

from tests.outbound.post import approved, confirmed, soon
from tests.webhooks.conftest import Clock, Subscribe, dispatched, worked
from tests.webhooks.receiver import Receiver
from tests.world import World
from tonerloop.common.actor import NotAllowed
from tonerloop.manufacturers.actions import answer
from tonerloop.manufacturers.channels import channel_of
from tonerloop.manufacturers.messages import Approval
from tonerloop.manufacturers.reading import requests_for
from tonerloop.orders.actions import accept_change, approve, cancel
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import Order
from tonerloop.orders.states import IllegalMove
from tonerloop.outbound.models import Delivery
from tonerloop.outbound.webhooks.channel import choose_channel
from tonerloop.programs.keys import create_key

pytestmark = pytest.mark.django_db


def numbers(receiver: Receiver, kind: str) -> list[str]:
    return [h.told["data"]["number"] for h in receiver.heard if h.told["type"] == kind]


def test_to_be_pushed_to_takes_a_webhook_and_to_fetch_takes_a_key(
    world: World, subscribe: Subscribe
) -> None:
    desk = world.actor(world.desk)
    subscribe(world.desk, "approval.requested")  # not told of withdrawals
    for channel in ("push", "pull", "pigeon"):
        with pytest.raises(Refused) as refused:
            choose_channel(channel, by=desk)
        assert refused.value.field == "channel"
    assert channel_of(world.maker.pk) == "desk"
    create_key("ERP", by=desk)
    subscribe(world.desk, "approval.requested", "approval.withdrawn")
    for channel in ("pull", "push", "desk"):
        assert choose_channel(channel, by=desk).channel == channel
    assert channel_of(world.rival_maker.pk) == "desk"


@pytest.mark.parametrize("who", ["buyer", "back_office", "dispatcher"])
def test_it_is_the_desks_to_choose(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        choose_channel("desk", by=world.actor(getattr(world, who)))


@pytest.mark.parametrize("channel", ["desk", "pull"])
def test_by_another_channel_nothing_is_pushed(
    world: World, subscribe: Subscribe, channel: str
) -> None:
    create_key("ERP", by=world.actor(world.desk))
    endpoint, _secret = subscribe(world.desk)
    choose_channel(channel, by=world.actor(world.desk))
    order = confirmed(world)
    cancel(order.number, "credit", by=world.actor(world.sales))
    dispatched()
    assert not endpoint.deliveries.exists()


def test_requests_in_flight_follow_the_choice(
    world: World, subscribe: Subscribe, receiver: Receiver
) -> None:
    """One lies at the desk, one is answered there, one comes later: each is told as it must be."""
    desk = world.actor(world.desk)
    waiting, answered = confirmed(world), approved(world)
    subscribe(world.desk, "approval.requested", "approval.withdrawn")
    dispatched()
    assert not Delivery.objects.exists()
    choose_channel("push", by=desk)
    later = confirmed(world)
    dispatched()
    dispatched()  # every job twice
    worked()
    assert sorted(numbers(receiver, "approval.requested")) == sorted([waiting.number, later.number])
    assert answered.number not in str(receiver.heard)
    open_ones = [r.order.number for r in requests_for(desk).filter(closed_at=None)]
    assert sorted(open_ones) == sorted([waiting.number, later.number])  # at the desk all the while


def test_a_system_that_was_told_of_a_request_hears_of_its_end_whatever_is_chosen_then(
    world: World, subscribe: Subscribe, receiver: Receiver
) -> None:
    desk = world.actor(world.desk)
    subscribe(world.desk, "approval.requested", "approval.withdrawn")
    choose_channel("push", by=desk)
    told, untold = confirmed(world), None
    dispatched()
    worked()
    choose_channel("desk", by=desk)
    untold = confirmed(world)
    for order in (told, untold):
        cancel(order.number, "customer_wish", by=world.actor(world.buyer))
    dispatched()
    worked()
    assert numbers(receiver, "approval.withdrawn") == [told.number]
    [_request, withdrawal] = receiver.heard
    assert withdrawal.told["data"]["request"]["outcome"] == "withdrawn"
    assert withdrawal.told["data"]["changes"]["reason"] == "customer_wish"


def test_back_and_forth_tells_nothing_twice(
    world: World, subscribe: Subscribe, receiver: Receiver
) -> None:
    desk = world.actor(world.desk)
    order = confirmed(world)
    subscribe(world.desk, "approval.requested", "approval.withdrawn")
    for channel in ("push", "desk", "push", "desk", "push"):
        choose_channel(channel, by=desk)
        dispatched()
    worked()
    assert numbers(receiver, "approval.requested") == [order.number]


def test_a_second_system_is_told_of_what_is_open(
    world: World, subscribe: Subscribe, receiver: Receiver
) -> None:
    subscribe(world.desk, "approval.requested", "approval.withdrawn")
    choose_channel("push", by=world.actor(world.desk))
    order = confirmed(world)
    dispatched()
    second, _secret = subscribe(world.desk, "approval.requested", "approval.withdrawn")
    dispatched()
    [message] = second.deliveries.all()
    assert order.number in message.body


def test_a_request_that_comes_back_by_the_buyers_reply_is_pushed_again(
    world: World, subscribe: Subscribe, receiver: Receiver, clock: Clock
) -> None:
    from tonerloop.orders.actions import reply

    subscribe(world.desk, "approval.requested", "approval.withdrawn")
    choose_channel("push", by=world.actor(world.desk))
    order = confirmed(world)
    Order.objects.filter(pk=order.pk).update(agreed_date=clock.now.date())
    approve(order.number, soon(), by=world.actor(world.desk))
    reply(order.number, "Is Friday possible?", by=world.actor(world.buyer))
    dispatched()
    worked()
    assert numbers(receiver, "approval.requested") == [order.number] * 2
    assert len(set(receiver.ids)) == 2


def test_an_answer_by_one_channel_ends_it_for_the_others(
    world: World, subscribe: Subscribe, receiver: Receiver
) -> None:
    subscribe(world.desk, "approval.requested", "approval.withdrawn")
    choose_channel("push", by=world.actor(world.desk))
    order = confirmed(world)
    dispatched()
    worked()
    told = receiver.heard[0].told["data"]["request"]
    desk = world.actor(world.desk)
    answer(order.number, Approval(promised_date=soon()), by=desk, seen_version=told["version"])
    with pytest.raises(IllegalMove):
        approve(order.number, soon(), by=desk)
    with pytest.raises(IllegalMove):
        accept_change(order.number, by=world.actor(world.buyer))
