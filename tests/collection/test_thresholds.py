"""A manufacturer is told when a count or a rate is reached: once, and nobody else."""

from datetime import date, timedelta
from unittest.mock import patch

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone, translation

from tests.collection.test_flow import counted
from tests.collection.test_report import lived
from tests.world import World
from tonerloop.collection.actions.watching import (
    end_threshold,
    measured,
    set_threshold,
)
from tonerloop.collection.models import Threshold, ThresholdReached
from tonerloop.collection.report import Scope, report
from tonerloop.common.actor import NotAllowed
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders.errors import Refused
from tonerloop.outbound.mail.writing import WRITERS
from tonerloop.outbound.models import Message
from tonerloop.outbound.routes import follow, tell
from tonerloop.outbound.subjects import load
from tonerloop.points.rules import add_months

pytestmark = pytest.mark.django_db
LONG_AGO = date(2020, 1, 1)


def watch(world: World, amount: int, **changes: object) -> Threshold:
    facts = {"kind": "pieces", "part_number": "", "since": LONG_AGO, "by": world.actor(world.desk)}
    return set_threshold(amount=amount, **{**facts, **changes})  # type: ignore[arg-type]


def dispatched() -> None:
    """What the worker does with every entry, and does it twice."""
    for _ in range(2):
        for entry in Entry.objects.order_by("pk"):
            tell([entry], timezone.now())
            follow([entry], timezone.now())


def reached() -> list[int]:
    return list(ThresholdReached.objects.order_by("pk").values_list("value", flat=True))


def test_it_is_told_once_when_it_is_reached(world: World) -> None:
    world.registered()
    watch(world, 3)
    counted(world, world.collection(2))
    dispatched()
    assert reached() == []
    counted(world, world.collection(2))
    dispatched()
    counted(world, world.collection(1))
    dispatched()
    assert reached() == [4]
    assert Entry.objects.filter(event=Event.THRESHOLD_REACHED).count() == 1


def test_the_mail_goes_to_the_manufacturers_mailbox(world: World) -> None:
    world.registered()
    world.maker.order_email = "desk@canon.example"
    world.maker.save()
    watch(world, 2, part_number="npg-67-bk")
    counted(world, world.collection(2))
    dispatched()
    message = Message.objects.get(template="threshold_reached")
    assert (message.recipient, message.side) == ("desk@canon.example", "manufacturer")
    with translation.override("en"):
        mail = WRITERS[message.template](message, load(message.entry))
    assert mail.subject == "Reached: 2 pieces collected, NPG-67-BK"
    assert "/desk/thresholds/" in str(mail.body)


def test_each_calendar_year_is_counted_by_itself(world: World) -> None:
    world.registered()
    watch(world, 2, since=None)
    counted(world, world.collection(2))
    dispatched()
    next_year = timezone.now().replace(year=timezone.now().year + 1, month=2, day=1)
    with patch("django.utils.timezone.now", return_value=next_year):
        counted(world, world.collection(1))
        dispatched()
        assert reached() == [2]
        counted(world, world.collection(1))
        dispatched()
    assert reached() == [2, 2]


def test_a_rate_is_the_reports_rate(world: World) -> None:
    lived(world)  # 3 black of 2 black and 1 cyan
    now = timezone.now()
    since = (now - timedelta(days=30)).date()
    after = add_months(now.date().replace(day=1), 1)
    facts = {"kind": "manufacturer", "id": world.maker.pk, "zone": world.maker.time_zone}
    whole = report(Scope(first=since, after=after, **facts))
    all_models = watch(world, 100, kind="rate", since=since)
    black = watch(world, 150, kind="rate", since=since, part_number="NPG-67-BK")
    assert measured(all_models, since, now) == whole.total.percent == 100
    assert measured(black, since, now) == 150
    assert reached() == [100, 150]  # both are so already when they are set
    few = watch(world, 100, kind="rate", since=since, least_delivered=4)
    assert measured(few, since, now) == 0


def test_others_pieces_do_not_count(world: World) -> None:
    world.registered()
    watch(world, 1, by=world.actor(world.rival_desk))
    watch(world, 1, part_number="NPG-67-C")
    counted(world, world.collection(2))
    counted(world, world.collection(2), "other_maker")
    dispatched()
    assert reached() == []


def test_what_is_ended_is_told_no_more(world: World) -> None:
    world.registered()
    threshold = watch(world, 1)
    with pytest.raises(Threshold.DoesNotExist):
        end_threshold(threshold.pk, by=world.actor(world.rival_desk))
    end_threshold(threshold.pk, by=world.actor(world.desk))
    counted(world, world.collection(1))
    dispatched()
    assert reached() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": 1001, "kind": "rate"}, "amount"),
        ({"kind": "weight"}, "kind"),
        ({"part_number": "nonsense"}, "part_number"),
        ({"part_number": "TK-3160"}, "part_number"),  # another maker's
    ],
)
def test_what_cannot_be_watched_is_refused(
    world: World, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        watch(world, **{"amount": 1, **changes})  # type: ignore[arg-type]
    assert refused.value.field == field
    assert not Threshold.objects.exists()


def test_only_an_order_desk_watches_and_no_more_than_it_may(world: World) -> None:
    with pytest.raises(NotAllowed):
        watch(world, 1, by=world.actor(world.back_office))
    for amount in range(20):
        watch(world, amount + 1)
    with pytest.raises(Refused, match="End one of them"):
        watch(world, 1)


def test_that_it_was_reached_cannot_be_edited(world: World) -> None:
    world.registered()
    counted(world, world.collection(1))
    watch(world, 1)
    with pytest.raises(DatabaseError), transaction.atomic():
        ThresholdReached.objects.update(value=9)


def test_on_the_screen(world: World) -> None:
    world.registered()
    counted(world, world.collection(2))
    desk = Client()
    desk.force_login(world.desk)
    sent = {"kind": "pieces", "amount": "2", "part_number": "NPG-67-BK", "since": ""}
    for wrong in ({"amount": ""}, {"amount": "9" * 40}, {"part_number": "x"}, {"since": "soon"}):
        answer = desk.post("/desk/thresholds/", {**sent, **wrong})
        assert answer.status_code == 422 and 'class="error"' in answer.content.decode()
        if "part_number" not in wrong:
            assert 'value="NPG-67-BK"' in answer.content.decode()
    page = desk.post("/desk/thresholds/", sent, follow=True).content.decode()
    assert page.count("2 pieces collected, NPG-67-BK") >= 2  # watched, and reached
    threshold = Threshold.objects.get()
    page = desk.post(f"/desk/thresholds/{threshold.pk}/end/", follow=True).content.decode()
    assert "Nothing is watched yet" in page and "2 pieces collected, NPG-67-BK" in page
