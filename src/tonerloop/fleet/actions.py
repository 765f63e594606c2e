"""Keeping a customer's machines, and closing sites where none is left."""

from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tonerloop.catalogue.models import EquipmentModel
from tonerloop.common.actor import Actor
from tonerloop.fleet.models import Equipment
from tonerloop.parties.actions import keep, note, own_customer, own_seller, seller_of, set_fields
from tonerloop.parties.models import Site


@dataclass(frozen=True, kw_only=True)
class MachineFacts:
    """Where a machine stands and how it is told from others."""

    site_id: int
    serial_number: str
    location: str
    asset_tag: str = ""


@transaction.atomic
def add_machine(customer_id: int, model_id: int, facts: MachineFacts, *, by: Actor) -> Equipment:
    """Take up a machine that stands at a customer's site."""
    seller = own_seller(by)
    customer = own_customer(customer_id, by=by)
    model = EquipmentModel.objects.filter(pk=model_id).first()
    if model is None:
        raise ValidationError({"model": _("Choose a model from the list.")})
    return _keep(Equipment(seller=seller, customer=customer, model=model), facts, by=by)


@transaction.atomic
def change_machine(machine_id: int, facts: MachineFacts, *, by: Actor) -> Equipment:
    """Correct a machine's facts, or move it to another site; its model stays."""
    machine = _own_machine(machine_id, by)
    return _keep(machine, facts, by=by)


@transaction.atomic
def retire_machine(machine_id: int, *, by: Actor) -> Equipment:
    """Take a machine out of use: nothing is offered for it any more, its orders stay."""
    machine = _own_machine(machine_id, by)
    machine.retired = True
    machine.save(update_fields=["retired"])
    note(machine, by=by, action="ended", customer=machine.customer_id)
    return machine


@transaction.atomic
def restore_machine(machine_id: int, *, by: Actor) -> Equipment:
    """Put a machine back into use at the site where it stood."""
    machine = _own_machine(machine_id, by)
    _check(machine, machine.site_id, machine.serial_number)
    machine.retired = False
    machine.save(update_fields=["retired"])
    note(machine, by=by, action="restored", customer=machine.customer_id)
    return machine


@transaction.atomic
def close_site(site_id: int, *, by: Actor) -> Site:
    """Close a site where no machine is in use any more; ValidationError while there is one."""
    site = _own_site(site_id, by)
    count = Equipment.objects.filter(site=site, retired=False).count()
    if count:
        words = ngettext(
            "%(count)d machine still stands at this site."
            " Move it or take it out of use, then close the site.",
            "%(count)d machines still stand at this site."
            " Move them or take them out of use, then close the site.",
            count,
        )
        raise ValidationError(words % {"count": count})
    return _set_closed(site, True, by)


@transaction.atomic
def reopen_site(site_id: int, *, by: Actor) -> Site:
    """Open a closed site again."""
    return _set_closed(_own_site(site_id, by), False, by)


def _own_site(site_id: int, by: Actor) -> Site:
    own_seller(by)
    return Site.objects.select_for_update(no_key=True).get(pk=site_id, seller_id=seller_of(by))


def _set_closed(site: Site, closed: bool, by: Actor) -> Site:
    site.closed = closed
    site.save(update_fields=["closed"])
    note(site, by=by, action="ended" if closed else "restored", customer=site.customer_id)
    return site


def _own_machine(machine_id: int, by: Actor) -> Equipment:
    own_seller(by)
    found = Equipment.objects.select_related("model").select_for_update(of=("self",), no_key=True)
    return found.get(pk=machine_id, seller_id=seller_of(by))


def _keep(machine: Equipment, facts: MachineFacts, *, by: Actor) -> Equipment:
    _check(machine, facts.site_id, facts.serial_number)
    action = "changed" if machine.pk else "added"
    changed = set_fields(machine, asdict(facts))
    keep(machine)
    note(machine, by=by, action=action, customer=machine.customer_id, fields=changed)
    return machine


def _check(machine: Equipment, site_id: int, serial_number: str) -> None:
    sites = Site.objects.filter(customer_id=machine.customer_id, closed=False)
    if not sites.filter(pk=site_id).exists():
        raise ValidationError({"site": _("Choose one of this customer's open sites.")})
    twins = Equipment.objects.filter(
        seller_id=machine.seller_id,
        model_id=machine.model_id,
        serial_number=serial_number,
        retired=False,
    )
    twin = twins.exclude(pk=machine.pk).select_related("customer").first()
    if twin:
        words = _("This machine is registered already, for %(customer)s.")
        raise ValidationError({"serial_number": words % {"customer": twin.customer}})
