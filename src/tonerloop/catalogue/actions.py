"""What a manufacturer does with its own part of the catalogue."""

from collections.abc import Collection
from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from tonerloop.catalogue.models import Consumable, EquipmentModel
from tonerloop.common.actor import Actor, Role, Side, known, require
from tonerloop.journal.events import Event
from tonerloop.journal.record import Subject, record
from tonerloop.parties.actions import keep, set_fields
from tonerloop.parties.models import Manufacturer


@dataclass(frozen=True, kw_only=True)
class ConsumableFacts:
    """What a manufacturer says of a consumable."""

    part_number: str
    kind: str
    name: str = ""
    colour: str = "none"
    page_yield: int | None = None
    weight_g: int | None = None
    gtin: str = ""
    collectable: bool = False
    lead_days: int = 2
    active: bool = True


def own_manufacturer(by: Actor) -> Manufacturer:
    """The order desk's own manufacturer, locked: its catalogue changes one after the other."""
    require(by, Role.ORDER_DESK)
    found = Manufacturer.objects.select_for_update(no_key=True)
    return found.get(pk=known(by.manufacturer_id))


@transaction.atomic
def add_model(name: str, *, by: Actor) -> EquipmentModel:
    """A new type of machine; ValidationError by field if it does not hold."""
    return _keep_model(EquipmentModel(manufacturer=own_manufacturer(by)), name, by)


@transaction.atomic
def rename_model(model_id: int, name: str, *, by: Actor) -> EquipmentModel:
    """Another name for a type of machine; DoesNotExist if it isn't the manufacturer's."""
    maker = own_manufacturer(by)
    return _keep_model(EquipmentModel.objects.get(pk=model_id, manufacturer=maker), name, by)


@transaction.atomic
def add_consumable(facts: ConsumableFacts, fits: Collection[int], *, by: Actor) -> Consumable:
    """A new consumable and the machines (by model id) that it fits."""
    return _keep_consumable(Consumable(manufacturer=own_manufacturer(by)), facts, fits, by)


@transaction.atomic
def change_consumable(
    consumable_id: int, facts: ConsumableFacts, fits: Collection[int], *, by: Actor
) -> Consumable:
    """Correct a consumable; one that is not `active` can no longer be ordered."""
    maker = own_manufacturer(by)
    found = Consumable.objects.get(pk=consumable_id, manufacturer=maker)
    return _keep_consumable(found, facts, fits, by)


def _keep_model(model: EquipmentModel, name: str, by: Actor) -> EquipmentModel:
    action, model.name = "changed" if model.pk else "added", name
    same = EquipmentModel.objects.filter(manufacturer=model.manufacturer, name=name)
    if same.exclude(pk=model.pk).exists():
        raise ValidationError({"name": _("You have another model of this name.")})
    keep(model)
    _note(model, by, action)
    return model


def _keep_consumable(
    item: Consumable, facts: ConsumableFacts, fits: Collection[int], by: Actor
) -> Consumable:
    action = "changed" if item.pk else "added"
    same = Consumable.objects.filter(manufacturer=item.manufacturer, part_number=facts.part_number)
    if same.exclude(pk=item.pk).exists():
        raise ValidationError({"part_number": _("You have another item of this part number.")})
    models = list(EquipmentModel.objects.filter(pk__in=set(fits)))
    if len(models) < len(set(fits)):
        raise ValidationError({"fits": _("Choose models of the catalogue.")})
    set_fields(item, asdict(facts))
    _keep_apart(item)
    item.fits.set(models)
    _note(item, by, action)
    return item


def _keep_apart(item: Consumable) -> None:
    taken = ValidationError({"gtin": _("Another item has this GTIN.")})
    others = Consumable.objects.exclude(pk=item.pk).filter(gtin=item.gtin)
    if item.gtin and others.exists():
        raise taken
    try:
        with transaction.atomic():
            keep(item)
    except IntegrityError as error:  # two manufacturers at the same moment
        raise taken from error


def _note(row: Model, by: Actor, action: str) -> None:
    kind = row._meta.model_name or ""
    subject = Subject(kind=kind, id=row.pk, manufacturer_id=by.manufacturer_id)
    data = {"action": action}
    record(Event.RECORD_CHANGED, subject, by=by, data=data, audience=[Side.MANUFACTURER])
