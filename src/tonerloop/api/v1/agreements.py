"""A seller's price agreements."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from tonerloop.api.auth import caller
from tonerloop.api.operations import changes, check_match, located, makes, reads
from tonerloop.api.v1.orders import Filter
from tonerloop.api.v1.supplies import StepOut
from tonerloop.api.words import After, Id, Incoming, Limit, Money, MoneyIn, Text, exactly, part
from tonerloop.common.actor import Role
from tonerloop.common.schema import Schema
from tonerloop.orders.errors import Refused
from tonerloop.parties.actions import own_seller, seller_of
from tonerloop.pricing.actions import Terms, add_agreement, end_agreement
from tonerloop.pricing.models import PriceAgreement

router = Router(tags=["Price agreements"])
READ, WRITE, OFFICE = "prices:read", "prices:write", Role.BACK_OFFICE


class AgreementOut(Schema):
    """A unit price for one customer, for a group, or (neither given) for your list."""

    id: int
    customer_id: int | None
    group_id: int | None
    consumable_id: int
    part_number: str
    unit_price: Money
    breaks: list[StepOut]
    first_day: date
    last_day: date | None
    note: str


class AgreementsPage(Schema):
    """A part of a list; `next` is the `after` of the following part, empty at the end."""

    items: list[AgreementOut]
    next: str


class StepIn(Incoming):
    """From this quantity on one line, a piece costs this."""

    from_quantity: int = Field(ge=2, le=1_000_000, strict=True)
    unit_price: MoneyIn


class AgreementIn(Incoming):
    """A price to be agreed."""

    consumable_id: Id
    customer_id: Id | None = None
    group_id: Id | None = None
    unit_price: MoneyIn
    breaks: list[StepIn] = Field([], max_length=20)
    first_day: date
    last_day: date | None = None
    note: Text = Field("", max_length=120)


class EndIn(Incoming):
    """The last day on which it holds."""

    last_day: date


@reads(router, "/agreements", AgreementsPage, READ, OFFICE)
def agreements(
    request: HttpRequest,
    customer_id: Filter = None,
    group_id: Filter = None,
    consumable_id: Filter = None,
    valid_on: date | None = None,
    after: After = "",
    limit: Limit = 50,
) -> AgreementsPage:
    """Your price agreements, newest first."""
    wanted = {"customer_id": customer_id, "group_id": group_id, "consumable_id": consumable_id}
    found = _own(request).filter(**{name: pk for name, pk in wanted.items() if pk is not None})
    if valid_on:
        open_end = Q(last_day=None) | Q(last_day__gte=valid_on)
        found = found.filter(open_end, first_day__lte=valid_on)
    rows, mark = part(found, after, limit, newest=True)
    return AgreementsPage(items=[_out(row) for row in rows], next=mark)


@makes(router, "/agreements", AgreementOut, WRITE, OFFICE)
def agreement_new(request: HttpRequest, body: AgreementIn) -> AgreementOut:
    """Agree a price."""
    currency = body.unit_price.currency
    if any(step.unit_price.currency != currency for step in body.breaks):
        raise Refused("breaks", "Give all prices of an agreement in one currency.")
    terms = Terms(
        currency=currency,
        unit_price=body.unit_price.decimal,
        first_day=body.first_day,
        last_day=body.last_day,
        note=body.note,
        breaks=tuple((step.from_quantity, step.unit_price.decimal) for step in body.breaks),
    )
    made = add_agreement(
        body.consumable_id,
        terms,
        customer_id=body.customer_id,
        group_id=body.group_id,
        by=caller(request),
    )
    located(request, f"agreements/{made.pk}")
    return _out(_own(request).get(pk=made.pk))


@reads(router, "/agreements/{agreement_id}", AgreementOut, READ, OFFICE)
def agreement(request: HttpRequest, agreement_id: int) -> AgreementOut:
    """One price agreement."""
    return _out(_own(request).get(pk=agreement_id))


@changes(router, "/agreements/{agreement_id}/end", AgreementOut, WRITE, OFFICE)
@transaction.atomic
def agreement_end(request: HttpRequest, agreement_id: int, body: EndIn) -> AgreementOut:
    """Let it hold until this day and no longer, today at the earliest."""
    by = caller(request)
    own_seller(by)  # locked: what is compared is what is changed
    check_match(request, _out(_own(request).get(pk=agreement_id)))
    end_agreement(agreement_id, last_day=body.last_day, by=by)
    return _out(_own(request).get(pk=agreement_id))


def _own(request: HttpRequest) -> Any:
    found = PriceAgreement.objects.filter(seller_id=seller_of(caller(request)))
    return found.select_related("consumable").prefetch_related("breaks")


def _out(row: PriceAgreement) -> AgreementOut:
    return AgreementOut(
        id=row.pk,
        customer_id=row.customer_id,
        group_id=row.group_id,
        consumable_id=row.consumable_id,
        part_number=row.consumable.part_number,
        unit_price=exactly(row.unit_price, row.currency),
        breaks=[
            StepOut(
                from_quantity=step.min_quantity,
                unit_price=exactly(step.unit_price, row.currency),
            )
            for step in row.breaks.all()
        ],
        first_day=row.first_day,
        last_day=row.last_day,
        note=row.note,
    )
