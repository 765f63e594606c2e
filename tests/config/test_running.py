"""The running product: it answers, says whether it is ready, and lets people in."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.stack import Stack
from tests.world import World


def test_it_is_alive_and_ready(live_stack: Stack) -> None:
    assert urllib.request.urlopen(live_stack.web + "/healthz").read() == b"ok\n"
    told = json.load(urllib.request.urlopen(live_stack.web + "/readyz?worker=1"))
    assert told["ready"] and {"database", "migrations", "worker", "schedule"} == set(told["checks"])


def test_a_person_logs_in_and_out(live_world: World, page: Callable[..., Page]) -> None:
    tab = page()
    tab.goto("/")
    tab.fill("input[name=login]", live_world.buyer.email)
    tab.fill("input[name=password]", "demo")
    tab.press("input[name=password]", "Enter")
    tab.wait_for_url(lambda url: "/account/login" not in url)


def test_the_live_stream_refuses_strangers(live_stack: Stack) -> None:
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(live_stack.live + "?token=forged")
