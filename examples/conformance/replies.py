"""Answers of the pretended API: JSON with its ETag, problem documents (RFC 9457)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

LIMITS = {"RateLimit-Policy": '"minute";q=600;w=60', "RateLimit": '"minute";r=599;t=60'}


@dataclass
class Reply:
    """Status, body and headers of an answer."""

    status: int
    body: bytes
    headers: dict[str, str]


class Problem(Exception):
    """A refusal; nothing was changed."""

    def __init__(
        self,
        kind: str,
        status: int,
        detail: str,
        *,
        errors: Sequence[tuple[str, str]] = (),
        order_status: str = "",
    ) -> None:
        super().__init__(detail)
        self.kind, self.status, self.detail = kind, status, detail
        self.errors, self.order_status = errors, order_status

    def reply(self) -> Reply:
        """The problem document."""
        told = {
            "type": f"urn:tonerloop:problem:{self.kind}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "order_status": self.order_status,
            "errors": [{"field": name, "detail": words} for name, words in self.errors],
            "prices": [],
        }
        headers = {"Content-Type": "application/problem+json"}
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        else:
            headers |= LIMITS
        return Reply(self.status, json.dumps(told).encode(), headers)


def failed(kind: str, status: int, detail: str) -> Reply:
    """A problem document as an answer."""
    return Problem(kind, status, detail).reply()


def json_reply(shown: dict[str, Any]) -> Reply:
    """What was asked for, with the ETag of this state."""
    body = json.dumps(shown, ensure_ascii=False).encode()
    tag = shown.get("version") or hashlib.sha256(body).hexdigest()[:16]
    return Reply(200, body, {"Content-Type": "application/json", "ETag": f'"{tag}"', **LIMITS})


def version_in(headers: Mapping[str, str]) -> int | None:
    """The version that `If-Match` names; None where it names none, 0 where it is no version."""
    text = headers.get("if-match", "").strip()
    if not text or text == "*":
        return None
    plain = text.split(",")[0].strip().removeprefix("W/").strip('"')
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else 0
