"""Who has the state already is told so, without a body: `If-None-Match`."""

from datetime import timedelta

import pytest

from tests.api.conftest import Program, now
from tests.world import World
from tonerloop.orders.actions import approve, confirm_price
from tonerloop.orders.deadlines import Deadline
from tonerloop.orders.models import ApprovalRequest, Order

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/orders", "/orders/{}", "/supplies", "/orders/{}/timeline"])
def test_the_same_state_is_304_and_another_one_is_told(
    world: World, buyer: Program, path: str
) -> None:
    order = world.place()
    path = path.format(order.number)
    first = buyer.get(path)
    tag = first.headers["ETag"]
    for said in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        again = buyer.send("GET", path, If_None_Match=said)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag and "RateLimit" in again.headers
    for said in ('"x"', "", tag.strip('"')):
        assert buyer.send("GET", path, If_None_Match=said).content == first.content
    confirm_price(order.number, by=world.actor(world.sales))
    other = buyer.send("GET", path, If_None_Match=tag)
    assert other.status_code == (304 if path == "/supplies" else 200)


def test_reading_what_one_has_is_a_receipt_too(asked: Order, program: Program) -> None:
    tag = f'"{asked.version}"'
    answer = program.send("GET", f"/approval-requests/{asked.number}", If_None_Match=tag)
    assert answer.status_code == 304
    assert ApprovalRequest.objects.get().fetched_at is not None


def test_a_change_knows_no_such_header(asked: Order, program: Program) -> None:
    day = asked.expected_date.isoformat()
    said = {"answer": "approved", "promised_date": day}
    path = f"/approval-requests/{asked.number}/answer"
    assert program.send("POST", path, said, If_None_Match="*").status_code == 200
    assert now(asked).status == "approved"


def test_strangers_learn_nothing_by_it(asked: Order, rival: Program) -> None:
    path = f"/approval-requests/{asked.number}"
    assert rival.send("GET", path, If_None_Match="*").status_code == 404


def test_an_order_says_until_when_an_answer_is_expected(
    world: World, buyer: Program, office: Program
) -> None:
    order = world.place()
    due = Deadline.objects.filter(order=order, closed_at=None).latest("stage").due_at
    for told in (buyer, office):
        one = told.get(f"/orders/{order.number}").json()
        listed = told.get("/orders").json()["items"][0]
        assert one["answer_by"] == listed["answer_by"]
        assert one["answer_by"][:19] == due.isoformat()[:19]
    confirm_price(order.number, by=world.actor(world.sales))
    later = Deadline.objects.filter(order=order, closed_at=None).latest("stage").due_at
    Deadline.objects.filter(order=order, closed_at=None).update(due_at=later + timedelta(days=1))
    told = buyer.get(f"/orders/{order.number}").json()["answer_by"]
    assert told[:19] == (later + timedelta(days=1)).isoformat()[:19]
    approve(order.number, order.expected_date, by=world.actor(world.desk))
    assert buyer.get(f"/orders/{order.number}").json()["answer_by"] is None
