"""Open pages: a small ASGI process that LISTENs and streams only "X changed".

The stream carries topics such as `order:17 seller:3`, never content; the page fetches its
fragment again through the ordinary server, which asks who is there. A page may listen only to
the topics that the server signed for it.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlencode

import django
from django.apps import apps
from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac
from psycopg import AsyncConnection

from tonerloop.common.actor import Actor
from tonerloop.common.listening import listening_parameters

log = logging.getLogger(__name__)
CHANNEL = "tonerloop_live"
MAX_AGE = 12 * 60 * 60
SALT = "tonerloop.live"
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


def topic_of(actor: Actor) -> str:
    """The topic of the actor's organisation."""
    if actor.manufacturer_id:
        return f"manufacturer:{actor.manufacturer_id}"
    if actor.collector_id:
        return f"collector:{actor.collector_id}"
    if actor.customer_id:
        return f"customer:{actor.customer_id}"
    return f"seller:{actor.seller_id}"


def stream_url(actor: Actor) -> str:
    """The address at which this actor's pages listen, good for 12 hours."""
    token = signing.dumps(topic_of(actor), salt=SALT)
    return f"{settings.LIVE_URL}?{urlencode({'token': token})}"


def order_topic(order_id: int) -> str:
    """The topic of one order: a hash, since a running number would tell how much is sold."""
    return "order:" + salted_hmac(SALT, str(order_id)).hexdigest()[:16]


class Hub:
    """One database connection that listens, many pages that wait."""

    def __init__(self) -> None:
        self.pages: dict[asyncio.Queue[str], str] = {}
        self.task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen, once."""
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self.listen())

    async def listen(self) -> None:
        """Hand notifications on; after a lost connection come back and tell every page to look."""
        while True:
            try:
                async with await AsyncConnection.connect(**_parameters(), autocommit=True) as db:
                    await db.execute(f"LISTEN {CHANNEL}")
                    self.tell(None)
                    async for notice in db.notifies():
                        self.tell(notice.payload)
            except Exception as error:  # the database may be away for a while
                log.warning("live: %s", error)
                await asyncio.sleep(1)

    def tell(self, payload: str | None) -> None:
        """Queue the topics for the pages that may hear of them; None means: look again."""
        topics = payload.split() if payload else []
        orders = [order_topic(int(t[6:])) for t in topics if t.startswith("order:")]
        for queue, own in self.pages.items():
            if payload is None or own in topics:
                with contextlib.suppress(asyncio.QueueFull):  # it looks again anyway
                    queue.put_nowait(" ".join([own, *orders]))

    async def stream(self, topic: str) -> AsyncGenerator[str, None]:
        """Topics for one page, with a heartbeat so that a dead one is noticed."""
        queue: asyncio.Queue[str] = asyncio.Queue(maxsize=100)
        self.pages[queue] = topic
        try:
            yield ": hello\n\n"
            while True:
                try:
                    payload = await asyncio.wait_for(queue.get(), timeout=20)
                    yield f"data: {payload}\n\n"
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            del self.pages[queue]


hub = Hub()


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """ASGI: GET /live?token=… answers with an event stream; anything else with 404 or 403."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] != "http" or not scope["path"].rstrip("/").endswith("/live"):
        await _answer(send, 404)
    elif topic := signed_topic(scope["query_string"].decode()):
        hub.start()
        await _stream(topic, receive, send)
    else:
        await _answer(send, 403)


def signed_topic(query: str) -> str:
    """The topic that the server signed into the address; "" where it did not, or long ago."""
    token = parse_qs(query).get("token", [""])[0]
    try:
        return str(signing.loads(token, salt=SALT, max_age=MAX_AGE))
    except signing.BadSignature:
        return ""


async def _stream(topic: str, receive: Receive, send: Send) -> None:
    headers = [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        # The signed address is the key and no cookie is read, so any of our host names may listen.
        (b"access-control-allow-origin", b"*"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    left = asyncio.create_task(_until_left(receive))
    pump = asyncio.create_task(_pump(topic, send))
    await asyncio.wait({left, pump}, return_when=asyncio.FIRST_COMPLETED)
    for task in (left, pump):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task


async def _pump(topic: str, send: Send) -> None:
    stream = hub.stream(topic)
    async with contextlib.aclosing(stream):
        async for chunk in stream:
            await send({"type": "http.response.body", "body": chunk.encode(), "more_body": True})


async def _until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return


def _parameters() -> dict[str, Any]:
    return listening_parameters()


if not apps.ready and not apps.loading:  # served by itself, not imported by the product
    django.setup()
