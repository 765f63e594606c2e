"""What the audit's rows are about, by name: each kind is looked up once for all rows of a page."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.catalogue.models import Consumable
from tonerloop.catalogue.words import plain_name
from tonerloop.collection.models import CollectionRequest
from tonerloop.common.actor import Actor, Role
from tonerloop.common.references import grouped
from tonerloop.journal.models import Entry, Look
from tonerloop.manufacturers.models import ApprovalRule
from tonerloop.orders.models import Order
from tonerloop.outbound.models import Endpoint
from tonerloop.parties.models import Collector, Customer, Manufacturer, Membership, Person, Seller
from tonerloop.points.models import Reward, RewardOrder, Rule
from tonerloop.pricing.models import ConfirmationRule, Floor, PriceAgreement, PurchasePrice
from tonerloop.programs.models import ApiKey

NOUNS: dict[str, Any] = {
    "order": gettext_lazy("Order"),
    "collection": gettext_lazy("Collection"),
    "priceagreement": gettext_lazy("Price agreement"),
    "purchaseprice": gettext_lazy("Purchase price"),
    "floor": gettext_lazy("Price floor"),
    "confirmationrule": gettext_lazy("Automatic confirmation"),
    "rule": gettext_lazy("Points rule"),
    "approval_rule": gettext_lazy("Approval rule"),
    "reward": gettext_lazy("Reward"),
    "reward_order": gettext_lazy("Reward order"),
    "key": gettext_lazy("Program’s key"),
    "endpoint": gettext_lazy("Webhook"),
    "channel": gettext_lazy("How requests arrive"),
    "membership": gettext_lazy("Role"),
    "person": gettext_lazy("Person"),
    "customer": gettext_lazy("Customer"),
    "seller": gettext_lazy("Your organisation"),
    "manufacturer": gettext_lazy("Your organisation"),
    "collector": gettext_lazy("Your organisation"),
    # What is looked at as a whole.
    "prices": gettext_lazy("Prices"),
    "points": gettext_lazy("Points"),
    "settlement": gettext_lazy("Settlement statement"),
    "keys": gettext_lazy("Keys of programs"),
    "audit": gettext_lazy("Audit, as a file"),
}
PAGES = {  # where each role opens an order and a collection
    "order": {
        Role.BACK_OFFICE: "seller:order",
        Role.ORDER_DESK: "manufacturer:order",
        Role.BUYER: "customer:one",
    },
    "collection": {
        Role.BACK_OFFICE: "seller:collection",
        Role.BUYER: "customer:collection_one",
        Role.DISPATCHER: "collector:collection",
    },
}
PARTIES = ("customer", "seller", "manufacturer", "collector")


@dataclass(frozen=True, kw_only=True)
class Named:
    """One subject: its name, its number and where the reader opens it, and its row."""

    name: str
    number: str = ""
    url: str = ""
    row: Any = None


Subjects = Mapping[tuple[str, int], Named]


def kind_of(one: Entry | Look) -> str:
    """The kind of subject; a manufacturer's approval rules are told from points rules."""
    if isinstance(one, Entry) and one.event.startswith("approval_rule."):
        return "approval_rule"
    return one.subject_kind


def subjects_of(rows: Iterable[Entry | Look], reader: Actor | None) -> Subjects:
    """The names of all subjects; of `reader`'s own alone, everybody's for the operator (None).

    One query for each kind that occurs. What is gone, or not the reader's, has no name.
    """
    wanted = defaultdict[str, set[int]](set)
    for one in rows:
        wanted[kind_of(one)].add(one.subject_id)
    return {
        (kind, row.pk): Named(
            name=NAMED[kind](row),
            number=grouped(row.number) if kind in PAGES else "",
            url=_url(kind, row, reader),
            row=row,
        )
        for kind, ids in wanted.items()
        if kind in _FOUND
        for row in _FOUND[kind](reader).filter(pk__in=ids)
    }


def _orders(reader: Actor | None) -> QuerySet[Any]:
    names = ("customer", "confirmed_rule__set_by")
    found = Order.objects.select_related(*names)
    return found.visible_to(reader) if reader else found


def _collections(reader: Actor | None) -> QuerySet[Any]:
    found = CollectionRequest.objects.select_related("customer")
    return found.visible_to(reader) if reader else found


def _rows(model: type[Model], *related: str) -> Callable[[Actor | None], QuerySet[Any]]:
    """Records of the reader's own audit: whose they are, the entry that leads here has said."""
    return lambda reader: model._default_manager.select_related(*related)


_FOUND: dict[str, Callable[[Actor | None], QuerySet[Any]]] = {
    "order": _orders,
    "collection": _collections,
    "priceagreement": _rows(PriceAgreement, "consumable", "customer", "group"),
    "purchaseprice": _rows(PurchasePrice, "consumable"),
    "floor": _rows(Floor, "consumable"),
    "confirmationrule": _rows(ConfirmationRule, "customer"),
    "rule": _rows(Rule),
    "approval_rule": _rows(ApprovalRule),
    "reward": _rows(Reward),
    "reward_order": _rows(RewardOrder, "reward", "customer"),
    "key": _rows(ApiKey),
    "endpoint": _rows(Endpoint),
    "membership": _rows(Membership, "person", "centre__collector", *PARTIES),
    "person": _rows(Person),
    "customer": _rows(Customer),
    "seller": _rows(Seller),
    "manufacturer": _rows(Manufacturer),
    "collector": _rows(Collector),
}


def item_name(item: Consumable) -> str:
    """A consumable as a salesperson says it: its part number, then what it is."""
    return f"{item.part_number} {plain_name(item)}"


def _agreement(row: PriceAgreement) -> str:
    party = row.customer or row.group
    return f"{item_name(row.consumable)}, {party.name if party else _('your list')}"


def _floor(row: Floor) -> str:
    return item_name(row.consumable) if row.consumable else _("all items")


def _role(row: Membership) -> str:
    return f"{row.person.name}, {row.get_role_display()}, {row.organisation}"


NAMED: dict[str, Callable[[Any], str]] = {
    "order": lambda row: row.customer.name,
    "collection": lambda row: row.customer.name,
    "priceagreement": _agreement,
    "purchaseprice": lambda row: item_name(row.consumable),
    "floor": _floor,
    "confirmationrule": lambda row: row.customer.name,
    "reward_order": lambda row: f"{row.reward.name}, {row.customer.name}",
    "key": lambda row: row.label,
    "endpoint": lambda row: row.description,
    "membership": _role,
    **dict.fromkeys((*PARTIES, "rule", "reward"), str),
    "approval_rule": lambda row: row.name,
    "person": lambda row: row.name,
}


def _url(kind: str, row: Any, reader: Actor | None) -> str:
    page = PAGES.get(kind, {}).get(reader.role) if reader else None
    return reverse(page, args=[row.number]) if page else ""
