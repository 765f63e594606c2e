"""The kit finds nothing wrong with the sample software, and what is wrong with broken ones."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from kit import main
from report import page

from tests.conformance.conftest import EXAMPLES
from tests.conformance.running import Software, all_at_once
from tests.conformance.software import WRONG
from tests.conformance.test_pretended import Contract

FORGED = {"wrong_signature", "altered_body", "old_timestamp", "missing_headers"}
FOUND = {
    "believes_everybody": FORGED,
    "answers_twice": {"duplicate", "lost_answer"},
    "falls_over_a_new_type": {"unknown_type"},
    "drops_what_has_moved_on": {"stale"},
    "drops_what_fails": {"api_fails", "too_many"},
    "reads_only_the_first_signature": {"rotation"},
    "works_before_it_answers": {"slow"},
}
ALL = {"discontinued": "GONE-1", "ships": True, "polls": 6.0}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: Any) -> dict[str, Software]:
    folder = tmp_path_factory.mktemp("judged")
    slow_ones = {"works_before_it_answers": "slow,new_request"}
    wrong = [Software(name, folder, slow_ones.get(name, "")) for name in WRONG]
    return all_at_once(Software("", folder, **ALL), *wrong)


def test_nothing_is_wrong_with_the_sample(judged: dict[str, Software]) -> None:
    right = judged[""]
    assert right.failed == set(), right.log
    assert right.not_run == set() and len(right.results) == 24


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_found_and_nothing_else(judged: dict[str, Software], wrong: str) -> None:
    software = judged[wrong]
    assert software.failed == FOUND[wrong], software.log


def test_the_report_says_what_was_sent_expected_seen_and_to_be_done(
    judged: dict[str, Software],
) -> None:
    told = "\n".join(judged["falls_over_a_new_type"].told)
    assert "FAILED  unknown_type" in told
    for words in ("sent       order.teleported", "expected   2xx", "wrong      The message was to"):
        assert words in told
    assert "seen       message: no answer" in told and "what to do Answer 2xx to types" in told


def test_what_the_kit_answered_is_what_the_contract_says(judged: dict[str, Software]) -> None:
    contract, checked = Contract(), 0
    for software in judged.values():
        for call in software.pretend.calls:
            if call.status in (200, 401, 404, 409, 412, 422, 429):
                contract.check(call.method, call.path, call.status, call.headers, call.answer)
                checked += 1
    assert checked > 200


@pytest.mark.browser
def test_the_page_is_accessible_and_needs_nothing_else(
    judged: dict[str, Software], browser: Any
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    html = page(judged["drops_what_fails"].results, "http://127.0.0.1/<hooks>")
    assert "http://127.0.0.1/&lt;hooks&gt;" in html and "src=" not in html
    tab = browser.new_page()
    tab.set_content(html)
    assert not Axe().run(tab).response["violations"]
    assert tab.get_by_role("heading", name="Too many calls: FAILED").count() == 1
    assert tab.get_by_text("Wait as Retry-After says").count() or "Retry-After" in html
    tab.close()


def run_kit(*given: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLES / "conformance" / "kit.py"), *given]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_without_a_software_it_says_so() -> None:
    done = run_kit(
        *("--hooks", "http://127.0.0.1:1/hooks", "--secret", "whsec_AAAA"),
        *("--port", "0", "--patience", "0.5"),
    )
    assert done.returncode == 2
    assert "Nobody listens at http://127.0.0.1:1/hooks. Start your software first." in done.stderr


def test_a_secret_that_is_none_is_told(capsys: Any) -> None:
    given = ["--hooks", "http://127.0.0.1:1/", "--secret", "whsec_!", "--port", "0"]
    assert main(given) == 2
    assert "could not be run" in capsys.readouterr().err


def test_a_receiver_with_another_secret_is_told(tmp_path: Path) -> None:
    from tests.webhooks.receiver import receiving

    with receiving() as receiver:
        receiver.status = 401
        done = run_kit("--hooks", receiver.url, "--secret", "whsec_AAAA", "--port", "0")
    assert done.returncode == 2 and "Is --secret the one that it knows?" in done.stderr


@pytest.mark.parametrize(("status", "code"), [(204, 1), (500, 2)])
def test_the_exit_code_says_whether_all_passed(status: int, code: int, tmp_path: Path) -> None:
    """A receiver that takes everything and does nothing."""
    from tests.webhooks.receiver import receiving

    report = tmp_path / "report.html"
    with receiving() as receiver:
        receiver.status = status
        done = run_kit(
            *("--hooks", receiver.url, "--secret", "whsec_AAAA", "--port", "0"),
            *("--only", "new_request", "--patience", "0.5", "--quiet", "0.1"),
            *("--report", str(report)),
        )
    assert done.returncode == code
    assert report.exists() == (code == 1)
