"""Answers line by line, as a manufacturer's program sends them."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.conftest import Program, kept, now, problem, yes
from tests.world import World
from tonerloop.journal.models import Entry
from tonerloop.manufacturers.models import InboundMessage
from tonerloop.orders.actions import accept_change, confirm_price
from tonerloop.orders.models import LineAnswer, Order

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NO = {"answer": "rejected", "reason": "out_of_stock", "text": ""}


def lines(order: Order, *said: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An answer with these lines, the first being position 1 unless they name their own."""
    told = [{"position": place, **one} for place, one in enumerate(said, start=1)]
    day = order.expected_date.isoformat()
    return {"answer": "lines", "promised_date": day, "reference": "AB-1", "lines": told, **more}


def accepted(**more: Any) -> dict[str, Any]:
    return {"answer": "accepted", **more}


def changed(**more: Any) -> dict[str, Any]:
    return {"answer": "changed", **more}


def money(amount: str, currency: str = "JPY") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def test_in_two_answers(asked: Order, program: Program) -> None:
    first = program.answer(asked, **lines(asked, accepted(), version=asked.version)).json()
    assert (first["status"], first["outcome"], first["reference"]) == (
        "price_confirmed",
        "",
        "AB-1",
    )
    day = asked.expected_date.isoformat()
    assert [(n["answer"], n["promised_date"]) for n in first["lines"]] == [
        ("accepted", day),
        ("", None),
    ]
    rest = {"position": 2, "answer": "accepted", "promised_date": "2000-01-01"}
    rest["promised_date"] = (asked.expected_date + DAY).isoformat()
    second = program.answer(asked, **lines(asked, rest, version=first["version"])).json()
    assert (second["status"], second["outcome"]) == ("approved", "approved")
    assert [n["approved_quantity"] for n in second["lines"]] == [2, 1]
    assert now(asked).promised_date == asked.expected_date + DAY


def test_a_yes_to_the_rest_told_twice(asked: Order, program: Program) -> None:
    program.answer(asked, **lines(asked, accepted(promised_date=_later(asked))))
    said = yes(asked, reference="AB-1")
    first, second = program.answer(asked, **said), program.answer(asked, **said)
    assert first.json()["status"] == "approved"
    assert (first.status_code, first.content) == (second.status_code, second.content)


def test_a_yes_to_the_rest_without_the_reference_told_twice(asked: Order, program: Program) -> None:
    program.answer(asked, **lines(asked, accepted()))  # names AB-1
    said = yes(asked, reference="")
    first, second = program.answer(asked, **said), program.answer(asked, **said)
    assert (first.json()["status"], first.json()["reference"]) == ("approved", "AB-1")
    assert (first.status_code, first.content) == (second.status_code, second.content)
    problem(program.answer(asked, **yes(asked, reference="AB-2")), 409)


def test_a_yes_is_not_what_was_said_where_a_line_was_rejected(
    world: World, asked: Order, program: Program
) -> None:
    program.answer(asked, **lines(asked, accepted(), NO))
    said = yes(asked, reference="AB-1")
    for status in ("waiting_for_buyer", "approved"):
        before = now(asked).version
        found = problem(program.answer(asked, **said), 409)
        assert (found["order_status"], now(asked).version) == (status, before)
        assert [one["field"] for one in found["errors"]] == ["position-2"]
        if status == "waiting_for_buyer":
            accept_change(asked.number, by=world.actor(world.buyer))


def test_a_yes_to_the_rest_is_known_again_where_a_line_was_rejected(
    world: World, asked: Order, program: Program
) -> None:
    program.answer(asked, **lines(asked, NO))
    said = yes(asked, reference="AB-1")
    assert program.answer(asked, **said).json()["status"] == "waiting_for_buyer"
    assert program.answer(asked, **said).json()["status"] == "waiting_for_buyer"
    problem(program.answer(asked, **{**said, "promised_date": _later(asked)}), 409)
    accept_change(asked.number, by=world.actor(world.buyer))
    assert program.answer(asked, **said).json()["status"] == "approved"


def _later(order: Order) -> str:
    return (order.expected_date + DAY).isoformat()


def test_a_changed_and_a_lost_line_wait_for_the_buyer(
    world: World, asked: Order, program: Program, buyer: Program
) -> None:
    found = program.answer(asked, **lines(asked, changed(quantity=1), NO)).json()
    assert (found["status"], found["outcome"]) == ("waiting_for_buyer", "changed")
    assert [n["answer"] for n in found["lines"]] == ["changed", "rejected"]
    read = buyer.get(f"/orders/{asked.number}").json()["proposal"]
    assert [(n["position"], n["quantity"], n["reason"]) for n in read["lines"]] == [
        (1, 1, ""),
        (2, 0, "out_of_stock"),
    ]
    accept_change(asked.number, by=world.actor(world.buyer))
    found = program.get(f"/approval-requests/{asked.number}").json()
    assert [(n["answer"], n["approved_quantity"]) for n in found["lines"]] == [
        ("changed", 1),
        ("rejected", 0),
    ]


def test_a_dearer_price_and_the_request_that_follows(
    world: World, asked: Order, program: Program
) -> None:
    said = lines(asked, accepted(), changed(purchase_price=money("6150")))
    found = program.answer(asked, **said, version=asked.version).json()
    assert (found["status"], found["outcome"]) == ("placed", "changed")
    order = confirm_price(asked.number, by=world.actor(world.sales))
    again = program.get(f"/approval-requests/{asked.number}").json()
    assert (again["outcome"], again["version"]) == ("", order.version)
    assert [n["answer"] for n in again["lines"]] == ["", ""]
    assert again["lines"][1]["purchase_price"] == money("6150")
    problem(program.answer(asked, **said, version=asked.version), 409)  # made for the one before
    assert program.answer(asked, **said, version=order.version).json()["status"] == "approved"


def test_the_same_answer_twice_is_one(asked: Order, program: Program) -> None:
    said = lines(asked, changed(quantity=1), NO, version=asked.version)
    first, entries = program.answer(asked, **said), Entry.objects.count()
    second = program.answer(asked, **said)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert Entry.objects.count() == entries


def test_another_second_answer_is_told_what_was_recorded(asked: Order, program: Program) -> None:
    program.answer(asked, **lines(asked, changed(quantity=1), NO))
    found = problem(program.answer(asked, **lines(asked, accepted(), NO)), 409)
    assert found["order_status"] == "waiting_for_buyer"
    [told] = found["errors"]
    assert told["field"] == "position-1"
    assert told["detail"].startswith("recorded: changed") and "quantity 1" in told["detail"]
    assert kept().outcome == InboundMessage.Outcome.REFUSED


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (changed(quantity=3), "lines.1.quantity"),
        (changed(quantity=0), "lines.1.quantity"),
        (changed(quantity=501), "lines.1.quantity"),
        (accepted(position=7), "lines.1.position"),
        (accepted(position=0), "lines.1.position"),
        (accepted(position=1), "lines"),
        (accepted(quantity=1), "lines.1.quantity"),
        (accepted(reason="other"), "lines.1.reason"),
        (accepted(promised_date="2020-01-01"), "lines.1.promised_date"),
        (changed(substitute="NPG-67-BK"), "lines.1.substitute"),
        (changed(purchase_price=money("1", "EUR")), "lines.1.purchase_price"),
        (changed(purchase_price=money("1.5")), "lines.1.purchase_price"),
        (changed(purchase_price=money("-1")), "lines.1.purchase_price.amount"),
        (changed(purchase_price=money("NaN")), "lines.1.purchase_price.amount"),
        ({"answer": "rejected"}, "lines.1.reason"),
        ({"answer": "rejected", "reason": "other"}, "lines.1.text"),
        ({"answer": "rejected", "reason": "declined"}, "lines.1.reason"),
        ({"answer": "perhaps"}, "lines.1.answer"),
        (accepted(colour="blue"), "lines.1.colour"),
    ],
)
def test_what_is_wrong_names_its_field_and_stores_nothing(
    asked: Order, program: Program, said: dict[str, Any], field: str
) -> None:
    found = problem(program.answer(asked, **lines(asked, accepted(), said)), 422)
    assert field in [one["field"] for one in found["errors"]], found
    assert not LineAnswer.objects.exists() and now(asked).version == asked.version


@pytest.mark.parametrize(
    "said",
    [
        {"answer": "lines"},
        {"answer": "lines", "lines": []},
        {"answer": "lines", "lines": [{"position": 1, "answer": "accepted"}]},  # without a day
        {"answer": "lines", "reason": "other", "lines": [{"position": 1, **NO}]},
        {"answer": "cancelled", "reason": "other", "lines": [{"position": 1, **NO}]},
    ],
)
def test_what_does_not_go_together_is_unreadable(
    asked: Order, program: Program, said: dict[str, Any]
) -> None:
    problem(program.answer(asked, **said), 422)
    assert not LineAnswer.objects.exists()


def test_a_rival_learns_of_nothing(asked: Order, rival: Program) -> None:
    problem(rival.answer(asked, **lines(asked, accepted())), 404)
    assert not LineAnswer.objects.exists()
