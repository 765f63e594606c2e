"""The nightly job of programs: what nobody asks for any more is forgotten."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from tonerloop.programs import answers, limits
from tonerloop.programs.models import Call

CALLS_KEPT = timedelta(days=90)


@app.periodic(cron="50 2 * * *")
@app.task(name="programs.forget", queue="upkeep", queueing_lock="programs.forget")
def forget(timestamp: int) -> None:
    """Remove old counters, answers and calls."""
    now = timezone.now()
    limits.forget(now)
    answers.forget(now)
    Call.objects.filter(at__lt=now - CALLS_KEPT).delete()
