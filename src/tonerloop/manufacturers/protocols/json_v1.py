"""Protocol `json-v1`: what the API speaks; a translation between messages and JSON."""

from datetime import date, datetime
from typing import Annotated, Literal, TypeVar

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field, ValidationError

from tonerloop.common.money import minor_digits
from tonerloop.manufacturers.messages import (
    Approval,
    ApprovalRequest,
    Cancellation,
    Dispatch,
    RequestLine,
)

NAME = "json-v1"
MOST = 500  # pieces of one line, as in an order


class Unreadable(Exception):
    """A body that is not what the protocol says; `problems` are (place, what is wrong)."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{place}: {what}" for place, what in problems))
        self.problems = problems


def _printable(text: str) -> str:
    # Stored and shown to people; control characters are refused at every door.
    if any(not char.isprintable() for char in text):
        raise ValueError("must not contain control characters")
    return text.strip()


T = TypeVar("T", bound="Incoming")
Text = Annotated[str, AfterValidator(_printable)]


class Incoming(Schema):
    """A body from outside: a misspelt field is told, not ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Money(Schema):
    """An amount as text, so that no program rounds it, with its ISO 4217 currency."""

    amount: str = Field(examples=["61.50"])
    currency: str = Field(examples=["EUR"])


class LineOut(Schema):
    """One line to be delivered."""

    position: int
    part_number: str
    gtin: str
    name: str
    quantity: int
    approved_quantity: int
    shipped_quantity: int
    purchase_price: Money | None = Field(description="What the seller pays you for one piece.")
    customer_price: Money | None = Field(description="Only where the seller shows it.")


class ShipTo(Schema):
    """Where the goods go."""

    customer: str
    name: str
    address: str


class RequestOut(Schema):
    """An approval request with its order's state."""

    number: str = Field(examples=["1234567890"])
    version: int = Field(description="Send it back with an answer: a stale one is refused.")
    status: str
    outcome: str = Field(description="Empty while open: approved, changed, cancelled, withdrawn.")
    requested_at: datetime
    seller: str
    ship_to: ShipTo
    wanted_by: date
    reference: str = Field(description="Your own order reference, once you gave one.")
    lines: list[LineOut]


class AnswerIn(Incoming):
    """The answer to an approval request."""

    answer: Literal["approved", "cancelled"]
    version: int | None = Field(None, ge=1)
    promised_date: date | None = Field(None, description="Needed to approve.")
    reference: Text = Field("", max_length=40)
    reason: Literal["", "wrong_price", "discontinued", "out_of_stock", "other"] = Field(
        "", description="Needed to cancel."
    )
    text: Text = Field("", max_length=500, description="Needed where the reason is `other`.")


class ShippedLineIn(Incoming):
    """Pieces of one line that left."""

    position: int = Field(ge=1, le=10_000)
    quantity: int = Field(ge=1, le=MOST)


class ShipmentIn(Incoming):
    """A shipment, complete or partial."""

    reference: Text = Field(
        min_length=1,
        max_length=40,
        description="Your delivery note number: the same one twice is one shipment.",
    )
    lines: list[ShippedLineIn] = Field(min_length=1, max_length=1000)
    carrier: Text = Field("", max_length=60)
    tracking_number: Text = Field("", max_length=60)


def request_out(request: ApprovalRequest) -> RequestOut:
    """A request as its manufacturer reads it."""
    return RequestOut(
        number=request.number,
        version=request.version,
        status=request.status,
        outcome=request.outcome,
        requested_at=request.requested_at,
        seller=request.seller,
        ship_to=ShipTo(
            customer=request.customer, name=request.ship_to[0], address=request.ship_to[1]
        ),
        wanted_by=request.wanted_by,
        reference=request.reference,
        lines=[_line_out(line, request.currency) for line in request.lines],
    )


def _line_out(line: RequestLine, currency: str) -> LineOut:
    return LineOut(
        position=line.position,
        part_number=line.part_number,
        gtin=line.gtin,
        name=line.name,
        quantity=line.quantity,
        approved_quantity=line.approved,
        shipped_quantity=line.shipped,
        purchase_price=_money(line.purchase_price, line.purchase_currency),
        customer_price=_money(line.customer_price, currency),
    )


def _money(amount: object, currency: str) -> Money | None:
    if amount is None:
        return None
    return Money(amount=f"{amount:.{minor_digits(currency)}f}", currency=currency)


def answer(body: bytes) -> tuple[Approval | Cancellation, int | None]:
    """An answer and the version it was made from; Unreadable says what is wrong with it."""
    given = _read(AnswerIn, body)
    if given.answer == "cancelled":
        if not given.reason:
            raise Unreadable([("reason", "is needed to cancel")])
        return Cancellation(reason=given.reason, text=given.text), given.version
    if given.promised_date is None:
        raise Unreadable([("promised_date", "is needed to approve")])
    approval = Approval(promised_date=given.promised_date, reference=given.reference)
    return approval, given.version


def dispatch(body: bytes) -> Dispatch:
    """A shipment; Unreadable says what is wrong with it."""
    given = _read(ShipmentIn, body)
    quantities = {line.position: line.quantity for line in given.lines}
    if len(quantities) < len(given.lines):
        raise Unreadable([("lines", "name each position once")])
    return Dispatch(
        reference=given.reference,
        quantities=quantities,
        carrier=given.carrier,
        tracking_number=given.tracking_number,
    )


def _read(schema: type[T], body: bytes) -> T:
    try:
        return schema.model_validate_json(body)
    except ValidationError as error:
        raise Unreadable([(_place(one["loc"]), one["msg"]) for one in error.errors()]) from error


def _place(where: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in where) or "body"
