"""Back office: price floors, and when the server may confirm a customer's prices by itself."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tonerloop.common.actor import Actor, Role
from tonerloop.parties.actions import seller_of
from tonerloop.parties.models import Customer, Seller
from tonerloop.pricing.actions import today_of
from tonerloop.pricing.floors import floors_for
from tonerloop.pricing.guarding import (
    allow_confirmation,
    forbid_confirmation,
    remove_floor,
    set_floor,
    set_floor_for_all,
)
from tonerloop.pricing.models import ConfirmationRule, Floor
from tonerloop.web.seller.records_common import kept, paged, show, typed
from tonerloop.web.seller.records_floor_forms import (
    ConfirmationForm,
    FloorForAllForm,
    FloorForm,
)
from tonerloop.web.shared.portal import portal


@portal(Role.BACK_OFFICE)
def floors(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The floor for all items, set here, and the items with a floor of their own."""
    for_all = _own(actor).filter(consumable=None).first()
    shown = {"percent": for_all.percent if for_all else None}
    form = FloorForAllForm(request.POST or None, initial=shown)

    def change() -> bool:
        set_floor_for_all(form.cleaned_data["percent"], by=actor)
        return True

    if kept(form, change) is None:
        return show(request, "floors.html", _listed(request, actor), form)
    messages.success(request, _("The floor holds from now on."))
    return redirect("seller:floors")


@portal(Role.BACK_OFFICE)
def floor_new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Give one item a floor of its own, in place of the one it had."""
    currency = Seller.objects.get(pk=seller_of(actor)).currency
    form = FloorForm(request.POST or None, initial={"currency": currency, **_picked(request)})

    def add() -> Floor:
        given = form.cleaned_data
        names = ("percent", "amount", "currency")
        terms = {name: given[name] for name in names}
        return set_floor(given["consumable"].pk, **terms, by=actor)

    if kept(form, add) is None:
        return show(request, "floor_form.html", {}, form)
    messages.success(request, _("The floor holds from now on."))
    return redirect("seller:floors")


@portal(Role.BACK_OFFICE)
@require_POST
def floor_remove(request: HttpRequest, actor: Actor, floor: int) -> HttpResponse:
    """Take an item's own floor away."""
    found = _own(actor).get(pk=floor)
    remove_floor(found.pk, by=actor)
    messages.success(request, _("The floor is taken away."))
    return redirect("seller:floors")


@portal(Role.BACK_OFFICE)
def confirmation(request: HttpRequest, actor: Actor, customer: int) -> HttpResponse:
    """Let the server confirm this customer's prices by itself, up to a total."""
    found = Customer.objects.select_related("seller").get(pk=customer, seller_id=seller_of(actor))
    rule = rule_of(found)
    shown = {"ceiling": rule.ceiling, "with_list": rule.with_list} if rule else {}
    form = ConfirmationForm(request.POST or None, initial=shown, currency=found.seller.currency)

    def allow() -> ConfirmationRule:
        given = form.cleaned_data
        ceiling, with_list = given["ceiling"], given["with_list"]
        return allow_confirmation(customer, ceiling, with_list=with_list, by=actor)

    if kept(form, allow) is None:
        return show(request, "confirmation.html", {"customer": found, "rule": rule}, form)
    messages.success(request, _("From the next order on, prices are confirmed automatically."))
    return redirect("seller:customer", customer)


@portal(Role.BACK_OFFICE)
@require_POST
def confirmation_end(request: HttpRequest, actor: Actor, customer: int) -> HttpResponse:
    """From now on a person confirms every price of this customer."""
    forbid_confirmation(customer, by=actor)
    messages.success(request, _("From now on a person confirms every price of this customer."))
    return redirect("seller:customer", customer)


def rule_of(customer: Customer) -> ConfirmationRule | None:
    """The rule in force for this customer, if any, with who set it."""
    rules = customer.confirmation_rules.filter(ended_at=None)
    return rules.select_related("set_by").first()


def _own(actor: Actor) -> QuerySet[Floor]:
    return Floor.objects.filter(seller_id=seller_of(actor))


def _picked(request: HttpRequest) -> dict[str, str]:
    part = typed(request, "part_number", most=40)
    return {"part_number": part} if part else {}


def _listed(request: HttpRequest, actor: Actor) -> dict[str, object]:
    """The items with a floor of their own, each with what it comes to today."""
    words = typed(request, "q")
    own = _own(actor).exclude(consumable=None).select_related("consumable__manufacturer")
    page = paged(
        request,
        own.filter(consumable__part_number__icontains=words).order_by(
            "consumable__part_number", "pk"
        ),
    )
    rows = list(page.object_list)
    seller = Seller.objects.get(pk=seller_of(actor))
    today = floors_for(
        seller_id=seller.pk,
        day=today_of(seller),
        consumables=[floor.consumable_id for floor in rows if floor.consumable_id],
    )
    listed = [(floor, today.get(floor.consumable_id or 0)) for floor in rows]
    return {"page": page, "q": words, "rows": listed}
