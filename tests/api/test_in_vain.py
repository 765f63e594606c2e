"""What a program sent without effect stands on the timeline of those whom it concerns."""

import pytest
from django.test import Client

from tests.api.conftest import Program, now, yes
from tests.world import World
from tonerloop.manufacturers.actions import forget
from tonerloop.manufacturers.models import InboundMessage
from tonerloop.orders.actions import cancel
from tonerloop.orders.models import Order
from tonerloop.outbound.following import TURNED_DOWN
from tonerloop.web.shared.timeline import with_refusals

pytestmark = pytest.mark.django_db
IN_VAIN = "sent a message that had no effect"


@pytest.fixture
def late(world: World, asked: Order, program: Program, rival: Program) -> Order:
    """Cancelled; then three messages come: one too late, one that is none, one of a stranger."""
    cancel(asked.number, "duplicate", by=world.actor(world.buyer))
    assert program.answer(asked, **yes(asked)).status_code == 409
    assert program.answer(asked, colour="cyan").status_code == 422
    assert rival.answer(asked, **yes(asked)).status_code == 404
    return now(asked)


def told(order: Order, world: World, who: str) -> list[tuple[str, str, str]]:
    items = with_refusals(order, world.actor(getattr(world, who)))
    return [(one.who, one.what, one.detail) for one in items if IN_VAIN in one.what]


def test_the_desk_and_the_seller_read_it(world: World, late: Order) -> None:
    refused, unreadable = told(late, world, "desk")
    assert refused[:2] == ("Program Order software, Canon", f"{IN_VAIN}: refused")
    assert "cancelled" in refused[2]
    assert unreadable[1] == f"{IN_VAIN}: could not be read" and "colour" in unreadable[2]
    at_the_seller = [(who, what, "") for who, what, _detail in (refused, unreadable)]
    assert told(late, world, "back_office") == at_the_seller


@pytest.mark.parametrize("who", ["buyer", "sales"])
def test_others_do_not(world: World, late: Order, who: str) -> None:
    assert told(late, world, who) == []


def test_it_stands_where_it_came_and_on_the_screen(world: World, late: Order) -> None:
    whole = with_refusals(late, world.actor(world.back_office))
    assert [one.at for one in whole] == sorted(one.at for one in whole)
    assert IN_VAIN in whole[-1].what
    client = Client()
    client.force_login(world.desk)
    page = client.get(f"/desk/orders/{late.number}/", follow=True)
    assert IN_VAIN in page.content.decode()


def test_programs_read_it_too(late: Order, office: Program, buyer: Program) -> None:
    found = office.get(f"/orders/{late.number}/timeline").json()["items"]
    assert [one["event"] for one in found][-2:] == ["message.refused", "message.unreadable"]
    assert found[-1]["program"] == "Order software" and found[-1]["facts"] == {}
    assert "message." not in buyer.get(f"/orders/{late.number}/timeline").content.decode()


def test_a_program_that_goes_on_and_on_fills_no_page(
    world: World, late: Order, program: Program
) -> None:
    for _turn in range(TURNED_DOWN):
        program.answer(late, colour="red")
    shown = told(late, world, "desk")
    assert len(shown) == TURNED_DOWN and all("colour" in one[2] for one in shown)


def test_how_it_was_written_is_forgotten_after_400_days_and_that_it_came_is_not(
    world: World, late: Order
) -> None:
    from datetime import timedelta

    from django.utils import timezone

    count = InboundMessage.objects.count()
    assert forget(timezone.now() + timedelta(days=399)) == 0
    assert forget(timezone.now() + timedelta(days=401)) == count == 3
    assert set(InboundMessage.objects.values_list("body", flat=True)) == {""}
    assert len(told(late, world, "desk")) == 2
