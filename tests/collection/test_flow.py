from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from tests.world import World
from tonerloop.collection.actions import receiving
from tonerloop.collection.actions.correcting import correct
from tonerloop.collection.actions.driving import Told, report_stop
from tonerloop.collection.actions.receiving import What
from tonerloop.collection.actions.registering import boxes_to_send, register, send_boxes
from tonerloop.collection.actions.requesting import Wish, ask_for_collection, cancel_collection
from tonerloop.collection.actions.scheduling import schedule
from tonerloop.collection.models import CollectionRequest, Count, DriverReport, Label, Piece
from tonerloop.collection.progress import progress
from tonerloop.collection.states import IllegalMove, Status
from tonerloop.common.actor import NotAllowed
from tonerloop.journal.models import Entry
from tonerloop.orders import actions
from tonerloop.orders.errors import Refused
from tonerloop.points import ledger
from tonerloop.points.models import Account

pytestmark = pytest.mark.django_db


def scheduled(world: World, request: CollectionRequest) -> CollectionRequest:
    day = timezone.now().date() + timedelta(days=1)
    by = world.actor(world.dispatcher)
    return schedule([request.number], day=day, driver_id=world.driver.pk, by=by)[0]


def told(request: CollectionRequest, outcome: str = "picked_up", **more: object) -> Told:
    facts = {"key": uuid4(), "number": request.number, "outcome": outcome, "at": timezone.now()}
    return Told(**{**facts, **more})


def labels(request: CollectionRequest) -> list[str]:
    return list(request.labels.order_by("pk").values_list("identifier", flat=True))


def counted(world: World, request: CollectionRequest, condition: str = "reusable") -> None:
    clerk = world.actor(world.clerk)
    receiving.receive(labels(request)[0], by=clerk)
    for identifier in labels(request):
        what = What(consumable_id=world.black.pk, condition=condition)
        receiving.count(request.number, identifier, what, by=clerk)
    receiving.close(request.number, by=clerk)


def test_registering_twice_is_one_registration_and_one_box(world: World) -> None:
    assert world.registered() == world.registered()
    assert boxes_to_send(world.actor(world.back_office)).count() == 1
    assert boxes_to_send(world.actor(world.dispatcher)).count() == 1
    assert boxes_to_send(world.actor(world.rival_dispatcher)).count() == 0


def test_a_foreign_site_cannot_be_registered(world: World) -> None:
    site = world.rival_office.sites.get()
    with pytest.raises(Refused):
        register(site_id=site.pk, contact="B", phone="", way="box", by=world.actor(world.buyer))


def test_boxes_are_sent_once_by_seller_or_collector(world: World) -> None:
    box = world.registered().boxes.get()
    assert send_boxes([box.pk], by=world.actor(world.rival_dispatcher)) == 0
    assert send_boxes([box.pk], by=world.actor(world.dispatcher)) == 1
    assert send_boxes([box.pk], by=world.actor(world.back_office)) == 0


def test_a_request_sent_twice_is_one_with_a_label_for_each_piece(world: World) -> None:
    world.registered("pieces")
    key, by = uuid4(), world.actor(world.buyer)
    wish = Wish(site_id=world.head.pk, way="pieces", pieces=3)
    first = ask_for_collection(wish, key=key, by=by)
    assert ask_for_collection(wish, key=key, by=by) == first
    assert Label.objects.filter(request=first, kind="piece").count() == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"pieces": 0},
        {"pieces": 501},
        {"way": "bucket"},
        {"way": "box", "boxes": 0},
        {"day": timezone.now().date() - timedelta(days=3)},
    ],
)
def test_a_wrong_wish_is_refused_and_stores_nothing(world: World, wrong: dict[str, object]) -> None:
    world.registered()
    wish = Wish(**{"site_id": world.head.pk, "way": "pieces", "pieces": 3, **wrong})
    with pytest.raises(Refused):
        ask_for_collection(wish, key=uuid4(), by=world.actor(world.buyer))
    assert not CollectionRequest.objects.exists()


def test_from_request_to_points(world: World) -> None:
    world.rule()
    world.registered("pieces")
    request = scheduled(world, world.collection(3))
    assert (request.status, request.position) == (Status.SCHEDULED, 1)
    driver = world.actor(world.driver)
    report_stop(told(request, scans=labels(request)), by=driver)
    counted(world, request)
    request.refresh_from_db()
    assert (request.status, request.counted, request.centre) == ("counted", 3, world.centre)
    account = Account.objects.get()
    assert ledger.balance(account.pk) == 30
    events = Entry.objects.filter(subject_kind="collection").order_by("pk")
    assert [event.split(".")[1] for event in events.values_list("event", flat=True)] == [
        "requested",
        "scheduled",
        "picked_up",
        "received",
        "counted",
    ]


def test_a_full_box_gives_more_and_the_monthly_cap_holds(world: World) -> None:
    world.rule(box_percent=150, monthly_cap=40)
    world.registered()
    by = world.actor(world.clerk)
    for _ in range(2):
        request = world.collection(2, way="box")
        receiving.receive(labels(request)[0], by=by)
        for _piece in range(2):
            label = receiving.new_piece_label(request.number, by=by)
            what = What(consumable_id=world.black.pk)
            receiving.count(request.number, label.identifier, what, by=by)
        receiving.close(request.number, by=by)
    assert ledger.balance(Account.objects.get().pk) == 40  # 30, then 10 of 30


def test_a_driver_reports_once_however_often_the_phone_sends(world: World) -> None:
    world.registered()
    request = scheduled(world, world.collection(2))
    report = told(request, scans=labels(request))
    driver = world.actor(world.driver)
    assert report_stop(report, by=driver) == report_stop(report, by=driver)
    late = report_stop(told(request, "nobody_there"), by=driver)
    assert not late.applied
    request.refresh_from_db()
    assert (request.status, DriverReport.objects.count()) == ("picked_up", 2)


def test_nobody_there_puts_the_request_back(world: World) -> None:
    world.registered()
    request = scheduled(world, world.collection(2))
    report_stop(told(request, "nobody_there"), by=world.actor(world.driver))
    request.refresh_from_db()
    assert (request.status, request.missed) == ("requested", "nobody_there")


def test_a_mistyped_label_is_refused_and_nothing_is_kept(world: World) -> None:
    world.registered()
    request = scheduled(world, world.collection(1))
    wrong = labels(request)[0][:-1] + str((int(labels(request)[0][-1]) + 1) % 10)
    with pytest.raises(Refused):
        report_stop(told(request, scans=[wrong]), by=world.actor(world.driver))
    assert not DriverReport.objects.exists()


def test_a_container_is_received_and_a_piece_counted_once(world: World) -> None:
    world.registered()
    request = world.collection(2)
    by = world.actor(world.clerk)
    first, second = labels(request)
    receiving.receive(first, by=by)
    receiving.receive(f"http://127.0.0.1:8000/l/{first}", by=by)
    what = What(consumable_id=world.black.pk)
    receiving.count(request.number, first, what, by=by)
    with pytest.raises(Refused, match="already"):
        receiving.count(request.number, first, what, by=by)
    assert Piece.objects.count() == Count.objects.count() == 1
    receiving.close(request.number, by=by)
    with pytest.raises(Refused):
        receiving.receive(second, by=by)


def test_a_container_nobody_announced_gets_a_request(world: World) -> None:
    world.registered()
    request = world.collection(1)
    label = request.labels.get()
    Label.objects.filter(pk=label.pk).update(request=None)
    found, _label = receiving.receive(label.identifier, by=world.actor(world.clerk))
    assert found != request
    assert (found.announced, found.status, found.customer) == (0, "received", world.office)


def test_what_does_not_count_as_collected(world: World) -> None:
    """COL-2 by hand: of 2 black, 1 imitation, 1 unknown, 1 damaged, 1 drum only 3 are collected."""
    world.registered()
    request = world.collection(6)
    by = world.actor(world.clerk)
    receiving.receive(labels(request)[0], by=by)
    seen = [
        What(consumable_id=world.black.pk),
        What(consumable_id=world.black.pk),
        What(consumable_id=world.black.pk, condition="other_maker"),
        What(consumable_id=None, unknown_model="TN-XX"),
        What(consumable_id=world.cyan.pk, condition="damaged"),
        What(consumable_id=world.drum.pk),  # not collectable
    ]
    for identifier, what in zip(labels(request), seen, strict=True):
        receiving.count(request.number, identifier, what, by=by)
    now = progress(world.office.pk)
    assert now is not None and now.collected == 3


def test_delivered_counts_since_registration_less_returns(world: World) -> None:
    """By hand: 2+1 before registration; then 1 of 2 partly, then the rest; 1 returned: 2."""
    sales, desk, buyer = (world.actor(who) for who in (world.sales, world.desk, world.buyer))
    day = timezone.now().date() + timedelta(days=4)

    def approved() -> str:
        number = actions.confirm_price(world.place().number, by=sales).number
        return actions.approve(number, day, by=desk).number

    early = approved()
    actions.ship(early, {1: 2, 2: 1}, by=desk)
    actions.report_delivery(early, by=buyer)
    world.registered()
    later = approved()
    actions.ship(later, {1: 1}, by=desk)
    actions.report_delivery(later, by=buyer)
    now = progress(world.office.pk)
    assert now is not None and now.delivered == 1
    actions.ship(later, {1: 1, 2: 1}, by=desk)
    actions.report_delivery(later, by=buyer)
    actions.record_returns(later, {1: 1}, "wrong_item", by=world.actor(world.back_office))
    now = progress(world.office.pk)
    assert now is not None and (now.delivered, now.collected, now.percent) == (2, 0, 0)


def test_a_correction_is_two_entries_and_points_follow(world: World) -> None:
    world.rule()
    world.registered()
    request = world.collection(2)
    counted(world, request)
    account = Account.objects.get()
    piece = Piece.objects.order_by("pk")[0]
    by = world.actor(world.clerk)
    imitation = What(consumable_id=world.black.pk, condition="other_maker")
    with pytest.raises(Refused):
        correct(request.number, piece.pk, imitation, " ", by=by)
    correct(request.number, piece.pk, imitation, "imitation seen later", by=by)
    assert list(piece.counts.order_by("pk").values_list("quantity", flat=True)) == [1, -1, 1]
    now = progress(world.office.pk)
    assert now is not None and now.collected == 1
    assert ledger.balance(account.pk) == 10
    correct(request.number, piece.pk, What(consumable_id=world.black.pk), "was right", by=by)
    assert ledger.balance(account.pk) == 20
    assert ledger.disagreements() == []


@pytest.mark.parametrize("table", ["collection_count", "collection_driverreport"])
def test_counts_cannot_be_edited(world: World, table: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - of the test


def test_a_cancelled_request_cannot_go_on(world: World) -> None:
    world.registered()
    request = world.collection(1)
    cancel_collection(request.number, by=world.actor(world.buyer))
    with pytest.raises(IllegalMove):
        scheduled(world, request)


STRANGERS = ["rival_buyer", "rival_back_office", "rival_dispatcher", "rival_driver", "rival_clerk"]


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_sees_no_request(world: World, who: str) -> None:
    world.registered()
    scheduled(world, world.collection(1))
    actor = world.actor(getattr(world, who))
    assert not CollectionRequest.objects.visible_to(actor).exists()


def test_a_driver_sees_only_the_own_stops(world: World) -> None:
    world.registered()
    request = world.collection(1)
    driver = world.actor(world.driver)
    assert not CollectionRequest.objects.visible_to(driver).exists()
    scheduled(world, request)
    assert CollectionRequest.objects.visible_to(driver).get() == request


def test_only_the_right_roles_act(world: World) -> None:
    world.registered()
    request = world.collection(1)
    with pytest.raises(NotAllowed):
        schedule(
            [request.number], day=timezone.now().date(), driver_id=1, by=world.actor(world.buyer)
        )
    with pytest.raises(NotAllowed):
        receiving.receive(labels(request)[0], by=world.actor(world.driver))


def test_a_correction_earns_nothing_beyond_the_monthly_cap(world: World) -> None:
    world.rule(monthly_cap=15)
    world.registered()
    request = world.collection(3)
    counted(world, request)  # 30 points, of which the month gives 15
    account = Account.objects.get()
    imitation = What(consumable_id=world.black.pk, condition="other_maker")
    piece = Piece.objects.order_by("pk")[0]
    correct(request.number, piece.pk, imitation, "seen later", by=world.actor(world.clerk))
    assert ledger.balance(account.pk) == 15
