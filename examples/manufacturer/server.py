"""Calls to Tonerloop's API, as its contract at /api/v1/openapi.json says."""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

Request = dict[str, Any]
LONGEST_WAIT = 300.0  # seconds; whatever a server asks for, it is asked again then


class Refused(Exception):
    """The server understood and said no; asking the same again would change nothing."""

    def __init__(self, status: int, problem: Request) -> None:
        super().__init__(f"{status} {problem['detail']} {problem['errors'] or ''}")
        self.status = status

    @property
    def moved_on(self) -> bool:
        """True if the order is not any more what the answer was made from: look at it again."""
        return self.status in (409, 412)


class Later(OSError):
    """The server cannot say now; it may after so many seconds."""

    def __init__(self, status: int, seconds: float) -> None:
        super().__init__(f"{status}, wait {seconds:.0f} s" if seconds else str(status))
        self.seconds = seconds


class Server:
    """One server and our key to it. Later or another OSError is what may pass by waiting."""

    def __init__(self, url: str, key: str) -> None:
        self.root = url.rstrip("/") + "/api/v1"
        self.key = key

    def requests(self, **wanted: str) -> list[Request]:
        """All approval requests like this, page by page."""
        found: list[Request] = []
        after = ""
        while True:
            query = urllib.parse.urlencode({**wanted, "after": after})
            page = self._call(f"/approval-requests?{query}")
            found += page["items"]
            after = page["next"]
            if not after:
                return found

    def request(self, number: str) -> Request:
        """The newest request of one order, as it is now."""
        found: Request = self._call(f"/approval-requests/{urllib.parse.quote(number, '')}")
        return found

    def answer(self, number: str, said: Request) -> Request:
        """Answer; the same twice is one, and its version guards against a stale view."""
        now: Request = self._call(f"/approval-requests/{number}/answer", said)
        return now

    def ship(self, number: str, note: Request, version: int) -> Request:
        """Report a parcel; the same delivery note twice is one."""
        now: Request = self._call(f"/orders/{number}/shipments", note, version)
        return now

    def _call(self, path: str, body: Request | None = None, version: int | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        asked = urllib.request.Request(self.root + path, data, headers)
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 429 or error.code >= 500:
                    raise Later(error.code, _seconds(error.headers["Retry-After"])) from error
                raise Refused(error.code, json.load(error)) from error


def _seconds(text: str | None) -> float:
    return min(float(text), LONGEST_WAIT) if text and text.isdigit() else 0.0
