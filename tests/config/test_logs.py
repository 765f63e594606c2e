"""One id leads from the button to the e-mail, and no line tells more of a person than an id."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.test import Client
from django.utils.module_loading import import_string

from tests.world import World
from tonerloop.common.tracing import WithIds, about
from tonerloop.config.logs import JsonLines, TextLines, logging_settings
from tonerloop.journal.models import Entry
from tonerloop.orders.actions import confirm_price
from tonerloop.outbound.tasks import dispatch

pytestmark = pytest.mark.django_db


class Kept(logging.Handler):
    """Keeps what was logged, as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(JsonLines())
        self.addFilter(WithIds())
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def log() -> Iterator[Kept]:
    kept, ours = Kept(), logging.getLogger("tonerloop")
    before = ours.level
    ours.addHandler(kept)
    ours.setLevel(logging.INFO)
    yield kept
    ours.removeHandler(kept)
    ours.setLevel(before)


def test_a_request_names_the_entries_it_made(world: World, log: Kept) -> None:
    order, client = world.place(), Client()
    client.force_login(world.sales)
    log.lines.clear()
    address = f"/sales/{order.number}/confirm/"
    headers = {"X-Request-ID": "from-the-proxy-1"}
    answer = client.post(address, {"version": order.version}, headers=headers)
    assert answer.headers["X-Request-ID"] == "from-the-proxy-1"
    entry = Entry.objects.latest("pk")
    made = [line for line in log.lines if line["message"] == "order.price_confirmed"]
    assert [(m["request"], m["entry"], m["order"]) for m in made] == [
        ("from-the-proxy-1", entry.pk, order.pk)
    ]
    told = log.lines[-1]
    assert told["message"].startswith("POST /sales/<slug:number>/confirm/ 302 in ")
    assert told["request"] == "from-the-proxy-1"


@pytest.mark.parametrize(
    "given", ["", "short", "with space in it", "x" * 65, "<script>alert</script>"]
)
def test_an_id_that_is_none_is_replaced(world: World, given: str) -> None:
    answer = Client().get("/healthz", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] != given and len(answer.headers["X-Request-ID"]) == 32


def test_an_entrys_id_is_in_the_lines_of_its_job(world: World, log: Kept) -> None:
    order = confirm_price(world.place().number, by=world.actor(world.sales))
    entry = Entry.objects.filter(subject_id=order.pk).latest("pk")
    log.lines.clear()
    with about(job=7):
        dispatch(entry_id=entry.pk)
    assert log.lines and all((line["entry"], line["job"]) == (entry.pk, 7) for line in log.lines)


def test_no_line_tells_who_somebody_is(world: World, log: Kept) -> None:
    client = Client()
    client.force_login(world.back_office)
    client.get("/seller/customers/", {"q": "Mori Law"})
    order = world.place()
    client.get(f"/seller/orders/{order.number}/")
    text = json.dumps(log.lines)
    assert log.lines
    for secret in ("Mori", world.back_office.email, world.buyer.name, "q="):
        assert secret not in text


def test_the_job_workers_own_lines_carry_the_job() -> None:
    record = logging.LogRecord("procrastinate", logging.INFO, "", 0, "Starting", (), None)
    record.job = {"id": 3, "task_name": "outbound.dispatch", "task_kwargs": {"entry_id": 9}}
    WithIds().filter(record)
    line = json.loads(JsonLines().format(record))
    assert (line["job"], line["task"], line["entry_id"]) == (3, "outbound.dispatch", 9)
    assert TextLines().format(record).endswith("[job=3 task=outbound.dispatch entry_id=9]")


def test_a_jobs_texts_are_in_no_line() -> None:
    """A mail that lets somebody in is an argument of its job."""
    call = "web.mail[4](to='bea@example.com', body='https://x/reset/secret')"
    record = logging.LogRecord(
        "procrastinate", logging.INFO, "", 0, "Starting job %s", (call,), None
    )
    given = {"to": "bea@example.com", "body": "https://x/reset/secret", "person": 5}
    record.job = {"id": 4, "task_name": "web.mail", "task_kwargs": given, "call_string": call}
    WithIds().filter(record)
    for line in (JsonLines().format(record), TextLines().format(record)):
        assert "secret" not in line and "bea@" not in line
        assert "Starting job web.mail[4]" in line and "person" in line


def told_of(error: Exception) -> dict[str, Any]:
    """The JSON line of a failed request, through the filters of the real handler."""
    record = logging.LogRecord(
        "django.request", logging.ERROR, "", 0, "%s: %s", ("Gone", "/order/"), None
    )
    record.exc_info = (type(error), error, error.__traceback__)
    settings = logging_settings()
    for name in settings["handlers"]["console"]["filters"]:
        assert import_string(settings["filters"][name]["()"])().filter(record)
    line: dict[str, Any] = json.loads(JsonLines().format(record))
    return line


def test_a_database_that_is_away_is_one_line_for_each_request() -> None:
    line = told_of(OperationalError("server closed the connection unexpectedly\nThis probably"))
    assert "error" not in line
    assert line["message"] == (
        "Gone: /order/ (database away: server closed the connection unexpectedly)"
    )


def test_our_own_mistake_keeps_its_trace() -> None:
    assert "ValueError: ours" in told_of(ValueError("ours"))["error"]
    assert "IntegrityError" in told_of(IntegrityError("ours"))["error"]
