"""Work that is stuck stands in front of somebody who can act; figures are for who has the token."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.world import World
from tonerloop.common.queueing import queue
from tonerloop.journal.models import Entry
from tonerloop.orders.actions import confirm_price
from tonerloop.orders.deadlines import Deadline
from tonerloop.outbound import upkeep
from tonerloop.outbound.models import Delivery, Message
from tonerloop.outbound.tasks import dispatch
from tonerloop.outbound.webhooks.actions import subscribe
from tonerloop.outbound.webhooks.announcing import announce

pytestmark = pytest.mark.django_db
PAGE = "/admin/jobs/"


@pytest.fixture
def operator(world: World) -> Client:
    client = Client()
    client.force_login(world.operator)
    return client


@pytest.fixture
def failed(world: World) -> int:
    """A job that was given up."""
    queue("outbound.dispatch", {"entry_id": 0})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed', attempts = 3 RETURNING id")
        return int(cursor.fetchall()[-1][0])


def status(job: int) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job])
        row = cursor.fetchone()
    return str(row[0]) if row else None


def test_a_failed_job_is_shown_and_tried_again(operator: Client, failed: int) -> None:
    page = operator.get(PAGE).content.decode()
    assert f">{failed}</th>" in page and "outbound.dispatch" in page
    operator.post(PAGE, {"job": failed, "again": ""})
    assert status(failed) == "todo"
    assert LogEntry.objects.get().change_message == "tried again"


def test_a_failed_job_is_dropped(operator: Client, failed: int) -> None:
    operator.post(PAGE, {"job": failed, "drop": ""})
    assert status(failed) is None
    assert LogEntry.objects.get().object_id == str(failed)


@pytest.mark.parametrize("deed", ["again", "drop"])
def test_a_job_that_has_not_failed_is_left_alone(operator: Client, deed: str) -> None:
    queue("outbound.dispatch", {"entry_id": 0})
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM procrastinate_jobs")
        job = cursor.fetchone()[0]
    answer = operator.post(PAGE, {"job": job, deed: ""}, follow=True)
    assert "has not failed" in answer.content.decode()
    assert status(job) == "todo" and not LogEntry.objects.exists()


@pytest.mark.parametrize("typed", ["", "x", "-1", "9" * 30, "１"])
def test_what_is_no_job_changes_nothing(operator: Client, failed: int, typed: str) -> None:
    assert operator.post(PAGE, {"job": typed, "drop": ""}).status_code == 302
    assert status(failed) == "failed"


@pytest.mark.parametrize("who", ["buyer", "sales", "back_office", "desk", "clerk"])
def test_it_is_the_operators_alone(world: World, failed: int, who: str) -> None:
    client = Client()
    client.force_login(getattr(world, who))
    for answer in (client.get(PAGE), client.post(PAGE, {"job": failed, "drop": ""})):
        assert answer.status_code in (302, 403) and b"dispatch" not in answer.content
    assert status(failed) == "failed"


def test_a_failed_mail_about_a_collection_is_sent_again(operator: Client, world: World) -> None:
    world.registered("pieces")
    entry = Entry.objects.get(event="collection.registered")
    dispatch(entry_id=entry.pk)
    Message.objects.filter(channel="email").update(state=Message.State.FAILED, attempts=18)
    mail = Message.objects.get(entry=entry, channel="email")
    page = "/admin/outbound/message/"
    chosen = {"action": "send_again", "_selected_action": mail.pk}
    answer = operator.post(page, chosen, follow=True).content.decode()
    assert "1 e-mail is sent again." in answer
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (Message.State.QUEUED, 0)
    jobs = ProcrastinateJob.objects.filter(task_name="outbound.send_mail", status="todo")
    assert {"message_id": mail.pk} in [job.args for job in jobs.order_by("-pk")[:1]]
    assert LogEntry.objects.get().change_message == "sent again"
    assert "0 e-mails are sent again." in operator.post(page, chosen, follow=True).content.decode()


def test_the_index_leads_there(operator: Client) -> None:
    assert PAGE in operator.get("/admin/").content.decode()


def test_queues_tell_their_oldest_due_job(world: World) -> None:
    queue("outbound.dispatch", {"entry_id": 1}, {"entry_id": 2})
    later = timezone.now() + timedelta(hours=1)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE args->>'entry_id' NOT IN ('1', '2')")
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = %s WHERE args->>'entry_id' = '2'", [later]
        )
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '90 seconds'")
    (found,) = upkeep.queues()
    assert (found.name, found.due, found.later, found.doing, found.failed) == (
        "outbound",
        1,
        1,
        0,
        0,
    )
    assert 89 < found.oldest_seconds < 95


def figures(token: str = "") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Client().get("/metrics", headers=headers)


def test_without_a_token_set_there_are_no_figures(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert figures().status_code == figures("x").status_code == 404


def tried(world: World, *answers: int | None) -> None:
    """A webhook of the seller, tried so often."""
    by = world.actor(world.back_office)
    endpoint = subscribe("http://127.0.0.1:9/", "ERP", ["order.placed"], by=by)[0]
    order = world.place()
    announce([Entry.objects.get(event="order.placed", subject_id=order.pk)], timezone.now())
    delivery = Delivery.objects.get(endpoint=endpoint)
    for answer in answers:
        delivery.attempts.create(at=timezone.now(), milliseconds=1, status=answer)


def test_figures_are_for_the_token(world: World, settings: Any) -> None:
    settings.METRICS_TOKEN, settings.WEBHOOK_PRIVATE = "sesame", True
    assert [figures(t).status_code for t in ("", "open", "sesam", "sesamé")] == [404] * 4
    order = confirm_price(world.place().number, by=world.actor(world.sales))
    dispatch(entry_id=Entry.objects.filter(subject_id=order.pk).latest("pk").pk)
    Message.objects.update(state=Message.State.FAILED)
    Deadline.objects.filter(order=order).update(due_at=timezone.now() - timedelta(minutes=5))
    tried(world, None, 503)
    Client().get("/order/orders/123/")
    Client().get("/no/such/address")
    text = figures("sesame").content.decode()
    assert re.search(r'tonerloop_jobs\{queue="outbound",state="due"\} [1-9]', text)
    assert 'tonerloop_messages{channel="desk",state="failed"} 1.0' in text
    assert "tonerloop_workers 0.0" in text
    assert 'tonerloop_recent_messages{channel="desk",state="failed"} 1.0' in text
    assert 'tonerloop_late_orders{status="price_confirmed"} 1.0' in text
    assert 'tonerloop_recent_webhook_answers{answer="none"} 1.0' in text
    assert 'tonerloop_recent_webhook_answers{answer="5xx"} 1.0' in text
    assert 'route="order/orders/<slug:number>/"' in text and 'route="none"' in text
    assert "/no/such" not in text and order.number not in text
