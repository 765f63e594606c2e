"""One mail, one sender at a time; no job says it is done while its mail is not."""

from collections.abc import Iterator
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from procrastinate.jobs import Job

from tests.outbound.post import approved, told
from tests.world import World
from tonerloop.outbound.mail import sending
from tonerloop.outbound.mail.sending import MOST_ATTEMPTS, NotSent, send
from tonerloop.outbound.models import Message
from tonerloop.outbound.tasks import send_mail


@pytest.fixture
def message(committed_world: World) -> Message:
    approved(committed_world)
    told()
    return Message.objects.filter(channel=Message.Channel.EMAIL)[0]


@pytest.fixture
def in_other_hands(message: Message) -> Iterator[Message]:
    """A mail that another worker has in hand, or a dead one whose connection still stands."""
    taken, over = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            Message.objects.select_for_update().get(pk=message.pk)
            taken.set()
            over.wait(10)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    assert taken.wait(10)
    yield message
    over.set()
    holder.join()


def test_a_mail_in_other_hands_is_looked_at_again_later(in_other_hands: Message) -> None:
    with pytest.raises(NotSent):
        send(in_other_hands.pk)


def test_a_mail_in_other_hands_is_not_sent_by_us(in_other_hands: Message) -> None:
    with pytest.raises(NotSent):
        send(in_other_hands.pk)
    in_other_hands.refresh_from_db()
    assert (in_other_hands.state, in_other_hands.attempts) == (Message.State.QUEUED, 0)


@pytest.mark.parametrize("state", [Message.State.SENT, Message.State.FAILED])
def test_a_mail_that_is_done_with_is_left_alone(message: Message, state: str) -> None:
    Message.objects.filter(pk=message.pk).update(state=state)
    send(message.pk)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (state, 0)


def test_a_job_does_not_give_up_before_its_mail_does() -> None:
    """A dead worker's runs count for the job, but not for the mail."""
    job = Job(
        id=1, queue="outbound", lock=None, queueing_lock=None, task_name="x", attempts=MOST_ATTEMPTS
    )
    assert send_mail.get_retry_exception(NotSent("451 Try later"), job)


def test_an_error_without_words_is_tried_again_too(
    message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_silently(*_given: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(sending, "_deliver", fail_silently)
    with pytest.raises(NotSent, match="TimeoutError"):
        send(message.pk)
    message.refresh_from_db()
    assert (message.state, message.error) == (Message.State.RETRYING, "TimeoutError")
