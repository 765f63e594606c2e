"""Waiting until everything that is under way has come to its end, all being well again.

What is set for later is brought forward and a timer is not waited for, as if time had passed:
nothing is done here that the product's own clock would not do.
"""

import time
from collections.abc import Callable

from django.db import connection, connections
from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from tonerloop.demo.browser import StoryFailed
from tonerloop.outbound.models import Delivery, Message
from torture.clients import Person, Refused, Unanswered

FORWARD = (
    # A worker that lives beats every five seconds; the sweep waits for twenty.
    """UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'
    WHERE last_heartbeat < now() - interval '7 seconds'""",
    """UPDATE procrastinate_jobs SET scheduled_at = now()
    WHERE status = 'todo' AND scheduled_at > now() AND queue_name = 'outbound'""",
    "UPDATE outbound_delivery SET next_at = now() - interval '61 seconds' WHERE next_at > now()",
)
TIMERS = ("outbound.rescue", "outbound.sweep_webhooks")
WAITS = (Message.State.QUEUED, Message.State.RETRYING)
MESSAGES = "/admin/outbound/message/"


def settle(look_after: Callable[[], None], operator: Person, seconds: float = 180) -> list[str]:
    """Wait until nothing is under way; what still is when time is up."""
    deadline = time.monotonic() + seconds
    last, quiet = 0.0, 0
    while quiet < 2:
        try:
            if time.monotonic() - last > 2:
                last = time.monotonic()
                look_after()
                forward()
                send_again(operator)
            left = under_way()
            quiet = 0 if left else quiet + 1
        except Exception:
            connections.close_all()
            if time.monotonic() > deadline:
                raise
        if time.monotonic() > deadline:
            return under_way()
        time.sleep(0.3)
    return []


def forward() -> None:
    """What is set for later is due now, and the timers that look after it run."""
    with connection.cursor() as cursor:
        for statement in FORWARD:
            cursor.execute(statement)
    for name in TIMERS:
        try:
            task = app.configure_task(name, queueing_lock=name)
            task.defer(timestamp=int(time.time()))
        except exceptions.AlreadyEnqueued:
            pass


def under_way() -> list[str]:
    """What has not come to its end: jobs, messages, deliveries."""
    jobs = ProcrastinateJob.objects.filter(queue_name="outbound", status__in=["todo", "doing"])
    found = [f"job {j.pk} {j.task_name} {j.args} is {j.status}" for j in jobs[:5]]
    mails = Message.objects.filter(state__in=WAITS).exclude(channel=Message.Channel.DESK)
    found += [f"message {m.pk} is {m.state}: {m.error}" for m in mails[:5]]
    waiting = Delivery.objects.exclude(next_at=None)
    return found + [f"delivery {d.pk} waits until {d.next_at}" for d in waiting[:5]]


def send_again(operator: Person) -> None:
    """The operator sends again what the mail server has refused for good."""
    failed = Message.objects.filter(channel=Message.Channel.EMAIL, state=Message.State.FAILED)
    first = failed.first()
    if first is None:
        return
    try:
        page = operator.log_in(f"{MESSAGES}?state__exact=failed&channel__exact=email")
        chosen = {"action": "send_again", "select_across": "1", "_selected_action": str(first.pk)}
        operator.submit(page, page.form(having="action"), chosen)
    except (Unanswered, Refused, StoryFailed):
        return  # the next look does it
