"""Finding orders among millions by what somebody types: each way has an index, none reads all.

Without trigrams (plain PostgreSQL has none) a number is found by its beginning or its end, a
reference by the beginnings of its words; names and part numbers by any part, since customers and
consumables are few beside orders. A part that very many of them have tells little: then only the
newest orders are looked at.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.expressions import RawSQL

from tonerloop.catalogue.models import Consumable
from tonerloop.common.asking import Begins, OneOf, ids
from tonerloop.orders.models import Order, OrderLine
from tonerloop.orders.querysets import OrderQuerySet
from tonerloop.parties.models import Seller, Site
from tonerloop.parties.named import some_named

_BY_END = "SELECT tonerloop_orders_by_end(%s, %s)"
_BY_WORDS = "SELECT tonerloop_orders_by_words(to_tsquery('simple', %s), %s, %s)"
NEWEST = 500  # of so many a list is made: who wants older ones says more of them
FOUND = 200  # by each way
OF_ALL = 1000  # of a whole seller's or manufacturer's, before they are narrowed
FEW = 10  # customers or items that a text names; where it is in more, it names none
DIGITS = 4  # of a number tell enough


def found_by(orders: OrderQuerySet, text: str, seller_id: int | None = None) -> OrderQuerySet:
    """The newest of a seller's orders with the text in number, reference, customer or part number.

    To be the last narrowing: the newest 200 of each way are looked up at once.
    """
    return _all_of([*_by_number(orders, text), *_by_words(orders, text, seller_id)])


def found_at_desk(orders: OrderQuerySet, text: str) -> OrderQuerySet:
    """The same of a manufacturer's: by number, its own reference, seller, ship-to or part number.

    The buyer's reference is not the manufacturer's to find by.
    """
    own = orders.filter(Begins(F("manufacturer_reference"), Value(text)))
    sellers = Seller.objects.filter(name__icontains=text)
    few = list(sellers.values_list("pk", flat=True)[: FEW + 1])
    ways = [*_by_number(orders, text), own, _named(orders, "seller", text, few)]
    ways.append(_of_customers(orders, text, None))
    # Sites are many and mostly called the same: those of the newest orders are looked at.
    ways.append(newest(orders).filter(site__in=Site.objects.filter(name__icontains=text)))
    return _all_of([*ways, *_by_part(orders, text)])


def newest(orders: OrderQuerySet, first: str = "-placed_at") -> OrderQuerySet:
    """The first 500 of these orders, by `placed_at` or `-placed_at`, to be sorted otherwise."""
    return Order.objects.filter(OneOf(F("pk"), ArraySubquery(_first(orders, NEWEST, first))))


def _first(orders: OrderQuerySet, most: int, by: str = "-placed_at") -> OrderQuerySet:
    by_id = "-pk" if by.startswith("-") else "pk"
    return orders.order_by(by, by_id).values("pk")[:most]  # type: ignore[return-value]


def _all_of(ways: list[OrderQuerySet]) -> OrderQuerySet:
    found = [way if way.query.is_sliced else _first(way, FOUND) for way in ways]
    every = found[0].union(*found[1:]).values_list("pk", flat=True)
    return Order.objects.filter(OneOf(F("pk"), ids(every)))


def _by_number(orders: OrderQuerySet, text: str) -> Iterator[OrderQuerySet]:
    digits = "".join(char for char in text if char not in "- ")
    if not (digits.isascii() and digits.isdigit()):
        return
    if len(digits) < DIGITS:
        yield newest(orders).filter(Q(number__startswith=digits) | Q(number__endswith=digits))
        return
    yield orders.filter(OneOf(F("pk"), ArraySubquery(_beginning(digits))))
    yield _among(orders, _BY_END, digits[::-1], OF_ALL)


def _beginning(digits: str) -> OrderQuerySet:
    return Order.objects.filter(Begins(F("number"), Value(digits))).values("pk")[:OF_ALL]  # type: ignore[return-value]


def _among(orders: OrderQuerySet, function: str, *given: Any) -> OrderQuerySet:
    """Those of the orders that a function of the database finds; it is asked once, and first."""
    return orders.filter(OneOf(F("pk"), RawSQL(f"ARRAY({function})", given)))  # noqa: S611


def _by_words(orders: OrderQuerySet, text: str, seller_id: int | None) -> Iterator[OrderQuerySet]:
    if words := re.findall(r"[^\W_]+", text):
        query = " & ".join(f"'{word}':*" for word in words)
        yield _among(orders, _BY_WORDS, query, seller_id, OF_ALL)
    yield _of_customers(orders, text, seller_id)
    yield from _by_part(orders, text)


def _of_customers(orders: OrderQuerySet, text: str, seller_id: int | None) -> OrderQuerySet:
    few = some_named(text, seller_id=seller_id, most=FEW + 1)
    return _named(orders, "customer", text, few)


def _named(orders: OrderQuerySet, name: str, text: str, few: list[int]) -> OrderQuerySet:
    """Orders of those few; where they are many, the newest orders that are of one so called."""
    if len(few) <= FEW:
        return orders.filter(OneOf(F(f"{name}_id"), ids(few)))
    return newest(orders).filter(**{f"{name}__name__icontains": text})


def _by_part(orders: OrderQuerySet, text: str) -> Iterator[OrderQuerySet]:
    """For each item its newest lines, which one index has in their sequence."""
    items = Consumable.objects.filter(part_number__icontains=text)
    few = list(items.values_list("pk", flat=True)[: FEW + 1])
    if len(few) > FEW:
        lines = OrderLine.objects.filter(order=OuterRef("pk"), consumable__in=items)
        yield newest(orders).filter(Exists(lines))
        return
    for item in few:
        of_item = orders.filter(lines__consumable=item)
        yield of_item.order_by("-lines__order").values("pk")[:FOUND]  # type: ignore[misc]
