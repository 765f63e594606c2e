"""What every change of a record does: whose it is, whether it holds, and that it is noted."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import CharField, Model, TextField
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, NotAllowed, Role, Side, require
from tonerloop.common.text import no_control
from tonerloop.journal.events import Event
from tonerloop.journal.record import Subject, record
from tonerloop.parties.models import Seller


def seller_of(by: Actor) -> int:
    """The seller whose records these are; NotAllowed for somebody of no seller."""
    if by.seller_id is None:
        raise NotAllowed(by.role)
    return by.seller_id


def own_seller(by: Actor) -> Seller:
    """The back office's own seller, locked: its records change one after the other.

    The lock lets orders be placed meanwhile (they only refer to the seller's key).
    """
    require(by, Role.BACK_OFFICE)
    return Seller.objects.select_for_update(no_key=True).get(pk=seller_of(by))


def set_fields(row: Model, values: Mapping[str, Any]) -> list[str]:
    """Put the values into the row and name the fields that they changed."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def keep(row: Model) -> None:
    """Save a record that holds; raises ValidationError by field name and saves nothing else."""
    problems: dict[str, list[ValidationError]] = {}
    texts = [f for f in row._meta.concrete_fields if isinstance(f, CharField | TextField)]
    for field in texts:
        if problem := _text_problem(getattr(row, field.attname) or "", field.max_length):
            problems[field.name] = [problem]
    if problems:
        raise ValidationError(problems)
    row.full_clean()
    row.save()


def note(row: Model, *, by: Actor, action: str, **data: Any) -> None:
    """Write into the journal that this record of the seller was added, changed or ended."""
    kind = row._meta.model_name or ""
    subject = Subject(kind=kind, id=row.pk, seller_id=by.seller_id, customer_id=by.customer_id)
    told = {"action": action, **data}
    record(Event.RECORD_CHANGED, subject, by=by, data=told, audience=[Side.SELLER])


def _text_problem(text: str, longest: int | None) -> ValidationError | None:
    if longest and len(text) > longest:
        words = _("This is too long. Shorten it to %(most)d characters.") % {"most": longest}
        return ValidationError(words)
    try:
        no_control(text)
    except ValidationError as error:
        return error
    return None
