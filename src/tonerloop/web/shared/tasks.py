"""Jobs of accounts: the mails about passwords and second factors."""

from django.core.mail import EmailMessage
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

# Links in such mails live for days; trying for a night is worth it.
RETRY = RetryStrategy(max_attempts=11, exponential_wait=60)


@app.task(name="account_mail", queue="outbound", retry=RETRY)
def account_mail(*, subject: str, body: str, to: str) -> None:
    """Send one mail about an account."""
    EmailMessage(subject, body, to=[to]).send()
