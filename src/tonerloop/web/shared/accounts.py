"""Accounts: people are invited, nobody signs up; mails about accounts go out as jobs."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest

from tonerloop.outbound.push.devices import forget
from tonerloop.web.shared.tasks import account_mail

DEVICE = "device"  # in the session: the phone on which it runs, where it takes push messages


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """How accounts behave here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: a seller or a colleague invites."""
        return False

    def logout(self, request: HttpRequest) -> None:
        """Log out; the phone in the hand shows nothing of this person's from now on."""
        device = request.session.get(DEVICE)
        if device and request.user.pk:
            forget(device, request.user.pk)
        super().logout(request)

    def format_email_subject(self, subject: str) -> str:
        """The subject as it stands, without a site's name in front."""
        return str(subject)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Hand the mail to a job, so that a mail server that is down loses nothing."""
        site = get_current_site(self.request)
        every = {"request": self.request, "email": email, "current_site": site}
        mail = self.render_mail(template_prefix, email, every | context)
        account_mail.defer(subject=str(mail.subject), body=str(mail.body), to=email)
