"""The stream to open pages: what is theirs within two seconds, and nothing of anybody else."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.core import signing

from tests.outbound.post import confirmed
from tests.stack import Stack
from tests.world import World
from tonerloop.common.actor import Actor
from tonerloop.orders import actions
from tonerloop.outbound.live import MAX_AGE, SALT, order_topic, stream_url, topic_of

SOON = 2.0  # seconds until a page must have heard


class Page:
    """An open page: what it heard, and when."""

    def __init__(self, address: str) -> None:
        self.response = urllib.request.urlopen(address, timeout=10)
        self.heard: list[tuple[float, str]] = []
        assert self.response.readline() == b": hello\n"
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        for line in self.response:
            if line.startswith(b"data: "):
                self.heard.append((time.monotonic(), line[6:].decode().strip()))

    def hears(self, topic: str, since: float) -> float:
        """Seconds until it heard of the topic."""
        while time.monotonic() < since + 10:
            if times := [at for at, topics in self.heard if topic in topics.split()]:
                return times[-1] - since
            time.sleep(0.01)
        raise AssertionError(f"heard only {self.heard}")

    def knows(self, topic: str) -> bool:
        return any(topic in topics.split() for _at, topics in self.heard)


def address(stack: Stack, token: str) -> str:
    return f"{stack.live}?token={quote(token)}"


def token(actor: Actor) -> str:
    return parse_qs(urlsplit(stream_url(actor)).query)["token"][0]


@contextmanager
def opened(stack: Stack, actor: Actor) -> Iterator[Page]:
    page = Page(address(stack, token(actor)))
    try:
        yield page
    finally:
        page.response.fp.raw._sock.shutdown(2)  # ends the reader, which may be waiting
        page.reader.join(10)
        page.response.close()


def refusal(where: str) -> int:
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(where, timeout=10)
    with raised.value as error:
        return error.code


@pytest.mark.parametrize("who", ["buyer", "sales", "back_office", "desk"])
def test_an_open_page_hears_of_its_orders_change_within_two_seconds(
    live_stack: Stack, live_world: World, who: str
) -> None:
    order = live_world.place()
    with opened(live_stack, live_world.actor(getattr(live_world, who))) as page:
        before = time.monotonic()
        actions.confirm_price(order.number, by=live_world.actor(live_world.sales))
        assert page.hears(order_topic(order.pk), before) < SOON


def test_nothing_is_told_of_what_does_not_commit(live_stack: Stack, live_world: World) -> None:
    from django.db import transaction

    undone, done = live_world.place(), live_world.place()
    sales = live_world.actor(live_world.sales)
    # The maker is told nothing of an order before its price is confirmed, while the seller may
    # still be hearing of the mails that the placing led to.
    with opened(live_stack, live_world.actor(live_world.desk)) as page:
        with transaction.atomic():
            actions.confirm_price(undone.number, by=sales)
            transaction.set_rollback(True)
        actions.confirm_price(done.number, by=sales)
        page.hears(order_topic(done.pk), time.monotonic())
        assert not page.knows(order_topic(undone.pk))


def test_no_rival_hears_of_it(live_stack: Stack, live_world: World) -> None:
    order = live_world.place()
    sales = live_world.actor(live_world.sales)
    with (
        opened(live_stack, live_world.actor(live_world.rival_buyer)) as other_customer,
        opened(live_stack, live_world.actor(live_world.rival_back_office)) as other_seller,
        opened(live_stack, live_world.actor(live_world.rival_desk)) as other_maker,
        opened(live_stack, sales) as own,
    ):
        actions.confirm_price(order.number, by=sales)
        own.hears(order_topic(order.pk), time.monotonic())
        time.sleep(0.2)  # one hub tells all pages in one go; this is for the way
        for page in (other_customer, other_seller, other_maker):
            assert not page.knows(order_topic(order.pk))


def test_the_maker_hears_nothing_before_the_price_is_confirmed(
    live_stack: Stack, live_world: World
) -> None:
    with opened(live_stack, live_world.actor(live_world.desk)) as desk:
        order = live_world.place()
        time.sleep(0.3)
        assert not desk.knows(order_topic(order.pk))


def test_the_stream_carries_no_content(live_stack: Stack, live_world: World) -> None:
    buyer = live_world.actor(live_world.buyer)
    with opened(live_stack, buyer) as page:
        order = confirmed(live_world)
        page.hears(order_topic(order.pk), time.monotonic())
        assert {topics for _at, topics in page.heard} <= {
            topic_of(buyer),
            f"{topic_of(buyer)} {order_topic(order.pk)}",
        }


def test_a_bad_token_is_refused(live_stack: Stack, live_world: World) -> None:
    good = token(live_world.actor(live_world.buyer))
    other = signing.dumps("seller:1", salt="tonerloop.something-else")
    payload = signing.dumps("seller:1", salt=SALT).split(":")[0]
    forged = ":".join([payload, *good.split(":")[1:]])
    bad = {"": "", "nonsense": "x", "cut": good[:-1], "another purpose": other, "forged": forged}
    assert {name: refusal(address(live_stack, text)) for name, text in bad.items()} == (
        dict.fromkeys(bad, 403)
    )


def test_a_token_that_is_no_text_is_refused(live_stack: Stack) -> None:
    assert refusal(f"{live_stack.live}?token=%FF%FE") == 403


def test_an_address_without_a_token_is_refused(live_stack: Stack) -> None:
    assert refusal(live_stack.live) == 403


def test_an_expired_token_is_refused(
    live_stack: Stack, live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class LongAgo:
        @staticmethod
        def time() -> float:
            return time.time() - MAX_AGE - 5

    monkeypatch.setattr(signing, "time", LongAgo)
    old = token(live_world.actor(live_world.buyer))
    assert refusal(address(live_stack, old)) == 403


def test_there_is_nothing_else_at_the_streams_port(live_stack: Stack) -> None:
    assert refusal(live_stack.live.replace("/live", "/")) == 404
