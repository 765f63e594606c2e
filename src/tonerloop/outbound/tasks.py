"""The jobs, each named explicitly; every effect is keyed, so that a job may run twice."""

import logging

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tonerloop.collection.keeping import keep_months
from tonerloop.common.tracing import about
from tonerloop.journal.models import Entry
from tonerloop.manufacturers import rules
from tonerloop.manufacturers.actions import forget as forget_inbound
from tonerloop.orders.actions import assume_deliveries, tell_overdue
from tonerloop.outbound.actions import SEND, mark_fetched
from tonerloop.outbound.mail.sending import MOST_ATTEMPTS, send
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


@app.task(name="outbound.dispatch", queue="outbound", retry=PATIENT)
def dispatch(entry_id: int) -> None:
    """Do what follows from one journal entry; tell whoever the routes name and who subscribes."""
    with about(entry=entry_id):
        entry, now = Entry.objects.get(pk=entry_id), timezone.now()
        try:
            follow(entry, now)
        finally:  # a verb that fails is tried again, and keeps nobody from being told
            tell(entry, now)
        announce(entry, now)
        log.info("told")


@app.task(name=SEND, queue="outbound", retry=SENDING, priority=AFTER_PROGRAMS)
def send_mail(message_id: int) -> None:
    """Send one mail or push message, once; a failure that may pass raises, to be tried again."""
    with about(message=message_id):
        send(message_id)


@app.task(name=SEND_WEBHOOK, queue="outbound", retry=PATIENT)
def send_webhook(delivery_id: int) -> None:
    """Try to deliver one message; when it is tried again, the message itself knows."""
    webhooks.send(delivery_id)


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
