"""Kept months say what counting everything says, whatever happened and however often they ran."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.collection.test_statements import Clock, clock, counted, delivered
from tests.world import World
from tonerloop.collection.actions.receiving import What
from tonerloop.collection.keeping import keep_months
from tonerloop.collection.kept_models import KeptMonth, KeptUntil
from tonerloop.collection.models import Count, Piece, Registration
from tonerloop.collection.movements import movements
from tonerloop.collection.report import Report, Scope, report
from tonerloop.orders.models import Delivery, OrderLine, Return
from tonerloop.parties.models import Site

__all__ = ["clock"]  # a fixture
pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 1, 1, 15, tzinfo=UTC)  # midnight in Tokyo
MOMENTS = st.integers(0, 24 * 130).map(lambda hours: BEGIN + timedelta(hours=hours))
ZONE = "Asia/Tokyo"
_PLAIN = f"""
WITH {movements(of="r.customer_id = %(customer)s")}
SELECT to_char(date_trunc('month', at AT TIME ZONE %(zone)s), 'YYYY-MM'),
       sum(collected), sum(delivered)
  FROM movement GROUP BY 1
"""  # noqa: S608 - no input in it


@pytest.fixture
def begun(world: World, clock: Clock) -> World:
    """An order with two lines and a counted piece of last year, before anybody took part."""
    world.maker.time_zone = "Europe/Berlin"
    world.maker.save()
    clock("2025-12-01T10:00")
    delivered(world, {1: 1})
    registration = world.registered("pieces")
    counted(world, [What(consumable_id=world.black.pk)])
    Registration.objects.filter(pk=registration.pk).update(
        ended_at=datetime(2025, 12, 2, tzinfo=UTC)
    )
    return world


def scopes(world: World) -> list[Scope]:
    span: dict[str, Any] = {"first": date(2026, 1, 1), "after": date(2026, 7, 1)}
    return [
        Scope(kind="seller", id=world.seller.pk, zone=ZONE, **span),
        Scope(kind="manufacturer", id=world.maker.pk, zone="Europe/Berlin", **span),
        Scope(kind="collector", id=world.collector.pk, zone=ZONE, **span),
    ]


def reports(world: World) -> list[Report]:
    return [report(scope) for scope in scopes(world)]


@transaction.atomic
def counted_anew(world: World) -> list[Report]:
    KeptUntil.objects.all().delete()
    found = reports(world)
    transaction.set_rollback(True)
    return found


def by_definition(world: World) -> dict[str, tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN, {"customer": world.office.pk, "zone": ZONE})
        return {month: (collected, sent) for month, collected, sent in cursor.fetchall()}


def shown(found: Report) -> dict[str, tuple[int, int]]:
    return {row.label: (row.collected, row.delivered) for row in found.months}


class Life:
    """Writes what happens, at any moment, past the verbs."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lines = list(OrderLine.objects.order_by("pk"))
        self.piece = Piece.objects.all()[0]
        self.kept = BEGIN

    def took_part(self, begin: datetime, end: datetime) -> None:
        old = Registration.objects.all()[0]
        old.pk, old.registered_at, old.ended_at = None, begin, end
        old.save(force_insert=True)

    def happened(self, what: str, line: int, n: int, at: datetime) -> None:
        row = self.lines[line]
        world = self.world
        match what:
            case "arrived":
                Delivery.objects.create(line=row, customer=world.office, quantity=n, at=at)
            case "back":
                facts = {"seller": world.seller, "recorded_by": world.sales, "reason": "other"}
                Return.objects.create(line=row, quantity=n, recorded_at=at, **facts)
            case "counted" | "imitation":
                condition = "other_maker" if what == "imitation" else "reusable"
                Count.objects.create(
                    piece=self.piece,
                    seller=world.seller,
                    customer=world.office,
                    request=self.piece.request,
                    consumable=row.consumable,
                    condition=condition,
                    quantity=1 if n < 3 else -1,
                    reason="counted anew",  # a piece counts for the first time only once
                    at=at,
                    by=world.clerk,
                )


HAPPENING = st.tuples(
    st.sampled_from(["arrived", "arrived", "back", "counted", "imitation"]),
    st.integers(0, 1),
    st.integers(1, 3),
    MOMENTS,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    times=st.lists(MOMENTS, min_size=2, max_size=4, unique=True).map(sorted),
    happenings=st.lists(HAPPENING, min_size=3, max_size=14),
    runs=st.lists(MOMENTS, max_size=3).map(sorted),
)
def test_any_history(
    begun: World,
    times: list[datetime],
    happenings: list[tuple[str, int, int, datetime]],
    runs: list[datetime],
) -> None:
    with transaction.atomic():
        life = Life(begun)
        for begin, end in zip(times[::2], times[1::2], strict=False):
            life.took_part(begin, end)
        left = sorted(happenings, key=lambda one: one[3])
        for run in [*runs, datetime(2026, 6, 20, tzinfo=UTC)]:
            while left and left[0][3] < run:  # nothing happens before what was kept
                life.happened(*left.pop(0))
            keep_months(run)
            found = reports(begun)
            assert found == counted_anew(begun)
        definition = by_definition(begun)
        assert {m: both for m, both in shown(found[0]).items() if any(both)} == {
            m: both for m, both in definition.items() if any(both) and m >= "2026-01"
        }
        transaction.set_rollback(True)


def test_what_is_over_is_kept_and_the_rest_is_counted(begun: World) -> None:
    life = Life(begun)
    life.took_part(BEGIN, BEGIN + timedelta(days=200))
    life.happened("arrived", 0, 2, BEGIN + timedelta(days=39, hours=9))
    assert keep_months(BEGIN + timedelta(days=41)) > 0
    kept = KeptMonth.objects.filter(zone=ZONE, delivered=2)
    assert [one.month for one in kept] == [date(2026, 2, 1)]
    assert keep_months(BEGIN + timedelta(days=41)) == 0  # nothing is counted twice
    life.happened("arrived", 0, 1, BEGIN + timedelta(days=42))
    assert shown(reports(begun)[0])["2026-02"] == (0, 3)
    keep_months(BEGIN + timedelta(days=60))
    assert KeptMonth.objects.get(zone=ZONE, month=date(2026, 2, 1)).delivered == 3
    KeptMonth.objects.filter(zone=ZONE).update(delivered=7)  # it is this that a report reads
    assert shown(reports(begun)[0])["2026-02"] == (0, 7)


def test_midnight_is_kept_an_hour_later(begun: World) -> None:
    """A transaction that began before it may still be on its way."""
    Life(begun).took_part(BEGIN, BEGIN + timedelta(days=200))
    keep_months(BEGIN + timedelta(days=9, minutes=59))
    until = KeptUntil.objects.get(zone=ZONE)
    assert until.until == BEGIN + timedelta(days=8)
    keep_months(BEGIN + timedelta(days=9, minutes=61))
    until.refresh_from_db()
    assert until.until == BEGIN + timedelta(days=9)


def test_a_site_that_moves_to_another_region_takes_what_was_along(begun: World) -> None:
    life = Life(begun)
    life.took_part(BEGIN, BEGIN + timedelta(days=200))
    life.happened("arrived", 0, 2, BEGIN + timedelta(days=40))
    keep_months(BEGIN + timedelta(days=90))
    Site.objects.filter(customer=begun.office).update(address="Elsewhere")
    assert KeptUntil.objects.exists()
    Site.objects.filter(customer=begun.office).update(region="Kanto")
    assert not KeptUntil.objects.filter(seller=begun.seller).exists()
    for _ in range(2):
        assert [(r.label, r.delivered) for r in reports(begun)[0].regions] == [("Kanto", 2)]
        keep_months(BEGIN + timedelta(days=90))
    assert KeptUntil.objects.filter(seller=begun.seller).count() == 3  # the zones of its readers
