"""The offices' lists and the recovery station, as their people use them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.world import World
from tonerloop.collection.models import BoxTask, CollectionRequest, Count, Stray
from tonerloop.points import ledger
from tonerloop.points.models import Account

pytestmark = pytest.mark.django_db
TOMORROW = (timezone.now() + timedelta(days=1)).date().isoformat()


def as_(world: World, who: str) -> Client:
    client = Client()
    client.force_login(getattr(world, who))
    return client


@pytest.fixture
def request_(world: World) -> CollectionRequest:
    world.registered()
    return world.collection(2)


OFFICES = [("back_office", "/seller/collections/"), ("dispatcher", "/collector/")]


@pytest.mark.parametrize(("who", "path"), OFFICES)
def test_several_requests_are_scheduled_at_once(
    world: World, request_: CollectionRequest, who: str, path: str
) -> None:
    other, office = world.collection(1), as_(world, who)
    assert str(request_) in office.get(path).content.decode()
    given = {"number": [request_.number, other.number], "day": TOMORROW, "driver": world.driver.pk}
    assert office.post(f"{path}schedule/", given).status_code == 302
    places = CollectionRequest.objects.order_by("pk").values_list("status", "position")
    assert list(places) == [("scheduled", 1), ("scheduled", 2)]


@pytest.mark.parametrize(
    "wrong", [{"number": []}, {"day": ""}, {"day": "2020-01-01"}, {"driver": ""}, {"driver": "99"}]
)
def test_a_wrong_schedule_says_why_and_keeps_the_checks(
    world: World, request_: CollectionRequest, wrong: dict[str, str]
) -> None:
    given = {"number": [request_.number], "day": TOMORROW, "driver": world.driver.pk, **wrong}
    answer = as_(world, "dispatcher").post("/collector/schedule/", given)
    assert answer.status_code == 422
    if wrong != {"number": []}:
        assert f'value="{request_.number}" checked' in answer.content.decode()
    assert CollectionRequest.objects.get().status == "requested"


def test_a_rivals_request_cannot_be_scheduled(world: World, request_: CollectionRequest) -> None:
    rival = as_(world, "rival_dispatcher")
    given = {"number": [request_.number], "day": TOMORROW, "driver": world.rival_driver.pk}
    assert rival.post("/collector/schedule/", given).status_code == 404
    assert CollectionRequest.objects.get().status == "requested"


def test_boxes_are_noted_as_sent(world: World) -> None:
    world.registered()
    box = BoxTask.objects.get()
    as_(world, "rival_dispatcher").post("/collector/boxes/", {"box": [box.pk, "x"]})
    assert BoxTask.objects.get().sent_at is None
    as_(world, "back_office").post("/seller/collections/boxes/", {"box": [box.pk]})
    assert BoxTask.objects.get().sent_at


class Scanner:
    """A clerk with a scanner: each scan goes on from what the page carried."""

    def __init__(self, client: Client) -> None:
        self.client, self.state = client, {}

    def __call__(self, text: str) -> str:
        answer = self.client.post("/recovery/", {**self.state, "scan": text})
        self.state = answer.context["state"]
        self.tone = answer.context["answer"].tone
        return str(answer.context["answer"].words)


@pytest.fixture
def scan(world: World) -> Scanner:
    return Scanner(as_(world, "clerk"))


def test_from_container_to_points_without_a_mouse(
    world: World, request_: CollectionRequest, scan: Scanner
) -> None:
    world.rule()
    first, second = request_.labels.order_by("pk")
    assert "Mori Law, single piece" in scan(f"http://127.0.0.1:8000/l/{first.identifier}")
    assert "NPG-67-BK" in scan("npg-67-bk")
    assert "Counted: Reusable" in scan("1")
    assert "Piece" in scan(second.identifier)
    scan("NPG-67-C")
    assert "Recyclable" in scan("2")
    assert "2 pieces, 14 points" in scan("END")
    request_.refresh_from_db()
    assert (request_.status, request_.counted) == ("counted", 2)
    assert ledger.balance(Account.objects.get().pk) == 14


def test_a_piece_without_a_label_gets_one_before_it_counts(
    world: World, request_: CollectionRequest, scan: Scanner
) -> None:
    scan(request_.labels.order_by("pk")[0].identifier)
    assert "New label: P " in scan("N")
    scan("TN-FOREIGN")
    assert scan.tone == "warn"
    scan("3")
    count = Count.objects.get()
    assert (count.unknown_model, count.condition, count.consumable) == (
        "TN-FOREIGN",
        "other_maker",
        None,
    )


@pytest.mark.parametrize("text", ["", "B1234567890", "nonsense", "\x00", "x" * 500, "９９"])
def test_a_wrong_scan_is_red_and_counts_nothing(
    world: World, request_: CollectionRequest, scan: Scanner, text: str
) -> None:
    assert scan(text)
    assert scan.tone == "bad"
    assert not Count.objects.exists()


def test_a_piece_scanned_again_is_red(
    world: World, request_: CollectionRequest, scan: Scanner
) -> None:
    first = request_.labels.order_by("pk")[0].identifier
    scan(first), scan("NPG-67-BK"), scan("1")
    assert "counted already" in scan(first)
    assert scan.tone == "bad"
    assert Count.objects.count() == 1


def test_another_centres_container_is_red(world: World, request_: CollectionRequest) -> None:
    rival = Scanner(as_(world, "rival_clerk"))
    assert "another centre" in rival(request_.labels.order_by("pk")[0].identifier)
    assert CollectionRequest.objects.get().status == "requested"


def test_what_nobody_sent_is_received_and_assigned_later(world: World, scan: Scanner) -> None:
    world.rule()
    world.registered()
    assert "type X" in scan("REF 0815") and scan.tone == "bad"
    offered = dict(scan.state)
    assert "without a sender" in scan("x")
    scan.state = offered
    scan("X")  # sent twice
    stray = Stray.objects.get()
    assert stray.scanned == "REF 0815"
    assert "New label" in scan("N")
    scan("NPG-67-BK")
    assert "Counted: Reusable" in scan("１")  # a keyboard set to Japanese
    assert "is kept without a sender" in scan("END")
    assert "without a sender" in scan(stray.label.identifier)
    assert "NPG-67-BK" in scan.client.get(f"/recovery/strays/{stray.pk}/").content.decode()
    assert "REF 0815" in scan.client.get("/recovery/strays/").content.decode()
    where = f"/recovery/strays/{stray.pk}/"
    wrong = scan.client.post(where, {"who": "Nobody Ltd", "reason": "rang"})
    assert wrong.status_code == 422 and "Nobody Ltd" in wrong.content.decode()
    page = scan.client.post(where, {"who": "Mori", "reason": "rang"}, follow=True)
    assert "Mori Law’s now" in page.content.decode()
    assert ledger.balance(Account.objects.get().pk) == 10


def test_with_a_container_at_hand_nothing_is_received_without_sender(
    world: World, request_: CollectionRequest, scan: Scanner
) -> None:
    scan(request_.labels.order_by("pk")[0].identifier)
    assert "type X" not in scan("B1234567897")
    scan("X")
    assert not Stray.objects.exists()


def test_a_miscount_is_put_right_with_a_reason(
    world: World, request_: CollectionRequest, scan: Scanner
) -> None:
    scan(request_.labels.order_by("pk")[0].identifier), scan("NPG-67-BK"), scan("1")
    piece = Count.objects.get().piece
    where = f"/recovery/requests/{request_.number}/{piece.pk}/"
    given = {"model": "NPG-67-C", "condition": "damaged", "reason": ""}
    assert scan.client.post(where, given).status_code == 422
    scan.client.post(where, {**given, "reason": "looked again"})
    page = scan.client.get(f"/recovery/requests/{request_.number}/").content.decode()
    assert "NPG-67-C" in page and "Damaged" in page
    assert Count.objects.count() == 3
