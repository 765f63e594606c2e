"""The same request twice is one: in effect, in its answer, at the same moment, under a new key."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from tests.api.conftest import Program, problem, program_of
from tests.world import World
from tonerloop.orders.models import Basket, Order
from tonerloop.parties.models import Customer
from tonerloop.programs.keys import create_key, rotate_key
from tonerloop.programs.models import ApiKey, KeptAnswer


def wanted(world: World, quantity: int = 2) -> dict[str, Any]:
    line = {"machine_id": world.copier.pk, "consumable_id": world.black.pk, "quantity": quantity}
    return {"lines": [line], "reference": "PO-1"}


@pytest.mark.django_db
def test_the_same_again_is_the_same_answer_and_one_order(world: World, buyer: Program) -> None:
    first = buyer.send("POST", "/orders", wanted(world), Idempotency_Key="a")
    second = buyer.send("POST", "/orders", wanted(world), Idempotency_Key="a")
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert first.headers["ETag"] == second.headers["ETag"]
    assert Order.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_for_something_else_is_refused(world: World, buyer: Program) -> None:
    buyer.send("POST", "/orders", wanted(world), Idempotency_Key="a")
    found = problem(buyer.send("POST", "/orders", wanted(world, 3), Idempotency_Key="a"), 422)
    assert found["type"].endswith(":key-reused")
    collection = {"site_id": world.head.pk, "way": "pieces", "pieces": 1}
    found = problem(buyer.send("POST", "/collections", collection, Idempotency_Key="a"), 422)
    assert found["type"].endswith(":key-reused")
    assert Order.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", " ", "ä", "two words", "x" * 101, "a\x00b"])
def test_a_key_that_is_none_is_told(world: World, buyer: Program, key: str) -> None:
    answer = buyer.send("POST", "/orders", wanted(world), Idempotency_Key=key)
    found = problem(answer, 400)
    assert found["errors"][0]["field"] == "Idempotency-Key"
    assert not Order.objects.exists()


@pytest.mark.django_db
def test_another_organisations_key_of_the_same_name_is_another(
    world: World, buyer: Program, office: Program
) -> None:
    facts = {"number": "K-9", "name": "New", "salesperson_id": world.sales.pk}
    assert buyer.send("POST", "/orders", wanted(world), Idempotency_Key="a").status_code == 201
    assert office.send("POST", "/customers", facts, Idempotency_Key="a").status_code == 201


@pytest.mark.django_db
def test_a_key_that_follows_another_goes_on_where_that_one_was(
    world: World, buyer: Program
) -> None:
    first = buyer.send("POST", "/orders", wanted(world), Idempotency_Key="a")
    old = ApiKey.objects.get()
    text = rotate_key(old.pk, old_ends_at=old.created_at, by=world.actor(world.buyer))[1]
    problem(buyer.send("POST", "/orders", wanted(world), Idempotency_Key="a"), 401)
    second = Program(text).send("POST", "/orders", wanted(world), Idempotency_Key="a")
    assert second.content == first.content and Order.objects.count() == 1


@pytest.mark.django_db
def test_a_refusal_keeps_nothing_and_is_decided_anew(world: World, office: Program) -> None:
    facts = {"number": "K-1", "name": "New", "salesperson_id": world.sales.pk}
    found = problem(office.send("POST", "/customers", facts, Idempotency_Key="a"), 422)
    assert [each["field"] for each in found["errors"]] == ["number"]
    assert not KeptAnswer.objects.exists()
    Customer.objects.filter(number="K-1").update(number="K-0")
    assert office.send("POST", "/customers", facts, Idempotency_Key="a").status_code == 201


@pytest.mark.django_db
def test_long_after_the_answer_is_forgotten_it_is_still_one_order(
    world: World, buyer: Program
) -> None:
    first = buyer.send("POST", "/orders", wanted(world), Idempotency_Key="a")
    KeptAnswer.objects.all().delete()
    second = buyer.send("POST", "/orders", wanted(world), Idempotency_Key="a")
    assert second.content == first.content and Order.objects.count() == 1


def test_ten_at_the_same_moment_are_one_order(committed_world: World) -> None:
    world = committed_world
    text = create_key("Purchasing", by=world.actor(world.buyer))[1]

    def send(_turn: int) -> tuple[int, bytes]:
        try:
            answer = Program(text).send("POST", "/orders", wanted(world), Idempotency_Key="a")
            return answer.status_code, answer.content
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(send, range(10)))
    assert len(answers) == 1 and answers.pop()[0] == 201
    assert Order.objects.count() == 1 and Basket.objects.count() == 1


@pytest.mark.django_db
def test_a_clerks_and_an_offices_keys_are_not_mixed_up(world: World) -> None:
    world.registered()
    request = world.collection(2)
    clerk, label = program_of(world, "clerk"), request.labels.order_by("pk")[0].identifier
    first = clerk.send("POST", "/receipts", {"label": label}, Idempotency_Key="a")
    assert first.status_code == 201
    assert KeptAnswer.objects.get().owner == f"centre:{world.centre.pk}"


@pytest.mark.django_db
def test_what_is_made_is_named_by_key_and_body_so_that_it_outlives_the_kept_answer(
    world: World, buyer: Program
) -> None:
    """After the answer was forgotten the same request still makes nothing new."""
    first = buyer.send("POST", "/orders", wanted(world), Idempotency_Key="a").json()
    KeptAnswer.objects.all().delete()
    again = buyer.send("POST", "/orders", wanted(world), Idempotency_Key="a").json()
    numbers = [[one["number"] for one in told["orders"]] for told in (first, again)]
    assert numbers[0] == numbers[1] and Order.objects.count() == 1
    KeptAnswer.objects.all().delete()
    buyer.send("POST", "/orders", wanted(world, 3), Idempotency_Key="a")  # another body: another
    buyer.send("POST", "/orders", wanted(world), Idempotency_Key="b")
    assert Order.objects.count() == 3


@pytest.mark.django_db
def test_the_answer_is_what_a_look_at_the_orders_gives(world: World, buyer: Program) -> None:
    """It is made from what was placed, not read back: everything it says must be so."""
    rival = {"machine_id": world.printer.pk, "consumable_id": world.rival_toner.pk, "quantity": 1}
    stray = {
        "site_id": world.head.pk,
        "consumable_id": world.misfit.pk,
        "quantity": 3,
        "meant": True,
    }
    lines = [*wanted(world)["lines"], rival, stray]
    body = {
        "lines": lines,
        "reference": "PO-2",
        "requested_date": str(date.today() + timedelta(days=9)),
    }
    told = buyer.send("POST", "/orders", body, Idempotency_Key="a").json()["orders"]
    assert len(told) > 1 and not all(line["fits"] for one in told for line in one["lines"])
    assert told == [buyer.get(f"/orders/{one['number']}").json() for one in told]
