"""docs/api.md: each of its lines of curl, run as written, in its order, against the product."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.stack import Stack
from tests.world import World
from tonerloop.orders.models import Order
from tonerloop.programs.keys import create_key

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
LINES = [line for block in BLOCKS for line in block.replace("\\\n", "").splitlines()]


def test_the_page_has_lines_to_run() -> None:
    assert len(LINES) >= 8
    assert all(line.startswith("curl ") for line in LINES)


def run(line: str, given: dict[str, str]) -> Any:
    done = subprocess.run(
        ["sh", "-c", line + " -w '\\n%{http_code}'"],
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    body, _newline, status = done.stdout.rpartition("\n")
    assert status in ("200", "201"), (line, done.stdout)
    return json.loads(body)


@pytest.mark.skipif(
    shutil.which("curl") is None and not os.environ.get("CI"),
    reason="NO CURL ON THIS MACHINE: THE LINES OF docs/api.md WERE NOT RUN",
)
def test_every_line_leads_to_an_approved_order(live_stack: Stack, live_world: World) -> None:
    world = live_world
    given = {
        "SERVER": live_stack.web,
        "BUYER": create_key("Purchasing", by=world.actor(world.buyer))[1],
        "SELLER": create_key("Back office", by=world.actor(world.back_office))[1],
        "MAKER": create_key("Order software", by=world.actor(world.desk))[1],
    }
    for line in LINES:
        found = run(line, given)
        if "/supplies" in line:
            machine = next(one for one in found["machines"] if one["manufacturer"] == "Canon")
            supply = machine["supplies"][0]
            given["MACHINE"], given["CONSUMABLE"] = (
                str(machine["id"]),
                str(supply["consumable_id"]),
            )
        elif "Idempotency-Key" in line:
            given["NUMBER"] = found["orders"][0]["number"]
            given["DAY"] = found["orders"][0]["expected_date"]
            assert run(line, given) == found
    order = Order.objects.get()
    assert order.status == "approved" and order.manufacturer_reference == "AB-1"
    named = [each["program"] for each in found["items"]]
    assert named == ["Purchasing", "Back office", "Order software"]
