"""`python -m deploy.loopback [server machine …]`: run the trials, print and keep the table."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from deploy.loopback import needs
from deploy.loopback.cast import cast
from deploy.loopback.cluster import Cluster
from deploy.loopback.costs import Costs, measure
from deploy.loopback.telling import KINDS, RESULTS, told
from deploy.loopback.trial import Outcome, Stream, trial
from tonerloop.config.processes import Family, Stopped, stoppable


def main() -> int:
    """0 when nothing was lost, doubled or left over."""
    parser = argparse.ArgumentParser(prog="python -m deploy.loopback", description=__doc__)
    told_kinds = " or ".join([*KINDS, "costs (nothing is killed)"])
    parser.add_argument("kinds", nargs="*", default=list(KINDS), help=told_kinds)
    parser.add_argument("--clients", type=int, default=3, help="buyers, and as many programs")
    parser.add_argument("--keep", action="store_true", help="keep the folder with logs and data")
    given = parser.parse_args()
    programs = needs.paths()
    folder = Path(tempfile.mkdtemp(prefix="tonerloop-loopback-"))
    folder.chmod(0o755)  # the servers' user passes through
    try:
        with stoppable():
            costs, outcomes = _run(folder, programs, given.kinds, given.clients)
    finally:
        if given.keep:
            print(f"Kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    if not outcomes:
        print(costs)
        return 0
    text = told(outcomes, given.clients, costs)
    RESULTS.write_text(text)
    print(text)
    return int(any(one.lost or one.duplicates or one.unfinished for one in outcomes))


def _run(
    folder: Path, programs: dict[str, str], kinds: list[str], clients: int
) -> tuple[Costs, list[Outcome]]:
    cluster = Cluster(folder, Family(logs=folder / "logs"), programs)
    try:
        _say("etcd, PostgreSQL twice, HAProxy, PgBouncer")
        cluster.start_databases()
        _say("tables, demo data, web twice, live, worker twice")
        cluster.start_product()
        # Whoever proves the outcome looks at everybody's; the product's processes say who they are.
        os.environ.update(cluster.environment(), TONERLOOP_WALL="open")
        buyers, address = cast(clients)
        _say("what an order costs")
        costs, outcomes = measure(cluster, buyers), list[Outcome]()
        stream = Stream(address)
        for kind in (kind for kind in kinds if kind in KINDS):
            _say(KINDS[kind])
            outcomes.append(trial(cluster, kind, buyers, stream))
        return costs, outcomes
    finally:
        _say("stopping")
        cluster.stop()


def _say(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Stopped:
        sys.exit(130)
