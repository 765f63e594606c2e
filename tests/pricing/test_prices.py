"""The price of X for customer C on day D equals a plain reckoning, and is nobody else's."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.world import World
from tonerloop.catalogue.models import Consumable
from tonerloop.orders.basket import open_basket, set_quantities
from tonerloop.orders.quote import quote
from tonerloop.parties.models import Customer, CustomerGroup
from tonerloop.pricing.models import PriceAgreement, PriceBreak
from tonerloop.pricing.prices import prices_for

START = date(2026, 3, 1)
DAYS = [START + timedelta(days=n) for n in range(-1, 9)]
PARTIES = (
    "office",
    "rival_office",
    "foreign_office",
    "group",
    "foreign_group",
    "list",
    "rival_list",
)
QUANTITIES = (1, 2, 3, 5, 9, 10, 99)


@dataclass(frozen=True)
class Agreed:
    """An agreement as the test made it up; `serial` rises as ids do."""

    serial: int
    party: str
    item: int
    cents: int
    first: int
    length: int | None
    breaks: dict[int, int] = field(default_factory=dict)

    def valid(self, day: date) -> bool:
        """True from the first to the last day, both included."""
        first = START + timedelta(days=self.first)
        last = date.max if self.length is None else first + timedelta(days=self.length)
        return first <= day <= last


agreements = st.lists(
    st.tuples(
        st.sampled_from(PARTIES),
        st.integers(0, 1),
        st.integers(0, 99_999),
        st.integers(0, 7),
        st.none() | st.integers(0, 4),
        st.dictionaries(st.integers(2, 12), st.integers(0, 99_999), max_size=3),
    ),
    max_size=14,
).map(lambda rows: [Agreed(serial, *row) for serial, row in enumerate(rows)])

OWN = {
    "office": ("office", "group", "list"),
    "rival_office": ("rival_office", "list"),
    "foreign_office": ("foreign_office", "foreign_group", "rival_list"),
}


def reference(made: list[Agreed], customer: str, item: int, day: date) -> Agreed | None:
    """The most specific valid agreement; of several the one that began last, then the newest."""
    for party in OWN[customer]:
        valid = [a for a in made if a.party == party and a.item == item and a.valid(day)]
        if valid:
            return max(valid, key=lambda a: (a.first, a.serial))
    return None


def reference_price(agreed: Agreed, quantity: int) -> Decimal:
    """The price from the highest break that the line's quantity reaches."""
    reached = [start for start in agreed.breaks if start <= quantity]
    cents = agreed.breaks[max(reached)] if reached else agreed.cents
    return Decimal(cents) / 100


def keep(world: World, made: list[Agreed], items: list[Consumable]) -> dict[int, int]:
    """Put the agreements into the database; the id of each by its serial."""
    foreign_group, _made = CustomerGroup.objects.get_or_create(
        seller=world.rival_seller, name="Foreign group"
    )
    Customer.objects.filter(pk=world.foreign_office.pk).update(group=foreign_group)
    parties: dict[str, dict[str, object]] = {
        "office": {"seller": world.seller, "customer": world.office},
        "rival_office": {"seller": world.seller, "customer": world.rival_office},
        "foreign_office": {"seller": world.rival_seller, "customer": world.foreign_office},
        "group": {"seller": world.seller, "group": world.group},
        "foreign_group": {"seller": world.rival_seller, "group": foreign_group},
        "list": {"seller": world.seller},
        "rival_list": {"seller": world.rival_seller},
    }
    ids = {}
    for agreed in made:
        first = START + timedelta(days=agreed.first)
        row = PriceAgreement.objects.create(
            **parties[agreed.party],
            consumable=items[agreed.item],
            currency="EUR",
            unit_price=Decimal(agreed.cents) / 100,
            first_day=first,
            last_day=None if agreed.length is None else first + timedelta(days=agreed.length),
        )
        ids[agreed.serial] = row.pk
        PriceBreak.objects.bulk_create(
            PriceBreak(agreement=row, min_quantity=start, unit_price=Decimal(cents) / 100)
            for start, cents in agreed.breaks.items()
        )
    return ids


@given(made=agreements)
def test_prices_are_those_of_a_plain_reckoning(world: World, made: list[Agreed]) -> None:
    items = [world.drum, world.misfit]
    with transaction.atomic():
        PriceAgreement.objects.filter(consumable__in=items).delete()
        ids = keep(world, made, items)
        for name in OWN:
            customer = Customer.objects.get(pk=getattr(world, name).pk)
            for day in DAYS:
                _compare(made, ids, name, customer, day, items)
        transaction.set_rollback(True)


def _compare(
    made: list[Agreed],
    ids: dict[int, int],
    name: str,
    customer: Customer,
    day: date,
    items: list[Consumable],
) -> None:
    found = prices_for(
        seller_id=customer.seller_id,
        customer_id=customer.pk,
        group_id=customer.group_id,
        day=day,
        consumables=[item.pk for item in items],
    )
    for index, item in enumerate(items):
        price, expected = found[item.pk], reference(made, name, index, day)
        if expected is None:
            assert price.unit_price is None and price.agreement_id is None
            assert price.level == "" and price.breaks == ()
            assert price.currency == customer.seller.currency
            continue
        assert price.agreement_id == ids[expected.serial]
        for quantity in QUANTITIES:
            assert price.at(quantity) == reference_price(expected, quantity)
        source = PriceAgreement.objects.get(pk=price.agreement_id)
        assert price.level == source.level
        assert source.seller_id == customer.seller_id
        assert source.customer_id in (None, customer.pk)
        assert source.group_id in (None, customer.group_id)


def test_a_customer_without_a_group_gets_no_groups_price(world: World) -> None:
    assert world.rival_office.group_id is None
    found = prices_for(
        seller_id=world.seller.pk,
        customer_id=world.rival_office.pk,
        group_id=None,
        day=START,
        consumables=[world.black.pk, world.cyan.pk],
    )
    assert found[world.black.pk].unit_price == 4321  # its own, not the group's 8500
    assert found[world.cyan.pk].unit_price == 12000


def test_ids_of_one_seller_get_nothing_at_another(world: World) -> None:
    found = prices_for(
        seller_id=world.rival_seller.pk,
        customer_id=world.office.pk,
        group_id=world.group.pk,
        day=START,
        consumables=[world.black.pk],
    )
    assert found[world.black.pk].unit_price is None
    assert found[world.black.pk].purchase_price is None


@pytest.mark.parametrize(
    ("moment", "price"),
    [
        (datetime(2026, 3, 31, 14, 59, tzinfo=UTC), 8000),  # 23:59 in Tokyo, the last day
        (datetime(2026, 3, 31, 15, 0, tzinfo=UTC), 8600),  # midnight there: April has begun
        (datetime(2026, 4, 30, 14, 59, tzinfo=UTC), 8600),
        (datetime(2026, 4, 30, 15, 0, tzinfo=UTC), 8500),  # over: the group's price holds
    ],
)
def test_days_begin_and_end_at_the_sellers_midnight(
    world: World, moment: datetime, price: int
) -> None:
    special = PriceAgreement.objects.get(customer=world.office, consumable=world.black)
    special.last_day = date(2026, 3, 31)
    special.save()
    PriceAgreement.objects.create(
        seller=world.seller,
        customer=world.office,
        consumable=world.black,
        currency="JPY",
        unit_price=Decimal(8600),
        first_day=date(2026, 4, 1),
        last_day=date(2026, 4, 30),
    )
    by = world.actor(world.buyer)
    set_quantities({(world.copier.pk, world.black.pk): 1}, by=by)
    with patch("tonerloop.orders.quote.timezone.now", return_value=moment):
        lines = quote(open_basket(by), by=by).lines
    assert [line.unit_price for line in lines] == [price]


def test_breaks_count_for_each_line_by_itself(world: World) -> None:
    by = world.actor(world.buyer)
    machine = world.copier
    set_quantities({(machine.pk, world.black.pk): 9, (machine.pk, world.cyan.pk): 9}, by=by)
    lines = {line.basket_line.consumable_id: line for line in quote(open_basket(by), by=by).lines}
    assert lines[world.black.pk].unit_price == 8000  # 18 pieces in all, 9 of this
    set_quantities({(machine.pk, world.black.pk): 10}, by=by)
    lines = {line.basket_line.consumable_id: line for line in quote(open_basket(by), by=by).lines}
    assert lines[world.black.pk].unit_price == 7500
    assert lines[world.cyan.pk].unit_price == 12000
