"""One request to a receiver that misbehaves: bounded, told in words, nothing followed."""

import time

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
