"""The proof: what the clients were told, what is stored and what has arrived agree."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db.models import Count as CountOf
from django.db.models import Sum
from procrastinate.contrib.django.models import ProcrastinateJob

from tonerloop.collection.models import CollectionRequest, Count, Piece
from tonerloop.journal.models import Entry
from tonerloop.orders.deadlines import WAITED_FOR, Deadline
from tonerloop.orders.models import ApprovalRequest, Order, OrderLine
from tonerloop.points import ledger
from tonerloop.points.models import Entry as Booked
from tonerloop.points.models import Lot, RewardOrder, Transaction
from torture import arrivals
from torture.diary import Diary, Wish
from torture.paths import collection_path, order_path

PER_PIECE = {"reusable": 10, "recyclable": 4}


@dataclass
class Checker:
    """Looks at everything after each settled round; entries that were proved are not read again."""

    diary: Diary
    mail: Path
    heard: Callable[[], list[arrivals.Heard]]
    proved: int = 0  # all entries up to this one have arrived
    figures: dict[str, int] = field(default_factory=dict)

    def check(self) -> list[str]:
        """Everything that is wrong."""
        arrived = arrivals.Arrived.read(self.mail, self.heard())
        wrong = [
            *self._wishes("order", Order.objects.values_list("reference", "number")),
            *self._wishes("collection", CollectionRequest.objects.values_list("note", "number")),
            *self._wishes("reward", _rewards()),
            *self._said(),
            *_paths(),
            *_amounts(),
            *self._pieces(),
            *_ledger(),
            *_spent(),
            *_stuck(),
            *arrived.missing(self.proved),
        ]
        self.proved = Entry.objects.latest("pk").pk
        self.figures = {
            "orders": Order.objects.count(),
            "collections": CollectionRequest.objects.count(),
            "pieces counted": Piece.objects.count(),
            "journal entries": Entry.objects.count(),
            "mails": len(arrived.mails),
            "mails that came more than once": arrived.repeated_mails(),
            "webhook messages": len(arrived.hooks),
            "webhook messages that came more than once": arrived.repeated_hooks(),
        }
        return wrong

    def _wishes(self, kind: str, stored: Iterable[tuple[str, str]]) -> Iterator[str]:
        """What was answered exists once; what was not, at most once; nothing else exists."""
        found: dict[str, list[str]] = defaultdict(list)
        for name, number in stored:
            found[name].append(number)
        wishes = {wish.name: wish for wish in self.diary.of(kind)}
        for name in found.keys() - wishes.keys():
            yield f"{kind} {found[name]} was never asked for"
        for name, wish in wishes.items():
            yield from _one_wish(wish, sorted(found[name]))

    def _said(self) -> Iterator[str]:
        """What a client was told yes to stands in the journal."""
        ids = {("order", number): pk for pk, number in Order.objects.values_list("pk", "number")}
        numbers = CollectionRequest.objects.values_list("pk", "number")
        ids |= {("collection", number): pk for pk, number in numbers}
        entries = Entry.objects.values_list("event", "subject_kind", "subject_id")
        told = set(entries)
        for said in list(self.diary.said):
            kind = said.event.split(".")[0]
            if (said.event, kind, ids.get((kind, said.number))) not in told:
                yield f"{said.event} of {said.number} was answered yes and is not there"

    def _pieces(self) -> Iterator[str]:
        """Each piece is counted once, and requests hold what was told."""
        sums = Count.objects.values("piece").annotate(n=Sum("quantity")).exclude(n=1)
        yield from (f"piece {row['piece']} is counted {row['n']} times" for row in sums)
        counts = Count.objects.values_list("request").annotate(n=Sum("quantity"))
        by_request = dict(counts)
        for one in CollectionRequest.objects.filter(status="counted"):
            if by_request.get(one.pk, 0) != one.counted:
                yield f"collection {one.number}: {one.counted} of {by_request.get(one.pk)} pieces"
            told = self.diary.counted.get(one.number)
            if told is not None and told != one.counted:
                yield f"collection {one.number}: told {told}, stored {one.counted}"


def _rewards() -> list[tuple[str, str]]:
    keys = RewardOrder.objects.values_list("key", flat=True)
    return [(str(key), str(key)) for key in keys]


def _one_wish(wish: Wish, found: list[str]) -> Iterator[str]:
    if wish.answered is not None and sorted(wish.answered) != found:
        yield f"{wish.kind} {wish.name}: answered {wish.answered}, stored {found}"
    elif wish.refused and found:
        yield f"{wish.kind} {wish.name}: refused ({wish.refused}), stored {found}"
    elif wish.open and wish.kind == "collection" and len(found) > 1:
        yield f"{wish.kind} {wish.name} exists {len(found)} times: {found}"


def _entries_of(kind: str) -> dict[int, list[Entry]]:
    found: dict[int, list[Entry]] = defaultdict(list)
    for entry in Entry.objects.filter(subject_kind=kind).order_by("pk"):
        found[entry.subject_id].append(entry)
    return found


def _paths() -> Iterator[str]:
    """No order and no collection moved along an edge that is not in its table."""
    entries = _entries_of("order")
    for order in Order.objects.all():
        if said := order_path(entries[order.pk], order.status):
            yield f"order {order.number}: {said}"
    entries = _entries_of("collection")
    for request in CollectionRequest.objects.all():
        if said := collection_path(entries[request.pk], request.status):
            yield f"collection {request.number}: {said}"


def _amounts() -> Iterator[str]:
    """Each wish is one basket; what was shipped and delivered adds up."""
    baskets = Order.objects.values("reference").annotate(n=CountOf("basket", distinct=True))
    for row in baskets.filter(n__gt=1).order_by():
        yield f"order {row['reference']} was placed {row['n']} times"
    for line in OrderLine.objects.select_related("order"):
        done = line.approved_quantity, line.shipped_quantity, line.delivered_quantity
        if sorted(done, reverse=True) != list(done):
            yield f"order {line.order.number}: approved, shipped, delivered {done}"
        if line.order.status == "delivered" and line.delivered_quantity != line.shipped_quantity:
            yield f"order {line.order.number} is delivered with {done}"


def _ledger() -> Iterator[str]:
    """Points add up, are never negative, were earned as counted and used once for each order."""
    yield from ledger.disagreements()
    yield from (f"lot {lot.pk} is negative" for lot in Lot.objects.filter(remaining__lt=0))
    for account_id in set(Lot.objects.values_list("account_id", flat=True)):
        if ledger.balance(account_id) < 0:
            yield f"account {account_id} is negative"
    keys = list(Transaction.objects.filter(kind="used").values_list("key", flat=True))
    for order in Order.objects.filter(points__gt=0).exclude(status="cancelled"):
        if sum(key.startswith(f"order/{order.number}") for key in keys) != 1:
            yield f"order {order.number} used its points more or less than once"
    earned: dict[str, int] = defaultdict(int)
    for lot in Lot.objects.select_related("transaction"):
        earned["/".join(lot.transaction.key.split("/")[:2])] += lot.earned
    for one in CollectionRequest.objects.filter(status="counted"):
        counts = one.counts.filter(consumable__collectable=True)
        due = sum(PER_PIECE.get(c.condition, 0) * c.quantity for c in counts)
        if earned[f"collection/{one.pk}"] != due:
            yield f"collection {one.number}: {due} points due, {earned[f'collection/{one.pk}']}"


def _spent() -> Iterator[str]:
    """Of what was used, just what an order or a reward still costs is not given back."""
    net: Counter[str] = Counter()
    sums = Booked.objects.filter(book=Booked.Book.USED).order_by().values_list("transaction__key")
    for key, points in sums.annotate(n=Sum("points")):
        net["/".join(key.split("/")[:2])] += points
    due = Counter({f"order/{o.number}": o.points for o in Order.objects.exclude(points=0)})
    kept = RewardOrder.objects.exclude(status="cancelled")
    due.update({f"reward/{pk}": points for pk, points in kept.values_list("pk", "points")})
    for key in sorted(net.keys() | due.keys()):
        if net[key] != due[key]:
            yield f"{key}: {net[key]} points used, {due[key]} due"


def _stuck() -> Iterator[str]:
    """Nothing that no timer will move."""
    failed = ProcrastinateJob.objects.filter(status__in=["failed", "aborted"])
    failed = failed.exclude(queue_name="upkeep")  # the clock comes again
    yield from (f"job {j.pk} {j.task_name} {j.args} is {j.status}" for j in failed)
    waiting = Deadline.objects.filter(closed_at=None).values("order")
    for order in Order.objects.filter(status__in=WAITED_FOR).exclude(pk__in=waiting):
        yield f"order {order.number} is {order.status} and nobody will be reminded"
    settled = Deadline.objects.filter(closed_at=None).exclude(order__status__in=WAITED_FOR)
    yield from (f"order {d.order_id} waits for nobody and has a deadline" for d in settled)
    asked = ApprovalRequest.objects.filter(closed_at=None).values("order")
    for order in Order.objects.filter(status="price_confirmed").exclude(pk__in=asked):
        yield f"order {order.number} waits for a manufacturer that was not asked"
