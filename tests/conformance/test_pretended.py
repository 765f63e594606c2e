"""The pretended API is no other than the real one: by its document, and step by step beside it."""

import json
from datetime import timedelta
from typing import Any

import jsonschema_rs
import orders as pretended
import pytest
from pretend import ROOT, Pretend

from tests.api.conftest import Program
from tests.api.conftest import asked as asked
from tests.api.conftest import program as program
from tonerloop.api.urls import api
from tonerloop.common.references import is_valid
from tonerloop.orders.models import Order

pytestmark = pytest.mark.django_db
KEY = "tl_test"
SHOWN = ("version", "status", "outcome", "reference")
COUNTS = ("position", "quantity", "approved_quantity", "shipped_quantity")


class Contract:
    """The real document: is an answer one of those that it names?"""

    def __init__(self) -> None:
        self.document = json.loads(json.dumps(api.get_openapi_schema()))

    def check(self, method: str, path: str, status: int, headers: Any, body: bytes) -> None:
        operation = self._operation(method, path.split("?")[0])
        answer = operation["responses"][str(status)]
        [(kind, content)] = answer["content"].items()
        assert headers["Content-Type"].split(";")[0] == kind
        schema = {**content["schema"], "components": self.document["components"]}
        jsonschema_rs.validator_for(schema, validate_formats=True).validate(json.loads(body))
        unneeded = {"Location"} if status != 401 else {"RateLimit", "RateLimit-Policy"}
        assert set(answer["headers"]) - unneeded <= set(headers)

    def _operation(self, method: str, path: str) -> Any:
        for known, verbs in self.document["paths"].items():
            same = len(known.split("/")) == len(path.split("/"))
            pairs = zip(known.split("/"), path.split("/"), strict=False)
            if same and all(a == b or a.startswith("{") for a, b in pairs):
                return verbs[method.lower()]
        raise AssertionError(f"the contract has no {path}")


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract()


class Both:
    """The real API and the pretended one, each with the same order in it."""

    def __init__(self, program: Program, real: Order, contract: Contract) -> None:
        self.program, self.contract = program, contract
        self.pretend = Pretend(KEY)
        self.order = self.pretend.add(("NPG-67-BK", 2), ("NPG-67-C", 1))
        self.real, self.numbers = real, (real.number, self.order.number)
        self.order.wanted_by = real.expected_date

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        """Send to both; the pretended answer, once it is found to be like the real one."""
        real, ours = (path.replace("NUMBER", number) for number in self.numbers)
        got = self.program.send(method, real, body, **headers)
        raw = b"" if body is None else json.dumps(body).encode()
        named = {name.lower().replace("_", "-"): value for name, value in headers.items()}
        named = {"authorization": f"Bearer {KEY}", **named}
        reply = self.pretend.respond(method, ROOT + ours, named, raw)
        told, truth = json.loads(reply.body), json.loads(got.content)
        assert reply.status == got.status_code, (told, truth)
        self.contract.check(method, ROOT + ours, reply.status, reply.headers, reply.body)
        assert told.get("type") == truth.get("type")
        assert told.get("order_status") == truth.get("order_status")
        assert self.essence(told) == self.essence(truth)
        if "version" in told:
            assert reply.headers["ETag"] == got.headers["ETag"]
        return dict(told)

    @staticmethod
    def essence(told: Any) -> Any:
        if "items" in told:
            return [Both.essence(each) for each in told["items"]]
        lines = [[line[name] for name in COUNTS] for line in told.get("lines", [])]
        fields = {each["field"].split(".")[0] for each in told.get("errors", [])}
        return [told.get(name) for name in SHOWN], lines, fields

    def yes(self, **more: Any) -> dict[str, Any]:
        day = self.real.expected_date.isoformat()
        return {"answer": "approved", "promised_date": day, "reference": "AB-1", **more}


@pytest.fixture
def both(program: Program, asked: Order, contract: Contract) -> Both:
    return Both(program, asked, contract)


ASK, ANSWER = "/approval-requests/NUMBER", "/approval-requests/NUMBER/answer"
SHIP, ARRIVED = "/orders/NUMBER/shipments", "/orders/NUMBER/delivery"


def note(reference: str, *pairs: tuple[int, int]) -> dict[str, Any]:
    lines = [{"position": place, "quantity": count} for place, count in pairs]
    return {"reference": reference, "lines": lines, "carrier": "Yamato", "tracking_number": "1"}


def test_from_the_request_to_the_delivery(both: Both) -> None:
    both.send("GET", "/approval-requests")
    both.send("GET", ASK)
    both.send("POST", ANSWER, both.yes(version=2))
    both.send("POST", ANSWER, both.yes(version=2))  # the same: one answer
    both.send("POST", ANSWER, both.yes(reference="AB-2"))  # another one
    for query in ("", "?state=closed", "?state=closed&status=approved", "?state=all&limit=1"):
        both.send("GET", f"/approval-requests{query}")
    both.send("POST", SHIP, note("DN-1", (1, 1)), If_Match='"2"')  # stale
    both.send("POST", SHIP, note("DN-1", (1, 1)), If_Match='"3"')
    both.send("POST", SHIP, note("DN-1", (1, 1)))
    both.send("POST", SHIP, note("DN-1", (1, 2)))  # the same note, other pieces
    both.send("POST", SHIP, note("DN-2", (1, 2)))  # too many
    both.send("POST", SHIP, note("DN-2", (9, 1)))  # no such line
    both.send("GET", "/approval-requests?state=closed&status=partly_shipped")
    both.send("POST", SHIP, note("DN-2", (1, 1), (2, 1)))
    both.send("POST", ARRIVED, If_Match='"1"')
    both.send("POST", ARRIVED)
    assert both.send("POST", ARRIVED)["status"] == "delivered"
    both.send("POST", SHIP, note("DN-3", (1, 1)))


def test_stale_answers(both: Both) -> None:
    both.send("POST", ANSWER, both.yes(version=1))
    both.send("POST", ANSWER, both.yes(), If_Match='"1"')
    both.send("POST", ANSWER, both.yes(), If_Match='"nonsense"')
    both.send("POST", ANSWER, both.yes(), If_Match='"2"')


def test_a_cancellation_and_what_comes_after_it(both: Both) -> None:
    no = {"answer": "cancelled", "reason": "discontinued", "text": "No longer made"}
    both.send("POST", ANSWER, no)
    both.send("POST", ANSWER, no)
    both.send("POST", ANSWER, both.yes())
    both.send("POST", SHIP, note("DN-1", (1, 1)))
    both.send("POST", ARRIVED)


def test_a_later_day_waits_for_the_buyer(both: Both) -> None:
    Order.objects.filter(pk=both.real.pk).update(agreed_date=both.real.expected_date)
    later = (both.real.expected_date + timedelta(days=3)).isoformat()
    told = both.send("POST", ANSWER, both.yes(promised_date=later))
    assert told["status"] == "waiting_for_buyer"
    both.send("POST", ANSWER, both.yes())


@pytest.mark.parametrize(
    "wrong",
    [
        {"answer": "perhaps"},
        {"answer": "approved"},
        {"answer": "cancelled"},
        {"answer": "cancelled", "reason": "other"},
        {"answer": "cancelled", "reason": "mood"},
        {"answer": "approved", "promised_date": "tomorrow"},
        {"answer": "approved", "promised_date": "2020-01-01"},
        {"answer": "approved", "promised_date": "2026-12-01", "colour": "cyan"},
        {"answer": "approved", "promised_date": "2026-12-01", "reference": "x" * 41},
        {"answer": "approved", "promised_date": "2026-12-01", "version": 0},
        [],
    ],
    ids=str,
)
def test_what_is_refused(both: Both, wrong: Any) -> None:
    both.send("POST", ANSWER, wrong)
    assert not both.order.answers


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        note("", (1, 1)),
        note("DN-1"),
        note("DN-1", (1, 1), (1, 1)),
        note("DN-1", (1, 0)),
        note("DN-1", (0, 1)),
        note("DN-1", (1, 501)),
        {**note("DN-1", (1, 1)), "weight": 3},
    ],
    ids=str,
)
def test_what_is_no_shipment(both: Both, wrong: Any) -> None:
    both.send("POST", ANSWER, both.yes())
    both.send("POST", SHIP, wrong)
    assert not both.order.shipments


def test_strangers_and_other_numbers(both: Both) -> None:
    both.send("GET", "/approval-requests/1234567890")
    both.send("POST", "/approval-requests/1234567890/answer", both.yes())
    both.send("GET", ASK, Authorization="Bearer tl_wrong")
    both.send("GET", "/approval-requests?state=lost")
    both.send("GET", "/approval-requests?limit=0")


def test_too_many_calls_are_told_as_the_contract_says(contract: Contract) -> None:
    from pretend import Trouble

    pretend = Pretend(KEY)
    pretend.trouble = Trouble(429, 2)
    reply = pretend.respond("GET", f"{ROOT}/approval-requests", {}, b"")
    contract.check("GET", f"{ROOT}/approval-requests", 429, reply.headers, reply.body)


def test_numbers_have_their_check_digit() -> None:
    assert all(is_valid(pretended.new_number()) for _ in range(50))


def test_a_message_is_as_the_real_one(both: Both, program: Program) -> None:
    """The same names at every place of a message about the same request."""
    from sending import message

    from tonerloop.journal.models import Entry
    from tonerloop.outbound.webhooks.models import Endpoint
    from tonerloop.outbound.webhooks.payload import Place, body_of

    entry = Entry.objects.filter(event="order.price_confirmed").get()
    endpoint = Endpoint(side="manufacturer")
    place = Place(sequence=1, previous="")
    real = json.loads(body_of(entry, both.real, endpoint, "approval.requested", place))
    told = json.loads(json.dumps(message(both.order)))

    def names(one: Any) -> Any:
        if isinstance(one, list):
            return [names(each) for each in one[:1]]
        return {name: names(each) for name, each in one.items()} if isinstance(one, dict) else ...

    ours = names(told)
    for later in set(ours["data"]["request"]["lines"][0]) - set(
        real["data"]["request"]["lines"][0]
    ):
        del ours["data"]["request"]["lines"][0][later]
    purchase = real["data"]["request"]["lines"][0]["purchase_price"]
    if purchase is None:
        ours["data"]["request"]["lines"][0]["purchase_price"] = ...
    assert ours == names(real)
