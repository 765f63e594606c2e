"""One request to a receiver that misbehaves: bounded, told in words, nothing followed."""

import time
from email.utils import formatdate

import pytest

from tests.webhooks.receiver import Receiver
from tonerloop.outbound.webhooks import posting

BODY = b'{"type":"order.placed"}'


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_taken(receiver: Receiver, status: int) -> None:
    receiver.status = status
    assert posting.post(receiver.url, BODY, {}).ok


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
def test_anything_else_is_not(receiver: Receiver, status: int) -> None:
    receiver.status = status
    answer = posting.post(receiver.url, BODY, {})
    assert answer.status == status and not answer.ok and answer.gone == (status == 410)


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.behaviour = "redirect"
    answer = posting.post(receiver.url, BODY, {})
    assert answer.status == 302 and not answer.ok and "not followed" in answer.said
    assert len(receiver.heard) == 1


@pytest.mark.parametrize("behaviour", ["slow", "trickle"])
def test_an_answer_that_takes_too_long_is_cut_off(
    receiver: Receiver, behaviour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "TOTAL", 0.3)
    receiver.behaviour = behaviour
    began = time.monotonic()
    answer = posting.post(receiver.url, BODY, {})
    assert time.monotonic() - began < 3
    assert (answer.status, answer.said) == (None, "No answer in time.")


def test_of_a_huge_answer_only_the_beginning_is_read(receiver: Receiver) -> None:
    receiver.behaviour = "huge"
    answer = posting.post(receiver.url, BODY, {})
    assert answer.status == 500 and len(answer.said) <= posting.KEPT


def test_a_connection_that_breaks_is_told(receiver: Receiver) -> None:
    receiver.behaviour = "half"
    answer = posting.post(receiver.url, BODY, {})
    assert answer.status is None and answer.said.startswith("The connection broke")


def test_nobody_there_is_told(receiver: Receiver) -> None:
    port = posting.post("http://127.0.0.1:1/", BODY, {})
    assert port.status is None and "refused" in port.said


def test_path_and_query_are_kept(receiver: Receiver) -> None:
    assert posting.post(f"{receiver.url}in?key=1", BODY, {"X-One": "1"}).ok
    [heard] = receiver.heard
    assert heard.path == "/in?key=1" and heard.body == BODY and heard.headers["x-one"] == "1"


def seconds(receiver: Receiver, status: int, text: str) -> float:
    receiver.status, receiver.headers = status, {"Retry-After": text}
    return posting.post(receiver.url, BODY, {}).retry_after


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_receiver_says_how_long_to_wait(receiver: Receiver, status: int) -> None:
    assert seconds(receiver, status, " 120") == 120
    moment = formatdate(time.time() + 100, usegmt=True)
    assert 95 < seconds(receiver, status, moment) <= 100
    assert seconds(receiver, status, formatdate(time.time() - 100, usegmt=True)) == 0


@pytest.mark.parametrize("text", ["", "soon", "-5", "1.5", "9" * 400, "٣"])
def test_what_says_no_time_is_none(receiver: Receiver, text: str) -> None:
    receiver.status = 503
    assert posting._wait(text) == 0


def test_who_is_not_busy_is_not_waited_for(receiver: Receiver) -> None:
    assert seconds(receiver, 500, "120") == 0
