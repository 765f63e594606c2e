"""A browser without a screen, many in one process: keeps its connection and cookies, nothing else.

Written on asyncio's streams: a request costs the client a tenth of what the server needs for its
emptiest page, and the run says how much of the machine that was.
"""

import asyncio
import gzip
import json
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode, urlsplit

COOKIE = re.compile(rb"(?i)\nset-cookie:\s*([^=]+)=([^;\r]*)")
LENGTH = re.compile(rb"(?i)\ncontent-length:\s*(\d+)")
LOCATION = re.compile(rb"(?i)\nlocation:\s*([^\r]+)")
GONE = (ConnectionError, asyncio.IncompleteReadError)
CSRF = "tonerloop_csrf"
TOO_MANY, MOST_WAITS = 429, 30


class Browser:
    """One person's browser, or a program with its `token`; `times` are seconds of each request."""

    def __init__(self, base: str, token: str = "") -> None:
        self.base, self.token = base, token
        self.host, self.port = urlsplit(base).hostname, urlsplit(base).port
        self.cookies: dict[str, str] = {}
        self.status, self.location = 0, ""
        self.things: dict[str, Any] = {}
        self.times: list[float] = []
        self._body, self._zipped = b"", False
        self._pipe: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    @property
    def text(self) -> str:
        """The body of the answer seen last; unpacked only where somebody reads it."""
        body = gzip.decompress(self._body) if self._zipped else self._body
        return body.decode("utf-8", "replace")

    async def get(self, path: str) -> None:
        """Open a page, or as a program an address of the API."""
        await self._ask("GET", path, b"", [])

    async def post(self, path: str, fields: dict[str, str]) -> None:
        """Send a form with the token of this session."""
        body = urlencode({**fields, "csrfmiddlewaretoken": self.cookies.get(CSRF, "")}).encode()
        kind = "Content-Type: application/x-www-form-urlencoded"
        await self._ask("POST", path, body, [kind, f"Origin: {self.base}"])

    async def call(self, path: str, body: dict[str, Any], once: str) -> None:
        """A program's POST under a key that makes it happen once."""
        kind = "Content-Type: application/json"
        await self._ask("POST", path, json.dumps(body).encode(), [kind, f"Idempotency-Key: {once}"])

    async def log_in(self, email: str, password: str) -> None:
        """Through the log-in form, as often a minute as one address may."""
        for _ in range(MOST_WAITS):
            await self.get("/account/login/")
            await self.post("/account/login/", {"login": email, "password": password})
            if self.status != TOO_MANY:
                break
            await asyncio.sleep(5)
        assert self.status == 302, f"log-in of {email} answered {self.status}"

    async def _ask(self, method: str, path: str, body: bytes, more: Iterable[str]) -> None:
        request = self._head(method, path, len(body), more) + body
        began = time.perf_counter()
        try:
            head, self._body = await self._exchange(request)
        except GONE:  # the server closes a connection on which nothing was asked for a while
            self.close()
            head, self._body = await self._exchange(request)
        self.times.append(time.perf_counter() - began)
        if b"\nconnection: close" in head.lower():
            self.close()
        self.status = int(head[9:12])
        found = LOCATION.search(head)
        self.location = urlsplit(found[1].decode()).path if found else ""
        self._zipped = b"content-encoding: gzip" in head.lower()
        for name, value in COOKIE.findall(head):
            self.cookies[name.decode()] = value.decode()

    def _head(self, method: str, path: str, length: int, more: Iterable[str]) -> bytes:
        path = path.replace(" ", "%20")
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}", *more]
        lines.append("Accept-Encoding: gzip")
        if method == "POST":
            lines.append(f"Content-Length: {length}")
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        elif self.cookies:
            lines.append("Cookie: " + "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    async def _exchange(self, request: bytes) -> tuple[bytes, bytes]:
        if self._pipe is None:
            self._pipe = await asyncio.open_connection(self.host, self.port, limit=2**20)
        reader, writer = self._pipe
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if found := LENGTH.search(head):
            return head, await reader.readexactly(int(found[1]))
        if b"transfer-encoding: chunked" in head.lower():
            return head, b"".join([part async for part in _chunks(reader)])
        return head, b""

    def close(self) -> None:
        """Let go of the connection."""
        if self._pipe is not None:
            with suppress(OSError):
                self._pipe[1].close()
            self._pipe = None


async def _chunks(reader: asyncio.StreamReader) -> Any:
    while size := int(await reader.readuntil(b"\r\n"), 16):
        yield (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)
