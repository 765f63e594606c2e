"""The catalogue: everybody reads it, each manufacturer keeps its own part."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from tonerloop.api.auth import caller
from tonerloop.api.operations import changes, check_match, located, makes, reads
from tonerloop.api.v1.order_words import Named
from tonerloop.api.v1.orders import Filter
from tonerloop.api.words import After, Id, Incoming, Limit, Search, Text, left, part, tidy
from tonerloop.catalogue.actions import (
    ConsumableFacts,
    add_consumable,
    add_model,
    change_consumable,
    own_manufacturer,
    rename_model,
)
from tonerloop.catalogue.models import Colour, Consumable, EquipmentModel, Kind
from tonerloop.common.actor import Role
from tonerloop.common.schema import Schema

router = Router(tags=["Catalogue"])
READ, WRITE, DESK = "catalogue:read", "catalogue:write", Role.ORDER_DESK
EVERYBODY = (Role.BUYER, Role.BACK_OFFICE, DESK, Role.DISPATCHER, Role.CLERK)


class ModelOut(Schema):
    """A type of printer, copier or fax machine."""

    id: int
    manufacturer: Named
    name: str


class ModelsPage(Schema):
    """A part of a list; `next` is the `after` of the following part, empty at the end."""

    items: list[ModelOut]
    next: str


class ModelIn(Incoming):
    """A type of machine of yours."""

    name: Text = Field(min_length=1, max_length=100)


class ConsumableOut(Schema):
    """What is ordered by part number; `fits` are ids of models."""

    id: int
    manufacturer: Named
    part_number: str
    name: str
    kind: Kind
    colour: Colour
    page_yield: int | None
    weight_g: int | None
    gtin: str
    collectable: bool
    lead_days: int
    active: bool
    fits: list[int]


class ConsumablesPage(Schema):
    """A part of a list; `next` is the `after` of the following part, empty at the end."""

    items: list[ConsumableOut]
    next: str


class _Facts(Incoming):
    name: Text = Field("", max_length=120)
    colour: Colour = Colour.NONE
    page_yield: int | None = Field(None, ge=1, le=10_000_000, strict=True)
    weight_g: int | None = Field(None, ge=1, le=1_000_000, strict=True)
    gtin: str = Field("", pattern=r"^([0-9]{8}|[0-9]{12,14})?$")
    collectable: bool = False
    lead_days: int = Field(2, ge=0, le=365, strict=True, description="Working days to delivery.")
    active: bool = Field(True, description="It can be ordered.")
    fits: list[Id] = Field([], max_length=1000, description="Ids of models that it fits.")


class ConsumableIn(_Facts):
    """A consumable of yours."""

    part_number: Text = Field(min_length=1, max_length=40)
    kind: Kind


class ConsumableChange(_Facts):
    """What is given is changed, the rest stays."""

    part_number: Text = left(min_length=1, max_length=40)
    kind: Kind = left()


@reads(router, "/models", ModelsPage, READ, *EVERYBODY)
def models(
    request: HttpRequest,
    q: Search = "",
    manufacturer_id: Filter = None,
    after: After = "",
    limit: Limit = 50,
) -> ModelsPage:
    """Types of machines; `q` finds by name."""
    found = _models().filter(name__icontains=tidy(q))
    if manufacturer_id is not None:
        found = found.filter(manufacturer_id=manufacturer_id)
    rows, mark = part(found, after, limit, newest=False)
    return ModelsPage(items=[_model(row) for row in rows], next=mark)


@makes(router, "/models", ModelOut, WRITE, DESK)
def model_new(request: HttpRequest, body: ModelIn) -> ModelOut:
    """Add a type of machine."""
    made = add_model(body.name, by=caller(request))
    located(request, f"models/{made.pk}")
    return _model(made)


@reads(router, "/models/{model_id}", ModelOut, READ, *EVERYBODY)
def model(request: HttpRequest, model_id: int) -> ModelOut:
    """One type of machine."""
    return _model(_models().get(pk=model_id))


@changes(router, "/models/{model_id}", ModelOut, WRITE, DESK, method="PATCH")
@transaction.atomic
def model_change(request: HttpRequest, model_id: int, body: ModelIn) -> ModelOut:
    """Give a type of machine of yours another name."""
    maker = own_manufacturer(caller(request))
    check_match(request, _model(_models().get(pk=model_id, manufacturer=maker)))
    return _model(rename_model(model_id, body.name, by=caller(request)))


@reads(router, "/consumables", ConsumablesPage, READ, *EVERYBODY)
def consumables(
    request: HttpRequest,
    part_number: Search = "",
    gtin: Search = "",
    manufacturer_id: Filter = None,
    fits_model_id: Filter = None,
    after: After = "",
    limit: Limit = 50,
) -> ConsumablesPage:
    """Consumables, by their whole part number (whatever the letter case), GTIN or machine."""
    wanted = {
        "part_number__iexact": tidy(part_number) or None,
        "gtin": tidy(gtin) or None,
        "manufacturer_id": manufacturer_id,
        "compatibility__equipment_model_id": fits_model_id,
    }
    found = _items().filter(**{name: it for name, it in wanted.items() if it is not None})
    rows, mark = part(found, after, limit, newest=False)
    return ConsumablesPage(items=[_item(row) for row in rows], next=mark)


@makes(router, "/consumables", ConsumableOut, WRITE, DESK)
def consumable_new(request: HttpRequest, body: ConsumableIn) -> ConsumableOut:
    """Add a consumable with the machines that it fits."""
    given = body.model_dump()
    fits = given.pop("fits")
    made = add_consumable(ConsumableFacts(**given), fits, by=caller(request))
    located(request, f"consumables/{made.pk}")
    return _item(_items().get(pk=made.pk))


@reads(router, "/consumables/{consumable_id}", ConsumableOut, READ, *EVERYBODY)
def consumable(request: HttpRequest, consumable_id: int) -> ConsumableOut:
    """One consumable."""
    return _item(_items().get(pk=consumable_id))


@changes(router, "/consumables/{consumable_id}", ConsumableOut, WRITE, DESK, method="PATCH")
@transaction.atomic
def consumable_change(
    request: HttpRequest, consumable_id: int, body: ConsumableChange
) -> ConsumableOut:
    """Correct a consumable of yours, or what it fits."""
    by = caller(request)
    before = _items().get(pk=consumable_id, manufacturer=own_manufacturer(by))
    shown = _item(before)
    check_match(request, shown)
    facts = {name: getattr(shown, name) for name in ConsumableChange.model_fields}
    facts |= body.model_dump(exclude_unset=True)
    fits = facts.pop("fits")
    change_consumable(consumable_id, ConsumableFacts(**facts), fits, by=by)
    return _item(_items().get(pk=consumable_id))


def _models() -> Any:
    return EquipmentModel.objects.select_related("manufacturer")


def _items() -> Any:
    return Consumable.objects.select_related("manufacturer").prefetch_related("fits")


def _model(row: EquipmentModel) -> ModelOut:
    maker = Named(id=row.manufacturer_id, name=row.manufacturer.name)
    return ModelOut(id=row.pk, manufacturer=maker, name=row.name)


def _item(row: Consumable) -> ConsumableOut:
    same: Any = {n: getattr(row, n) for n in ConsumableOut.model_fields if n not in _OTHER}
    maker = Named(id=row.manufacturer_id, name=row.manufacturer.name)
    return ConsumableOut(**same, manufacturer=maker, fits=sorted(m.pk for m in row.fits.all()))


_OTHER = ("manufacturer", "fits")
