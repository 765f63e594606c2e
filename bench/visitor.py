"""What a script of work needs of somebody who uses the product: a browser, or the same in-process.

Scripts are written once. Under load they run in `browser.Browser`; in `Within` each step is done
at once by Django's test client, so that its statements can be looked at.
"""

import json
import re
from collections.abc import Coroutine
from html import unescape
from typing import Any, Protocol
from urllib.parse import urlsplit

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
Fields = dict[str, str]


class Visitor(Protocol):
    """One person or program, and the answer seen last."""

    status: int
    location: str
    things: dict[str, Any]  # what a script keeps between its turns

    @property
    def text(self) -> str:
        """The body of the answer seen last."""

    async def get(self, path: str) -> None:
        """Open a page."""

    async def post(self, path: str, fields: Fields) -> None:
        """Send a form with the token of this session."""

    async def call(self, path: str, body: dict[str, Any], once: str) -> None:
        """A program's POST under a key that makes it happen once."""


def hidden(text: str) -> Fields:
    """The hidden fields of a page, such as those that a form carries on."""
    return {name: unescape(value) for name, value in HIDDEN.findall(text)}


async def follow(visitor: Visitor, path: str, fields: Fields) -> None:
    """Send a form and open the page to which it leads."""
    await visitor.post(path, fields)
    assert visitor.status == 302, f"{path}: {visitor.status} {visitor.text[:300]}"
    await visitor.get(visitor.location)


class Within:
    """A visitor in this very process."""

    def __init__(self, client: Any, token: str = "") -> None:
        self.client, self.token = client, token
        self.status, self.location, self.text = 0, "", ""
        self.things: dict[str, Any] = {}

    async def get(self, path: str) -> None:
        """Open a page, or as a program an address of the API."""
        self._keep(self.client.get(path, headers=self._headers()))

    async def post(self, path: str, fields: Fields) -> None:
        """Send a form; the test client asks for no token."""
        self._keep(self.client.post(path, fields))

    async def call(self, path: str, body: dict[str, Any], once: str) -> None:
        """A program's POST."""
        headers = {**self._headers(), "Idempotency-Key": once}
        given = {"content_type": "application/json", "headers": headers}
        self._keep(self.client.post(path, json.dumps(body), **given))

    def _headers(self) -> Fields:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def _keep(self, answer: Any) -> None:
        self.status, self.text = answer.status_code, answer.content.decode()
        self.location = urlsplit(answer.headers.get("Location", "/")).path


def at_once(script: Coroutine[Any, Any, None]) -> None:
    """Run a script of a `Within` visitor, which never waits."""
    try:
        script.send(None)
    except StopIteration:
        return
    raise RuntimeError("the script waited for something")
