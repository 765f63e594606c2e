"""Accounts: people are invited, nobody signs up; mails about accounts go out as jobs."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import authentication_step_completed
from allauth.usersessions.models import UserSession
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sites.shortcuts import get_current_site
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from tonerloop.outbound.push.devices import forget
from tonerloop.parties import tries
from tonerloop.parties.models import Person
from tonerloop.web.shared.known_devices import known_device, remember_device
from tonerloop.web.shared.tasks import account_mail

DEVICE = "device"  # in the session: the phone on which it runs, where it takes push messages


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """How accounts behave here."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _(
            "Too many tries. Nothing is locked: wait a few minutes, then try again."
            " A passkey or a new password by mail works at once."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: a seller or a colleague invites."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Person | None:
        """Whose password it is; what fails is counted, and not even tried within a wait."""
        person = super().authenticate(request, **credentials)
        if person is not None:
            tries.succeeded(self._try(request, credentials))
        return cast(Person | None, person)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse within a wait, whether or not there is such an account."""
        if not tries.take(self._try(request, credentials)):
            raise self.validation_error("too_many_login_attempts")

    def _try(self, request: HttpRequest, credentials: dict[str, Any]) -> tries.Try:
        email = str(credentials.get("email") or credentials.get("username") or "")
        address = self.get_client_ip(request)
        return tries.Try(email=email, address=address, device=known_device(request, email))

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """True if it is the person's password; failures count as those of a log-in."""
        email = cast(Person, user).email
        person = self.authenticate(self.request, email=email, password=password)
        return person is not None and person.pk == user.pk

    def post_login(  # type: ignore[override]
        self, request: HttpRequest, user: Person, **about: Any
    ) -> HttpResponse:
        """Somebody is in, by all that was asked: this device is known from now on."""
        response = super().post_login(request, user, **about)
        remember_device(request, response, user.email)
        return response

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """A new password; whoever tried the old one holds up nobody any more."""
        super().set_password(user, password)
        tries.forget_account(cast(Person, user).email)

    def logout(self, request: HttpRequest) -> None:
        """Log out; the phone in the hand shows nothing of this person's from now on."""
        device = request.session.get(DEVICE)
        if device and request.user.pk:
            forget(device, request.user.pk)
        super().logout(request)

    def format_email_subject(self, subject: str) -> str:
        """The subject as it stands, without a site's name in front."""
        return str(subject)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the person of a change of password or second factor, in their language."""
        person = cast(Person, user)
        with override(person.language):
            super().send_notification_mail(template_prefix, user, context, email or person.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Hand the mail to a job, so that a mail server that is down loses nothing."""
        site = get_current_site(self.request)
        every = {"request": self.request, "email": email, "current_site": site}
        mail = self.render_mail(template_prefix, email, every | context)
        account_mail.defer(subject=str(mail.subject), body=str(mail.body), to=email)


@receiver(authentication_step_completed)
def begin_anew(request: HttpRequest, **about: Any) -> None:
    """Who proves it again goes on in a session of a new name; a copied one is worth nothing."""
    if not about.get("reauthenticated"):
        return
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)
