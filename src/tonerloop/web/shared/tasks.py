"""Jobs of accounts: the mails about passwords and second factors."""

from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tonerloop.parties import tries

# Links in such mails live for days; trying for a night is worth it.
RETRY = RetryStrategy(max_attempts=11, exponential_wait=60)


@app.task(name="account_mail", queue="outbound", retry=RETRY)
def account_mail(*, subject: str, body: str, to: str) -> None:
    """Send one mail about an account."""
    EmailMessage(subject, body, to=[to]).send()


@app.periodic(cron="40 2 * * *")
@app.task(name="accounts.forget", queue="upkeep", queueing_lock="accounts.forget")
def forget(timestamp: int) -> None:
    """Remove log-ins that have ended and counts that hold nobody up any more."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    tries.forget_old(now)
