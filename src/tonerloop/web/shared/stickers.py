"""Stickers of machines: printing them, and where a scanned one leads."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tonerloop.collection.printing.label_text import LabelText
from tonerloop.common.actor import Actor, Role, known
from tonerloop.fleet.codes import address, code_of, machine_of, shown
from tonerloop.fleet.models import Equipment
from tonerloop.parties.actor import memberships_of
from tonerloop.parties.models import Membership
from tonerloop.web.shared.label_prints import on_paper
from tonerloop.web.shared.portal import portal


@portal(Role.BUYER, Role.BACK_OFFICE)
@require_safe
def scan(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """To the machine: on the buyer's order screen, or in the back office's records.

    404 where the code is mistyped or the machine isn't the reader's.
    """
    machines = Equipment.objects.select_related("model").filter(pk=machine_of(code) or 0)
    if actor.role == Role.BACK_OFFICE:
        machine = machines.get(seller_id=known(actor.seller_id))
        return redirect("seller:machine_edit", machine.pk)
    machine = machines.get()
    if other := _other_role(machine, actor):
        words = _("This machine belongs to %(name)s. Switch there, then scan it again.")
        messages.info(request, words % {"name": other.organisation})
        return redirect("switch")
    if machine.customer_id != known(actor.customer_id) or not _is_in(machine, actor):
        raise Equipment.DoesNotExist
    if problem := _problem(machine):
        messages.warning(request, problem)
    return redirect(f"{reverse('customer:order')}#machine-{machine.pk}")


def _is_in(machine: Equipment, actor: Actor) -> bool:
    return actor.site_ids is None or machine.site_id in actor.site_ids


def _other_role(machine: Equipment, actor: Actor) -> Membership | None:
    """Another role of the same person, in which the machine can be ordered for."""
    if machine.customer_id == actor.customer_id:
        return None
    own = memberships_of(known(actor.person_id)).filter(role=Role.BUYER)
    return own.filter(customer_id=machine.customer_id).first()


def _problem(machine: Equipment) -> str:
    """Why the machine is not on the order screen; "" if it is."""
    if machine.retired:
        words = _("%(machine)s is out of use. Ask your seller if that is wrong.")
    elif not machine.model.consumables.filter(active=True).exists():
        words = _("We know no supplies for %(machine)s yet. Order by part number.")
    else:
        return ""
    return words % {"machine": machine}


def coded(machines: QuerySet[Equipment]) -> list[dict[str, Any]]:
    """These machines in the order of the order screen, each with its code."""
    found = machines.select_related("model__manufacturer", "site", "seller")
    return [
        {"machine": machine, "code": code_of(machine.pk), "shown": shown(code_of(machine.pk))}
        for machine in found.order_by("site__name", "location", "model__name", "pk")
    ]


def print_stickers(request: HttpRequest, machines: QuerySet[Equipment]) -> HttpResponse:
    """Stickers of the machine that `machine` names by its code, or of all of these."""
    code = request.GET.get("machine", "")
    wanted = coded(machines.filter(pk=machine_of(code) or 0) if code else machines)
    if not wanted:
        raise Equipment.DoesNotExist
    name = wanted[0]["code"] if code else "stickers"
    said = [_text(one["machine"]) for one in wanted]
    return on_paper(request, said, name=name, title=_("Stickers for machines"))


def _text(machine: Equipment) -> LabelText:
    code, seller = code_of(machine.pk), machine.seller
    return LabelText(
        identifier=code,
        shown=shown(code),
        address=address(code),
        title=_("Supplies: scan this"),
        lines=(
            machine.asset_tag or machine.serial_number,
            f"{machine.model.manufacturer} {machine.model}",
            *filter(None, (seller.name, seller.phone)),
        ),
    )
