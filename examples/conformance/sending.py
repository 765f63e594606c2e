"""Messages as Tonerloop sends them (Standard Webhooks), and wrong ones on purpose."""

import base64
import hmac
import http.client
import json
import secrets
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from orders import Order

LONGEST = 15.0  # seconds for which Tonerloop waits


@dataclass(frozen=True)
class Sent:
    """What became of one message: a status, or none and why."""

    status: int | None
    seconds: float
    error: str = ""

    @property
    def taken(self) -> bool:
        """True if the receiver has taken it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """True if the receiver said that it is not to be taken."""
        return self.status is not None and 400 <= self.status < 500

    def __str__(self) -> str:
        return f"{self.status or self.error} after {1000 * self.seconds:.0f} ms"


def message(
    order: Order,
    kind: str = "approval.requested",
    *,
    sequence: int = 1,
    previous: str | None = None,
    age: float = 0.0,
    **more: Any,
) -> dict[str, Any]:
    """A message about an order as it is now; `more` replaces parts of its data."""
    at = datetime.now(UTC) - timedelta(seconds=age)
    page = f"https://tonerloop.example/desk/orders/{order.number}/"
    request = f"https://tonerloop.example/api/v1/approval-requests/{order.number}"
    data = {
        "sequence": sequence,
        "previous": previous,
        "number": order.number,
        "status": order.status,
        "version": order.version,
        "changes": {},
        "links": {"page": page, "request": request},
        "request": order.shown(),
        **more,
    }
    return {"type": kind, "timestamp": at.isoformat().replace("+00:00", "Z"), "data": data}


def new_id() -> str:
    """An id for a message."""
    return f"msg_{secrets.token_hex(16)}"


def new_secret() -> str:
    """A secret that the receiver does not know."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, sent_id: str, at: int, body: bytes) -> str:
    """One entry of the header `webhook-signature`; ValueError for a secret that is none."""
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    signed = f"{sent_id}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


@dataclass(frozen=True)
class Receiver:
    """Where the manufacturer's software takes messages."""

    url: str
    secrets: tuple[str, ...]  # the first is in force

    def send(
        self,
        told: Mapping[str, Any] | bytes,
        *,
        sent_id: str = "",
        signed_with: Collection[str] = (),
        off_by: int = 0,
        without: str = "",
        altered: bytes = b"",
    ) -> Sent:
        """Send it rightly signed, or: by other secrets, with another time, without a header, or
        with another body than was signed.
        """
        body = told if isinstance(told, bytes) else encoded(told)
        sent_id, at = sent_id or new_id(), int(time.time()) + off_by
        by = signed_with or self.secrets[:1]
        headers = {
            "webhook-id": sent_id,
            "webhook-timestamp": str(at),
            "webhook-signature": " ".join(signature(each, sent_id, at, body) for each in by),
        }
        headers.pop(without, None)
        return self._post(altered or body, headers)

    def _post(self, body: bytes, headers: Mapping[str, str]) -> Sent:
        parts, began = urlsplit(self.url), time.monotonic()
        secure = parts.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=LONGEST)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        agent = {"Content-Type": "application/json", "User-Agent": "Tonerloop-Webhooks/1"}
        try:
            connection.request("POST", path, body, {**agent, **headers, "Connection": "close"})
            answer = connection.getresponse()
            answer.read(4096)
            return Sent(answer.status, time.monotonic() - began)
        except (OSError, http.client.HTTPException) as error:
            words = str(error) or type(error).__name__
            return Sent(None, time.monotonic() - began, f"no answer ({words})")
        finally:
            connection.close()


def encoded(told: Mapping[str, Any]) -> bytes:
    """A message as bytes."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
