"""A worker killed between the receiver's yes and the record of it: the same id comes again."""

from tests.outbound.post import eventually, settle
from tests.outbound.test_worker import age_dead_worker
from tests.stack import Stack
from tests.webhooks.receiver import receiving
from tests.world import World
from tonerloop.outbound.models import Attempt, Delivery
from tonerloop.outbound.webhooks import actions


def test_it_is_sent_again_under_the_same_id(
    stack: Stack, live_world: World, settings: object
) -> None:
    settings.WEBHOOK_PRIVATE = True  # type: ignore[attr-defined]
    with receiving() as receiver:
        by = live_world.actor(live_world.back_office)
        _endpoint, secret = actions.subscribe(receiver.url, "ERP", ["order.placed"], by=by)
        receiver.behaviour = "slow"  # it has the message; the worker never hears so
        live_world.place()
        assert receiver.came.wait(15)
        stack.kill_worker()
        assert not Attempt.objects.exists()

        receiver.behaviour = ""
        receiver.go_on.set()
        age_dead_worker(stack)
        stack.start_worker()
        eventually(lambda: Delivery.objects.get().message.state == "sent", 45)
        settle()
        assert len(receiver.ids) == 2 and len(set(receiver.ids)) == 1
        assert receiver.heard[0].body == receiver.heard[1].body
        assert [each.verified(secret)["type"] for each in receiver.heard] == ["order.placed"] * 2
        assert Attempt.objects.get().status == 204
