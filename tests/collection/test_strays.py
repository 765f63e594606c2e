"""Containers without a sender: kept, counted as nobody's, and a customer's once it is known."""

from datetime import date
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from tests.world import World
from tonerloop.collection.actions import receiving, strays
from tonerloop.collection.actions.receiving import What
from tonerloop.collection.models import CollectionRequest, Count, Label, Piece, Stray, StrayPiece
from tonerloop.collection.progress import progress
from tonerloop.collection.report import Report, Scope, report
from tonerloop.common.actor import NotAllowed
from tonerloop.common.days import local_day
from tonerloop.journal.models import Entry
from tonerloop.orders.errors import Refused
from tonerloop.points import ledger
from tonerloop.points.models import Account


def kept(world: World, conditions: tuple[str, ...] = ("reusable", "reusable")) -> Stray:
    by = world.actor(world.clerk)
    stray = strays.receive_stray("REF 0815", key=uuid4(), by=by)
    for condition in conditions:
        label = strays.new_stray_label(stray.label.identifier, by=by)
        what = What(consumable_id=world.black.pk, condition=condition)
        strays.count_stray(stray.label.identifier, label.identifier, what, by=by)
    return stray


def figures(world: World, kind: str, of: int) -> Report:
    year = local_day(timezone.now(), "Asia/Tokyo").year
    span = {"first": date(year, 1, 1), "after": date(year + 1, 1, 1)}
    return report(Scope(kind=kind, id=of, zone="Asia/Tokyo", **span))


@pytest.mark.django_db
def test_a_stray_is_one_however_often_it_is_sent(world: World) -> None:
    key, by = uuid4(), world.actor(world.clerk)
    first = strays.receive_stray("X 1", key=key, by=by)
    assert strays.receive_stray("X 1", key=key, by=by) == first
    assert Label.objects.get().centre == world.centre


@pytest.mark.django_db
def test_its_piece_is_counted_once_and_earns_nothing(world: World) -> None:
    world.rule()
    stray = kept(world)
    by, piece = world.actor(world.clerk), stray.pieces.first()
    assert piece is not None
    what = What(consumable_id=world.black.pk)
    with pytest.raises(Refused, match="already"):
        strays.count_stray(stray.label.identifier, piece.label.identifier, what, by=by)
    with pytest.raises(Refused, match="another"):
        strays.count_stray(stray.label.identifier, stray.label.identifier, what, by=by)
    assert not Account.objects.exists() and not Count.objects.exists()


@pytest.mark.django_db
def test_manufacturer_and_collector_read_it_as_nobodys_and_the_seller_does_not(
    world: World,
) -> None:
    kept(world, ("reusable", "other_maker"))
    for kind, own, rival in (
        ("manufacturer", world.maker, world.rival_maker),
        ("collector", world.collector, world.rival_collector),
    ):
        found = figures(world, kind, own.pk)
        assert [(row.label, row.collected) for row in found.models] == [("NPG-67-BK", 1)]
        assert [row.label for row in (*found.sellers, *found.regions)] == ["sender unknown"] * 2
        assert figures(world, kind, rival.pk).models == []
    assert figures(world, "seller", world.seller.pk).models == []


@pytest.mark.django_db
def test_assigned_it_is_a_collection_with_its_points(world: World) -> None:
    world.rule()
    world.registered()
    stray = kept(world)
    done = strays.assign_stray(stray.pk, "mori", "they rang", by=world.actor(world.clerk))
    request = CollectionRequest.objects.get()
    assert (done.request, request.customer, request.status) == (request, world.office, "counted")
    assert (request.announced, request.counted, request.way) == (0, 2, "box")
    assert ledger.balance(Account.objects.get().pk) == 20
    now = progress(world.office.pk)
    assert now is not None and now.collected == 2
    assert figures(world, "manufacturer", world.maker.pk).total.collected == 2  # not 4
    assert {piece.container_id for piece in Piece.objects.all()} == {stray.label_id}
    received = Entry.objects.get(event="collection.received")
    assert received.data == {"text": "they rang"}


@pytest.mark.django_db
def test_assigned_without_pieces_it_is_received_only(world: World) -> None:
    world.registered()
    by, stray = world.actor(world.clerk), kept(world, ())
    strays.assign_stray(stray.pk, "K-1", "label found", by=by)
    assert CollectionRequest.objects.get().status == "received"
    found, _label = receiving.receive(stray.label.identifier, by=by)
    assert found.customer == world.office
    with pytest.raises(Refused, match="has a sender now"):
        strays.new_stray_label(stray.label.identifier, by=by)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "reason", "field"),
    [
        ("", "because", "who"),
        ("Hill", "because", "who"),  # does not take part
        ("Foreign", "because", "who"),  # another collector's
        ("Mori", " ", "reason"),
    ],
)
def test_a_wrong_assignment_changes_nothing(
    world: World, who: str, reason: str, field: str
) -> None:
    world.registered()
    stray = kept(world)
    with pytest.raises(Refused) as refused:
        strays.assign_stray(stray.pk, who, reason, by=world.actor(world.clerk))
    assert refused.value.field == field
    assert not CollectionRequest.objects.exists()
    assert not Label.objects.exclude(customer=None).exists()


@pytest.mark.django_db
def test_of_several_customers_one_must_be_named(world: World) -> None:
    registration = world.registered()
    label = world.collection(1).labels.get().identifier
    rival = world.rival_office
    registration.pk, registration.customer, registration.site = None, rival, rival.sites.get()
    registration.save()
    by = world.actor(world.clerk)
    with pytest.raises(Refused, match=r"Hill Clinic \(K-2\)"):
        strays.sender("l", by=by)
    for text, meant in (("k-2", rival), ("MORI LAW", world.office), (label, world.office)):
        assert strays.sender(text, by=by) == meant


@pytest.mark.django_db
def test_others_can_do_nothing_with_it(world: World) -> None:
    world.registered()
    stray = kept(world)
    with pytest.raises(Stray.DoesNotExist):
        strays.assign_stray(stray.pk, "Mori", "theirs", by=world.actor(world.rival_clerk))
    with pytest.raises(Refused):
        strays.new_stray_label(stray.label.identifier, by=world.actor(world.rival_clerk))
    with pytest.raises(NotAllowed):
        strays.receive_stray("X", key=uuid4(), by=world.actor(world.driver))


def test_two_clerks_assign_it_at_once_and_it_is_one_collection(committed_world: World) -> None:
    world = committed_world
    world.rule()
    world.registered()
    stray, refused = kept(world), list[str]()

    def assign() -> None:
        try:
            strays.assign_stray(stray.pk, "Mori", "rang", by=world.actor(world.clerk))
        except Refused as refusal:
            refused.append(refusal.message)
        finally:
            connection.close()

    threads = [Thread(target=assign) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert (CollectionRequest.objects.count(), StrayPiece.objects.count()) == (1, 2)
    assert ledger.balance(Account.objects.get().pk) == 20
