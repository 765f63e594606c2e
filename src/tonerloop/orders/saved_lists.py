"""Keeping, finding and ordering from saved lists; a buyer of some sites sees only their lines."""

import unicodedata
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Role, known, require
from tonerloop.common.text import no_control
from tonerloop.orders.basket import open_basket
from tonerloop.orders.errors import Refused
from tonerloop.orders.filling import Filled, Wanted, fill
from tonerloop.orders.models import BasketLine, Order, OrderLine
from tonerloop.orders.saved_models import SavedLine, SavedList
from tonerloop.parties.actions import note
from tonerloop.parties.models import Customer

MOST_LISTS = 50
MOST_LINES = 200
LONGEST_NAME = 60


def own_lists(by: Actor) -> QuerySet[SavedList]:
    """The customer's lists in which there is something for this buyer's sites."""
    lists = SavedList.objects.filter(customer_id=known(by.customer_id))
    if by.site_ids is None:
        return lists
    return lists.filter(Exists(SavedLine.objects.filter(_within(by), saved_list=OuterRef("pk"))))


def counted(by: Actor) -> QuerySet[SavedList]:
    """The same by name, each with its `items` for this buyer."""
    inside = _within(by, "lines__") or None
    lists = own_lists(by).select_related("saved_by").order_by("name", "pk")
    found: QuerySet[SavedList] = lists.annotate(items=Count("lines", filter=inside))
    return found


def lines_of(saved: SavedList, by: Actor) -> list[SavedLine]:
    """The lines of a list that are of this buyer's sites."""
    lines = saved.lines.filter(_within(by))
    related = ("consumable__manufacturer", "equipment__model", "equipment__site", "site")
    return list(lines.select_related(*related).order_by("site__name", "pk"))


def _within(by: Actor, path: str = "") -> Q:
    """Lines for a machine at one of the buyer's sites, or for none but sent to one of these."""
    if by.site_ids is None:
        return Q()
    sites = list(by.site_ids)
    machine = Q(**{f"{path}equipment__site_id__in": sites})
    nothing = Q(**{f"{path}equipment__isnull": True, f"{path}site_id__in": sites})
    return machine | nothing


def save_basket(name: str, *, by: Actor) -> SavedList:
    """Keep what is in the buyer's basket now as a list; Refused where it is empty."""
    lines = list(BasketLine.objects.filter(basket=open_basket(by)).order_by("pk"))
    if not lines:
        raise Refused(
            "name", _("Nothing is in your order yet. Type quantities first, then save them.")
        )
    return _save(name, [_line(one, one.quantity, one.site_id) for one in lines], by)


def save_order(number: str, name: str, *, by: Actor) -> SavedList:
    """Keep the lines of an order as a list."""
    order = Order.objects.visible_to(by).get(number=number)
    lines = {
        (line.equipment_id, line.consumable_id): _line(line, line.ordered_quantity, order.site_id)
        for line in order.lines.all()
    }
    return _save(name, list(lines.values()), by)


def _line(of: BasketLine | OrderLine, quantity: int, site_id: int) -> SavedLine:
    return SavedLine(
        consumable_id=of.consumable_id,
        equipment_id=of.equipment_id,
        site_id=site_id,
        quantity=quantity,
    )


@transaction.atomic
def _save(name: str, lines: Sequence[SavedLine], by: Actor) -> SavedList:
    require(by, Role.BUYER)
    name = _checked(name, by)
    own = SavedList.objects.filter(customer_id=known(by.customer_id))
    if own.count() >= MOST_LISTS:
        raise Refused(
            "name",
            _("There are %(most)d lists already. Delete one that is no longer used.")
            % {"most": MOST_LISTS},
        )
    if len(lines) > MOST_LINES:
        raise Refused("name", _("A list takes up to %(most)d items.") % {"most": MOST_LINES})
    saved = SavedList.objects.create(
        seller_id=known(by.seller_id),
        customer_id=known(by.customer_id),
        name=name,
        saved_at=timezone.now(),
        saved_by_id=known(by.person_id),
    )
    for line in lines:
        line.saved_list = saved
    SavedLine.objects.bulk_create(lines)
    note(saved, by=by, action="added", customer=saved.customer_id)
    return saved


def _checked(name: str, by: Actor, *, but: int = 0) -> str:
    """The name as it is kept; Refused if it says nothing or is another list's already."""
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    if not plain:
        raise Refused("name", _("Type a name for the list."))
    if len(plain) > LONGEST_NAME:
        words = _("This is too long. Shorten it to %(most)d characters.")
        raise Refused("name", words % {"most": LONGEST_NAME})
    try:
        no_control(plain)
    except ValidationError as error:
        raise Refused("name", error.messages[0]) from error
    # Two who choose the same name at once are told one after the other, not by the database.
    customer = Customer.objects.select_for_update(no_key=True).get(pk=known(by.customer_id))
    twins = SavedList.objects.filter(customer=customer, name__iexact=plain).exclude(pk=but)
    if twins.exists():
        words = _("There is a list “%(name)s” already. Choose another name.")
        raise Refused("name", words % {"name": plain})
    return plain


@transaction.atomic
def rename(list_id: int, name: str, *, by: Actor) -> SavedList:
    """Give a list another name."""
    saved = _whole(list_id, by)
    saved.name = _checked(name, by, but=saved.pk)
    saved.save(update_fields=["name"])
    note(saved, by=by, action="changed", customer=saved.customer_id, fields=["name"])
    return saved


@transaction.atomic
def delete(list_id: int, *, by: Actor) -> str:
    """Delete a list; its name."""
    saved = _whole(list_id, by)
    note(saved, by=by, action="ended", customer=saved.customer_id)
    saved.delete()
    return saved.name


def _whole(list_id: int, by: Actor) -> SavedList:
    """The list, locked; Refused where some of it is of sites that are not this buyer's."""
    require(by, Role.BUYER)
    saved = own_lists(by).select_for_update(of=("self",)).get(pk=list_id)
    if saved.lines.exclude(pk__in=saved.lines.filter(_within(by)).values("pk")).exists():
        words = _("This list has items of other sites too. Ask a colleague who orders for these.")
        raise Refused("name", words)
    return saved


def order_from(list_id: int, *, by: Actor) -> tuple[SavedList, Filled]:
    """Put a list's lines into the buyer's basket."""
    require(by, Role.BUYER)
    saved = own_lists(by).get(pk=list_id)
    lines = [_wanted(line, line.quantity, line.site_id) for line in lines_of(saved, by)]
    return saved, fill(lines, by=by)


def reorder(number: str, *, by: Actor) -> tuple[Order, Filled]:
    """Put the lines of an earlier order into the buyer's basket, at today's prices."""
    require(by, Role.BUYER)
    order = Order.objects.visible_to(by).get(number=number)
    found = order.lines.select_related("consumable", "equipment__model")
    lines = [_wanted(line, line.ordered_quantity, order.site_id) for line in found]
    return order, fill(lines, by=by)


def _wanted(of: SavedLine | OrderLine, quantity: int, site_id: int) -> Wanted:
    return Wanted(
        consumable=of.consumable, quantity=quantity, equipment=of.equipment, site_id=site_id
    )
