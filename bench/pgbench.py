"""PostgreSQL alone: pgbench with the same reads and writes on the same database, no product."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psycopg

from bench.data.sizes import ALIKE
from bench.load import CLIENTS, Round
from tonerloop.common.wall import OPENED
from tonerloop.config import embedded

TPS = re.compile(r"tps = ([\d.]+)")
LATENCY = re.compile(r"latency average = ([\d.]+) ms")
COUNT = re.compile(r"transactions actually processed: (\d+)")

# As the product writes it: the price of each line by itself, then order, lines and one job.
ORDER = """
\\set customer random({first}, {last})
\\set maker (:customer - 1) % {makers}
\\set item case {items} end
BEGIN;
{prices}
INSERT INTO orders_order (number, seller_id, customer_id, manufacturer_id, site_id, placed_by_id,
 currency, reference, status, version, placed_at, expected_date, subtotal, tax, total, taxes,
 points, reduction, manufacturer_reference, delivery_assumed, cancelled_side, cancel_reason,
 cancel_text)
SELECT bench_number(nextval('bench_serial')), seller_id, id, {maker}, id, salesperson_id, 'JPY',
 'pgbench', 'placed', 1, now(), current_date + 3, 3000, 300, 3300, '[]', 0, 0, '', false, '', '', ''
 FROM parties_customer WHERE id = :customer RETURNING id AS order_id \\gset
INSERT INTO orders_orderline (order_id, position, consumable_id, unit_price, ordered_price,
 ordered_quantity, approved_quantity, shipped_quantity, delivered_quantity, returned_quantity,
 state, fits, price_from, purchase_currency, tax_percent)
VALUES {lines};
INSERT INTO procrastinate_jobs (queue_name, task_name, args, scheduled_at)
VALUES ('pgbench', 'pgbench', '{{}}', now() + interval '1 day');
COMMIT;
"""
# Numbers whose last digit is wrong (as Damm checks), so that the product never draws them.
PREPARE = """
DROP SEQUENCE IF EXISTS bench_serial;
CREATE SEQUENCE bench_serial;
CREATE OR REPLACE FUNCTION bench_number(serial bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  squared constant text := '03175986427092154863420687135917509834266123045978'
    || '36742095815869720134894536201794386172052581436790';
  digits text := lpad(serial::text, 9, '0');
  interim int := 0;
BEGIN
  FOR place IN 1..9 LOOP
    interim := substr(squared, interim * 10 + substr(digits, place, 1)::int + 1, 1)::int;
  END LOOP;
  RETURN digits || (interim + 1) % 10;
END $$;
GRANT USAGE ON SEQUENCE bench_serial TO tonerloop_app;
"""
CLEAR = """
SET session_replication_role = replica;
DELETE FROM procrastinate_events WHERE job_id IN
  (SELECT id FROM procrastinate_jobs WHERE queue_name = 'pgbench');
DELETE FROM procrastinate_jobs WHERE queue_name = 'pgbench';
DELETE FROM orders_orderline l USING orders_order o
 WHERE o.id = l.order_id AND o.reference = 'pgbench' AND o.placed_at > now() - interval '1 hour';
DELETE FROM orders_order WHERE reference = 'pgbench' AND placed_at > now() - interval '1 hour';
"""


class Pgbench:
    """Scripts to run on one database with as many clients as the product has."""

    def __init__(self, server: embedded.Server, database: str, folder: Path) -> None:
        self.server, self.database, self.folder = server, database, folder
        folder.mkdir(parents=True, exist_ok=True)
        self._superuser(PREPARE)

    def reads(self, name: str, statements: Sequence[str]) -> Path:
        """The statements of a page, one after the other."""
        lines = [" ".join(one.split()) + ";" for one in statements if _reads(one)]
        return self._keep(name, "\n".join(lines))

    def order(self) -> Path:
        """An order of three lines, one job, three prices read, by plain statements."""
        with psycopg.connect(self._url()) as connection:
            makers = connection.execute(
                "SELECT manufacturer_id, min(id) FROM catalogue_consumable GROUP BY 1 ORDER BY 1"
            ).fetchall()
            last = connection.execute("SELECT max(id) FROM parties_customer").fetchone()
        assert last is not None
        first = min(100, last[0] - 1) if last[0] > ALIKE else 1
        items = " ".join(f"when :maker = {n} then {item}" for n, (_id, item) in enumerate(makers))
        price = "SELECT id, unit_price FROM pricing_priceagreement WHERE customer_id = :customer"
        text = ORDER.format(
            first=first,
            last=last[0],
            makers=len(makers),
            items=items,
            maker=f":maker + {makers[0][0]}",
            prices="\n".join(f"{price} AND consumable_id = :item + {n};" for n in range(3)),
            lines=", ".join(
                f"(:order_id, {n + 1}, :item + {n}, 1000, 1000, 1, 0, 0, 0, 0, 'open', true,"
                " 'customer', '', 10)"
                for n in range(3)
            ),
        )
        return self._keep("order", text)

    def run(self, script: Path, seconds: float) -> Round:
        """Run one script; its rate, and its mean time as the one time there is."""
        command = [
            *(embedded.program("pgbench"), "-n", "-c", str(CLIENTS), "-j", "1"),
            *("-T", str(max(1, round(seconds))), "-f", str(script), "-h", self.server.socket),
            *("-U", "tonerloop_app", self.database),
        ]
        known = {**os.environ, "PGOPTIONS": OPENED}  # it acts for nobody whom a wall would know
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=known)
        if done.returncode:
            raise RuntimeError(f"pgbench {script.name}: {done.stderr[-800:]}")
        rate, count = TPS.search(done.stdout), COUNT.search(done.stdout)
        mean = LATENCY.search(done.stdout)
        assert rate and count and mean
        return Round(int(count[1]), int(count[1]) / float(rate[1]), [float(mean[1]) / 1000])

    def clear(self) -> None:
        """Take away what the order script wrote, so that no list shows it."""
        self._superuser(CLEAR)

    def _keep(self, name: str, text: str) -> Path:
        file = self.folder / f"{re.sub('[^a-z0-9]+', '-', name.lower())}.sql"
        file.write_text(text.strip() + "\n")
        return file

    def _url(self) -> str:
        return self.server.url(embedded.SUPERUSER, self.database)

    def _superuser(self, statements: str) -> None:
        with psycopg.connect(self._url(), autocommit=True) as connection:
            connection.execute(statements.encode())


def _reads(statement: str) -> bool:
    start = statement.lstrip("( \n").upper()
    return start.startswith(("SELECT", "WITH")) and "PG_TRY_ADVISORY" not in start
