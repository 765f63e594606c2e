"""Keeping machines, and closing sites."""

from dataclasses import replace

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError

from tests.world import World
from tonerloop.common.actor import NotAllowed
from tonerloop.fleet.actions import (
    MachineFacts,
    add_machine,
    change_machine,
    close_site,
    reopen_site,
    restore_machine,
    retire_machine,
)
from tonerloop.fleet.models import Equipment
from tonerloop.journal.models import Entry


def facts(world: World, serial: str = "C-5000") -> MachineFacts:
    return MachineFacts(site_id=world.head.pk, serial_number=serial, location="Hall")


def test_add_and_move_a_machine(world: World) -> None:
    by = world.actor(world.back_office)
    made = add_machine(world.office.pk, world.copier.model_id, facts(world), by=by)
    assert (made.customer_id, made.seller_id) == (world.office.pk, world.seller.pk)
    moved = change_machine(made.pk, replace(facts(world), site_id=world.branch.pk), by=by)
    assert moved.site_id == world.branch.pk
    assert Entry.objects.filter(subject_kind="equipment", subject_id=made.pk).count() == 2


def test_a_serial_number_is_in_use_once(world: World) -> None:
    by, model = world.actor(world.back_office), world.copier.model_id
    with pytest.raises(ValidationError) as refused:
        add_machine(world.office.pk, model, facts(world, "C-1001"), by=by)
    assert "serial_number" in refused.value.message_dict
    retire_machine(world.copier.pk, by=by)
    add_machine(world.office.pk, model, facts(world, "C-1001"), by=by)
    with pytest.raises(ValidationError):
        restore_machine(world.copier.pk, by=by)
    assert Equipment.objects.get(pk=world.copier.pk).retired


def test_foreign_things_are_unknown(world: World) -> None:
    by, rival = world.actor(world.back_office), world.actor(world.rival_back_office)
    foreign = replace(facts(world), site_id=world.foreign_office.sites.get().pk)
    neighbour = replace(facts(world), site_id=world.rival_office.sites.get().pk)
    for site in (foreign, neighbour):
        with pytest.raises(ValidationError):
            change_machine(world.copier.pk, site, by=by)
        with pytest.raises(ValidationError):
            add_machine(world.office.pk, world.copier.model_id, site, by=by)
    with pytest.raises(ValidationError):
        add_machine(world.office.pk, 0, facts(world), by=by)
    for verb in (
        lambda: add_machine(world.office.pk, world.copier.model_id, facts(world), by=rival),
        lambda: change_machine(world.copier.pk, facts(world), by=rival),
        lambda: retire_machine(world.copier.pk, by=rival),
        lambda: close_site(world.head.pk, by=rival),
    ):
        with pytest.raises(ObjectDoesNotExist):
            verb()
    with pytest.raises(NotAllowed):
        retire_machine(world.copier.pk, by=world.actor(world.sales))
    assert not Entry.objects.exists()


def test_a_site_closes_when_no_machine_is_left(world: World) -> None:
    by = world.actor(world.back_office)
    with pytest.raises(ValidationError):
        close_site(world.branch.pk, by=by)
    change_machine(
        world.printer.pk,
        MachineFacts(site_id=world.head.pk, serial_number="P-2001", location="Desk"),
        by=by,
    )
    assert close_site(world.branch.pk, by=by).closed
    with pytest.raises(ValidationError):
        change_machine(
            world.printer.pk,
            MachineFacts(site_id=world.branch.pk, serial_number="P-2001", location="Desk"),
            by=by,
        )
    assert not reopen_site(world.branch.pk, by=by).closed
