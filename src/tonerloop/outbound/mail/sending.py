"""Sending messages: each once, by one worker at a time, its state kept where the timeline shows it.

A mail goes to the mail server, a push message to the push service of the phone.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException
from zoneinfo import ZoneInfo

from django.core.mail import EmailMultiAlternatives as Mail
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.encoding import force_str

from tonerloop.orders.states import Status
from tonerloop.outbound.mail.gathering import gathered
from tonerloop.outbound.mail.session import Session
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
    """Send the message unless it was sent; NotSent if it has to be tried again."""
    for error in send_all([message_id]):
        if error is not None:
            raise error


def send_all(message_ids: Sequence[int]) -> Iterator[NotSent | None]:
    """Send these one after another, each unless it was sent, over one session of the mail server.

    Says of each whether it has to be tried again. Each is a transaction of its own, in which its
    row is locked while the mail server answers, so two workers never send one mail; the one
    that finds it locked comes again, since the other may be dead with its connection still up.
    If the worker dies between the server's yes and the commit, the mail goes out again with the
    same Message-ID, by which mail programs know it for the same.
    """
    messages = gathered(message_ids)
    with Session() as session:
        for pk in message_ids:
            error = _try(messages[pk], session) if pk in messages else ""
            yield NotSent(error) if error else None


def _try(message: Message, session: Session) -> str:
    """Send it where it is still to be sent; what went wrong, where it is to be tried again."""
    mail = _written(message) if message.channel != Message.Channel.PUSH else None
    with transaction.atomic():
        if not _locked(message):
            unsent = Message.objects.filter(pk=message.pk, state__in=UNSENT)
            return "another worker has it in hand" if unsent.exists() else ""
        message.attempts, message.changed_at = message.attempts + 1, timezone.now()
        message.error = ""
        if _is_overtaken(message):
            message.state = Message.State.OVERTAKEN
        else:
            _attempt(message, mail, session)
        message.save(update_fields=["attempts", "changed_at", "error", "state"])
    return message.error if message.state == Message.State.RETRYING else ""


def _attempt(message: Message, mail: Mail | Exception | None, session: Session) -> None:
    try:
        _deliver(message, mail, session)
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


# Every message asks this, so it is plain; what stands here is so when it is sent.
_LOCK = """
SELECT m.attempts, o.status FROM outbound_message m LEFT JOIN orders_order o ON o.id = m.order_id
WHERE m.id = %s AND m.state = ANY(%s) FOR UPDATE OF m SKIP LOCKED
"""


def _locked(message: Message) -> bool:
    """Lock the message; False where it is sent, or in another worker's hand."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [message.pk, [str(state) for state in UNSENT]])
        row = cursor.fetchone()
    if row:
        message.attempts, message.order_status = row
    return bool(row)


def _is_overtaken(message: Message) -> bool:
    """True where an order was to be answered, and has been meanwhile."""
    return message.template == TO_ANSWER and message.order_status != Status.PLACED


@contextmanager
def _for_its_reader(message: Message) -> Iterator[None]:
    zone = ZoneInfo(message.time_zone)
    with translation.override(message.language), timezone.override(zone):
        yield


def _written(message: Message) -> Mail | Exception:
    """The mail, or what kept us from writing it, before anything is locked."""
    try:
        with _for_its_reader(message):
            return WRITERS[message.template](message, load(message.entry))
    except Exception as error:  # it is this message's alone
        return error


def _deliver(message: Message, mail: Mail | Exception | None, session: Session) -> None:
    if isinstance(mail, Exception):
        raise mail
    if mail is not None:
        session.send(mail)
        return
    with _for_its_reader(message), transaction.atomic():
        push(message, load(message.entry))


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
