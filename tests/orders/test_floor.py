"""Below the floor: said deliberately or refused, and never learnt by anybody but the seller."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tests.outbound.post import told
from tests.world import World
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders.actions import (
    Changes,
    LineSaid,
    accept_change,
    answer_lines,
    approve,
    confirm_price,
    propose,
)
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import ApprovalRequest, LineAnswer, Order
from tonerloop.orders.states import Status
from tonerloop.orders.unusual import look_at
from tonerloop.outbound.mail.writing import WRITERS
from tonerloop.outbound.models import Message
from tonerloop.pricing.guarding import set_floor
from tonerloop.pricing.models import PurchasePrice
from tonerloop.programs.keys import create_key
from tonerloop.web.shared.timeline import timeline

pytestmark = pytest.mark.django_db
FLOOR = Decimal(8642)  # black is sold at 8,000
SECRETS = ("8642", "8,642", "floor", "Floor")


@pytest.fixture
def order(world: World) -> Order:
    by = world.actor(world.back_office)
    set_floor(world.black.pk, amount=FLOOR, currency="JPY", by=by)
    return world.place()


def below() -> int:
    return Entry.objects.filter(event=Event.ORDER_BELOW_FLOOR).count()


@pytest.mark.parametrize("who", ["sales", "deputy", "back_office"])
def test_the_plain_yes_is_refused(world: World, order: Order, who: str) -> None:
    with pytest.raises(Refused) as refused:
        confirm_price(order.number, by=world.actor(getattr(world, who)))
    assert refused.value.field == "below_floor"
    assert "NPG-67-BK" in refused.value.message
    order.refresh_from_db()
    assert (order.status, order.version) == (Status.PLACED, 1)
    assert not ApprovalRequest.objects.exists() and not below()


def test_meant_it_holds_and_is_kept_for_the_seller(world: World, order: Order) -> None:
    sales = world.actor(world.sales)
    confirmed = confirm_price(order.number, by=sales, below_floor=True)
    assert confirmed.status == Status.PRICE_CONFIRMED
    entry = Entry.objects.get(event=Event.ORDER_BELOW_FLOOR)
    assert entry.audience == ["seller"]
    assert entry.data == {"lines": [{"part": "NPG-67-BK", "price": "8000.00", "floor": "8642"}]}
    read = [item.detail for item in timeline(confirmed, sales)]
    assert "NPG-67-BK: JP¥8,000, floor JP¥8,642" in read


def test_meaning_it_needlessly_tells_nothing(world: World, order: Order) -> None:
    prices = {order.lines.get(consumable=world.black).pk: Decimal(8642)}
    propose(order.number, Changes(prices=prices), by=world.actor(world.sales), below_floor=True)
    assert not below()


def test_other_terms_are_guarded_as_they_would_be(world: World, order: Order) -> None:
    sales, line = world.actor(world.sales), order.lines.get(consumable=world.black).pk
    cyan = order.lines.get(consumable=world.cyan).pk
    for changes in (
        Changes(prices={line: Decimal(8641)}),
        Changes(prices={cyan: Decimal(11000)}),  # black stays where it is
    ):
        with pytest.raises(Refused):
            propose(order.number, changes, by=sales)
    assert Order.objects.get().status == Status.PLACED
    assert (
        propose(order.number, Changes(prices={line: Decimal(8642)}), by=sales).status
        == Status.WAITING
    )


def test_a_substitute_is_held_against_its_own_floor(world: World, order: Order) -> None:
    by, line = world.actor(world.back_office), order.lines.get(consumable=world.black).pk
    set_floor(world.other_black.pk, amount=Decimal(9000), currency="JPY", by=by)
    dear = {line: Decimal(8900)}
    changes = Changes(prices=dear, substitutes={line: world.other_black.pk})
    with pytest.raises(Refused):
        propose(order.number, changes, by=by)
    propose(order.number, changes, by=by, below_floor=True)
    # The buyer's yes asks nothing more: the seller has meant it.
    accepted = accept_change(order.number, by=world.actor(world.buyer))
    assert accepted.status == Status.PRICE_CONFIRMED


def test_another_currency_does_not_compare(world: World, order: Order) -> None:
    by = world.actor(world.back_office)
    set_floor(world.black.pk, amount=Decimal(9_999), currency="USD", by=by)
    assert confirm_price(order.number, by=by).status == Status.PRICE_CONFIRMED


def test_a_percentage_goes_over_the_purchase_price_that_is_asked_now(
    world: World, order: Order
) -> None:
    """Black is sold at 8,000 and bought at 5,000, then at 6,002."""
    office = world.actor(world.back_office)
    set_floor(world.black.pk, percent=Decimal("33.3"), by=office)
    confirm_price(order.number, by=office)
    day, kind = order.expected_date, LineAnswer.Kind
    dearer = LineSaid(kind=kind.CHANGED, promised_date=day, price=Decimal(6002), currency="JPY")
    yes = LineSaid(kind=kind.ACCEPTED, promised_date=day)
    order = answer_lines(order.number, {1: dearer, 2: yes}, by=world.actor(world.desk))
    [look, _cyan] = look_at(order, list(order.lines.all()))
    assert look.floor and look.floor.amount == Decimal(8001)  # 8,000.666 upwards
    with pytest.raises(Refused) as refused:
        confirm_price(order.number, by=office)
    assert refused.value.field == "below_floor"
    confirm_price(order.number, by=office, below_floor=True)
    told = Entry.objects.get(event=Event.ORDER_BELOW_FLOOR).data["lines"]
    assert told == [{"part": "NPG-67-BK", "price": "8000.00", "floor": "8001"}]


def substituted(order: Order, **more: Any) -> list[dict[int, LineSaid]]:
    """Line 1 with the large black one, line 2 as asked for."""
    kind, day = LineAnswer.Kind, order.expected_date
    other = LineSaid(kind=kind.CHANGED, promised_date=day, substitute="NPG-67-BK-L", **more)
    return [{1: other, 2: LineSaid(kind=kind.ACCEPTED, promised_date=day)}]


@pytest.mark.parametrize(
    ("floor", "cost"),
    [
        ({"amount": Decimal(8001), "currency": "JPY"}, Decimal(5000)),
        ({"percent": Decimal(61)}, Decimal(5000)),  # over the price that is asked: 8,050
    ],
)
def test_a_manufacturers_substitute_below_its_own_floor_is_the_sellers_to_answer(
    world: World, client: Client, floor: dict[str, Any], cost: Decimal
) -> None:
    """Black is sold at 8,000; the substitute costs as much and is floored higher."""
    office, desk = world.actor(world.back_office), world.actor(world.desk)
    order = confirm_price(world.place().number, by=office)
    set_floor(world.other_black.pk, **floor, by=office)
    [said] = substituted(order, price=cost, currency="JPY")
    order = answer_lines(order.number, said, by=desk)
    assert order.status == Status.PLACED and not order.proposals.exists()
    assert not Entry.objects.filter(event=Event.ORDER_CHANGE_PROPOSED).exists()
    client.force_login(world.sales)
    page = client.get(f"/sales/{order.number}/").content.decode()
    assert 'name="below_floor"' in page
    with pytest.raises(Refused) as refused:
        confirm_price(order.number, by=world.actor(world.sales))
    assert refused.value.field == "below_floor"
    client.post(f"/sales/{order.number}/confirm/", {"below_floor": "1", "version": order.version})
    assert below() == 1
    # What the seller has meant goes on to the buyer, however often it is said.
    assert answer_lines(order.number, said, by=desk).status == Status.WAITING
    accepted = accept_change(order.number, by=world.actor(world.buyer))
    assert accepted.status == Status.APPROVED


def test_at_the_substitutes_floor_the_buyer_is_asked_at_once(world: World) -> None:
    office = world.actor(world.back_office)
    order = confirm_price(world.place().number, by=office)
    set_floor(world.other_black.pk, amount=Decimal(8000), currency="JPY", by=office)
    [said] = substituted(order, price=Decimal(5000), currency="JPY")
    order = answer_lines(order.number, said, by=world.actor(world.desk))
    assert order.status == Status.WAITING


def test_a_meant_substitute_at_a_price_that_lifts_its_floor_is_asked_again(world: World) -> None:
    office, desk = world.actor(world.back_office), world.actor(world.desk)
    set_floor(world.other_black.pk, percent=Decimal(100), by=office)
    order = confirm_price(world.place().number, by=office)
    [said] = substituted(order, price=Decimal(4500), currency="JPY")
    answer_lines(order.number, said, by=desk)
    confirm_price(order.number, by=office, below_floor=True)
    [dearer] = substituted(order, price=Decimal(4900), currency="JPY")
    assert answer_lines(order.number, dearer, by=desk).status == Status.PLACED


def test_the_manufacturer_does_not_learn_that_a_floor_sent_it_back(
    world: World, client: Client
) -> None:
    office = world.actor(world.back_office)
    order = confirm_price(world.place().number, by=office)
    set_floor(world.other_black.pk, amount=FLOOR, currency="JPY", by=office)
    [said] = substituted(order, price=Decimal(5000), currency="JPY")
    answer_lines(order.number, said, by=world.actor(world.desk))
    for person, path in ((world.desk, "desk"), (world.buyer, "order")):
        client.force_login(person)
        text = client.get(f"/{path}/orders/{order.number}/").content.decode()
        assert not any(secret in text for secret in ("8642", "8,642", "our floor"))
        assert "a higher purchase price" not in text  # it asked none


def test_a_first_purchase_price_meets_a_percentage(world: World) -> None:
    """Black is sold at 8,000; what it costs was not agreed, and is 7,500 then."""
    office = world.actor(world.back_office)
    PurchasePrice.objects.filter(consumable=world.black).delete()
    set_floor(world.black.pk, percent=Decimal(10), by=office)
    order = confirm_price(world.place().number, by=office)
    kind, day = LineAnswer.Kind, order.expected_date
    first = LineSaid(kind=kind.CHANGED, promised_date=day, price=Decimal(7500), currency="JPY")
    yes = LineSaid(kind=kind.ACCEPTED, promised_date=day)
    order = answer_lines(order.number, {1: first, 2: yes}, by=world.actor(world.desk))
    assert order.status == Status.PLACED
    [look, _cyan] = look_at(order, list(order.lines.all()))
    assert look.floor and (look.floor.amount, look.floor.currency) == (Decimal(8250), "JPY")
    with pytest.raises(Refused) as refused:
        confirm_price(order.number, by=office)
    assert refused.value.field == "below_floor"


def test_nobody_else_learns_of_it(world: World, order: Order) -> None:
    key = create_key("Order software", by=world.actor(world.desk))[1]
    number = confirm_price(order.number, by=world.actor(world.sales), below_floor=True).number
    pages = {
        world.buyer: ("/order/", "/order/orders/", f"/order/orders/{number}/"),
        world.desk: ("/desk/", f"/desk/orders/{number}/"),
    }
    for person, addresses in pages.items():
        client = Client()
        client.force_login(person)
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 200
            seen = answer.content.decode().replace("3rd floor", "")
            assert not [secret for secret in SECRETS if secret in seen], address
    api = Client(headers={"authorization": f"Bearer {key}"})
    request = api.get(f"/api/v1/approval-requests/{number}")
    assert request.status_code == 200
    assert not [secret for secret in SECRETS if secret in request.content.decode()]


def test_no_mail_tells_of_it(world: World, order: Order) -> None:
    confirm_price(order.number, by=world.actor(world.sales), below_floor=True)
    day = order.expected_date
    approve(order.number, day, by=world.actor(world.desk))
    told()
    written = [
        WRITERS[message.template](message, Order.objects.get())
        for message in Message.objects.filter(channel="email").select_related("entry")
    ]
    assert len(written) == 3
    for mail in written:
        everything = f"{mail.subject} {mail.body} {mail.alternatives}".replace("3rd floor", "")
        assert not [secret for secret in SECRETS if secret in everything]
