"""Sending one message: once, by one worker at a time, its state kept where the timeline shows it.

A mail goes to the mail server, a push message to the push service of the phone.
"""

import logging
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone, translation
from django.utils.encoding import force_str

from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.outbound.mail.writing import WRITERS
from tonerloop.outbound.models import Message
from tonerloop.outbound.push.posting import NotTaken
from tonerloop.outbound.push.pushing import push
from tonerloop.outbound.recipients import TO_ANSWER, answerers
from tonerloop.outbound.routes import tell_by_mail_instead
from tonerloop.outbound.subjects import load

log = logging.getLogger(__name__)
MOST_ATTEMPTS = 18  # waits of 2, 4, 8 … seconds add up to three days
MOST_PUSHES = 7  # about two minutes, then a mail goes instead: somebody waits for a price
UNSENT = (Message.State.QUEUED, Message.State.RETRYING)


class NotSent(Exception):
    """The mail server could not take the mail now; it is tried again."""


def send(message_id: int) -> None:
    """Send the message unless it was sent; NotSent if it has to be tried again.

    The row is locked while the mail server answers, so two workers never send one mail; the one
    that finds it locked comes again, since the other may be dead with its connection still up.
    If the worker dies between the server's yes and the commit, the mail goes out again with the
    same Message-ID, by which mail programs know it for the same.
    """
    error = _try(message_id)
    if error:
        raise NotSent(error)


@transaction.atomic
def _try(message_id: int) -> str:
    unsent = Message.objects.filter(pk=message_id, state__in=UNSENT)
    free = unsent.select_for_update(skip_locked=True, of=("self",))
    message = free.select_related("entry").first()
    if message is None:
        return "another worker has it in hand" if unsent.exists() else ""
    message.attempts, message.changed_at = message.attempts + 1, timezone.now()
    message.error = ""
    if _is_overtaken(message):
        message.state = Message.State.OVERTAKEN
    else:
        _attempt(message)
    message.save(update_fields=["attempts", "changed_at", "error", "state"])
    return message.error if message.state == Message.State.RETRYING else ""


def _attempt(message: Message) -> None:
    try:
        with transaction.atomic():
            _deliver(message)
        message.state = Message.State.SENT
    except Exception as error:  # whatever it was, it is kept where somebody sees it
        log.warning("message %s: %s", message.pk, error)
        most = MOST_PUSHES if message.channel == Message.Channel.PUSH else MOST_ATTEMPTS
        hopeless = _is_permanent(error) or message.attempts >= most
        message.state = Message.State.FAILED if hopeless else Message.State.RETRYING
        message.error = _words(error)[:300]
        if hopeless and message.channel == Message.Channel.PUSH:
            _give_up(message, error)


def _give_up(message: Message, error: Exception) -> None:
    """The phone cannot be reached: its owner gets a mail, and a dead phone is removed."""
    device = message.device
    # Of a phone that was taken off meanwhile nobody knows the owner: who is in charge is told.
    people = [device.person] if device else answerers(load(message.entry))
    tell_by_mail_instead(message.entry, next(iter(people), None), timezone.now())
    if device and isinstance(error, NotTaken) and error.gone:
        message.device = None  # as the database has it
        device.delete()


def _is_overtaken(message: Message) -> bool:
    """True where an order was to be answered, and has been meanwhile."""
    if message.template != TO_ANSWER:
        return False
    return not Order.objects.filter(pk=message.order_id or 0, status=Status.PLACED).exists()


def _deliver(message: Message) -> None:
    subject = load(message.entry)
    zone = ZoneInfo(message.time_zone)
    with translation.override(message.language), timezone.override(zone):
        if message.channel == Message.Channel.PUSH:
            push(message, subject)
            return
        mail = WRITERS[message.template](message, subject)
    mail.send()


def _is_permanent(error: Exception) -> bool:
    """True for an answer about this message that will not change: 5xx to recipient or content.

    Trouble with the log-in or the server's greeting is the operator's to mend, so it passes.
    """
    if isinstance(error, NotTaken):
        return error.hopeless
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return isinstance(error, SMTPDataError) and error.smtp_code >= 500


def _words(error: Exception) -> str:
    """The mail server's own words, since people read them on the timeline."""
    answers: list[tuple[int, bytes | str]] = []
    if isinstance(error, SMTPRecipientsRefused):
        answers.extend(error.recipients.values())
    elif isinstance(error, SMTPResponseException):
        answers.append((error.smtp_code, error.smtp_error))
    said = (f"{code} {force_str(text, errors='replace')}" for code, text in answers)
    return "; ".join(said) or str(error) or type(error).__name__
