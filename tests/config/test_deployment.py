"""The deployment's files: every template can be filled, and the sums are right."""

import re
from pathlib import Path

import pytest

from deploy.capacity import Assumed, need
from deploy.spreading import foreign, lacking, unique

ROOT = Path(__file__).parents[2]
LOOPBACK = (ROOT / "deploy" / "loopback" / "cluster.py").read_text()
COSTS = {
    "program": {"web": 20, "worker": 10, "postgres": 8, "pgbouncer": 1, "log KB": 20},
    "browser": {"web": 60, "worker": 20, "postgres": 16, "pgbouncer": 3, "log KB": 40},
}


def test_capacity_counts_what_is_assumed() -> None:
    costs = {way: {**cost, "database KB": 8} for way, cost in COSTS.items()}
    given = Assumed(peak=4, browser=0.25, readings=1, busy=0.5, cores=4, kept_years=1)
    found = need(864_000, costs, given)
    assert found.a_second == 40  # 10 on the mean
    # (0.25 × 60 + 0.75 × 20) ms, twice with the readings, twice with the air, 40 a second
    assert found.cores["web"] == pytest.approx(4.8)
    assert found.cores["worker"] == pytest.approx(1.0)  # nobody reads there
    assert found.cores["database"] == pytest.approx(1.6)
    assert found.machines(given) == {"web": 2, "worker": 1, "primaries": 1}
    assert found.log_mb == pytest.approx(40 * 25 / 1024)
    assert found.room_tb == pytest.approx(864_000 * 365 * 8 / 1024**3)


def test_spreading_finds_what_it_must() -> None:
    assert "orders_orderline" in lacking() and "orders_order" not in lacking()
    assert "orders_order (number)" in unique()
    assert "parties_customer (seller, number)" not in unique()
    assert "orders_orderline.order_id → orders_order" in foreign()
    assert not [row for row in foreign() if row.endswith("catalogue_consumable")]


@pytest.mark.parametrize("file", sorted((ROOT / "deploy" / "templates").iterdir()), ids=str)
def test_the_loopback_fills_every_template(file: Path) -> None:
    assert f'"{file.name}"' in LOOPBACK


@pytest.mark.parametrize("file", sorted((ROOT / "deploy" / "systemd").iterdir()), ids=str)
def test_the_units_run_commands_that_there_are(file: Path) -> None:
    from tonerloop.config.cli import _parser

    command = re.findall(r"^ExecStart=\S+/tonerloop (.+)$", file.read_text(), re.MULTILINE)
    assert len(command) == 1
    assert _parser().parse_args(command[0].split()).run
