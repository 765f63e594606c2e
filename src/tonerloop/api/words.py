"""The words of the contract that every noun uses: money, texts, counts, pages."""

from decimal import Decimal
from typing import Annotated, Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet, TextChoices
from ninja import Query
from ninja.errors import HttpError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from tonerloop.common.money import CURRENCIES, minor_digits
from tonerloop.common.schema import Schema
from tonerloop.common.text import no_control
from tonerloop.manufacturers.protocols.json_v1 import Money as Money

LARGEST = 2**31 - 1
MOST = 500  # pieces of one line, as in an order


def _printable(text: str) -> str:
    try:
        no_control(text)
    except ValidationError as error:
        raise ValueError("must not contain control characters") from error
    return text.strip()


Text = Annotated[str, AfterValidator(_printable)]
Id = Annotated[int, Field(ge=1, le=LARGEST, strict=True)]
Count = Annotated[int, Field(ge=1, le=MOST, strict=True)]
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
After = Annotated[str, Query(max_length=200, description="The `next` of the part before.")]
Search = Annotated[str, Query(max_length=80)]
CURRENCY = "^(" + "|".join(code for code, _name in CURRENCIES) + ")$"


def one_of(choices: type[TextChoices]) -> WithJsonSchema:
    """Written out where it stands: the document keeps one schema for a name, and orders and
    collections both have a `Status`."""
    return WithJsonSchema({"type": "string", "enum": choices.values})


class Incoming(Schema):
    """A body from outside: a misspelt field is told, not ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Outgoing(BaseModel):
    """What is told of many things at once: made by us part by part, so that no part has to be
    looked for in a row, as ninja's own schemas do at a third of an order's price."""

    model_config = ConfigDict(defer_build=True)  # as those of common/schema.py


class MoneyIn(Incoming):
    """An amount as text, so that no program rounds it, with its ISO 4217 currency."""

    amount: str = Field(pattern=r"^[0-9]{1,10}(\.[0-9]{1,2})?$", examples=["12.50"])
    currency: str = Field(pattern=CURRENCY, examples=["EUR"])

    @property
    def decimal(self) -> Decimal:
        """The amount."""
        return Decimal(self.amount)


def tidy(searched: str) -> str:
    """What is searched for, without what no record can hold."""
    return "".join(char for char in searched if char.isprintable()).strip()


def left(**limits: Any) -> Any:
    """A field of a change that, where it is not given, leaves what is there."""
    return Field(default_factory=str, **limits)


def money(amount: Decimal | None, currency: str) -> Money | None:
    """An amount with its currency's digits; None stays None."""
    return None if amount is None else exactly(amount, currency)


def exactly(amount: Decimal, currency: str) -> Money:
    """An amount that is there."""
    return Money(amount=f"{amount:.{minor_digits(currency or 'EUR')}f}", currency=currency)


def part(rows: QuerySet[Any], after: str, limit: int, *, newest: bool) -> tuple[list[Any], str]:
    """So many rows after a mark that this list gave, and the mark of the next part."""
    rows = rows.order_by("-pk" if newest else "pk")
    if after:
        rows = rows.filter(**{"pk__lt" if newest else "pk__gt": _place(after)})
    found: list[Model] = list(rows[: limit + 1])
    more = len(found) > limit
    return found[:limit], signing.dumps(found[limit - 1].pk, salt="after") if more else ""


def _place(after: str) -> int:
    try:
        return int(signing.loads(after, salt="after"))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise HttpError(422, "`after` is not one that this list gave.") from error
