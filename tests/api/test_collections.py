"""Collections by program, from the customer's wish to the counted piece."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.api.conftest import Program, problem, program_of
from tests.world import World
from tonerloop.collection.models import CollectionRequest, Piece

pytestmark = pytest.mark.django_db


def test_from_the_wish_to_the_points(world: World, buyer: Program) -> None:
    world.rule()
    problem(buyer.get("/collection-progress"), 404)
    world.registered()
    wish = {"site_id": world.head.pk, "way": "pieces", "pieces": 2}
    made = [buyer.send("POST", "/collections", wish, Idempotency_Key="c") for _turn in (1, 2)]
    assert made[0].content == made[1].content and CollectionRequest.objects.count() == 1
    found = made[0].json()
    number, labels = found["number"], found["labels"]
    assert len(labels) == 2 and made[0].headers["Location"].endswith(number)

    dispatcher = program_of(world, "dispatcher")
    driver = dispatcher.get("/drivers").json()["items"][0]["id"]
    day = (timezone.now() + timedelta(days=2)).date().isoformat()
    given = {"numbers": [number], "day": day, "driver_id": driver}
    done = dispatcher.send("POST", "/collection-schedule", given).json()["items"]
    assert [(one["status"], one["day"]) for one in done] == [("scheduled", day)]

    clerk, path = program_of(world, "clerk"), f"/collections/{number}"
    assert clerk.send("POST", "/receipts", {"label": labels[0]}).status_code == 201
    piece = {"label": labels[0], "condition": "reusable", "consumable_id": world.black.pk}
    assert clerk.send("POST", f"{path}/pieces", piece).json()["label"] == labels[0]
    again = problem(clerk.send("POST", f"{path}/pieces", piece), 422)
    assert "counted already" in again["detail"]
    new = {"condition": "recyclable", "consumable_id": world.cyan.pk}
    assert clerk.send("POST", f"{path}/pieces", new, Idempotency_Key="p").status_code == 201
    assert clerk.send("POST", f"{path}/pieces", new, Idempotency_Key="p").status_code == 201
    assert Piece.objects.count() == 2
    closed = clerk.send("POST", f"{path}/close").json()
    assert closed == {"counted": 2, "announced": 2, "points": 14}
    assert buyer.get("/collection-progress").json()["collected"] == 2
    assert buyer.get("/points").json()["accounts"][0]["points"] == 14


def test_a_request_is_cancelled_by_the_version_seen(world: World, buyer: Program) -> None:
    world.registered()
    request = world.collection()
    path = f"/collections/{request.number}"
    problem(buyer.send("POST", f"{path}/cancel", {}, If_Match='"9"'), 412)
    found = buyer.send("POST", f"{path}/cancel", {"reason": "Moved"}, If_Match='"1"').json()
    assert (found["status"], found["cancel_reason"]) == ("cancelled", "Moved")
    problem(buyer.send("POST", f"{path}/cancel", {}), 409)


def test_a_label_of_another_centre_is_put_aside(world: World) -> None:
    world.registered()
    label = world.collection().labels.order_by("pk")[0].identifier
    answer = program_of(world, "rival_clerk").send("POST", "/receipts", {"label": label})
    assert "another centre" in problem(answer, 422)["detail"]
    assert CollectionRequest.objects.get().status == "requested"


def test_requests_are_found_by_status(world: World, buyer: Program) -> None:
    world.registered()
    number = world.collection().number
    assert [one["number"] for one in buyer.get("/collections").json()["items"]] == [number]
    assert buyer.get("/collections", status="counted").json()["items"] == []
