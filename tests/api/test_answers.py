"""Answering: approve and cancel, twice, late, stale; who did it is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.api.conftest import Program, kept, now, problem, yes
from tests.world import World
from tonerloop.journal.models import Entry
from tonerloop.manufacturers.models import InboundMessage
from tonerloop.orders.actions import approve, cancel, confirm_price, ship
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.programs.models import ApiKey

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def no(**more: Any) -> dict[str, Any]:
    return {"answer": "cancelled", "reason": "discontinued", "text": "Replaced", **more}


def test_approved(asked: Order, program: Program) -> None:
    found = program.answer(asked, **yes(asked, version=asked.version)).json()
    assert (found["status"], found["outcome"], found["reference"]) == (
        "approved",
        "approved",
        "C-7",
    )
    assert [line["approved_quantity"] for line in found["lines"]] == [2, 1]
    assert now(asked).promised_date == asked.expected_date


def test_cancelled(asked: Order, program: Program) -> None:
    found = program.answer(asked, **no()).json()
    assert (found["status"], found["outcome"]) == ("cancelled", "cancelled")
    order = now(asked)
    assert (order.cancelled_side, order.cancel_reason, order.cancel_text) == (
        "manufacturer",
        "discontinued",
        "Replaced",
    )


def test_a_day_later_than_agreed_waits_for_the_buyer(world: World, program: Program) -> None:
    order = world.place()
    wished = timezone.now().date() + 5 * DAY
    Order.objects.filter(pk=order.pk).update(agreed_date=wished)
    order = confirm_price(order.number, by=world.actor(world.sales))
    later = yes(order, promised_date=(wished + 3 * DAY).isoformat())
    first, second = program.answer(order, **later), program.answer(order, **later)
    assert first.json()["status"] == second.json()["status"] == "waiting_for_buyer"
    assert order.proposals.count() == 1


# --- twice


@pytest.mark.parametrize("say", [yes, lambda _order: no()], ids=["yes", "no"])
def test_the_same_answer_twice_is_one_answer(asked: Order, program: Program, say: Any) -> None:
    first, entries = program.answer(asked, **say(asked)), Entry.objects.count()
    second = program.answer(asked, **say(asked))
    assert first.status_code == second.status_code == 200
    assert first.content == second.content
    assert Entry.objects.count() == entries


def test_the_same_answer_counts_once_though_its_version_is_old(
    asked: Order, program: Program
) -> None:
    said = yes(asked, version=asked.version)
    assert program.answer(asked, **said).status_code == 200
    assert program.answer(asked, **said).status_code == 200


@pytest.mark.parametrize(
    "second",
    [
        {"reference": "C-8"},
        {"promised_date": "later"},
        {"answer": "cancelled", "reason": "discontinued"},
    ],
)
def test_a_different_second_answer_names_the_orders_status(
    world: World, approved: Order, program: Program, second: dict[str, str]
) -> None:
    ship(approved.number, {1: 1}, by=world.actor(world.desk))
    said = yes(approved, reference="C-1") | second
    if said["promised_date"] == "later":
        said["promised_date"] = (approved.expected_date + DAY).isoformat()
    if said["answer"] == "cancelled":
        said = {"answer": "cancelled", "reason": "discontinued"}
    before = now(approved)
    found = problem(program.answer(approved, **said), 409)
    assert found["order_status"] == "partly_shipped"
    assert "nothing was changed" in found["detail"]
    order = now(approved)
    assert (order.version, order.manufacturer_reference) == (before.version, "C-1")


def test_a_no_after_a_yes_is_a_cancellation_before_the_shipment(
    approved: Order, program: Program
) -> None:
    assert program.answer(approved, **no()).json()["status"] == "cancelled"


def test_a_yes_after_a_no_is_refused(asked: Order, program: Program) -> None:
    program.answer(asked, **no())
    assert problem(program.answer(asked, **yes(asked)), 409)["order_status"] == "cancelled"


def test_another_reason_after_a_no_is_refused(asked: Order, program: Program) -> None:
    program.answer(asked, **no())
    problem(program.answer(asked, **no(reason="out_of_stock")), 409)
    assert now(asked).cancel_reason == "discontinued"


# --- late and stale


def test_an_answer_after_the_buyers_cancellation_changes_nothing(
    world: World, asked: Order, program: Program
) -> None:
    order = cancel(asked.number, "duplicate", by=world.actor(world.buyer))
    for said in (yes(asked), no(), no(reason="other", text="x")):
        found = problem(program.answer(asked, **said), 409)
        assert found["order_status"] == "cancelled"
        assert kept().outcome == InboundMessage.Outcome.REFUSED
    assert now(asked).version == order.version
    assert now(asked).cancelled_side == "buyer"


def test_an_answer_to_another_version_is_refused(asked: Order, program: Program) -> None:
    found = problem(program.answer(asked, **yes(asked, version=asked.version + 1)), 409)
    assert found["order_status"] == "price_confirmed"
    assert now(asked).status == Status.PRICE_CONFIRMED


def test_an_answer_after_the_desks_own_is_refused(
    world: World, asked: Order, program: Program
) -> None:
    approve(asked.number, asked.expected_date, "By hand", by=world.actor(world.desk))
    problem(program.answer(asked, **yes(asked)), 409)
    assert now(asked).manufacturer_reference == "By hand"


@pytest.mark.parametrize("day", ["2020-01-01", "9999-12-31", "0001-01-01"])
def test_a_day_that_cannot_be_is_refused(asked: Order, program: Program, day: str) -> None:
    found = problem(program.answer(asked, **yes(asked, promised_date=day)), 422)
    assert [error["field"] for error in found["errors"]] == ["promised_date"]
    assert now(asked).status == Status.PRICE_CONFIRMED
    assert (kept().outcome, kept().order_number) == ("refused", asked.number)


# --- what is kept and told


def test_what_came_is_kept_with_what_became_of_it(asked: Order, program: Program) -> None:
    program.answer(asked, **yes(asked))
    message = kept()
    assert (message.outcome, message.order_number, message.error) == (
        "applied",
        asked.number,
        "",
    )
    assert '"reference": "C-7"' in message.body and message.path.endswith("/answer")


def test_the_timeline_says_that_a_program_answered(
    world: World, asked: Order, program: Program
) -> None:
    program.answer(asked, **yes(asked))
    key, entry = ApiKey.objects.get(), Entry.objects.latest("pk")
    told = (entry.person_id, entry.key, entry.role)
    assert told == (world.desk.pk, key.prefix, "order_desk")
    buyer = Client()
    buyer.force_login(world.buyer)
    page = buyer.get(f"/order/orders/{asked.number}/").content.decode()
    assert "Program Order software, Canon" in page


def test_the_key_says_when_it_was_last_used(asked: Order, program: Program) -> None:
    assert ApiKey.objects.get().last_used_at is None
    program.answer(asked, **yes(asked))
    assert ApiKey.objects.get().last_used_at is not None
