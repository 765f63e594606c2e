"""Protocol `json-v1`: what the API speaks; a translation between messages and JSON."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from tonerloop.common.money import minor_digits
from tonerloop.common.schema import Schema
from tonerloop.manufacturers.messages import (
    Approval,
    ApprovalRequest,
    Cancellation,
    Dispatch,
    LineAnswer,
    LineAnswers,
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


class Money(BaseModel):
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
    answer: str = Field(description="Yours: accepted, changed, rejected; empty while it is open.")
    promised_date: date | None


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


Reason = Literal["", "wrong_price", "discontinued", "out_of_stock", "duplicate", "other"]


class PriceIn(Incoming):
    """What the seller would pay for one piece."""

    amount: str = Field(pattern=r"^[0-9]{1,7}([.][0-9]{1,2})?$", examples=["61.50"])
    currency: str = Field(pattern="^[A-Z]{3}$", examples=["EUR"])


class LineAnswerIn(Incoming):
    """The answer to one line. What is left out stays as it was asked for."""

    position: int = Field(ge=1, le=10_000)
    answer: Literal["accepted", "changed", "rejected"]
    promised_date: date | None = Field(None, description="Else that of the whole answer.")
    quantity: int | None = Field(None, ge=1, le=MOST, description="Changed: fewer pieces.")
    substitute: Text = Field("", max_length=40, description="Changed: your other part number.")
    purchase_price: PriceIn | None = Field(None, description="Changed: what a piece would cost.")
    reason: Reason = Field("", description="Needed to reject.")
    text: Text = Field("", max_length=500, description="Needed where the reason is `other`.")


class AnswerIn(Incoming):
    """The answer to an approval request: to all of it, or line by line."""

    answer: Literal["approved", "cancelled", "lines"]
    version: int | None = Field(None, ge=1)
    promised_date: date | None = Field(None, description="Needed to approve; the lines' default.")
    reference: Text = Field("", max_length=40)
    reason: Reason = Field("", description="Needed to cancel.")
    text: Text = Field("", max_length=500, description="Needed where the reason is `other`.")
    lines: list[LineAnswerIn] = Field([], max_length=1000, description="Needed with `lines`.")


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
        answer=line.answer,
        promised_date=line.promised_date,
    )


def _money(amount: object, currency: str) -> Money | None:
    if amount is None:
        return None
    return Money(amount=f"{amount:.{minor_digits(currency)}f}", currency=currency)


def answer(body: bytes) -> tuple[Approval | Cancellation | LineAnswers, int | None]:
    """An answer and the version it was made from; Unreadable says what is wrong with it."""
    given = _read(AnswerIn, body)
    if problems := list(_contradictions(given)):
        raise Unreadable(problems)
    if given.answer == "lines":
        lines = {line.position: _line_answer(line, given.promised_date) for line in given.lines}
        return LineAnswers(lines=lines, reference=given.reference), given.version
    if given.answer == "cancelled":
        if not given.reason:
            raise Unreadable([("reason", "is needed to cancel")])
        return Cancellation(reason=given.reason, text=given.text), given.version
    if given.promised_date is None:
        raise Unreadable([("promised_date", "is needed to approve")])
    approval = Approval(promised_date=given.promised_date, reference=given.reference)
    return approval, given.version


def place_in(answers: LineAnswers, field: str) -> str:
    """Where in the body it stands what the domain calls "quantity-2", by position."""
    name, _dash, position = field.rpartition("-")
    places = {str(known): place for place, known in enumerate(answers.lines)}
    return f"lines.{places[position]}.{name}" if position in places else field


def _contradictions(given: AnswerIn) -> Iterator[tuple[str, str]]:
    """What each field may be by itself, but not together with the others."""
    if given.answer != "lines":
        if given.lines:
            yield "lines", "is only for the answer `lines`"
        return
    if not given.lines:
        yield "lines", "name at least one line"
    if len({line.position for line in given.lines}) < len(given.lines):
        yield "lines", "name each position once"
    if given.reason or given.text:
        yield "reason", "belongs to a line here"
    for place, line in enumerate(given.lines):
        whole = line.promised_date or given.promised_date
        for name, words in _about_line(line, dated=whole is not None):
            yield f"lines.{place}.{name}", words


def _about_line(line: LineAnswerIn, *, dated: bool) -> Iterator[tuple[str, str]]:
    named = {name for name, value in line if value not in (None, "")}
    if line.answer != "changed":
        changes = {"quantity", "substitute", "purchase_price"}
        yield from ((name, "is for a changed line") for name in sorted(changes & named))
    if line.answer == "rejected":
        if not line.reason:
            yield "reason", "is needed to reject"
        if line.promised_date:
            yield "promised_date", "is not for a rejected line"
        return
    if not dated:
        yield "promised_date", "is needed, here or for all lines"
    yield from ((name, "is for a rejected line") for name in sorted({"reason", "text"} & named))


def _line_answer(line: LineAnswerIn, day: date | None) -> LineAnswer:
    price = line.purchase_price
    return LineAnswer(
        answer=line.answer,
        promised_date=None if line.answer == "rejected" else line.promised_date or day,
        quantity=line.quantity,
        substitute=line.substitute,
        price=Decimal(price.amount) if price else None,
        currency=price.currency if price else "",
        reason=line.reason,
        text=line.text,
    )


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
