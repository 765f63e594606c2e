"""What the attack counts as one and the same, and how it deals out its time."""

import pytest

from tools.attack import in_turn
from tools.attack_scanners import Outcome, Scan, _of_schemathesis, _sqlmap_reader
from tools.attack_targets import UNLINKED, _new, kind_of

ORDERS, SHIPMENTS = "/admin/orders/order/", "/admin/orders/shipment/"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        # Two filters by the choices of a text, of two tables.
        ((ORDERS, "status__exact"), ("/admin/outbound/message/", "state__exact"), True),
        ((ORDERS, "status__exact"), (ORDERS, "seller__id__exact"), False),
        ((ORDERS, "o"), (SHIPMENTS, "o"), True),
        # The orders' search is ours, not Django's.
        ((ORDERS, "q"), (SHIPMENTS, "q"), False),
        ((SHIPMENTS, "q"), ("/admin/parties/person/", "q"), True),
        (("/seller/orders/", "q"), ("/seller/customers/", "q"), False),
        (("/desk/orders/1234567890/", "x"), ("/desk/orders/0987654321/", "x"), True),
    ],
)
def test_what_one_code_reads_is_one(
    one: tuple[str, str], other: tuple[str, str], same: bool
) -> None:
    assert (kind_of(*one) == kind_of(*other)) is same


def test_each_parameter_is_tried_once_and_none_is_lost() -> None:
    known: set[tuple[str, str]] = set()
    [first] = _new("http://127.0.0.1:8000/seller/orders/?q=a&status=placed", known)
    assert first.new == ["q", "status"]
    [second] = _new("http://127.0.0.1:8000/seller/orders/?q=b&page=2", known)
    assert second.new == ["page"] and second.query == {"q": "b", "page": "2"}
    assert _new("http://127.0.0.1:8000/seller/orders/?page=3", known) == []


def test_a_short_time_is_everybodys() -> None:
    def scan(role: str, name: str) -> Scan:
        return Scan("sqlmap", role, name, [], 1, lambda _said, _code: Outcome(0))

    mine, theirs = [scan("a", "1"), scan("a", "2"), scan("a", "3")], [scan("b", "4")]
    assert [one.name for one in in_turn([mine, theirs])] == ["1", "4", "2", "3"]


def test_a_first_guess_that_proves_wrong_is_no_finding() -> None:
    read = _sqlmap_reader(frozenset({"q"}))
    guess = "GET parameter 'q' appears to be 'AND boolean-based blind' injectable \n"
    told = read(guess + "GET parameter 'q' does not seem to be injectable", 0)
    assert (told.done, told.found) == (1, [])
    for proof in ("GET parameter 'q' is vulnerable. Do you", "---\nParameter: q (GET)\n"):
        assert read(guess + proof, 0).found == ["INJECTED q"]
    assert read(guess, 124).done == 0 and "not tried q" in read(guess, 124).found[0]


def test_failures_are_counted_by_kind() -> None:
    said = "- ST202 refused\n- ST202 refused\n- ST500 broke\n  Selected: 60/60\n  Tested: 41\n"
    told = _of_schemathesis(said, 1)
    assert (told.done, told.found) == (41, ["2 × ST202 refused", "1 × ST500 broke"])
    assert _of_schemathesis("Traceback", 3).found == ["ends with 3"]


def test_the_operators_audit_is_asked_with_all_it_reads() -> None:
    for name in ("what", "number", "before"):
        assert f"{name}=" in UNLINKED["operator-audit"]
