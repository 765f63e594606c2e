"""The server's own yes to the prices of a new order, where the seller lets it (ORD-16)."""

from collections.abc import Iterable

from django.db import transaction

from tonerloop.common.actor import Actor, Role
from tonerloop.journal.events import Event
from tonerloop.orders.actions.answering import open_request
from tonerloop.orders.actions.common import lines_of, tell
from tonerloop.orders.floors import floor_on, floors_of
from tonerloop.orders.models import Order, OrderLine
from tonerloop.orders.states import Status
from tonerloop.pricing.models import ConfirmationRule

RULE = Actor(role=Role.RULE, rule="price-confirmation")


def may_confirm(customer_ids: Iterable[int]) -> set[int]:
    """Those of the customers that have a rule, few; one small query that locks nothing."""
    held = ConfirmationRule.objects.filter(customer_id__in=customer_ids, ended_at=None)
    return set(held.values_list("customer_id", flat=True))


@transaction.atomic
def confirm_by_rule(order_id: int) -> bool:
    """Confirm a new order's prices by the customer's rule; False where a person has to decide.

    Runs once an order is placed, never within: nothing about it can spoil the buyer's
    confirmation. Whoever has answered meanwhile, a salesperson or the buyer, has answered.
    """
    placed = Order.objects.locked_for(RULE).filter(pk=order_id, status=Status.PLACED, version=1)
    order = placed.select_related("seller", "customer", "manufacturer").first()
    rule = _rule_of(order) if order else None
    if order is None or rule is None or not covers(rule, order, lines_of(order)):
        return False
    open_request(order, by=RULE, rule=rule)
    tell(Event.ORDER_PRICE_CONFIRMED, order, by=RULE)
    return True


def _rule_of(order: Order) -> ConfirmationRule | None:
    """The rule that was in force when the order was placed and still is."""
    rules = ConfirmationRule.objects.select_for_update(of=("self",))
    held = rules.filter(customer_id=order.customer_id, ended_at=None)
    return held.filter(set_at__lte=order.placed_at).first()


def covers(rule: ConfirmationRule, order: Order, lines: list[OrderLine]) -> bool:
    """True if the rule reaches this order: its total, its currency and every one of its lines."""
    if order.currency != rule.currency or order.total > rule.ceiling:
        return False
    floors = floors_of(order, {line.consumable_id for line in lines})

    def clear(line: OrderLine) -> bool:
        """A fitting item at an agreed price that no floor, in whatever currency, speaks against."""
        if line.unit_price is None or not line.fits or line.price_from not in rule.levels:
            return False
        floor = floor_on(line, line.consumable_id, floors)
        if floor is None:
            return True
        same = floor.currency == order.currency
        return same and not floor.is_above(line.unit_price, order.currency)

    return all(clear(line) for line in lines)
