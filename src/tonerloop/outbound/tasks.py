"""The jobs, each named explicitly; every effect is keyed, so that a job may run twice."""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from operator import attrgetter

from django.db import OperationalError
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tonerloop.collection.keeping import keep_months
from tonerloop.common.together import Arguments, taking_along
from tonerloop.common.tracing import about
from tonerloop.journal.models import Entry
from tonerloop.manufacturers import rules
from tonerloop.manufacturers.actions import forget as forget_inbound
from tonerloop.orders.actions import assume_deliveries, tell_overdue
from tonerloop.outbound.actions import SEND, SEND_PUSH, mark_fetched
from tonerloop.outbound.mail.sending import MOST_ATTEMPTS, send, send_all
from tonerloop.outbound.rescuing import forget_made_good, rescue_jobs
from tonerloop.outbound.routes import APPLY_RULES, follow, tell
from tonerloop.outbound.webhooks import sending as webhooks
from tonerloop.outbound.webhooks.announcing import SEND as SEND_WEBHOOK
from tonerloop.outbound.webhooks.announcing import announce
from tonerloop.outbound.webhooks.forgetting import forget as forget_messages
from tonerloop.points.expiry import expire_all, warn_all
from tonerloop.points.ledger import disagreements

log = logging.getLogger(__name__)

# 2, 4, 8 … seconds, doubling: a mail server that is down for two days is still reached.
PATIENT = RetryStrategy(max_attempts=MOST_ATTEMPTS, exponential_wait=2)
SENDING = RetryStrategy(exponential_wait=2)  # without end: the message counts its attempts itself
KEPT_HOURS = 72  # of finished jobs
# Whoever waits at a screen or in a program is told first; a mail is read minutes later anyway.
AFTER_PROGRAMS = -1
ENTRIES, MAILS = 16, 8  # that one job takes along: enough to share the cost, and soon done
LONGEST = 2.0  # seconds for those mails, where the mail server becomes slow meanwhile


def _dispatch(jobs: list[Arguments]) -> Iterator[Exception | None]:
    """Do what follows from these entries, together where all goes well."""
    pks = [job["entry_id"] for job in jobs]
    entries = Entry.objects.in_bulk(pks)
    wrong: dict[int, Exception] = {pk: Entry.DoesNotExist() for pk in set(pks) - entries.keys()}
    there = sorted(entries.values(), key=attrgetter("pk"))  # as it happened
    # A verb that fails is tried again, and keeps nobody from being told.
    for verb in (follow, tell, announce):
        wrong |= _all_or_each(verb, there, timezone.now())
    for pk in pks:
        with about(entry=pk):
            log.info("told" if pk not in wrong else "not told")
        yield wrong.get(pk)


def _all_or_each(
    verb: Callable[[list[Entry], datetime], object], entries: list[Entry], now: datetime
) -> dict[int, Exception]:
    """Carry it out for all at once or, where that fails, for each; what went wrong, by entry."""
    try:
        if entries:
            verb(entries, now)
    except OperationalError:
        raise  # the database is away: for each of them, too
    except Exception as error:
        if len(entries) > 1:
            each = (_all_or_each(verb, [entry], now) for entry in entries)
            return {pk: wrong for found in each for pk, wrong in found.items()}
        return {entries[0].pk: error}
    return {}


@app.task(
    name="outbound.dispatch",
    queue="outbound",
    retry=PATIENT,
    task_middleware=[taking_along(_dispatch, most=ENTRIES)],
)
def dispatch(entry_id: int) -> None:
    """Do what follows from one journal entry; tell whoever the routes name and who subscribes."""
    with about(entry=entry_id):
        _raise_first(_dispatch([{"entry_id": entry_id}]))


def _raise_first(outcomes: Iterable[Exception | None]) -> None:
    for error in outcomes:
        if error is not None:
            raise error


def _send(jobs: list[Arguments]) -> Iterator[Exception | None]:
    yield from send_all([job["message_id"] for job in jobs])


@app.task(
    name=SEND,
    queue="outbound",
    retry=SENDING,
    priority=AFTER_PROGRAMS,
    task_middleware=[taking_along(_send, most=MAILS, longest=LONGEST)],
)
def send_mail(message_id: int) -> None:
    """Send one mail, once; a failure that may pass raises, to be tried again."""
    with about(message=message_id):
        send(message_id)


@app.task(name=SEND_PUSH, queue="outbound", retry=SENDING)
def send_push(message_id: int) -> None:
    """The same for a message to a phone, whose service may be slow: no other waits behind it."""
    with about(message=message_id):
        send(message_id)


@app.task(name=SEND_WEBHOOK, queue="outbound", retry=PATIENT)
def send_webhook(delivery_id: int, turn: int = 0) -> None:
    """Try to deliver one message; when it is tried again, the message itself knows."""
    webhooks.send(delivery_id, turn)


@app.periodic(cron="* * * * *")
@app.task(name="outbound.sweep_webhooks", queue="upkeep", queueing_lock="outbound.sweep_webhooks")
def sweep_webhooks(timestamp: int) -> None:
    """Come back to messages that are due and have no job any more."""
    webhooks.sweep(timezone.now())


@app.task(name=APPLY_RULES, queue="outbound", retry=PATIENT)
def apply_rules(order_id: int) -> None:
    """Approve one order by the manufacturer's rules, if one would."""
    if rules.apply_rules(order_id):
        mark_fetched(order_id, timezone.now())  # nobody needs to look at the request any more


@app.periodic(cron="* * * * * */20")
@app.task(name="outbound.rescue", queue="upkeep", queueing_lock="outbound.rescue")
def rescue(timestamp: int) -> None:
    """Give the jobs of killed workers, and those whose end was lost, to living ones."""
    rescue_jobs()
    forget_made_good()


@app.periodic(cron="7 * * * *")
@app.task(name="outbound.assume_deliveries", queue="upkeep", queueing_lock="outbound.assume")
def assume(timestamp: int) -> None:
    """Mark orders delivered that nobody reported, five working days after they were due."""
    assume_deliveries(timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="outbound.tell_overdue", queue="upkeep", queueing_lock="outbound.tell_overdue")
def remind(timestamp: int) -> None:
    """Remind whoever should have answered an order by now, then tell the next one."""
    tell_overdue(timezone.now())


@app.periodic(cron="10 2 * * *")
@app.task(name="outbound.expire_points", queue="upkeep", queueing_lock="outbound.expire_points")
def expire_points(timestamp: int) -> None:
    """Warn of points that expire soon, and take those that were not used in time."""
    now = timezone.now()
    warn_all(now)
    expire_all(now)


@app.periodic(cron="*/10 * * * *")
@app.task(name="outbound.keep_months", queue="upkeep", queueing_lock="outbound.keep_months")
def keep(timestamp: int) -> None:
    """Sum up the days that are over for the reports of the collection."""
    keep_months(timezone.now())


class LedgerDisagrees(Exception):
    """Points differ from their entries: it must never be, and somebody has to look."""


@app.periodic(cron="40 2 * * *")
@app.task(name="outbound.prove_ledger", queue="upkeep", queueing_lock="outbound.prove_ledger")
def prove_ledger(timestamp: int) -> None:
    """Prove on the live data that the points ledger adds up; a failed job stays to be seen."""
    if wrong := disagreements():
        raise LedgerDisagrees("; ".join(wrong[:20]))


@app.periodic(cron="20 3 * * *")
@app.task(name="outbound.forget", queue="upkeep", queueing_lock="outbound.forget")
def forget(timestamp: int) -> None:
    """Forget what old webhook messages said, and what programs of manufacturers sent long ago."""
    now = timezone.now()
    forget_messages(now)
    forget_inbound(now)


@app.periodic(cron="30 3 * * *")
@app.task(name="outbound.tidy", queue="upkeep", queueing_lock="outbound.tidy")
async def tidy(timestamp: int) -> None:
    """Remove jobs that ended well days ago; failed ones stay until somebody looked."""
    await app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS)
