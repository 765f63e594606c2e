from datetime import date, timedelta
from threading import Thread

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests.world import World
from tonerloop.points import ledger
from tonerloop.points.models import Entry, Transaction

TODAY = date(2026, 6, 1)
NOW = timezone.now()


def test_races_neither_pay_twice_nor_lose_a_point(committed_world: World) -> None:
    world = committed_world
    rule = world.rule()
    own = ledger.account_of(world.office, rule)
    for n in range(4):
        with transaction.atomic():
            last = TODAY + timedelta(days=10 + n)
            ledger.earn(own, 25, rule, key=f"earn{n}", at=NOW, first=TODAY, last=last)
    won: list[str] = []

    def act(n: int) -> None:
        try:
            with transaction.atomic():
                ledger.use(own.pk, 20, key=f"use{n % 8}", at=NOW, day=TODAY)  # each key tried twice
                won.append(f"use{n % 8}")
            with transaction.atomic():
                ledger.give_back(f"use{n % 8}", 5, cause="x", at=NOW)
            with transaction.atomic():
                ledger.expire(own.pk, day=TODAY + timedelta(days=11), at=NOW)
        except (ledger.NotEnough, IntegrityError):
            pass
        finally:
            connection.close()

    threads = [Thread(target=act, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won
    assert ledger.disagreements() == []
    assert ledger.balance(own.pk) >= 0
    uses = Transaction.objects.filter(kind="used")
    assert uses.count() == len(set(won))
    # Nothing came from nowhere: what there was is what is left, used or expired.
    books = dict.fromkeys(("customer", "used", "expired", "issued"), 0)
    for entry in Entry.objects.all():
        books[entry.book] += entry.points
    assert books["issued"] == -100
    assert books["customer"] + books["used"] + books["expired"] == 100
