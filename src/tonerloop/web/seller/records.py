"""Back office: the seller's customers."""

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Role
from tonerloop.fleet.models import Equipment
from tonerloop.orders.models import Order
from tonerloop.parties.actions import add_customer, change_customer, seller_of
from tonerloop.parties.models import Customer, Membership
from tonerloop.web.seller.records_common import kept, paged, show, typed
from tonerloop.web.seller.records_floors import rule_of
from tonerloop.web.seller.records_forms import CustomerForm
from tonerloop.web.shared.portal import portal

MACHINES_SHOWN = 60


@portal(Role.BACK_OFFICE)
def customers(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All customers of the seller, found by name, number or group."""
    words = typed(request, "q")
    rows = own_customers(actor).select_related("group", "salesperson", "deputy")
    for word in words.split():
        named = Q(name__icontains=word) | Q(number__icontains=word)
        rows = rows.filter(named | Q(group__name__icontains=word))
    context = {"page": paged(request, rows.order_by("name", "pk")), "q": words}
    return show(request, "customers.html", context)


@portal(Role.BACK_OFFICE)
def customer_page(request: HttpRequest, actor: Actor, customer: int) -> HttpResponse:
    """One customer with its sites, people and machines."""
    found = own_customers(actor).select_related("group", "salesperson", "deputy").get(pk=customer)
    machines = Equipment.objects.filter(customer=found, retired=False)
    shown = machines.select_related("model__manufacturer", "site")
    in_use = Count("equipment", filter=Q(equipment__retired=False))
    context = {
        "customer": found,
        "rule": rule_of(found),
        "sites": found.sites.annotate(machines=in_use).order_by("closed", "name"),
        "people": people_of(found),
        "machines": shown.order_by("site__name", "location", "pk")[:MACHINES_SHOWN],
        "machine_count": machines.count(),
    }
    return show(request, "customer.html", context)


@portal(Role.BACK_OFFICE)
def customer_new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Take up a customer."""
    form = CustomerForm(request.POST or None, seller_id=seller_of(actor))
    added = kept(form, lambda: add_customer(form.facts(), by=actor))
    if added is None:
        return show(request, "customer_form.html", {}, form)
    messages.success(request, _("%(name)s is added. Add its first site.") % {"name": added.name})
    return redirect("seller:site_new", added.pk)


@portal(Role.BACK_OFFICE)
def customer_edit(request: HttpRequest, actor: Actor, customer: int) -> HttpResponse:
    """Correct what is kept about a customer."""
    found = own_customers(actor).get(pk=customer)
    shown = CustomerForm.initial_of(found)
    form = CustomerForm(request.POST or None, initial=shown, seller_id=seller_of(actor))
    if kept(form, lambda: change_customer(customer, form.facts(), by=actor)) is None:
        return show(request, "customer_form.html", {"customer": found}, form)
    messages.success(request, _("The changes are kept."))
    return redirect("seller:customer", customer)


def own_customers(actor: Actor) -> QuerySet[Customer]:
    """The customers of the actor's seller."""
    return Customer.objects.filter(seller_id=seller_of(actor))


def people_of(customer: Customer) -> list[Membership]:
    """The customer's buyers; `name_shown` is empty until they ordered from this seller.

    An invitation must not tell whose log-in an address is, so a name that somebody gave
    elsewhere shows only once the person hands it over with an order.
    """
    buyers = Membership.objects.filter(customer=customer, role=Role.BUYER, active=True)
    people = list(buyers.select_related("person").prefetch_related("sites").order_by("pk"))
    ordered = Order.objects.filter(seller_id=customer.seller_id)
    known = set(
        ordered.filter(placed_by__in=[each.person_id for each in people])
        .values_list("placed_by_id", flat=True)
        .distinct()
    )
    for each in people:
        each.name_shown = each.person.name if each.person_id in known else ""  # type: ignore[attr-defined]
    return people
