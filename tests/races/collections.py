"""Collection requests, containers without a sender, and taking part in the service."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from tests.races.harness import Kind, Stage
from tonerloop.collection.actions import (
    correcting,
    driving,
    receiving,
    registering,
    requesting,
    scheduling,
    strays,
    watching,
)
from tonerloop.collection.actions.driving import Told
from tonerloop.collection.actions.receiving import What
from tonerloop.collection.models import (
    BoxTask,
    CollectionRequest,
    Count,
    DriverReport,
    Label,
    Piece,
    Registration,
    Stray,
    Threshold,
)
from tonerloop.collection.states import Status
from tonerloop.journal.models import Entry
from tonerloop.points import ledger
from tonerloop.points.models import Entry as Booked
from torture.paths import collection_path


def entries(request: CollectionRequest) -> Any:
    """What the journal tells of it."""
    return Entry.objects.filter(subject_kind="collection", subject_id=request.pk).order_by("pk")


def _seen(_stage: Stage, request: CollectionRequest) -> Any:
    now = CollectionRequest.objects.get(pk=request.pk)
    counts = Count.objects.filter(request=now).values_list("piece__label", "condition", "quantity")
    return (
        now.status,
        now.version,
        now.counted,
        list(entries(now).values_list("event", flat=True)),
        sorted(counts),
        list(DriverReport.objects.filter(request=now).order_by("pk").values_list("applied")),
        Label.objects.filter(request=now).count(),
        sum(Booked.objects.filter(book="customer").values_list("points", flat=True)),
        ledger.disagreements(),
    )


def _status(request: CollectionRequest) -> str:
    return CollectionRequest.objects.get(pk=request.pk).status


REQUESTS = Kind(
    "collection request",
    _seen,
    proof=lambda one: collection_path(
        entries(one), CollectionRequest.objects.get(pk=one.pk).status
    ),
)


@REQUESTS.state(Status.REQUESTED)
def requested(stage: Stage) -> CollectionRequest:
    """Three pieces, to be fetched."""
    if not Registration.objects.filter(customer=stage.world.office, ended_at=None).exists():
        stage.world.rule()
        stage.world.registered("pieces")
    return stage.world.collection(3)


@REQUESTS.state(Status.SCHEDULED)
def scheduled(stage: Stage) -> CollectionRequest:
    """A driver comes."""
    return _schedule(stage, requested(stage))


@REQUESTS.state(Status.PICKED_UP)
def picked_up(stage: Stage) -> CollectionRequest:
    """On its way."""
    request = scheduled(stage)
    report(stage, request, "picked_up")
    return request


@REQUESTS.state(Status.RECEIVED)
def received(stage: Stage) -> CollectionRequest:
    """At the centre, one piece counted."""
    request = picked_up(stage)
    receiving.receive(labels(request)[0], by=stage.by("clerk"))
    count(stage, request, 0)
    return request


@REQUESTS.state(Status.COUNTED)
def counted(stage: Stage) -> CollectionRequest:
    """Two of three pieces counted, points earned."""
    request = received(stage)
    count(stage, request, 1)
    receiving.close(request.number, by=stage.by("clerk"))
    return request


@REQUESTS.state(Status.CANCELLED)
def cancelled(stage: Stage) -> CollectionRequest:
    """The end."""
    return requesting.cancel_collection(requested(stage).number, by=stage.by("buyer"))


def labels(request: CollectionRequest) -> list[str]:
    """Of its pieces."""
    return list(request.labels.order_by("pk").values_list("identifier", flat=True))


def _schedule(stage: Stage, request: CollectionRequest) -> CollectionRequest:
    day = timezone.now().date() + timedelta(days=1)
    driver, by = stage.world.driver.pk, stage.by("dispatcher")
    return scheduling.schedule([request.number], day=day, driver_id=driver, by=by)[0]


def report(stage: Stage, request: CollectionRequest, outcome: str) -> Any:
    """By a driver's phone."""
    scans = labels(request) if outcome == "picked_up" else []
    told = Told(key=uuid4(), number=request.number, outcome=outcome, at=timezone.now(), scans=scans)
    return driving.report_stop(told, by=stage.by("driver"))


def count(stage: Stage, request: CollectionRequest, place: int) -> Piece:
    """One of its pieces."""
    what = What(consumable_id=stage.world.black.pk)
    return receiving.count(request.number, labels(request)[place], what, by=stage.by("clerk"))


def correct(stage: Stage, request: CollectionRequest, what: What | None) -> Any:
    """Its first piece."""
    piece = request.pieces.order_by("pk")[0]
    return correcting.correct(request.number, piece.pk, what, "Slip.", by=stage.by("clerk"))


def ask_again(stage: Stage, request: CollectionRequest) -> Any:
    """The form that made it, sent once more."""
    wish = requesting.Wish(site_id=stage.world.head.pk, way="pieces", pieces=3)
    return requesting.ask_for_collection(wish, key=request.key, by=stage.by("buyer"))


add = REQUESTS.deed
add("schedule", scheduling.schedule, _schedule)
for how in ("picked_up", "nobody_there"):
    add(f"report {how}", driving.report_stop, lambda s, r, how=how: report(s, r, how))
add(
    "receive",
    receiving.receive,
    lambda s, r: receiving.receive(labels(r)[0], by=s.by("clerk")),
)
add(
    "new label",
    receiving.new_piece_label,
    lambda s, r: receiving.new_piece_label(r.number, by=s.by("clerk")),
)
add("count", receiving.count, lambda s, r: count(s, r, 2))
add("close", receiving.close, lambda s, r: receiving.close(r.number, by=s.by("clerk")))
for who in ("buyer", "back_office"):
    add(
        f"cancel by {who}",
        requesting.cancel_collection,
        lambda s, r, who=who: requesting.cancel_collection(r.number, by=s.by(who)),
    )
add("take away", correcting.correct, lambda s, r: correct(s, r, None))
add(
    "change",
    correcting.correct,
    lambda s, r: correct(s, r, What(consumable_id=s.world.cyan.pk, condition="recyclable")),
)
add("ask again", requesting.ask_for_collection, ask_again)

STRAYS = Kind(
    "container without sender",
    lambda s, stray: (
        Stray.objects.filter(key=stray.key).count(),
        Stray.objects.get(pk=stray.pk).request_id is not None,
        stray.pieces.count(),
        Count.objects.filter(request=Stray.objects.get(pk=stray.pk).request_id or 0).count(),
        ledger.disagreements(),
    ),
)


@STRAYS.state("open")
def stray(stage: Stage) -> Stray:
    """With one piece counted, and the label of another."""
    if not Registration.objects.filter(customer=stage.world.office, ended_at=None).exists():
        stage.world.registered("pieces")
    by = stage.by("clerk")
    found = strays.receive_stray("X", key=uuid4(), by=by)
    count_stray(stage, found, strays.new_stray_label(found.label.identifier, by=by))
    found.next = strays.new_stray_label(found.label.identifier, by=by)  # type: ignore[attr-defined]
    return found


def count_stray(stage: Stage, found: Stray, label: Label) -> Any:
    """One of its pieces."""
    what = What(consumable_id=stage.world.black.pk)
    box = found.label.identifier
    return strays.count_stray(box, label.identifier, what, by=stage.by("clerk"))


add = STRAYS.deed
add(
    "receive",
    strays.receive_stray,
    lambda s, x: strays.receive_stray("X", key=x.key, by=s.by("clerk")),
)
add(
    "new label",
    strays.new_stray_label,
    lambda s, x: strays.new_stray_label(x.label.identifier, by=s.by("clerk")),
)
add("count", strays.count_stray, lambda s, x: count_stray(s, x, x.next))
add(
    "assign",
    strays.assign_stray,
    lambda s, x: strays.assign_stray(x.pk, "Mori Law", "Called.", by=s.by("clerk")),
)

TAKING_PART = Kind(
    "taking part",
    lambda s, _none: (
        Registration.objects.filter(customer=s.world.office).count(),
        BoxTask.objects.filter(seller=s.world.seller).count(),
        BoxTask.objects.filter(seller=s.world.seller, sent_at=None).count(),
        Threshold.objects.filter(ended_at=None).count(),
    ),
)


@TAKING_PART.state("not yet")
def not_yet(_stage: Stage) -> None:
    """Nobody has registered, nothing is watched."""
    Threshold.objects.all().delete()
    BoxTask.objects.all().delete()
    Registration.objects.all().delete()


@TAKING_PART.state("with a box on its way")
def taking_part(stage: Stage) -> Any:
    """A box is to be sent, a threshold is watched."""
    not_yet(stage)
    stage.world.registered("box")
    return _watch(stage, None)


@TAKING_PART.state("with a box that was sent")
def sent(stage: Stage) -> Any:
    """It can ask for another one."""
    found = taking_part(stage)
    _send(stage, found)
    return found


def _watch(stage: Stage, _thing: Any) -> Threshold:
    facts = {"kind": "pieces", "amount": 10**6, "part_number": "", "since": None}
    return watching.set_threshold(**facts, by=stage.by("desk"))


def _send(stage: Stage, _thing: Any) -> int:
    by = stage.by("back_office")
    return registering.send_boxes([b.pk for b in registering.boxes_to_send(by)], by=by)


def _register(stage: Stage, _thing: Any) -> Any:
    return stage.world.registered("box")


add = TAKING_PART.deed
add("register", registering.register, _register)
add("ask for box", registering.ask_for_box, lambda s, _: registering.ask_for_box(by=s.by("buyer")))
add("send boxes", registering.send_boxes, _send)
add("watch", watching.set_threshold, _watch)
add(
    "watch no more",
    watching.end_threshold,
    lambda s, t: watching.end_threshold(t.pk if t else 0, by=s.by("desk")),
)
