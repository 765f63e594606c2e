"""Confirmed by the rule that the seller set for a customer, or left to a person."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tests.outbound.post import told
from tests.world import World
from tonerloop.common.actor import NotAllowed
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders.actions import ask, cancel, confirm_by_rule, place, reply
from tonerloop.orders.basket import add_by_number, open_basket
from tonerloop.orders.models import ApprovalRequest, Order
from tonerloop.orders.quote import quote
from tonerloop.orders.states import Status
from tonerloop.parties.models import Customer
from tonerloop.pricing.guarding import allow_confirmation, forbid_confirmation, set_floor
from tonerloop.pricing.models import ConfirmationRule, PriceAgreement
from tonerloop.web.shared.timeline import timeline

pytestmark = pytest.mark.django_db
TOTAL = Decimal(17600)  # of two black at 8,000 with 10 % tax


def allow(world: World, ceiling: Any = 20000, **more: Any) -> ConfirmationRule:
    by = world.actor(world.back_office)
    return allow_confirmation(world.office.pk, Decimal(ceiling), by=by, **more)


def black(world: World, count: int = 2) -> Order:
    """An order at a price agreed with the customer."""
    return world.place({(world.copier.pk, world.black.pk): count})


def now(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def test_off_by_default(world: World) -> None:
    order = black(world)
    told()
    assert now(order).status == Status.PLACED
    assert not confirm_by_rule(order.pk)


def test_the_job_after_the_placing_confirms(world: World) -> None:
    rule = allow(world, TOTAL)
    order = black(world)
    assert now(order).status == Status.PLACED  # the buyer's confirmation waits for nothing
    told()
    confirmed = now(order)
    assert (confirmed.status, confirmed.confirmed_rule) == (Status.PRICE_CONFIRMED, rule)
    assert confirmed.confirmed_by is None and confirmed.confirmed_at is not None
    entry = Entry.objects.get(event=Event.ORDER_PRICE_CONFIRMED)
    assert (entry.role, entry.rule, entry.person_id) == ("rule", "price-confirmation", None)
    assert ApprovalRequest.objects.filter(order=order, closed_at=None).count() == 1


def test_once_however_often_the_job_runs(world: World) -> None:
    allow(world)
    order = black(world)
    told()
    told()
    assert not confirm_by_rule(order.pk)
    assert ApprovalRequest.objects.count() == 1
    assert Entry.objects.filter(event=Event.ORDER_PRICE_CONFIRMED).count() == 1


def test_the_rule_is_named_to_seller_and_buyer_not_to_the_maker(world: World) -> None:
    allow(world)
    order = black(world)
    confirm_by_rule(order.pk)
    words = "Automatic confirmation up to JP¥20,000, set by Bo Backoffice on "
    for reader in (world.sales, world.buyer):
        last = timeline(now(order), world.actor(reader))[-1]
        assert last.who == "Tonerloop" and last.detail.startswith(words)
    seen = timeline(now(order), world.actor(world.desk))[-1]
    assert (seen.who, seen.detail) == ("Tonerloop", "")


def dearer_than_the_ceiling(world: World) -> Order:
    allow(world, TOTAL - 1)
    return black(world)


def one_list_price(world: World) -> Order:
    allow(world, 99999)
    return world.place()


def on_request(world: World) -> Order:
    allow(world, 99999, with_list=True)
    return world.place({(world.copier.pk, world.drum.pk): 1})


def misfit(world: World) -> Order:
    allow(world, 99999, with_list=True)
    by = world.actor(world.buyer)
    add_by_number(world.misfit, 1, world.head.pk, by=by, meant=True)
    basket = open_basket(by)
    return place(basket.key, seen=quote(basket, by=by).seen(), by=by)[0]


def below_a_floor(world: World) -> Order:
    allow(world)
    by = world.actor(world.back_office)
    set_floor(world.black.pk, amount=Decimal(8001), currency="JPY", by=by)
    return black(world)


def with_a_floor_that_does_not_compare(world: World) -> Order:
    allow(world)
    by = world.actor(world.back_office)
    set_floor(world.black.pk, amount=Decimal(1), currency="USD", by=by)
    return black(world)


def in_another_currency(world: World) -> Order:
    allow(world)
    PriceAgreement.objects.filter(customer=world.office).update(currency="EUR")
    return black(world)


def placed_before_the_rule(world: World) -> Order:
    order = black(world)
    allow(world)
    return order


def changed_since(world: World) -> Order:
    allow(world)
    order = black(world)
    allow(world, 30000)
    return order


def switched_off_since(world: World) -> Order:
    allow(world)
    order = black(world)
    forbid_confirmation(world.office.pk, by=world.actor(world.back_office))
    return order


def of_another_customer(world: World) -> Order:
    by = world.actor(world.back_office)
    allow_confirmation(world.rival_office.pk, Decimal(99999), by=by)
    return black(world)


@pytest.mark.parametrize(
    "case",
    [
        dearer_than_the_ceiling,
        one_list_price,
        on_request,
        misfit,
        below_a_floor,
        with_a_floor_that_does_not_compare,
        in_another_currency,
        placed_before_the_rule,
        changed_since,
        switched_off_since,
        of_another_customer,
    ],
)
def test_left_to_a_person(world: World, case: Callable[[World], Order]) -> None:
    order = case(world)
    told()
    assert (now(order).status, now(order).version) == (Status.PLACED, 1)
    assert not ApprovalRequest.objects.exists()
    assert not Entry.objects.filter(event=Event.ORDER_PRICE_CONFIRMED).exists()


def test_list_prices_where_the_seller_says_so(world: World) -> None:
    allow(world, 99999, with_list=True)
    order = world.place()
    assert confirm_by_rule(order.pk) and now(order).status == Status.PRICE_CONFIRMED


def test_at_the_floor_is_not_below_it(world: World) -> None:
    allow(world)
    by = world.actor(world.back_office)
    set_floor(world.black.pk, amount=Decimal(8000), currency="JPY", by=by)
    assert confirm_by_rule(black(world).pk)


def test_a_group_price_is_an_agreement(world: World) -> None:
    PriceAgreement.objects.filter(customer=world.office).update(last_day="2020-01-02")
    allow(world)
    assert confirm_by_rule(black(world, 1).pk)


def test_who_has_answered_has_answered(world: World) -> None:
    allow(world, 99999)
    cancelled, asked = black(world), black(world)
    cancel(cancelled.number, "customer_wish", by=world.actor(world.buyer))
    ask(asked.number, "Which floor?", by=world.actor(world.sales))
    reply(asked.number, "The third", by=world.actor(world.buyer))
    told()
    assert now(cancelled).status == Status.CANCELLED
    assert now(asked).status == Status.PLACED  # a talk was begun, so a person ends it


def test_another_ceiling_is_another_rule_and_the_old_order_keeps_its_own(world: World) -> None:
    old = allow(world)
    order = black(world)
    confirm_by_rule(order.pk)
    assert allow(world) == old  # nothing changed
    new = allow(world, 30000)
    old.refresh_from_db()
    assert new != old and old.ended_at is not None and old.ended_by == world.back_office
    assert now(order).confirmed_rule == old
    forbid_confirmation(world.office.pk, by=world.actor(world.back_office))
    forbid_confirmation(world.office.pk, by=world.actor(world.back_office))
    assert not ConfirmationRule.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize("ceiling", ["0", "-5", "10.5"])
def test_what_is_no_ceiling(world: World, ceiling: str) -> None:
    with pytest.raises(ValidationError) as refused:
        allow(world, ceiling)
    assert list(refused.value.error_dict) == ["ceiling"]
    assert not ConfirmationRule.objects.exists()


@pytest.mark.parametrize("who", ["sales", "buyer", "desk", "rival_back_office"])
def test_strangers_allow_nothing(world: World, who: str) -> None:
    by = world.actor(getattr(world, who))
    with pytest.raises((NotAllowed, Customer.DoesNotExist)):
        allow_confirmation(world.office.pk, Decimal(1), by=by)
    allow(world)
    with pytest.raises((NotAllowed, Customer.DoesNotExist)):
        forbid_confirmation(world.office.pk, by=by)
    assert ConfirmationRule.objects.filter(ended_at=None).exists()


def test_the_database_wants_a_person_or_a_rule_not_both(world: World) -> None:
    rule, order = allow(world), black(world)
    confirm_by_rule(order.pk)
    for wrong in (
        {"confirmed_by": world.sales},
        {"confirmed_rule": None},
        {"confirmed_at": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Order.objects.filter(pk=order.pk).update(**wrong)
    assert now(order).confirmed_rule == rule


def test_placing_costs_no_statement_more(world: World, django_assert_max_num_queries: Any) -> None:
    allow(world)
    pairs = {(world.copier.pk, i.pk): 1 for i in (world.black, world.cyan, world.drum)}
    key, seen = world.reviewed(pairs)
    by = world.actor(world.buyer)
    with django_assert_max_num_queries(9):  # two of them frame it
        place(key, seen=seen, by=by)
