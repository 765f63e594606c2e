"""Signatures of the kit and of the sample, against the specification's own library."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hooks import order_in, verified
from pretend import Pretend
from sending import Receiver, message, new_secret
from standardwebhooks import Webhook, WebhookVerificationError

from tests.webhooks.receiver import receiving


def test_what_the_kit_signs_the_library_takes() -> None:
    secret, order = new_secret(), Pretend("").add(("A", 1))
    with receiving() as heard:
        assert Receiver(heard.url, (secret,)).send(message(order)).status == 204
        assert Receiver(heard.url, (secret,)).send(
            message(order), signed_with=[new_secret(), secret]
        )
        Receiver(heard.url, (secret,)).send(message(order), signed_with=[new_secret()])
        Receiver(heard.url, (secret,)).send(message(order), off_by=-360)
        Receiver(heard.url, (secret,)).send(message(order), altered=b'{"type": "x"}')
    right, rotated, *wrong = heard.heard
    assert right.verified(secret)["data"]["number"] == order.number == order_in(right.body)
    assert rotated.verified(secret)
    for each in wrong:
        with pytest.raises(WebhookVerificationError):
            each.verified(secret)
        assert not verified([secret], each.headers, each.body)


def signed(secret: str, body: str, at: datetime) -> dict[str, str]:
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, body),
    }


BODY = json.dumps({"type": "approval.requested", "data": {"number": "1234567890"}})


def test_what_the_library_signs_the_sample_takes() -> None:
    secret, now = new_secret(), datetime.now(UTC)
    headers = signed(secret, BODY, now)
    assert verified([secret], headers, BODY.encode())
    assert verified([new_secret(), secret], headers, BODY.encode())
    assert not verified([new_secret()], headers, BODY.encode())
    assert not verified([], headers, BODY.encode())
    assert not verified([secret], headers, BODY.encode() + b" ")


@pytest.mark.parametrize(
    ("seconds", "right"), [(-299, True), (299, True), (-301, False), (301, False)]
)
def test_five_minutes_are_the_limit(seconds: int, right: bool) -> None:
    secret, now = new_secret(), datetime(2026, 11, 24, tzinfo=UTC)
    headers = signed(secret, BODY, now + timedelta(seconds=seconds))
    assert verified([secret], headers, BODY.encode(), now.timestamp()) is right


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": ""},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "9" * 5000},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "١٢٣"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "é"},
    ],
    ids=str,
)
def test_whatever_the_headers_hold_it_is_refused(changed: dict[str, str]) -> None:
    secret = new_secret()
    headers: dict[str, Any] = {**signed(secret, BODY, datetime.now(UTC)), **changed}
    assert not verified([secret], headers, BODY.encode())


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"{}", b'{"type": 1}', b"\xff"])
def test_what_is_no_message_is_told(body: bytes) -> None:
    with pytest.raises(ValueError):
        order_in(body)


@pytest.mark.parametrize(
    "told",
    [
        {"type": "webhook.test"},
        {"type": "order.approved", "data": None},
        {"type": "order.approved", "data": {"number": 12}},
        {"type": "order.approved", "data": {"number": "../x"}},
        {"type": "reward.ordered", "data": {"number": "1234567890"}},
    ],
)
def test_what_is_about_no_order_gives_none(told: dict[str, Any]) -> None:
    assert order_in(json.dumps(told).encode()) == ""
