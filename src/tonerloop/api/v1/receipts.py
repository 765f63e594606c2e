"""The recovery centre: a container is received once, a piece counted once."""

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from tonerloop.api.auth import caller
from tonerloop.api.operations import changes, makes, seen_version
from tonerloop.api.v1.collections import CollectionOut, one_collection
from tonerloop.api.words import Id, Incoming, Text
from tonerloop.collection.actions import receiving
from tonerloop.collection.actions.receiving import What
from tonerloop.collection.numbers import scanned
from tonerloop.collection.states import Condition
from tonerloop.common.actor import Role
from tonerloop.common.schema import Schema

router = Router(tags=["Receipts"])
SCOPE, CLERK = "receipts:write", Role.CLERK


class ReceiptIn(Incoming):
    """A container, or a single piece, that has arrived."""

    label: Text = Field(min_length=1, max_length=200, description="As scanned.")


class ReceiptOut(Schema):
    """The request that it belongs to, and its own identifier."""

    label: str
    collection: CollectionOut


class PieceIn(Incoming):
    """One piece and what it is."""

    label: Text = Field(
        "", max_length=200, description="As scanned; empty: a new one, which the answer names."
    )
    container: Text = Field("", max_length=200, description="The label of the box it lay in.")
    consumable_id: Id | None = None
    unknown_model: Text = Field("", max_length=60, description="Where no catalogue has it.")
    condition: Condition


class PieceOut(Schema):
    """A piece that was counted."""

    label: str
    condition: Condition
    consumable_id: int | None


class ClosedOut(Schema):
    """What was counted and earned."""

    counted: int
    announced: int
    points: int


@makes(router, "/receipts", ReceiptOut, SCOPE, CLERK)
def receive(request: HttpRequest, body: ReceiptIn) -> ReceiptOut:
    """A container has arrived; received twice, it is received once."""
    by = caller(request)
    found, label = receiving.receive(body.label, by=by)
    return ReceiptOut(label=label.identifier, collection=one_collection(found.number, by))


@makes(router, "/collections/{number}/pieces", PieceOut, SCOPE, CLERK)
def count_piece(request: HttpRequest, number: str, body: PieceIn) -> PieceOut:
    """Count one piece of a received request; a piece is never counted twice."""
    by = caller(request)
    one_collection(number, by)
    label = body.label or receiving.new_piece_label(number, by=by).identifier
    what = What(
        consumable_id=body.consumable_id,
        unknown_model=body.unknown_model,
        condition=body.condition,
    )
    box = scanned(body.container) or ""
    piece = receiving.count(number, label, what, by=by, container=box)
    return PieceOut(
        label=piece.label.identifier, condition=body.condition, consumable_id=body.consumable_id
    )


@changes(router, "/collections/{number}/close", ClosedOut, SCOPE, CLERK)
def close(request: HttpRequest, number: str) -> ClosedOut:
    """Everything of the request is counted: points are earned, the customer is told."""
    by = caller(request)
    announced = one_collection(number, by).announced
    counted, points = receiving.close(number, by=by, seen_version=seen_version(request))
    return ClosedOut(counted=counted, announced=announced, points=points)
