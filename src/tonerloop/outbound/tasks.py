"""The jobs, each named explicitly; every effect is keyed, so that a job may run twice."""

from django.utils import timezone
from procrastinate.contrib.django import app

from tonerloop.journal.models import Entry
from tonerloop.outbound.routes import tell


@app.task(name="outbound.dispatch", queue="outbound")
def dispatch(entry_id: int) -> None:
    """Tell of one journal entry whoever the routes name."""
    tell(Entry.objects.get(pk=entry_id), timezone.now())
