"""The desk answers line by line."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.web.manufacturer.conftest import at, logged_in, now, seen
from tests.world import World
from tonerloop.orders.actions import LineSaid, answer_lines, approve, confirm_price
from tonerloop.orders.models import LineAnswer, Order
from tonerloop.orders.states import Status
from tonerloop.outbound.unusual import unusual

pytestmark = pytest.mark.django_db
Kind = LineAnswer.Kind


def typed(order: Order, **more: Any) -> dict[str, str]:
    """What the form sends: both lines accepted, unless told otherwise (`quantity_1` for line 1)."""
    facts = {"promised_date": order.expected_date.isoformat(), "reference": "AB-1"}
    for at_line, pieces in ((1, "2"), (2, "1")):
        facts |= {f"kind-{at_line}": "accepted", f"quantity-{at_line}": pieces}
    changed = {name.replace("_1", "-1").replace("_2", "-2"): str(v) for name, v in more.items()}
    return seen(order, **{**facts, **changed})


def post(desk: Client, order: Order, **more: Any) -> Any:
    return desk.post(at("lines", order), typed(order, **more), follow=True)


def test_the_form_offers_each_line(asked: Order, desk: Client) -> None:
    assert at("lines", asked) in desk.get(at("order", asked)).content.decode()
    page = desk.get(at("lines", asked)).content.decode()
    assert "2 × " in page and "NPG-67-BK-L" in page  # the substitute
    assert "8,000" not in page and "5,000" in page  # the purchase price, never the customer's
    assert page.count('value="accepted"') == 2


def test_all_accepted(asked: Order, desk: Client) -> None:
    page = post(desk, asked).content.decode()
    assert "Buyer and seller are told." in page
    order = now(asked)
    assert (order.status, order.manufacturer_reference) == (Status.APPROVED, "AB-1")


def test_one_now_the_other_later(asked: Order, desk: Client) -> None:
    page = post(desk, asked, kind_2="later").content.decode()
    assert "You have answered 1 of 2 lines." in page
    assert "Approve what is open" in page
    assert "1 answered" in desk.get(at("requests")).content.decode()
    page = desk.get(at("lines", asked)).content.decode()
    assert 'name="kind-1"' not in page and 'name="kind-2"' in page
    post(desk, now(asked))
    assert now(asked).status == Status.APPROVED


def test_changed_and_rejected_ask_the_buyer(world: World, asked: Order, desk: Client) -> None:
    more = {"kind_1": "changed", "quantity_1": "１", "kind_2": "rejected"}
    page = post(
        desk, asked, **more, reason_2="discontinued", text_2="No more made"
    ).content.decode()
    assert "waits for the buyer’s yes to what you changed" in page
    buyer = logged_in(world.buyer).get(f"/order/orders/{asked.number}/").content.decode()
    part = buyer[buyer.index('id="proposal"') :]
    assert re.search(r"2 × NPG-67-BK.*?<b>1</b> × NPG-67-BK", part, re.DOTALL)
    assert "Cannot be delivered" in part and "No more made" in part
    assert part.count('name="declined"') == 1  # not the lost one
    assert "Decline and cancel the order" in part
    assert "8,800" in part  # the total then: one black with its tax
    assert "5,000" not in buyer  # the purchase price


def test_what_is_not_chosen_is_not_said(asked: Order, desk: Client) -> None:
    """Without scripts all fields are there; only those of the chosen answer count."""
    other = {"reason_1": "?", "text_1": "no", "purchase_price_1": "much", "promised_date_1": "soon"}
    post(desk, asked, quantity_1="1", **other)
    assert now(asked).status == Status.APPROVED
    assert now(asked).lines.get(position=1).approved_quantity == 2


def test_a_dearer_price_is_the_sellers(world: World, asked: Order, desk: Client) -> None:
    page = post(
        desk,
        asked,
        kind_1="changed",
        purchase_price_1="6,150",
        kind_2="rejected",
        reason_2="out_of_stock",
    ).content.decode()
    assert "The seller decides about the purchase price" in page
    office = logged_in(world.back_office).get(f"/seller/orders/{asked.number}/").content.decode()
    assert "Canon asks a higher purchase price." in office
    assert "JP¥5,000 → JP¥6,150" in office
    listed = logged_in(world.sales).get("/sales/").content.decode()
    assert "Sent back by the manufacturer" in listed
    assert "Sent back by the manufacturer" in [one.words for one in unusual(now(asked))]
    phone = logged_in(world.sales).get(f"/sales/{asked.number}/").content.decode()
    assert "Canon asks a higher purchase price." in phone
    buyer = logged_in(world.buyer).get(f"/order/orders/{asked.number}/").content.decode()
    assert "gave the order back to the seller" in buyer
    assert "6,150" not in buyer and "5,000" not in buyer
    confirm_price(asked.number, by=world.actor(world.sales))
    again = desk.get(at("lines", asked)).content.decode()  # what was said before is typed already
    assert 'value="6150"' in again and 'value="out_of_stock" selected' in again


def test_many_approved_at_once_say_what_else_came_of_one(asked: Order, desk: Client) -> None:
    post(desk, asked, kind_1="changed", quantity_1="1", kind_2="later")
    chosen = {"number": f"{asked.number}:{now(asked).version}"}
    page = desk.post(at("approve_many"), chosen, follow=True).content.decode()
    assert "waits for the buyer’s yes to what you changed" in page
    assert "order approved" not in page
    assert now(asked).status == Status.WAITING


def test_the_seller_sees_what_is_answered_the_buyer_not_yet(
    world: World, asked: Order, desk: Client
) -> None:
    post(desk, asked, kind_1="changed", quantity_1="1", kind_2="later")
    for who, address in ((world.back_office, "seller/orders"), (world.sales, "sales")):
        page = logged_in(who).get(f"/{address}/{asked.number}/").content.decode()
        assert "Canon has answered 1 of 2 lines." in page
        assert "1 of 2 pieces" in page
    buyer = logged_in(world.buyer).get(f"/order/orders/{asked.number}/").content.decode()
    assert "1 of 2" not in buyer and "line by line" not in buyer


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"promised_date": ""}, "Choose the day on which the goods arrive."),
        ({"promised_date": "2020-01-01"}, "This day has passed."),
        ({"kind_1": "perhaps"}, "Select a valid choice"),
        ({"kind_1": ""}, "This field is required."),
        ({"kind_1": "changed", "quantity_1": "3"}, "Type a number from 1 to 2"),
        ({"kind_1": "changed", "quantity_1": "0"}, "Type how many, or reject the line."),
        ({"kind_1": "changed", "quantity_1": "1.5"}, "Type a whole number."),
        ({"kind_1": "changed", "purchase_price_1": "much"}, "Type a price such as"),
        ({"kind_1": "changed", "purchase_price_1": "60.5"}, "Type a price such as"),
        ({"kind_1": "changed", "promised_date_1": "soon"}, "Type a day such as"),
        ({"kind_1": "changed", "promised_date_1": "2020-01-01"}, "This day has passed."),
        ({"kind_1": "changed", "substitute_1": "TK-3160"}, "does not fit the same machine"),
        ({"kind_1": "changed", "substitute_1": "NPG-67-BK-L"}, "Name the purchase price"),
        ({"kind_1": "rejected"}, "Choose a reason."),
        ({"kind_1": "rejected", "reason_1": "other"}, "Say in a few words why."),
        ({"kind_1": "rejected", "reason_1": "other", "text_1": "\x07"}, "cannot be printed"),
        ({"kind_1": "later", "kind_2": "later"}, "Answer at least one line."),
    ],
)
def test_errors_stand_beside_their_field_and_nothing_typed_is_lost(
    asked: Order, desk: Client, more: dict[str, str], said: str
) -> None:
    answer = post(desk, asked, **more, text_2="kept words")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page and "kept words" in page and 'value="AB-1"' in page
    assert not LineAnswer.objects.exists() and now(asked).version == asked.version


def test_a_stale_page_is_told(world: World, asked: Order, desk: Client) -> None:
    day = timezone.now().date() + timedelta(days=4)
    said = {1: LineSaid(kind=Kind.ACCEPTED, promised_date=day)}
    answer_lines(asked.number, said, by=world.actor(world.desk))
    other = post(desk, asked, kind_1="rejected", reason_1="other", text_1="x")
    assert other.status_code == 409
    assert LineAnswer.objects.count() == 1


def test_a_closed_request_has_no_form(world: World, asked: Order, desk: Client) -> None:
    approve(asked.number, asked.expected_date, by=world.actor(world.desk))
    assert desk.get(at("lines", asked)).status_code == 302
    assert post(desk, asked).status_code == 409


def test_a_rival_finds_nothing(world: World, asked: Order) -> None:
    rival = logged_in(world.rival_desk)
    assert rival.get(at("lines", asked)).status_code == 404
    assert rival.post(at("lines", asked), typed(asked)).status_code == 404
    assert not LineAnswer.objects.exists()
