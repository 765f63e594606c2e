"""Back office: price agreements, and what a customer pays."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tonerloop.catalogue.models import Consumable
from tonerloop.common.actor import Actor, Role
from tonerloop.common.asking import OneOf, ids
from tonerloop.journal.looking import looked
from tonerloop.parties.actions import seller_of
from tonerloop.parties.models import Seller
from tonerloop.pricing.actions import (
    add_agreement,
    change_agreement,
    end_agreement,
    today_of,
)
from tonerloop.pricing.models import PriceAgreement, PriceBreak
from tonerloop.pricing.prices import Price, prices_for
from tonerloop.web.seller.records_common import kept, paged, show
from tonerloop.web.seller.records_price_forms import (
    AgreementForm,
    AgreementTermsForm,
    BreaksFormSet,
    EndForm,
    FilterForm,
    PriceCheckForm,
    breaks_of,
)
from tonerloop.web.shared.portal import portal

LEVELS = {
    "customer": Q(customer__isnull=False),
    "group": Q(customer=None, group__isnull=False),  # said for the index of those of many
    "list": Q(customer=None, group=None),
}


@portal(Role.BACK_OFFICE)
def agreements(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The seller's price agreements, narrowed by level, customer, group, item and day."""
    looked("prices", by=actor)
    form = FilterForm(request.GET, seller_id=seller_of(actor))
    form.is_valid()
    given = form.cleaned_data
    steps = PriceBreak.objects.filter(agreement=OuterRef("pk")).order_by().values("agreement")
    counted = steps.annotate(n=Count("pk")).values("n")
    rows = _own(actor).filter(_wanted(given)).annotate(steps=Subquery(counted))
    rows = rows.order_by(*_sequence(given))
    today = today_of(_seller(actor))
    context = {"page": paged(request, rows), "filter": form, "today": today}
    return show(request, "agreements.html", context)


@portal(Role.BACK_OFFICE)
def agreement_new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Agree a price with a customer, a group, or for the list."""
    seller = _seller(actor)
    shown = {
        "currency": seller.currency,
        "first_day": today_of(seller),
        **_picked(request),
    }
    form = AgreementForm(request.POST or None, initial=shown, seller_id=seller.pk)
    breaks = BreaksFormSet(request.POST or None, prefix="breaks")
    rows_hold = not form.is_bound or breaks.is_valid()

    def add() -> PriceAgreement:
        given = form.cleaned_data
        return add_agreement(
            given["consumable"].pk,
            form.terms_with(breaks),
            customer_id=given["customer"].pk if given["customer"] else None,
            group_id=given["group"].pk if given["group"] else None,
            by=actor,
        )

    if not rows_hold or kept(form, add) is None:
        return _form_page(request, form, breaks, {})
    messages.success(request, _("The price is agreed."))
    return redirect("seller:agreements")


@portal(Role.BACK_OFFICE)
def agreement_edit(request: HttpRequest, actor: Actor, agreement: int) -> HttpResponse:
    """Change an agreement, from a day on if it has begun already."""
    seller = _seller(actor)
    found = _own(actor).get(pk=agreement)
    today = today_of(seller)
    shown = AgreementTermsForm.initial_of(found) | {"note": found.note}
    begun = found.first_day <= today
    if begun:
        shown |= {"first_day": today, "last_day": _still(found.last_day, today)}
    form = AgreementTermsForm(request.POST or None, initial=shown)
    breaks = BreaksFormSet(request.POST or None, prefix="breaks", initial=breaks_of(found))
    rows_hold = not form.is_bound or breaks.is_valid()

    def change() -> PriceAgreement:
        return change_agreement(agreement, form.terms_with(breaks), by=actor)

    if not rows_hold or kept(form, change) is None:
        end_form = EndForm(initial={"last_day": today}, auto_id="end-%s")
        context = {
            "agreement": found,
            "begun": begun,
            "today": today,
            "end_form": end_form,
        }
        return _form_page(request, form, breaks, context)
    messages.success(request, _("The new terms are agreed."))
    return redirect("seller:agreements")


@portal(Role.BACK_OFFICE)
def agreement_end(request: HttpRequest, actor: Actor, agreement: int) -> HttpResponse:
    """Let an agreement hold until a day and no longer."""
    found = _own(actor).get(pk=agreement)
    form = EndForm(request.POST or None, initial={"last_day": today_of(_seller(actor))})
    ended = kept(
        form,
        lambda: end_agreement(agreement, last_day=form.cleaned_data["last_day"], by=actor),
    )
    if ended is None:
        return show(request, "end.html", {"agreement": found, "price": found}, form)
    messages.success(request, _("The price ends on the day you chose."))
    return redirect("seller:agreements")


@portal(Role.BACK_OFFICE)
def price_check(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What a customer pays for so many of an item on a day, and why."""
    shown = {"day": today_of(_seller(actor)), "quantity": 1}
    asked = request.GET if "part_number" in request.GET else None
    form = PriceCheckForm(asked, initial=shown, seller_id=seller_of(actor))
    answer = _answer(form.cleaned_data, actor) if form.is_valid() else None
    return show(request, "price_check.html", {"answer": answer}, form)


def _own(actor: Actor) -> QuerySet[PriceAgreement]:
    own = PriceAgreement.objects.filter(seller_id=seller_of(actor))
    return own.select_related("customer", "group", "consumable__manufacturer")


def _seller(actor: Actor) -> Seller:
    return Seller.objects.get(pk=seller_of(actor))


def _still(last_day: date | None, today: date) -> date | None:
    return last_day if last_day and last_day >= today else None


def _sequence(given: dict[str, Any]) -> tuple[str, ...]:
    """One customer's or group's by part number, one item's by day, all there are the newest first.

    An index has each: of five million agreements nobody waits for a sorted list.
    """
    if given.get("customer") or given.get("group"):
        return ("consumable__part_number", "-first_day", "-pk")
    if given.get("part_number"):
        return ("consumable_id", "-first_day", "-pk")
    return ("-pk",)


def _wanted(given: dict[str, Any]) -> Q:
    wanted = LEVELS.get(given.get("level") or "", Q())
    if given.get("customer"):
        wanted &= Q(customer=given["customer"])
    if given.get("group"):
        wanted &= Q(group=given["group"])
    if given.get("part_number"):
        named = Consumable.objects.filter(part_number__icontains=given["part_number"])
        wanted &= Q(OneOf(F("consumable_id"), ids(named.values_list("pk", flat=True))))
    if day := given.get("day"):
        wanted &= Q(first_day__lte=day) & (Q(last_day=None) | Q(last_day__gte=day))
    return wanted


def _picked(request: HttpRequest) -> dict[str, str]:
    names = ("customer", "group", "part_number")
    return {name: request.GET[name][:40] for name in names if request.GET.get(name)}


def _form_page(
    request: HttpRequest, form: Any, breaks: Any, context: dict[str, Any]
) -> HttpResponse:
    context = {**context, "breaks": breaks}
    answer = show(request, "agreement_form.html", context, form)
    if form.is_bound:
        answer.status_code = 422
    return answer


def _answer(given: dict[str, Any], actor: Actor) -> dict[str, Any]:
    customer, consumable = given["customer"], given["consumable"]
    found = prices_for(
        seller_id=customer.seller_id,
        customer_id=customer.pk,
        group_id=customer.group_id,
        day=given["day"],
        consumables=[consumable.pk],
    )
    price = found[consumable.pk]
    source = _own(actor).filter(pk=price.agreement_id or 0).first()
    return {
        "price": price,
        "unit_price": price.at(given["quantity"]),
        "amount": _amount(price, given["quantity"]),
        "agreement": source,
        "from_quantity": max((q for q, _p in price.breaks if q <= given["quantity"]), default=0),
        **{name: given[name] for name in ("customer", "consumable", "quantity", "day")},
    }


def _amount(price: Price, quantity: int) -> Any:
    each = price.at(quantity)
    return None if each is None else each * quantity
