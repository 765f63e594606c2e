"""Collected and delivered against a table computed by hand, as progress, statement and report."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.utils import timezone

from tests.collection.test_statements import arrived, clock, counted, delivered, returned
from tests.world import World
from tonerloop.collection.actions.correcting import correct
from tonerloop.collection.actions.receiving import What
from tonerloop.collection.models import Piece, Registration
from tonerloop.collection.movements import movements
from tonerloop.collection.progress import progress
from tonerloop.collection.report import Report, Row, Scope, report
from tonerloop.collection.statements import yearly

__all__ = ["clock"]  # a fixture
pytestmark = pytest.mark.django_db


def scope(world: World, **changes: object) -> Scope:
    facts = {"kind": "seller", "id": world.seller.pk, "zone": "Asia/Tokyo"}
    span = {"first": date(2026, 1, 1), "after": date(2026, 9, 1)}
    return Scope(**{**facts, **span, **changes})


def figures(rows: list[Row]) -> dict[str, tuple[int, int]]:
    return {row.label: (row.collected, row.delivered) for row in rows}


def ended(registration: Registration) -> None:
    Registration.objects.filter(pk=registration.pk).update(ended_at=timezone.now())


@pytest.fixture
def lived(world: World, clock) -> World:  # type: ignore[no-untyped-def]
    """Two times of taking part.

    when   | what                                                | delivered  | collected
    -------+-----------------------------------------------------+------------+----------
    Jan 10 | A: 1 black of 2 arrives, before taking part         |          – |
    Feb  1 | registered                                          |            |
    Feb 10 | A: the other black, 1 cyan                          | +1 bk +1 c |
    Feb 20 | A: 1 black back (may be the one of January)         |      −1 bk |
    Mar  5 | A: 1 black more back: the line holds 0, not −1      |       0    |
    Mar 10 | B: 2 black, of the late line nothing yet            |      +2 bk |
    Mar 15 | counted: 2 black, 1 imitation, 1 drum, 1 unknown,   |            | +2 bk +1 c
           | 1 cyan damaged                                      |            |
    Apr  2 | corrected: a black was an imitation                 |            |     −1 bk
    Apr 20 | ended                                               |            |
    Apr 25 | B: 1 cyan arrives while not taking part             |          – |
    May  1 | registered again                                    |            |
    May  5 | B: 2 black of March and the cyan back: before it    |          0 |
    May 10 | C: 1 black                                          |      +1 bk |
    May 20 | counted: 1 cyan                                     |            |      +1 c
    """
    clock("2026-01-10T10:00")
    first = delivered(world, {1: 1})
    clock("2026-02-01T10:00")
    registration = world.registered("pieces")
    clock("2026-02-10T10:00")
    arrived(world, first, {1: 1, 2: 1})
    clock("2026-02-20T10:00")
    returned(world, first, {1: 1})
    clock("2026-03-05T10:00")
    returned(world, first, {1: 1})
    clock("2026-03-10T10:00")
    second = delivered(world, {1: 2})
    clock("2026-03-15T10:00")
    black, cyan = world.black.pk, world.cyan.pk
    seen = [
        What(consumable_id=black),
        What(consumable_id=black, condition="recyclable"),
        What(consumable_id=black, condition="other_maker"),
        What(consumable_id=world.drum.pk),
        What(consumable_id=None, unknown_model="TN-?"),
        What(consumable_id=cyan, condition="damaged"),
    ]
    number = counted(world, seen)
    clock("2026-04-02T10:00")
    piece = Piece.objects.filter(request__number=number).order_by("pk")[0]
    imitation = What(consumable_id=black, condition="other_maker")
    correct(number, piece.pk, imitation, "seen later", by=world.actor(world.clerk))
    clock("2026-04-20T10:00")
    ended(registration)
    clock("2026-04-25T10:00")
    arrived(world, second, {2: 1})
    clock("2026-05-01T10:00")
    world.registered("pieces")
    clock("2026-05-05T10:00")
    returned(world, second, {1: 2, 2: 1})
    clock("2026-05-10T10:00")
    delivered(world, {1: 1})
    clock("2026-05-20T10:00")
    counted(world, [What(consumable_id=cyan)])
    clock("2026-08-20T10:00")
    return world


def test_the_report_is_the_table(lived: World) -> None:
    found = report(scope(lived))
    months = {label: pair for label, pair in figures(found.months).items() if pair != (0, 0)}
    assert months == {"2026-02": (0, 1), "2026-03": (3, 2), "2026-04": (-1, 0), "2026-05": (1, 1)}
    assert figures(found.models) == {"NPG-67-BK": (1, 3), "NPG-67-C": (2, 1)}
    assert (found.total.collected, found.total.delivered, found.total.percent) == (3, 4, 75)
    assert len(found.months) == 8


def test_the_statement_is_the_table(lived: World) -> None:
    months = [(row.delivered, row.collected) for row in yearly(lived.office.pk, 2026).months]
    assert months == [(1, 0), (2, 3), (0, -1), (1, 1), (0, 0), (0, 0), (0, 0)]  # from February


def test_progress_is_the_table_since_the_last_registration(lived: World) -> None:
    now = progress(lived.office.pk)
    assert now is not None and (now.collected, now.delivered) == (1, 1)
    assert figures(report(scope(lived, first=date(2026, 5, 1))).models) == {
        "NPG-67-BK": (0, 1),
        "NPG-67-C": (1, 0),
    }


def test_progress_and_statement_agree_within_one_registration(lived: World) -> None:
    Registration.objects.filter(ended_at=None).update(
        registered_at=datetime(2026, 5, 1, tzinfo=UTC)
    )
    months = yearly(lived.office.pk, 2026).months
    now = progress(lived.office.pk)
    assert now is not None
    assert now.delivered == sum(row.delivered for row in months if row.first_day.month >= 5)
    assert now.collected == sum(row.collected for row in months if row.first_day.month >= 5)


def test_regions_sellers_and_what_is_chosen(lived: World) -> None:
    assert figures(report(scope(lived)).regions) == {"no region given": (3, 4)}
    lived.office.sites.update(region="Tokyo")
    found = report(scope(lived))
    assert figures(found.regions) == {"Tokyo": (3, 4)}
    assert figures(found.sellers) == {"Kanda Supplies": (3, 4)}
    of_cyan: Report = report(scope(lived, model=lived.cyan.pk, region="in Tokyo"))
    assert figures(of_cyan.models) == {"NPG-67-C": (2, 1)}
    assert of_cyan.total.collected == 2
    assert report(scope(lived, region="in Osaka")).total.collected == 0


def test_makers_and_collectors_read_only_the_own(lived: World) -> None:
    for kind, own, rival in (
        ("manufacturer", lived.maker, lived.rival_maker),
        ("collector", lived.collector, lived.rival_collector),
        ("seller", lived.seller, lived.rival_seller),
    ):
        assert report(scope(lived, kind=kind, id=own.pk)).total.collected == 3
        assert report(scope(lived, kind=kind, id=rival.pk)).models == []


def test_only_reusable_toners_save_carbon_and_what_has_no_weight_is_told(lived: World) -> None:
    lived.cyan.weight_g = 900
    lived.cyan.save()
    total = report(scope(lived)).total
    # The black one that was left is recyclable; of two cyan one is damaged.
    assert (total.reused, total.weight_g, total.unweighed) == (1, 1800, 1)


def test_the_looking_up_goes_by_indexes(world: World) -> None:
    """With a table so small the planner would read it whole; it must be able not to."""
    sql = f"EXPLAIN WITH {movements(of='r.customer_id = %s')} SELECT * FROM movement"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(sql, [world.office.pk])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert not [line for line in plan.splitlines() if "Seq Scan" in line], plan
