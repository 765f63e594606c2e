"""Two jobs look at once: the manufacturer is told once."""

from django.utils import timezone

from tests.collection.test_flow import counted
from tests.collection.test_thresholds import reached, watch
from tests.orders.test_races import at_once
from tests.world import World
from tonerloop.collection.actions.watching import check_thresholds
from tonerloop.collection.models import CollectionRequest
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry


def test_two_jobs_at_once_tell_once(committed_world: World) -> None:
    world = committed_world
    world.registered()
    watch(world, 2)
    counted(world, world.collection(2))
    request = CollectionRequest.objects.get()
    results = at_once(*[lambda: check_thresholds(request.pk, timezone.now())] * 8)
    assert results == [None] * 8
    assert reached() == [2]
    assert Entry.objects.filter(event=Event.THRESHOLD_REACHED).count() == 1
