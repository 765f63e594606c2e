"""Back office: a customer's installed machines."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tonerloop.catalogue.models import EquipmentModel
from tonerloop.common.actor import Actor, Role
from tonerloop.fleet.actions import (
    add_machine,
    change_machine,
    restore_machine,
    retire_machine,
)
from tonerloop.fleet.codes import code_of, machine_of, shown
from tonerloop.fleet.models import Equipment
from tonerloop.parties.actions import seller_of
from tonerloop.parties.models import Customer
from tonerloop.web.seller.records import own_customers
from tonerloop.web.seller.records_common import kept, paged, show, typed
from tonerloop.web.seller.records_forms import MachineForm
from tonerloop.web.shared.portal import portal
from tonerloop.web.shared.stickers import coded, print_stickers

MODELS_SHOWN = 20


@portal(Role.BACK_OFFICE)
def machines(request: HttpRequest, actor: Actor, customer: int) -> HttpResponse:
    """All machines of a customer, those out of use last."""
    found = own_customers(actor).get(pk=customer)
    words = typed(request, "q")
    rows = Equipment.objects.filter(customer=found).select_related("model__manufacturer", "site")
    for word in words.split():
        said = Q(model__name__icontains=word) | Q(serial_number__icontains=word)
        place = Q(location__icontains=word) | Q(site__name__icontains=word)
        tag = Q(asset_tag__icontains=word) | Q(pk=machine_of(word))
        rows = rows.filter(said | place | tag)
    rows = rows.order_by("retired", "site__name", "location", "pk")
    context = {"customer": found, "page": paged(request, rows), "q": words}
    return show(request, "machines.html", context)


@portal(Role.BACK_OFFICE)
@require_safe
def stickers(request: HttpRequest, actor: Actor, customer: int) -> HttpResponse:
    """The codes of a customer's machines in use, and what to print their stickers on."""
    found = own_customers(actor).get(pk=customer)
    return show(request, "stickers.html", {"customer": found, "machines": coded(_in_use(found))})


@portal(Role.BACK_OFFICE)
@require_safe
def stickers_printed(request: HttpRequest, actor: Actor, customer: int) -> HttpResponse:
    """The stickers as a file for the printer."""
    return print_stickers(request, _in_use(own_customers(actor).get(pk=customer)))


def _in_use(customer: Customer) -> QuerySet[Equipment]:
    return Equipment.objects.filter(customer=customer, retired=False)


@portal(Role.BACK_OFFICE)
def machine_new(request: HttpRequest, actor: Actor, customer: int) -> HttpResponse:
    """Add a machine: search its model, pick it, say where it stands."""
    found = own_customers(actor).get(pk=customer)
    model = _chosen_model(request)
    typed_before = {name: request.GET.get(name, "")[:100] for name in MachineForm.base_fields}
    form = MachineForm(request.POST or None, initial=typed_before, customer=found)
    if model and kept(form, lambda: add_machine(customer, model.pk, form.facts(), by=actor)):
        messages.success(request, _("The machine is added."))
        return redirect("seller:machines", customer)
    if form.is_bound and not model:
        form.add_error(None, _("Choose a model first. Nothing was added."))
    context = {"customer": found, "model": model, **_search(request)}
    return show(request, "machine_new.html", context, form)


@portal(Role.BACK_OFFICE)
def models(request: HttpRequest, actor: Actor, customer: int) -> HttpResponse:
    """The models that match what is being typed, as a part of the page."""
    context = {"customer": own_customers(actor).get(pk=customer), **_search(request)}
    return show(request, "models.html", context)


@portal(Role.BACK_OFFICE)
def machine_edit(request: HttpRequest, actor: Actor, machine: int) -> HttpResponse:
    """Correct a machine's facts, or move it to another site."""
    found = _own_machines(actor).get(pk=machine)
    facts = MachineForm.initial_of(found)
    form = MachineForm(request.POST or None, initial=facts, customer=found.customer)
    if kept(form, lambda: change_machine(machine, form.facts(), by=actor)) is None:
        code = code_of(found.pk)
        context = {
            "customer": found.customer,
            "machine": found,
            "code": code,
            "code_shown": shown(code),
        }
        return show(request, "machine_edit.html", context, form)
    messages.success(request, _("The changes are kept."))
    return redirect("seller:machines", found.customer_id)


@portal(Role.BACK_OFFICE)
@require_POST
def machine_retire(request: HttpRequest, actor: Actor, machine: int) -> HttpResponse:
    """Take a machine out of use."""
    found = retire_machine(machine, by=actor)
    messages.success(request, _("The machine is out of use. Nothing is offered for it any more."))
    return redirect("seller:machines", found.customer_id)


@portal(Role.BACK_OFFICE)
@require_POST
def machine_restore(request: HttpRequest, actor: Actor, machine: int) -> HttpResponse:
    """Put a machine back into use."""
    found = _own_machines(actor).get(pk=machine)
    try:
        restore_machine(machine, by=actor)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("The machine is in use again."))
    return redirect("seller:machines", found.customer_id)


def _chosen_model(request: HttpRequest) -> EquipmentModel | None:
    given = request.POST.get("model") or request.GET.get("model") or ""
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        return None
    return EquipmentModel.objects.select_related("manufacturer").filter(pk=given).first()


def _search(request: HttpRequest) -> dict[str, object]:
    words = typed(request, "q")
    rows = EquipmentModel.objects.select_related("manufacturer").order_by("name", "pk")
    for word in words.split():
        rows = rows.filter(Q(name__icontains=word) | Q(manufacturer__name__icontains=word))
    found = list(rows[: MODELS_SHOWN + 1]) if words else []
    return {
        "q": words,
        "models": found[:MODELS_SHOWN],
        "more": len(found) > MODELS_SHOWN,
    }


def _own_machines(actor: Actor) -> QuerySet[Equipment]:
    own = Equipment.objects.filter(seller_id=seller_of(actor))
    return own.select_related("customer", "model__manufacturer", "site")
