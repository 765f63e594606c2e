"""Back office: the seller's own details, tax rates, customer groups and purchase prices."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tonerloop.catalogue.models import Consumable
from tonerloop.common.actor import Actor, Role
from tonerloop.parties.actions import (
    add_group,
    change_seller,
    rename_group,
    seller_of,
    set_tax_rate,
)
from tonerloop.parties.models import CustomerGroup, Seller, TaxRate
from tonerloop.pricing.actions import (
    add_purchase_price,
    change_purchase_price,
    end_purchase_price,
    today_of,
)
from tonerloop.pricing.models import PurchasePrice
from tonerloop.web.seller.records_common import kept, paged, show, typed
from tonerloop.web.seller.records_forms import GroupForm, SellerForm, TaxForm
from tonerloop.web.seller.records_price_forms import (
    EndForm,
    PurchasePriceForm,
    TermsForm,
)
from tonerloop.web.shared.portal import portal


@portal(Role.BACK_OFFICE)
def details(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The seller's own address, mailbox, time zone, and what it shows to manufacturers."""
    seller = _seller(actor)
    form = SellerForm(request.POST or None, initial=SellerForm.initial_of(seller))
    if kept(form, lambda: change_seller(form.facts(), by=actor)) is None:
        return show(request, "details.html", {"seller": seller}, form)
    messages.success(request, _("The changes are kept."))
    return redirect("seller:details")


@portal(Role.BACK_OFFICE)
def taxes(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Tax by class of product; a class without a rate is sold without tax, and that is said."""
    rates = list(TaxRate.objects.filter(seller_id=seller_of(actor)).order_by("product_class"))
    sold = Consumable.objects.order_by("product_class").values_list("product_class", flat=True)
    have = {rate.product_class for rate in rates}
    classes = sorted({"standard", *sold.distinct(), *have})
    form = TaxForm(request.POST or None, classes=classes)

    def change() -> TaxRate:
        given = form.cleaned_data
        return set_tax_rate(given["product_class"], given["percent"], by=actor)

    if kept(form, change) is None:
        lacking = [name for name in classes if name not in have]
        return show(request, "taxes.html", {"rates": rates, "lacking": lacking}, form)
    messages.success(request, _("The tax rate holds for orders from now on."))
    return redirect("seller:taxes")


@portal(Role.BACK_OFFICE)
def groups(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The customer groups, and one more."""
    form = GroupForm(request.POST or None)
    if kept(form, lambda: add_group(form.cleaned_data["name"], by=actor)) is None:
        counted = _own_groups(actor).annotate(customers=Count("customer")).order_by("name")
        return show(request, "groups.html", {"groups": counted}, form)
    messages.success(request, _("The group is added."))
    return redirect("seller:groups")


@portal(Role.BACK_OFFICE)
def group_edit(request: HttpRequest, actor: Actor, group: int) -> HttpResponse:
    """Give a customer group another name."""
    found = _own_groups(actor).get(pk=group)
    form = GroupForm(request.POST or None, initial={"name": found.name})
    if kept(form, lambda: rename_group(group, form.cleaned_data["name"], by=actor)) is None:
        return show(request, "group_form.html", {"group": found}, form)
    messages.success(request, _("The changes are kept."))
    return redirect("seller:groups")


@portal(Role.BACK_OFFICE)
def purchase_prices(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What the seller pays the manufacturers."""
    words = typed(request, "q")
    rows = _own_prices(actor).order_by("consumable__part_number", "-first_day", "-pk")
    if words:
        rows = rows.filter(consumable__part_number__icontains=words)
    context = {
        "page": paged(request, rows),
        "q": words,
        "today": today_of(_seller(actor)),
    }
    return show(request, "purchase_prices.html", context)


@portal(Role.BACK_OFFICE)
def purchase_price_new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Note what the seller pays for an item."""
    seller = _seller(actor)
    shown = {"currency": seller.currency, "first_day": today_of(seller)}
    form = PurchasePriceForm(request.POST or None, initial=shown)

    def add() -> PurchasePrice:
        return add_purchase_price(form.cleaned_data["consumable"].pk, form.terms(), by=actor)

    if kept(form, add) is None:
        return show(request, "purchase_price_form.html", {}, form)
    messages.success(request, _("The purchase price is added."))
    return redirect("seller:purchase_prices")


@portal(Role.BACK_OFFICE)
def purchase_price_edit(request: HttpRequest, actor: Actor, purchase: int) -> HttpResponse:
    """Change a purchase price, from a day on if it has begun already."""
    price, today = _own_prices(actor).get(pk=purchase), today_of(_seller(actor))
    shown: dict[str, Any] = TermsForm.initial_of(price)
    begun = price.first_day <= today
    if begun:
        ended = price.last_day and price.last_day < today
        shown |= {"first_day": today, "last_day": None if ended else price.last_day}
    form = TermsForm(request.POST or None, initial=shown)
    if kept(form, lambda: change_purchase_price(purchase, form.terms(), by=actor)) is None:
        end_form = EndForm(initial={"last_day": today}, auto_id="end-%s")
        context = {"price": price, "begun": begun, "end_form": end_form}
        return show(request, "purchase_price_form.html", context, form)
    messages.success(request, _("The changes are kept."))
    return redirect("seller:purchase_prices")


@portal(Role.BACK_OFFICE)
def purchase_price_end(request: HttpRequest, actor: Actor, purchase: int) -> HttpResponse:
    """Let a purchase price hold until a day and no longer."""
    price = _own_prices(actor).get(pk=purchase)
    form = EndForm(request.POST or None, initial={"last_day": today_of(_seller(actor))})

    def end() -> PurchasePrice:
        return end_purchase_price(purchase, last_day=form.cleaned_data["last_day"], by=actor)

    if kept(form, end) is None:
        return show(request, "end.html", {"price": price}, form)
    messages.success(request, _("The price ends on the day you chose."))
    return redirect("seller:purchase_prices")


def _seller(actor: Actor) -> Seller:
    return Seller.objects.get(pk=seller_of(actor))


def _own_groups(actor: Actor) -> QuerySet[CustomerGroup]:
    return CustomerGroup.objects.filter(seller_id=seller_of(actor))


def _own_prices(actor: Actor) -> QuerySet[PurchasePrice]:
    own = PurchasePrice.objects.filter(seller_id=seller_of(actor))
    return own.select_related("consumable__manufacturer")
