"""The salesperson's answers and the buyer's consent."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.world import LONG_AGO, World
from tonerloop.common.actor import NotAllowed
from tonerloop.journal.models import Entry
from tonerloop.orders.actions import (
    Changes,
    accept_change,
    ask,
    cancel,
    confirm_price,
    decline_change,
    propose,
    reply,
)
from tonerloop.orders.errors import Refused, Stale
from tonerloop.orders.models import ApprovalRequest, Order
from tonerloop.orders.states import IllegalMove, LineState, Status
from tonerloop.parties.models import TaxRate
from tonerloop.pricing.models import PurchasePrice
from tonerloop.web.shared.timeline import timeline

pytestmark = pytest.mark.django_db


def line_of(order: Order, consumable: object) -> int:
    return order.lines.get(consumable=consumable).pk


def test_the_plain_yes_sends_the_request(world: World) -> None:
    order = confirm_price(world.place().number, by=world.actor(world.sales))
    assert order.status == Status.PRICE_CONFIRMED
    assert order.confirmed_by_id == world.sales.pk
    assert ApprovalRequest.objects.filter(order=order, closed_at=None).count() == 1
    assert Entry.objects.filter(event="order.price_confirmed").count() == 1


def test_a_second_yes_changes_nothing(world: World) -> None:
    number = world.place().number
    confirm_price(number, by=world.actor(world.sales))
    with pytest.raises(IllegalMove):
        confirm_price(number, by=world.actor(world.deputy))
    assert ApprovalRequest.objects.count() == 1


def test_a_stale_page_is_told(world: World) -> None:
    order = world.place()
    line = line_of(order, world.black)
    asked = ask(order.number, "Which floor?", by=world.actor(world.sales), seen_version=1)
    replied = reply(order.number, "The third", by=world.actor(world.buyer))
    assert (asked.version, replied.version) == (2, 3)
    with pytest.raises(Stale):
        confirm_price(order.number, by=world.actor(world.deputy), seen_version=1)
    changes = Changes(prices={line: Decimal(1)})
    with pytest.raises(Stale):
        propose(order.number, changes, by=world.actor(world.deputy), seen_version=2)


@pytest.mark.parametrize("who", ["other_sales", "rival_sales", "rival_back_office", "rival_buyer"])
def test_strangers_find_no_order(world: World, who: str) -> None:
    number = world.place().number
    with pytest.raises((Order.DoesNotExist, NotAllowed)):
        confirm_price(number, by=world.actor(getattr(world, who)))
    assert Order.objects.get().status == Status.PLACED


@pytest.mark.parametrize("who", ["buyer", "desk"])
def test_other_sides_may_not_confirm(world: World, who: str) -> None:
    number = world.place().number
    with pytest.raises(NotAllowed):
        confirm_price(number, by=world.actor(getattr(world, who)))


def test_a_cheaper_price_goes_on_at_once(world: World) -> None:
    order = world.place()
    changes = Changes(prices={line_of(order, world.black): Decimal(7000)})
    order = propose(order.number, changes, by=world.actor(world.sales))
    assert order.status == Status.PRICE_CONFIRMED
    assert order.subtotal == 2 * 7000 + 12000
    assert order.total == Decimal(28600)


def test_a_dearer_price_waits_for_the_buyer(world: World) -> None:
    order = world.place()
    line = line_of(order, world.black)
    changes = Changes(prices={line: Decimal(9000)}, note="New list")
    order = propose(order.number, changes, by=world.actor(world.sales))
    assert order.status == Status.WAITING
    assert order.total == 30800  # nothing is dearer before the yes
    assert order.lines.get(pk=line).state == LineState.CHANGED
    order = accept_change(order.number, by=world.actor(world.buyer))
    assert order.status == Status.PRICE_CONFIRMED
    assert order.subtotal == 2 * 9000 + 12000
    assert order.lines.get(pk=line).ordered_price == 8000


def test_a_declined_line_is_rejected_and_the_rest_goes_on(world: World) -> None:
    order = world.place()
    line = line_of(order, world.black)
    propose(order.number, Changes(prices={line: Decimal(9000)}), by=world.actor(world.sales))
    order = decline_change(order.number, by=world.actor(world.buyer))
    assert order.status == Status.PRICE_CONFIRMED
    assert order.subtotal == 12000
    assert order.lines.get(pk=line).state == LineState.REJECTED


def test_nothing_left_means_cancelled(world: World) -> None:
    order = world.place({(world.copier.pk, world.black.pk): 1})
    line = line_of(order, world.black)
    propose(order.number, Changes(prices={line: Decimal(9000)}), by=world.actor(world.sales))
    order = decline_change(order.number, by=world.actor(world.buyer))
    assert (order.status, order.cancel_reason) == (Status.CANCELLED, "declined")
    assert not ApprovalRequest.objects.exists()


def test_a_later_day_waits_and_is_agreed(world: World) -> None:
    order = world.place()
    later = order.expected_date + timedelta(days=10)
    order = propose(order.number, Changes(new_date=later), by=world.actor(world.sales))
    assert order.status == Status.WAITING
    order = accept_change(order.number, by=world.actor(world.buyer))
    assert order.agreed_date == later


def test_a_declined_day_ends_the_order(world: World) -> None:
    order = world.place()
    later = order.expected_date + timedelta(days=10)
    propose(order.number, Changes(new_date=later), by=world.actor(world.sales))
    order = decline_change(order.number, by=world.actor(world.buyer))
    assert order.status == Status.CANCELLED


def test_a_substitute_must_fit_and_waits(world: World) -> None:
    order = world.place()
    line = line_of(order, world.black)
    sales = world.actor(world.sales)
    for wrong in (world.misfit, world.cyan, world.rival_toner):
        with pytest.raises(Refused):
            propose(order.number, Changes(substitutes={line: wrong.pk}), by=sales)
    propose(order.number, Changes(substitutes={line: world.other_black.pk}), by=sales)
    order = accept_change(order.number, by=world.actor(world.buyer))
    changed = order.lines.get(pk=line)
    assert (changed.consumable, changed.substitute_for) == (world.other_black, world.black)


def test_a_line_on_request_is_priced_and_always_waits(world: World) -> None:
    order = world.place({(world.copier.pk, world.drum.pk): 1})
    sales, line = world.actor(world.sales), line_of(order, world.drum)
    with pytest.raises(Refused):
        confirm_price(order.number, by=sales)
    order = propose(order.number, Changes(prices={line: Decimal(15000)}), by=sales)
    assert order.status == Status.WAITING
    order = accept_change(order.number, by=world.actor(world.buyer))
    assert (order.status, order.total) == (Status.PRICE_CONFIRMED, Decimal(16500))


@pytest.mark.parametrize("price", ["-1", "100.5", "99999999999"])
def test_a_price_that_cannot_be(world: World, price: str) -> None:
    order = world.place()
    changes = Changes(prices={line_of(order, world.black): Decimal(price)})
    with pytest.raises(Refused):
        propose(order.number, changes, by=world.actor(world.sales))
    assert Order.objects.get().status == Status.PLACED


def test_no_change_and_a_passed_day_are_refused(world: World) -> None:
    number, sales = world.place().number, world.actor(world.sales)
    with pytest.raises(Refused):
        propose(number, Changes(note="hello"), by=sales)
    past = timezone.now().date() - timedelta(days=3)
    with pytest.raises(Refused):
        propose(number, Changes(new_date=past), by=sales)


def test_a_question_is_answered_and_comes_back(world: World) -> None:
    number = world.place().number
    order = ask(number, "Which floor?", by=world.actor(world.sales))
    assert order.status == Status.WAITING
    with pytest.raises(Refused):
        accept_change(number, by=world.actor(world.buyer))
    order = reply(number, "The third", by=world.actor(world.buyer))
    assert order.status == Status.PLACED
    assert order.proposals.get().reply == "The third"
    assert confirm_price(number, by=world.actor(world.sales)).status == Status.PRICE_CONFIRMED


def test_who_cancels_how_long(world: World) -> None:
    number = world.place().number
    with pytest.raises(Order.DoesNotExist):  # the manufacturer has not heard of it yet
        cancel(number, "wrong_price", by=world.actor(world.desk))
    confirm_price(number, by=world.actor(world.sales))
    order = cancel(number, "customer_wish", by=world.actor(world.buyer))
    assert (order.status, order.cancelled_side) == (Status.CANCELLED, "buyer")
    assert ApprovalRequest.objects.get().outcome == "withdrawn"


def test_a_reason_is_needed(world: World) -> None:
    number, buyer = world.place().number, world.actor(world.buyer)
    for reason, text in (("", ""), ("nonsense", ""), ("other", "  "), ("declined", "")):
        with pytest.raises(Refused):
            cancel(number, reason, text, by=buyer)
    assert cancel(number, "other", "Moved out", by=buyer).cancel_text == "Moved out"


def test_cancelling_while_waiting_voids_the_proposal(world: World) -> None:
    order = world.place()
    changes = Changes(prices={line_of(order, world.black): Decimal(9000)})
    propose(order.number, changes, by=world.actor(world.sales))
    cancel(order.number, "wrong_price", by=world.actor(world.sales))
    assert order.proposals.get().answer == "void"
    with pytest.raises(IllegalMove):
        accept_change(order.number, by=world.actor(world.buyer))


def told(order: Order, event: str) -> Entry:
    return Entry.objects.get(subject_kind="order", subject_id=order.pk, event=event)


def test_better_terms_are_told_between_seller_and_buyer(world: World) -> None:
    order = world.place()
    black, cyan = line_of(order, world.black), line_of(order, world.cyan)
    changes = Changes(prices={black: Decimal(7000), cyan: Decimal(13000)})
    order = propose(order.number, changes, by=world.actor(world.sales))
    assert order.status == Status.WAITING  # for the dearer one
    better = told(order, "order.terms_improved")
    assert better.audience == ["buyer", "seller"]
    assert better.data["prices"] == [{"part": "NPG-67-BK", "old": "8000.00", "new": "7000"}]
    read = [item.detail for item in timeline(order, world.actor(world.buyer))]
    assert "NPG-67-BK JP¥8,000 → JP¥7,000" in read
    assert "NPG-67-C JP¥12,000 → JP¥13,000" in read
    desk = timeline(order, world.actor(world.desk))
    assert not [item for item in desk if "NPG" in item.detail]


def test_the_same_price_again_is_no_change(world: World) -> None:
    order = world.place()
    with pytest.raises(Refused):
        propose(
            order.number,
            Changes(prices={line_of(order, world.black): Decimal(8000)}),
            by=world.actor(world.sales),
        )
    assert Order.objects.get().status == Status.PLACED


def test_a_no_to_all_that_was_proposed_is_told_as_a_no(world: World) -> None:
    order = world.place()
    line = line_of(order, world.black)
    propose(order.number, Changes(prices={line: Decimal(9000)}), by=world.actor(world.sales))
    order = decline_change(order.number, by=world.actor(world.buyer))
    assert order.status == Status.PRICE_CONFIRMED
    assert told(order, "order.change_declined").data["declined"] == 1
    assert not Entry.objects.filter(event="order.change_accepted").exists()
    assert order.proposals.get().answer == "no"


def test_a_yes_in_part_tells_how_much_was_left_out(world: World) -> None:
    order = world.place()
    black, cyan = line_of(order, world.black), line_of(order, world.cyan)
    dearer = Changes(prices={black: Decimal(9000), cyan: Decimal(13000)})
    propose(order.number, dearer, by=world.actor(world.sales))
    order = accept_change(order.number, by=world.actor(world.buyer), declined=[black])
    assert told(order, "order.change_accepted").data["declined"] == 1
    assert "1 item left out" in [i.detail for i in timeline(order, world.actor(world.sales))]


def test_a_substitute_has_its_own_purchase_price_and_tax(world: World) -> None:
    order = world.place()
    line, item = line_of(order, world.black), world.other_black
    PurchasePrice.objects.create(
        seller=world.seller,
        manufacturer=world.maker,
        consumable=item,
        currency="EUR",
        unit_price=Decimal("61.50"),
        first_day=LONG_AGO,
    )
    TaxRate.objects.create(seller=world.seller, product_class="reduced", percent=Decimal(8))
    item.product_class = "reduced"
    item.save()
    changes = Changes(prices={line: Decimal(8000)}, substitutes={line: item.pk})
    propose(order.number, changes, by=world.actor(world.sales))
    order = accept_change(order.number, by=world.actor(world.buyer))
    changed = order.lines.get(pk=line)
    assert (changed.purchase_price, changed.purchase_currency) == (Decimal("61.50"), "EUR")
    assert (changed.tax_percent, changed.fits) == (Decimal(8), True)
    assert order.tax == Decimal(1280 + 1200)


def test_only_a_changed_line_can_be_declined(world: World) -> None:
    order = world.place()
    black, cyan = line_of(order, world.black), line_of(order, world.cyan)
    dearer = Changes(prices={black: Decimal(9000)})
    propose(order.number, dearer, by=world.actor(world.sales))
    with pytest.raises(Refused, match="changed"):
        accept_change(order.number, declined=[cyan], by=world.actor(world.buyer))
    assert Order.objects.get(pk=order.pk).status == "waiting_for_buyer"
