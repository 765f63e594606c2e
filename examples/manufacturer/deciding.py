"""What this manufacturer says to a request, and what it ships: pure functions of the request.

The references follow from the order alone, so that the same order always gets the same ones, and
saying it twice (after a crash, say) is saying it once.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

Request = dict[str, Any]
EARLIEST = timezone(timedelta(hours=14))  # where each day begins first


def is_open(request: Request) -> bool:
    """True while an answer is awaited."""
    return request["status"] == "price_confirmed" and not request["outcome"]


def is_shipping(request: Request) -> bool:
    """True while there is something to send."""
    return request["status"] in ("approved", "partly_shipped")


def age(request: Request) -> float:
    """Seconds since the request was made."""
    asked = datetime.fromisoformat(request["requested_at"].replace("Z", "+00:00"))
    return (datetime.now(UTC) - asked) / timedelta(seconds=1)


def answer_to(request: Request, discontinued: Collection[str], *, by_line: bool) -> Request:
    """Yes for the day that is wanted; no to what is discontinued, line by line or as a whole."""
    parts = {line["part_number"] for line in request["lines"]}
    gone = sorted(parts & set(discontinued))
    if not gone:
        return {"answer": "approved", **_promise(request)}
    if by_line and len(gone) < len(parts):
        lines = [_line_answer(line, gone) for line in request["lines"]]
        return {"answer": "lines", **_promise(request), "lines": lines}
    text = f"No longer made: {', '.join(gone)}"
    version = request["version"]
    return {"answer": "cancelled", "reason": "discontinued", "text": text, "version": version}


def _promise(request: Request) -> Request:
    # The seller's today, wherever that is: no day that has passed there can be promised.
    day = max(date.fromisoformat(request["wanted_by"]), datetime.now(EARLIEST).date())
    return {
        "promised_date": day.isoformat(),
        "reference": f"AB-{request['number'][:6]}",
        "version": request["version"],
    }


def _line_answer(line: Request, gone: Collection[str]) -> Request:
    if line["part_number"] in gone:
        return {"position": line["position"], "answer": "rejected", "reason": "discontinued"}
    return {"position": line["position"], "answer": "accepted"}


def parcel(request: Request, most: int) -> Request:
    """The next parcel, of so many pieces at most; {} if all is on its way."""
    lines: list[Request] = []
    for line in request["lines"]:
        left = line["approved_quantity"] - line["shipped_quantity"]
        count = min(left, most - sum(each["quantity"] for each in lines))
        if count > 0:
            lines.append({"position": line["position"], "quantity": count})
    shipped = sum(line["shipped_quantity"] for line in request["lines"])
    reference = f"DN-{request['number']}" + (f"-{shipped}" if shipped else "")
    return {"reference": reference, "lines": lines, "carrier": "Own fleet"} if lines else {}
