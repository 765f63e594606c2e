"""What Tonerloop and a manufacturer say to each other, whatever the protocol."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class RequestLine:
    """One line as the manufacturer is asked to deliver it, at the seller's purchase price."""

    position: int
    part_number: str
    gtin: str
    name: str
    quantity: int
    purchase_price: Decimal | None
    purchase_currency: str
    customer_price: Decimal | None  # only where the seller shows it
    approved: int
    shipped: int
    answer: str  # "" while open; accepted, changed, rejected
    promised_date: date | None


@dataclass(frozen=True, kw_only=True)
class ApprovalRequest:
    """The ordering information that goes to the manufacturer, and how far it has come."""

    number: str
    version: int
    status: str
    requested_at: datetime
    outcome: str  # "" while open; approved, changed, cancelled, withdrawn
    seller: str
    customer: str
    ship_to: tuple[str, str]  # name and address of the site
    wanted_by: date
    currency: str
    reference: str
    lines: tuple[RequestLine, ...]


@dataclass(frozen=True, kw_only=True)
class Approval:
    """The manufacturer delivers all of it by the promised day."""

    promised_date: date
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Cancellation:
    """The manufacturer does not deliver, and says why."""

    reason: str
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class LineAnswer:
    """What the manufacturer says of one line; what is not named stays as it was asked for."""

    answer: str  # accepted, changed, rejected
    promised_date: date | None = None
    quantity: int | None = None
    substitute: str = ""  # a part number
    price: Decimal | None = None  # the purchase price of one piece
    currency: str = ""
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class LineAnswers:
    """The manufacturer's answers to some or all lines, by position."""

    lines: Mapping[int, LineAnswer]
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """Pieces by line position that left, under the manufacturer's own delivery note number."""

    reference: str
    quantities: dict[int, int]
    carrier: str = ""
    tracking_number: str = ""
