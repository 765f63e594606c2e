"""The yearly statement against cases computed by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.world import World
from tonerloop.collection.actions import receiving
from tonerloop.collection.actions.correcting import correct
from tonerloop.collection.actions.receiving import What
from tonerloop.collection.models import Piece, Registration
from tonerloop.collection.printing.figures import Statement
from tonerloop.collection.printing.statement import statement_pdf
from tonerloop.collection.progress import progress
from tonerloop.collection.statements import yearly
from tonerloop.orders import actions

pytestmark = pytest.mark.django_db
Clock = Callable[[str], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the time, said as in Tokyo, where the seller is."""

    def put(tokyo: str) -> None:
        now = datetime.fromisoformat(tokyo + "+09:00").astimezone(UTC)
        monkeypatch.setattr(timezone, "now", lambda: now)

    return put


def delivered(world: World, quantities: dict[int, int]) -> str:
    """An order of 2 black and 1 cyan of which so much of each line arrives now."""
    desk = world.actor(world.desk)
    number = actions.confirm_price(world.place().number, by=world.actor(world.sales)).number
    promised = timezone.now().date() + timedelta(days=4)
    actions.approve(number, promised, by=desk)
    return arrived(world, number, quantities)


def arrived(world: World, number: str, quantities: dict[int, int]) -> str:
    actions.ship(number, quantities, by=world.actor(world.desk))
    actions.report_delivery(number, by=world.actor(world.buyer))
    return number


def returned(world: World, number: str, quantities: dict[int, int]) -> None:
    actions.record_returns(number, quantities, "wrong_item", by=world.actor(world.back_office))


def counted(world: World, seen: list[What]) -> str:
    request = world.collection(len(seen))
    by = world.actor(world.clerk)
    labels = request.labels.order_by("pk").values_list("identifier", flat=True)
    receiving.receive(labels[0], by=by)
    for identifier, what in zip(labels, seen, strict=True):
        receiving.count(request.number, identifier, what, by=by)
    receiving.close(request.number, by=by)
    return request.number


def months(statement: Statement) -> dict[int, tuple[int, int]]:
    rows = {row.first_day.month: (row.delivered, row.collected) for row in statement.months}
    return {month: both for month, both in rows.items() if any(both)}


def test_a_year_by_hand(world: World, clock: Clock) -> None:
    """Registered in December 2025; what happens at 00:30 in Tokyo is of the new year there."""
    type(world.black).objects.filter(pk=world.black.pk).update(weight_g=800)
    black, cyan = What(consumable_id=world.black.pk), What(consumable_id=world.cyan.pk)
    clock("2025-12-01T10:00")
    before = delivered(world, {1: 2})
    clock("2025-12-02T10:00")
    world.registered()
    counted(world, [black])
    clock("2025-12-31T23:30")
    last_year = delivered(world, {1: 2, 2: 1})
    clock("2026-01-01T00:30")
    counted(
        world,
        [
            black,
            replace_condition(black, "recyclable"),
            replace_condition(black, "other_maker"),
            replace_condition(cyan, "reusable"),
            What(consumable_id=world.drum.pk),
            What(consumable_id=None, unknown_model="TN-XX"),
        ],
    )
    clock("2026-02-10T12:00")
    returned(world, before, {1: 1})  # of what came before the registration: does not count
    returned(world, last_year, {1: 1})
    delivered(world, {1: 2, 2: 1})
    clock("2026-03-10T12:00")
    piece = Piece.objects.filter(counts__condition="recyclable").get()
    correct(piece.request.number, piece.pk, black, "still good", by=world.actor(world.clerk))
    clock("2026-05-20T12:00")
    made = yearly(world.office.pk, 2026)
    assert months(made) == {1: (0, 3), 2: (2, 0)}
    assert (made.delivered, made.collected, made.percent) == (2, 3, 150)
    assert (made.first_day, made.last_day) == (date(2026, 1, 1), date(2026, 5, 20))
    assert [
        (r.part_number or r.name, r.reusable, r.other_maker, r.collected) for r in made.models
    ] == [
        ("NPG-67-BK", 2, 1, 2),
        ("NPG-67-C", 1, 0, 1),
        ("NPG-67-DR", 1, 0, 0),
        ("TN-XX", 1, 0, 0),
    ]
    assert (made.weight_kg, made.unweighed, made.reused) == (Decimal("1.6"), 1, 3)
    assert [party.name for party in made.collectors] == ["Green Loop"]
    assert (made.customer.number, made.time_zone) == ("K-1", "Asia/Tokyo")
    assert statement_pdf(made).startswith(b"%PDF")
    earlier = yearly(world.office.pk, 2025)
    assert (earlier.first_day, earlier.last_day) == (date(2025, 12, 2), date(2025, 12, 31))
    assert months(earlier) == {12: (3, 1)}
    now = progress(world.office.pk)
    assert now is not None
    assert now.collected == earlier.collected + made.collected
    assert now.delivered == earlier.delivered + made.delivered


def test_the_years_add_up_to_the_progress_even_where_a_return_comes_first(
    world: World, clock: Clock
) -> None:
    """Of line 1 came 1 before, back 1 after registration, then 1 more: none; of line 2 one."""
    clock("2026-01-10T10:00")
    number = delivered(world, {1: 1})
    clock("2026-01-11T10:00")
    world.registered()
    clock("2026-02-10T10:00")
    returned(world, number, {1: 1})
    clock("2026-03-10T10:00")
    arrived(world, number, {1: 1, 2: 1})
    now = progress(world.office.pk)
    assert now is not None and now.delivered == 1
    assert months(yearly(world.office.pk, 2026)) == {3: (1, 0)}


def test_others_are_not_in_it(world: World, clock: Clock) -> None:
    clock("2026-01-10T10:00")
    world.registered()
    counted(world, [What(consumable_id=world.black.pk)])
    for stranger in (world.rival_office, world.foreign_office):
        with pytest.raises(Registration.DoesNotExist):
            yearly(stranger.pk, 2026)


@pytest.mark.parametrize("year", [2024, 2027, 9999, 1])
def test_no_statement_of_a_year_without_a_registration(
    world: World, clock: Clock, year: int
) -> None:
    clock("2025-12-31T23:59")
    world.registered()
    clock("2026-06-01T10:00")
    with pytest.raises(Registration.DoesNotExist):
        yearly(world.office.pk, year)


def test_what_happens_after_the_end_is_not_in_it(world: World, clock: Clock) -> None:
    clock("2026-01-10T10:00")
    registration = world.registered()
    counted(world, [What(consumable_id=world.black.pk)])
    late = world.collection(1)
    clock("2026-02-10T10:00")
    registration.ended_at = timezone.now()
    registration.save()
    clock("2026-03-10T10:00")
    by = world.actor(world.clerk)
    label = late.labels.get().identifier
    receiving.receive(label, by=by)
    receiving.count(late.number, label, What(consumable_id=world.black.pk), by=by)
    made = yearly(world.office.pk, 2026)
    assert months(made) == {1: (0, 1)}
    assert made.last_day == date(2026, 2, 10)


def replace_condition(what: What, condition: str) -> What:
    return What(consumable_id=what.consumable_id, condition=condition)
