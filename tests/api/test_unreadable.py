"""Bodies that are not what the contract says: told, kept as they came, nothing changed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.api.conftest import Program, kept, now, problem
from tonerloop.manufacturers.models import InboundMessage
from tonerloop.orders.models import Order, Shipment

pytestmark = pytest.mark.django_db
RIGHT = {
    "answer": b'{"answer": "cancelled", "reason": "other", "text": "x"}',
    "shipments": b'{"reference": "DN-1", "lines": [{"position": 1, "quantity": 1}]}',
}
UNREADABLE = {
    "nothing": b"",
    "no JSON": b"approved",
    "half of it": b'{"answer": "appr',
    "two of them": b"{}{}",
    "a list": b"[]",
    "null": b"null",
    "a number": b"1e999",
    "an empty object": b"{}",
    "NaN": b'{"answer": NaN}',
    "invalid UTF-8": b'{"answer": "\xff\xfe"}',
    "UTF-16": '{"answer": "approved"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"answer": "cancelled", "reason": "wrong_price"}',
    "NUL": b"\x00",
    "raw NUL inside": b'{"answer": "\x00"}',
    "a lone surrogate": b'{"answer": "\\ud800"}',
    "an unknown field": b'{"answer": "approved", "promissed_date": "2026-12-24"}',
    "an unknown field with NUL": b'{"a\\u0000b": 1}',
    "an unknown field, long": b'{"' + b"x" * 5000 + b'": 1}',
    "many unknown fields": json.dumps({f"f{n}": n for n in range(2000)}).encode(),
    "deep": b"[" * 50_000,
    "deep and closed": b'{"answer":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "huge": b'{"answer": "' + b"x" * 900_000 + b'"}',
    "a huge number": b'{"version": ' + b"9" * 5000 + b"}",
    "a form": b"answer=approved&promised_date=2026-12-24",
    "XML": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>',
}
WRONG_ANSWERS: list[dict[str, Any]] = [
    {"answer": "approved"},
    {"answer": "cancelled"},
    {"answer": "cancelled", "reason": "declined"},
    {"answer": "cancelled", "reason": "customer_wish"},
    {"answer": "yes", "promised_date": "2026-12-24"},
    {"answer": ["approved"], "promised_date": "2026-12-24"},
    {"answer": True},
    {"answer": "approved", "promised_date": "soon"},
    {"answer": "approved", "promised_date": "2026-02-30"},
    {"answer": "approved", "promised_date": 1e300},
    {"answer": "approved", "promised_date": {"day": 24}},
    {"answer": "approved", "promised_date": "2026-12-24", "version": 0},
    {"answer": "approved", "promised_date": "2026-12-24", "version": "x"},
    {"answer": "approved", "promised_date": "2026-12-24", "version": 1.5},
    {"answer": "approved", "promised_date": "2026-12-24", "reference": "x" * 41},
    {"answer": "approved", "promised_date": "2026-12-24", "reference": "a\x00b"},
    {"answer": "approved", "promised_date": "2026-12-24", "reference": "a\x1b[31mb"},
    {"answer": "approved", "promised_date": "2026-12-24", "reference": "a\u202eb"},
    {"answer": "approved", "promised_date": "2026-12-24", "reference": "two\nlines"},
    {"answer": "approved", "promised_date": "2026-12-24", "reference": 7},
    {"answer": "approved", "promised_date": "2026-12-24", "reference": None},
    {"answer": "cancelled", "reason": "other", "text": "x" * 501},
    {"answer": "cancelled", "reason": "other", "text": "a\x07b"},
]
LINE = {"position": 1, "quantity": 1}
WRONG_SHIPMENTS: list[dict[str, Any]] = [
    {"reference": "DN-1"},
    {"lines": [LINE]},
    {"reference": "", "lines": [LINE]},
    {"reference": "   ", "lines": [LINE]},
    {"reference": "x" * 41, "lines": [LINE]},
    {"reference": "a\x00b", "lines": [LINE]},
    {"reference": "DN-1", "lines": []},
    {"reference": "DN-1", "lines": {}},
    {"reference": "DN-1", "lines": [LINE, LINE]},
    {"reference": "DN-1", "lines": [LINE] * 1001},
    {"reference": "DN-1", "lines": [{"position": 1}]},
    {"reference": "DN-1", "lines": [{**LINE, "colour": "cyan"}]},
    {"reference": "DN-1", "lines": [{"position": 0, "quantity": 1}]},
    {"reference": "DN-1", "lines": [{"position": 1, "quantity": 0}]},
    {"reference": "DN-1", "lines": [{"position": 1, "quantity": -1}]},
    {"reference": "DN-1", "lines": [{"position": 1, "quantity": 1.5}]},
    {"reference": "DN-1", "lines": [{"position": 1, "quantity": 501}]},
    {"reference": "DN-1", "lines": [{"position": 1, "quantity": 10**30}]},
    {"reference": "DN-1", "lines": [{"position": "one", "quantity": 1}]},
    {"reference": "DN-1", "lines": [LINE], "carrier": "x" * 61},
    {"reference": "DN-1", "lines": [LINE], "tracking_number": "a\x07b"},
]


def address(order: Order, what: str) -> str:
    kind = "approval-requests" if what == "answer" else "orders"
    return f"/{kind}/{order.number}/{what}"


def unreadable(answer: Any, body: bytes) -> dict[str, Any]:
    """The problem, once what came is found to be kept as it came with what was wrong."""
    found = problem(answer, 422)
    assert found["type"] == "urn:tonerloop:problem:unreadable"
    assert found["errors"] and all(each["field"] and each["detail"] for each in found["errors"])
    message = kept()
    assert message.outcome == InboundMessage.Outcome.UNREADABLE
    assert message.error
    assert message.body == body.decode(errors="backslashreplace").replace("\x00", "\\0")
    return found


@pytest.mark.parametrize("what", ["answer", "shipments"])
@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_told_and_kept(
    approved: Order, program: Program, name: str, what: str
) -> None:
    body = UNREADABLE[name]
    unreadable(program.post(address(approved, what), body), body)
    assert now(approved).version == approved.version
    assert kept().order_number == approved.number


@pytest.mark.parametrize("said", WRONG_ANSWERS, ids=str)
def test_an_answer_with_a_wrong_field_is_told(
    asked: Order, program: Program, said: dict[str, Any]
) -> None:
    body = json.dumps(said).encode()
    unreadable(program.post(address(asked, "answer"), body), body)
    assert now(asked).version == asked.version


@pytest.mark.parametrize("said", WRONG_SHIPMENTS, ids=lambda said: str(said)[:60])
def test_a_shipment_with_a_wrong_field_is_told(
    approved: Order, program: Program, said: dict[str, Any]
) -> None:
    body = json.dumps(said).encode()
    unreadable(program.post(address(approved, "shipments"), body), body)
    assert not Shipment.objects.exists()


def test_a_misspelt_field_is_named(asked: Order, program: Program) -> None:
    body = UNREADABLE["an unknown field"]
    found = unreadable(program.post(address(asked, "answer"), body), body)
    assert "promissed_date" in [each["field"] for each in found["errors"]]


@pytest.mark.parametrize("what", ["answer", "shipments", "delivery"])
def test_what_is_larger_than_the_server_takes_is_told(
    approved: Order, program: Program, what: str
) -> None:
    answer = program.post(address(approved, what), b"x" * 1_000_001)
    problem(answer, 413)
    assert (kept().outcome, kept().order_number) == ("refused", approved.number)
    assert now(approved).version == approved.version


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "x", ""])
def test_the_body_counts_whatever_it_calls_itself(
    asked: Order, program: Program, kind: str
) -> None:
    answer = program.post(address(asked, "answer"), RIGHT["answer"], content_type=kind)
    assert answer.json()["status"] == "cancelled"


def test_a_multipart_body_is_told(asked: Order, program: Program) -> None:
    kind = "multipart/form-data; boundary=x"
    body = b"--x\r\nbroken"
    unreadable(program.post(address(asked, "answer"), body, content_type=kind), body)


def test_a_failure_of_ours_is_a_problem_too_and_tells_nothing(
    asked: Order, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("secret inner life")

    monkeypatch.setattr("tonerloop.manufacturers.actions.answer", fail)
    answer = program.post(address(asked, "answer"), RIGHT["answer"])
    assert "secret" not in json.dumps(problem(answer, 500))
    assert (kept().body, kept().error) == (RIGHT["answer"].decode(), "")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
NAMES = st.sampled_from(["answer", "version", "promised_date", "reference", "reason", "text"])
NAMES |= st.sampled_from(["lines", "carrier", "tracking_number", "position", "quantity"])
WORDS = st.sampled_from(["approved", "cancelled", "other", "2026-12-24", "DN-1", 1, [LINE]])
OBJECTS = st.dictionaries(NAMES, WORDS | JUNK, max_size=6)
BODIES = st.binary() | st.text().map(lambda text: text.encode(errors="surrogatepass"))
BODIES |= (OBJECTS | JUNK).map(lambda found: json.dumps(found).encode())


@given(body=BODIES, what=st.sampled_from(["answer", "shipments", "delivery"]))
def test_no_body_whatever_breaks_the_server(
    approved: Order, program: Program, body: bytes, what: str
) -> None:
    count = InboundMessage.objects.count()
    answer = program.post(address(approved, what), body)
    assert answer.status_code in (200, 409, 422)
    if answer.status_code != 200:
        problem(answer, answer.status_code)
    assert InboundMessage.objects.count() == count + 1
    message = kept()
    assert message.body == body.decode(errors="backslashreplace").replace("\x00", "\\0")
    assert message.outcome in ("applied", "refused", "unreadable")
    assert bool(message.error) == (message.outcome != "applied")
