"""The demo's open orders go on with the real verbs, from wherever they wait."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tonerloop.common.actor import Actor
from tonerloop.orders import actions
from tonerloop.orders.floors import as_they_stand, short_of_floor
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.orders.substitutes import is_substitute
from tonerloop.parties.actor import actor_of, current_membership
from tonerloop.parties.models import Membership, Person
from tonerloop.pricing.models import ConfirmationRule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_data")]


def actor(person: Person, customer_id: int | None = None) -> Actor:
    """The person's actor, for one customer where they order for several."""
    own = Membership.objects.filter(person=person)
    chosen = own.filter(customer_id=customer_id).first() if customer_id else own.first()
    assert chosen is not None
    membership = current_membership(person.pk, chosen.pk)
    assert membership is not None
    return actor_of(membership)


def desk_of(order: Order) -> Actor:
    """Somebody at the order's manufacturer."""
    found = Membership.objects.filter(manufacturer_id=order.manufacturer_id).first()
    assert found is not None
    return actor(found.person)


def orders_in(status: Status) -> list[Order]:
    """The open orders in this status."""
    found = list(Order.objects.filter(status=status).select_related("customer__salesperson"))
    assert found
    return found


def test_placed_ones_are_confirmed_or_want_a_price() -> None:
    below = 0
    for order in orders_in(Status.PLACED):
        by = actor(order.customer.salesperson)
        missing = order.lines.filter(unit_price=None)
        if missing:
            with pytest.raises(actions.Refused):
                actions.confirm_price(order.number, by=by)
        else:
            meant = bool(short_of_floor(order, as_they_stand(order.lines.all())))
            below += meant
            confirmed = actions.confirm_price(order.number, by=by, below_floor=meant)
            assert confirmed.status == Status.PRICE_CONFIRMED
    assert below  # one at least is to be seen
    assert Order.objects.filter(status=Status.PLACED, lines__unit_price=None).exists()


def test_buyers_answer_what_waits_for_them() -> None:
    for order in orders_in(Status.WAITING):
        by = actor(order.placed_by, order.customer_id)
        proposal = order.proposals.get(answered_at=None)
        if proposal.is_question:
            assert actions.reply(order.number, "Yes.", by=by).status == Status.PLACED
        else:
            expected = Status.APPROVED if proposal.new_date else Status.PRICE_CONFIRMED
            assert actions.accept_change(order.number, by=by).status == expected


def test_a_proposed_substitute_is_one() -> None:
    for order in orders_in(Status.WAITING):
        for proposal in order.proposals.filter(answered_at=None):
            for change in proposal.lines.all():
                if change.new_consumable_id != change.old_consumable_id:
                    assert is_substitute(change.line, change.new_consumable_id, order)
                    return
    pytest.fail("no order waits with a substitute")


def test_desks_approve_ship_and_buyers_confirm() -> None:
    soon = timezone.now().date() + timedelta(days=2)
    for order in orders_in(Status.PRICE_CONFIRMED):
        approved = actions.approve(order.number, soon, "X-1", by=desk_of(order))
        assert approved.status == Status.APPROVED
    for order in [*orders_in(Status.APPROVED), *orders_in(Status.PARTLY_SHIPPED)]:
        left = {n.position: n.approved_quantity - n.shipped_quantity for n in order.lines.all()}
        assert actions.ship(order.number, left, by=desk_of(order)).status == Status.SHIPPED
    for order in orders_in(Status.SHIPPED):
        by = actor(order.placed_by, order.customer_id)
        assert actions.report_delivery(order.number, by=by).status == Status.DELIVERED


def test_what_was_delivered_can_come_back() -> None:
    delivered = Order.objects.filter(status=Status.DELIVERED)
    order = delivered.filter(lines__position=1, lines__returned_quantity=0)[0]
    by = actor(order.customer.salesperson)
    actions.record_returns(order.number, {1: 1}, "damaged", by=by)
    assert order.lines.get(position=1).returned_quantity == 1


def test_rules_have_confirmed_prices() -> None:
    by_rule = Order.objects.filter(confirmed_rule__isnull=False)
    assert {order.customer_id for order in by_rule} == {
        rule.customer_id for rule in ConfirmationRule.objects.all()
    }
