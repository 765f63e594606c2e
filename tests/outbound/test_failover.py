"""Every session of the running product is cut off at once: the next request is as if nothing was.

The worker begins anew by itself, the open pages hear again.
"""

import json
import time
import urllib.request
from uuid import uuid4

from tests.api.conftest import program_of
from tests.outbound.post import eventually
from tests.outbound.test_live import opened
from tests.stack import DATABASE, Stack
from tests.world import World
from tonerloop.orders.models import Order
from tonerloop.outbound.live import CHANNEL
from tonerloop.outbound.models import Message

OURS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND pid <> %s"
)

LISTENING = "SELECT FROM pg_stat_activity WHERE datname = %s AND query = %s AND state = 'idle'"


def cut_all(stack: Stack) -> int:
    """End every session of the product's processes, not the test's own; how many."""
    from django.db import connection

    connection.close()
    with stack.server.connected(DATABASE) as admin:
        return len(admin.execute(OURS, [DATABASE, admin.info.backend_pid]).fetchall())


def listens(stack: Stack) -> bool:
    """Whether the process of the open pages is told by the database again."""
    with stack.server.connected(DATABASE) as admin:
        return admin.execute(LISTENING, [DATABASE, f"LISTEN {CHANNEL}"]).fetchone() is not None


def order(stack: Stack, world: World, key: str) -> int:
    """The status of an order sent to the running product."""
    line = {"machine_id": world.copier.pk, "consumable_id": world.black.pk, "quantity": 1}
    request = urllib.request.Request(
        f"{stack.web}/api/v1/orders",
        json.dumps({"lines": [line]}).encode(),
        {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid4()),
        },
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return int(answer.status)


def test_no_request_notices_that_the_sessions_before_it_are_gone(
    live_stack: Stack, live_world: World
) -> None:
    key = program_of(live_world, "buyer").key
    assert [order(live_stack, live_world, key) for _ in range(8)] == [201] * 8
    for _ in range(3):
        assert cut_all(live_stack) >= 2
        assert [order(live_stack, live_world, key) for _ in range(8)] == [201] * 8
    assert Order.objects.count() == 32
    live_stack.family.check()


def test_the_worker_and_the_open_pages_come_back(live_stack: Stack, live_world: World) -> None:
    key = program_of(live_world, "buyer").key
    with opened(live_stack, live_world.actor(live_world.back_office)) as page:
        for _ in range(2):
            cut_all(live_stack)
            eventually(lambda: listens(live_stack), 30)
            before = time.monotonic()
            order(live_stack, live_world, key)
            page.hears(f"seller:{live_world.seller.pk}", before)
        told = Message.objects.filter(channel="email", order_id__isnull=False)
        eventually(lambda: told.filter(state="sent").count() >= 2, 60)
    live_stack.family.check()
