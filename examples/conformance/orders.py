"""Orders of the pretended API, and what a manufacturer may do with them."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from replies import Problem, version_in
from said import read_answer, read_shipment

# Totally anti-symmetric quasigroup of order 10 (H. Michael Damm, 2004): order numbers end in it.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
Do = Callable[[], None]


def new_number() -> str:
    """An order number as Tonerloop's: nine digits and their check digit."""
    digits, check = f"{secrets.randbelow(10**9):09d}", 0
    for digit in digits:
        check = int(_DAMM[check][int(digit)])
    return f"{digits}{check}"


@dataclass
class Order:
    """An order with its approval request, as it stands now."""

    number: str
    lines: list[dict[str, Any]]
    requested_at: datetime
    wanted_by: date
    listed: bool = True  # False: only who was told its number finds it
    version: int = 2
    status: str = "price_confirmed"
    outcome: str = ""
    reference: str = ""
    answers: list[Any] = field(default_factory=list)  # those that took effect
    shipments: dict[str, dict[int, int]] = field(default_factory=dict)
    before_answer: Do | None = None  # happens once, just before an answer is taken

    def close(self, status: str, outcome: str) -> None:
        """The request is not open any more."""
        self.status, self.outcome = status, outcome
        self.version += 1

    def change(self) -> None:
        """It is another order now: the seller has changed a quantity."""
        self.lines[0]["quantity"] = 1
        self.version += 1

    def shown(self) -> dict[str, Any]:
        """The request in the words of the API."""
        return {
            "number": self.number,
            "version": self.version,
            "status": self.status,
            "outcome": self.outcome,
            "requested_at": self.requested_at.isoformat().replace("+00:00", "Z"),
            "seller": "Conformance Office Supplies",
            "ship_to": {"customer": "Testers Ltd", "name": "Main site", "address": "1 Test Road"},
            "wanted_by": self.wanted_by.isoformat(),
            "reference": self.reference,
            "lines": self.lines,
        }


def new_line(position: int, part: str, quantity: int) -> dict[str, Any]:
    """A line as the API shows it."""
    return {
        "position": position,
        "part_number": part,
        "gtin": "",
        "name": f"Toner {part}",
        "quantity": quantity,
        "approved_quantity": 0,
        "shipped_quantity": 0,
        "purchase_price": {"amount": "61.50", "currency": "EUR"},
        "customer_price": None,
        "answer": "",
        "promised_date": None,
    }


def _check_version(order: Order, headers: Mapping[str, str], given: int | None) -> None:
    seen = version_in(headers) if given is None else given
    if seen is not None and seen != order.version:
        if "if-match" in headers:
            words = "It is not as `If-Match` says any more; nothing was changed. Fetch it again."
            raise Problem("precondition", 412, words, order_status=order.status)
        raise _moved_on(order)


def _moved_on(order: Order) -> Problem:
    words = f"The order is now “{order.status}”; nothing was changed."
    return Problem("moved-on", 409, words, order_status=order.status)


def answered(order: Order, headers: Mapping[str, str], body: bytes) -> Order:
    """Take an answer: the same one twice is one, a stale or a second one is refused."""
    given = read_answer(body)
    if order.before_answer:
        happens, order.before_answer = order.before_answer, None
        happens()
    said = {name: value for name, value in given.items() if name != "version"}
    if said in order.answers and said == order.answers[-1]:
        return order
    _check_version(order, headers, given["version"])
    ends = said["answer"] == "cancelled" and order.status in ("waiting_for_buyer", "approved")
    if order.status != "price_confirmed" and not ends:
        raise _moved_on(order)
    _apply(order, said)
    order.answers.append(said)
    return order


def _apply(order: Order, said: dict[str, Any]) -> None:
    if said["answer"] == "cancelled":
        order.close("cancelled", "cancelled")
        return
    day = date.fromisoformat(said["promised_date"]) if said["promised_date"] else None
    if day and not -1 <= (day - datetime.now(UTC).date()).days <= 366:
        words = "Choose today or a later day within the next year."
        raise Problem("refused", 422, words, errors=[("promised_date", words)])
    answers = said["lines"] or [
        {"position": line["position"], "answer": "accepted"} for line in order.lines
    ]
    _apply_lines(order, answers)
    order.reference = said["reference"]
    kinds = {line["answer"] for line in order.lines}
    if "" in kinds:
        order.version += 1  # the rest of the lines is still to be answered
    elif kinds == {"rejected"}:
        order.close("cancelled", "cancelled")
    elif "changed" in kinds or (day and day > order.wanted_by):
        order.close("waiting_for_buyer", "changed")
        for line in order.lines:
            line["approved_quantity"] = 0  # until the buyer's yes
    else:
        order.close("approved", "approved")


def _apply_lines(order: Order, answers: list[dict[str, Any]]) -> None:
    lines = {line["position"]: line for line in order.lines}
    if any(each["position"] not in lines for each in answers):
        raise Problem("refused", 422, "This order has no such line.", errors=[("lines", "unknown")])
    for each in answers:
        line = lines[each["position"]]
        line["answer"] = each["answer"]
        line["approved_quantity"] = line["quantity"] if each["answer"] == "accepted" else 0


def shipped(order: Order, headers: Mapping[str, str], body: bytes) -> Order:
    """Take a shipment: the same delivery note twice is one, never more than was approved."""
    reference, sent = read_shipment(body)
    _check_version(order, headers, None)
    if reference in order.shipments:
        if order.shipments[reference] != sent:
            words = f"Delivery note {reference} was reported already, with other quantities."
            raise Problem("refused", 422, words, errors=[("reference", words)])
        return order
    if order.status not in ("approved", "partly_shipped"):
        raise _moved_on(order)
    lines = {line["position"]: line for line in order.lines}
    for position, count in sent.items():
        line = lines.get(position)
        if line is None or count > line["approved_quantity"] - line["shipped_quantity"]:
            words = "There is no such line, or it has not as many pieces to be shipped."
            raise Problem("refused", 422, words, errors=[(f"quantity-{position}", words)])
    for position, count in sent.items():
        lines[position]["shipped_quantity"] += count
    order.shipments[reference] = sent
    whole = all(line["shipped_quantity"] == line["approved_quantity"] for line in order.lines)
    order.status = "shipped" if whole else "partly_shipped"
    order.version += 1
    return order


def delivered(order: Order, headers: Mapping[str, str]) -> Order:
    """What was shipped has arrived; told twice, once."""
    if order.status == "delivered":
        return order
    _check_version(order, headers, None)
    if order.status not in ("partly_shipped", "shipped"):
        raise _moved_on(order)
    order.status = "delivered"
    order.version += 1
    return order
