"""Jobs of the record screens: the mail that lets an invited person in."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tonerloop.parties.actions.people import INVITE
from tonerloop.parties.models import Membership, Person

# A mail server that is down for a night is still reached: 1, 2, 4 … 512 minutes apart.
RETRY = RetryStrategy(max_attempts=11, exponential_wait=60)


@app.task(name=INVITE, queue="outbound", retry=RETRY)
def invite(membership_id: int) -> None:
    """Mail a new buyer, in the buyer's language, how to get in; a known one just gets told."""
    found = Membership.objects.select_related("person", "customer__seller")
    membership = found.filter(pk=membership_id, active=True).first()
    if membership is None or membership.customer is None:
        return
    person = membership.person
    context = {
        "name": person.name,
        "customer": membership.customer.name,
        "seller": membership.customer.seller,
        "password_link": "" if person.has_usable_password() else _password_link(person),
        "login_link": settings.BASE_URL + reverse("account_login"),
    }
    with translation.override(person.language):
        _mail(person.email, context).send()


def _mail(to: str, context: dict[str, Any]) -> EmailMessage:
    folder = "seller/records/mail/invitation"
    subject = render_to_string(f"{folder}_subject.txt", context)
    body = render_to_string(f"{folder}.txt", context)
    return EmailMessage(" ".join(subject.split()), body, to=[to])


def _password_link(person: Person) -> str:
    # Imported late: allauth's forms read the settings' models, which are loaded after the jobs.
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    where = {
        "uidb36": user_pk_to_url_str(person),
        "key": default_token_generator.make_token(person),
    }
    return settings.BASE_URL + reverse("account_reset_password_from_key", kwargs=where)
