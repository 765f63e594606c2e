"""A manufacturer's order software, small but complete: is told of requests, answers, ships.

It knows nothing of Tonerloop but its published contract and needs nothing but Python. It keeps
no state: what it has to do it reads from the server, and since the same answer or the same
delivery note told twice counts once, it may be killed and started at any moment.
"""

import http.client
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping

from deciding import Request, age, answer_to, is_open, is_shipping, parcel
from hooks import Hints, listen
from server import Later, Refused, Server

log = logging.getLogger("desk")


class Settings:
    """What the environment says; the README explains each."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.url = given.get("TONERLOOP_URL", "http://127.0.0.1:8000")
        self.key = given.get("TONERLOOP_KEY", "")
        self.hook_port = int(given.get("HOOK_PORT", "0"))
        self.hook_secrets = [one for one in given.get("HOOK_SECRETS", "").split(",") if one]
        self.poll_seconds = float(given.get("POLL_SECONDS", "1"))
        self.silent_seconds = float(given.get("SILENT_SECONDS", "300"))
        self.answer_after = float(given.get("ANSWER_AFTER", "0"))
        ship_after = given.get("SHIP_AFTER", "never")
        self.ship_after = float("inf") if ship_after == "never" else float(ship_after)
        self.parcel_pieces = int(given.get("PARCEL_PIECES", "1000000"))
        self.discontinued = {one for one in given.get("DISCONTINUED", "").split(",") if one}
        self.by_line = given.get("BY_LINE", "1") == "1"


class Desk:
    """Does what is to be done: for the orders that are hinted at, and by a look at all."""

    def __init__(self, settings: Settings, server: Server, hints: Hints) -> None:
        self.settings, self.server, self.hints = settings, server, hints
        self.looked_at = float("-inf")  # the first thing is a look at all: no hint survives a crash

    def turn(self) -> None:
        """One round. Refused: we are not let in. OSError, ValueError: try again later."""
        while number := self.hints.take():
            try:
                self.look_at(number)
            except Exception:
                self.hints.add(number)
                raise
        if time.monotonic() - self.looked_at >= self.pause():
            self.look_at_all()
            self.looked_at = time.monotonic()

    def pause(self) -> float:
        """Seconds between two looks at all: while messages come, it is only for safety."""
        spoken_to = not self.hints.silent(self.settings.silent_seconds)
        return self.settings.silent_seconds if spoken_to else self.settings.poll_seconds

    def look_at(self, number: str) -> None:
        """Fetch one order as it is now, and do what it needs."""
        try:
            request = self.server.request(number)
        except Refused as refusal:
            if refusal.status != 404:
                raise
            log.warning("%s is not ours: %s", number, refusal)
        else:
            self.deal_with(request)

    def look_at_all(self) -> None:
        """Everything that is open or to be shipped."""
        found = self.server.requests(state="open")
        if self.settings.ship_after < float("inf"):
            for status in ("approved", "partly_shipped"):
                found += self.server.requests(state="closed", status=status)
        for request in found:
            self.deal_with(request)

    def deal_with(self, request: Request) -> None:
        """Answer and ship, each when its time has come."""
        if is_open(request) and self._due(request, self.settings.answer_after):
            request = self.answer(request)
        if is_shipping(request) and self._due(request, self.settings.ship_after):
            self.ship(request)

    def _due(self, request: Request, after: float) -> bool:
        """True if it is that old; otherwise it is looked at again then."""
        wait = after - age(request)
        if 0 < wait < float("inf"):
            self.hints.add(request["number"], wait)
        return wait <= 0

    def answer(self, request: Request) -> Request:
        """Answer a request; the order as it is then."""
        wanted = self.settings
        said = answer_to(request, wanted.discontinued, by_line=wanted.by_line)
        try:
            return self._said(request, said)
        except Refused as refusal:
            if said["answer"] != "lines" or refusal.status != 422:
                return self._not_done(request, "answered", refusal)
        # A server of an earlier version takes whole answers only.
        try:
            return self._said(request, answer_to(request, wanted.discontinued, by_line=False))
        except Refused as refusal:
            return self._not_done(request, "answered", refusal)

    def _said(self, request: Request, said: Request) -> Request:
        now = self.server.answer(request["number"], said)
        log.info("%s %s", request["number"], said["answer"])
        return now

    def ship(self, request: Request) -> None:
        """Send the next parcel; what is left is looked at again."""
        note = parcel(request, self.settings.parcel_pieces)
        if not note:
            return
        try:
            now = self.server.ship(request["number"], note, request["version"])
        except Refused as refusal:
            self._not_done(request, "shipped", refusal)
            return
        log.info("%s shipped", request["number"])
        if is_shipping(now):
            self.hints.add(request["number"])

    def _not_done(self, request: Request, what: str, refusal: Refused) -> Request:
        log.warning("%s not %s: %s", request["number"], what, refusal)
        if refusal.moved_on:
            self.hints.add(request["number"], 1.0)  # whatever it is now, it is decided anew
        return request


def work(desk: Desk, stopping: threading.Event) -> int:
    """Work until told to stop; a server that is away is asked again later."""
    trouble = 0.0
    while not stopping.is_set():
        try:
            desk.turn()
            trouble = 0.0
        except Refused as refusal:
            log.error("The server does not let us in: %s", refusal)
            return 1
        except (OSError, ValueError, http.client.HTTPException) as error:
            trouble = min(max(trouble * 2, desk.settings.poll_seconds), 15)
            pause = max(trouble, error.seconds if isinstance(error, Later) else 0.0)
            log.warning("The server did not answer (%s); again in %.1f s", error, pause)
            stopping.wait(pause)
        else:
            desk.hints.wait(min(desk.pause(), desk.settings.poll_seconds))
    return 0


def main() -> int:
    """Start the receiver, where one is wanted, and work."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    settings, hints, stopping = Settings(os.environ), Hints(), threading.Event()
    if not settings.key:
        log.error("Set TONERLOOP_KEY to a key from the page Programs of the order desk.")
        return 2
    if settings.hook_port and not settings.hook_secrets:
        log.error("Set HOOK_SECRETS to the secret from the page Webhooks of the order desk.")
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    if settings.hook_port:
        listen(settings.hook_port, settings.hook_secrets, hints)
    return work(Desk(settings, Server(settings.url, settings.key), hints), stopping)


if __name__ == "__main__":
    sys.exit(main())
