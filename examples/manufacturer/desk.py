"""A manufacturer's order software, small but complete: fetches requests, answers, ships.

It knows nothing of Tonerloop but its HTTP contract and needs nothing but Python. It keeps no
state: what it has to do it reads from the server, and since the same answer or the same
delivery note told twice counts once, it may be stopped and started at any moment.
"""

import http.client
import json
import logging
import os
import signal
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

URL = os.environ.get("TONERLOOP_URL", "http://127.0.0.1:8000").rstrip("/") + "/api/v1"
KEY = os.environ.get("TONERLOOP_KEY", "")
POLL_SECONDS = float(os.environ.get("POLL_SECONDS", "1"))
# Nothing younger is answered, so that a person at the desk may do so first.
ANSWER_AFTER = float(os.environ.get("ANSWER_AFTER", "0"))
# Approved orders ship so many seconds after the request; "never" leaves it to people.
SHIP_AFTER = os.environ.get("SHIP_AFTER", "never")
DISCONTINUED = {part for part in os.environ.get("DISCONTINUED", "").split(",") if part}

EARLIEST = timezone(timedelta(hours=14))  # where each day begins first

log = logging.getLogger("desk")
stopping = threading.Event()
Request = dict[str, Any]


class Refused(Exception):
    """The server understood and said no; asking again would change nothing."""


def call(path: str, body: Request | None = None) -> Any:
    """One call to the server; Refused for a 4xx, OSError for what may pass by waiting."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    request = urllib.request.Request(URL + path, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code >= 500:
            raise
        problem = json.load(error)
        raise Refused(f"{error.code} {problem['detail']} {problem['errors'] or ''}") from error


def requests(**wanted: str) -> list[Request]:
    """All approval requests like this, page by page."""
    found: list[Request] = []
    after = ""
    while True:
        query = urllib.parse.urlencode({**wanted, "after": after})
        page = call(f"/approval-requests?{query}")
        found += page["items"]
        after = page["next"]
        if not after:
            return found


def answer_to(request: Request, today: date) -> Request:
    """What this manufacturer says to a request."""
    version = request["version"]
    gone = sorted(DISCONTINUED & {line["part_number"] for line in request["lines"]})
    if gone:
        text = f"No longer made: {', '.join(gone)}"
        return {"answer": "cancelled", "reason": "discontinued", "text": text, "version": version}
    day = max(date.fromisoformat(request["wanted_by"]), today)
    # Made from the order's number, so that the same request always gets the same reference.
    reference = f"AB-{request['number'][:6]}"
    return {
        "answer": "approved",
        "promised_date": day.isoformat(),
        "reference": reference,
        "version": version,
    }


def age(request: Request) -> float:
    """Seconds since the request was made."""
    asked = datetime.fromisoformat(request["requested_at"].replace("Z", "+00:00"))
    return (datetime.now(UTC) - asked) / timedelta(seconds=1)


def answer_open() -> None:
    """Answer every open request that is old enough."""
    for request in requests(state="open"):
        if age(request) < ANSWER_AFTER:
            continue
        # The seller's today, wherever that is: no day that has passed there can be promised.
        said = answer_to(request, datetime.now(EARLIEST).date())
        try:
            call(f"/approval-requests/{request['number']}/answer", said)
            log.info("%s %s", request["number"], said["answer"])
        except Refused as refusal:
            log.warning("%s not answered: %s", request["number"], refusal)


def ship_approved() -> None:
    """Ship in one parcel what was approved long enough ago."""
    if SHIP_AFTER == "never":
        return
    for request in requests(state="closed", status="approved"):
        if age(request) < float(SHIP_AFTER):
            continue
        lines = [
            {"position": line["position"], "quantity": line["approved_quantity"]}
            for line in request["lines"]
        ]
        note = {"reference": f"DN-{request['number']}", "lines": lines, "carrier": "Own fleet"}
        try:
            call(f"/orders/{request['number']}/shipments", note)
            log.info("%s shipped", request["number"])
        except Refused as refusal:
            log.warning("%s not shipped: %s", request["number"], refusal)


def main() -> int:
    """Work until told to stop; a server that is away is asked again later."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    if not KEY:
        log.error("Set TONERLOOP_KEY to a key from the page Programs of the order desk.")
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    pause = POLL_SECONDS
    while not stopping.is_set():
        try:
            answer_open()
            ship_approved()
            pause = POLL_SECONDS
        except Refused as refusal:
            log.error("The server does not let us in: %s", refusal)
            return 1
        except (OSError, ValueError, http.client.HTTPException) as error:
            pause = min(pause * 2, 60)
            log.warning("The server did not answer (%s); again in %.0f s", error, pause)
        stopping.wait(pause)
    return 0


if __name__ == "__main__":
    sys.exit(main())
