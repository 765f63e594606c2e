"""The verbs of the ledger; the caller is inside a transaction and has locked what lies above.

Each is called with a `key` that names its cause: the same key again does nothing, so that no
retry pays twice. An account's row is locked first, then its lots are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, F, Q, QuerySet, Sum

from tonerloop.parties.models import Customer
from tonerloop.points.models import Account, Entry, Lot, Rule, Transaction

Kind, Book = Transaction.Kind, Entry.Book


class NotEnough(Exception):
    """The account has fewer points than were asked for; nothing was used."""

    def __init__(self, available: int) -> None:
        super().__init__(f"only {available} points")
        self.available = available


@dataclass(frozen=True)
class Part:
    """So many points of one lot."""

    lot: Lot
    points: int


def account_of(customer: Customer, rule: Rule) -> Account:
    """The customer's account with a rule's issuer, made where it is missing."""
    account, _made = Account.objects.get_or_create(
        customer=customer,
        issuer_seller_id=rule.issuer_seller_id,
        issuer_manufacturer_id=rule.issuer_manufacturer_id,
        defaults={"seller_id": customer.seller_id},
    )
    return account


def locked(account_id: int, key: str = "", *, customer_id: int | None = None) -> Account:
    """The account, locked until the transaction ends: first of all that follows.

    With `customer_id`, DoesNotExist unless it is that customer's.

    `account.earlier` tells whether something happened under the key already. Should that be
    looked at too early, the key's uniqueness refuses the second one.
    """
    earlier = Exists(Transaction.objects.filter(key=key))
    own = Account.objects.select_for_update(of=("self",)).annotate(earlier=earlier)
    return own.get(pk=account_id, **({"customer_id": customer_id} if customer_id else {}))


def earn(
    account: Account, points: int, rule: Rule, *, key: str, at: datetime, first: date, last: date
) -> Transaction | None:
    """Points for what was counted, usable until the `last` day; None if they were given before."""
    if points <= 0 or locked(account.pk, key).earlier:  # type: ignore[attr-defined]
        return None
    done = Transaction.objects.create(account=account, kind=Kind.EARNED, key=key, at=at)
    lot = Lot.objects.create(
        account=account,
        transaction=done,
        rule=rule,
        earned=points,
        first_day=first,
        last_day=last,
        point_value=rule.point_value,
        currency=rule.currency,
    )
    _book(done, Book.ISSUED, Book.CUSTOMER, [Part(lot, points)])
    return done


def oldest(account_id: int, points: int, *, day: date, currency: str = "") -> list[Part]:
    """The lots from which so many points would come; NotEnough if they don't suffice."""
    lots = Lot.objects.filter(account_id=account_id, remaining__gt=0, last_day__gte=day)
    if currency:
        lots = lots.filter(currency=currency)
    parts, left = [], points
    for lot in lots.order_by("last_day", "pk"):
        taken = min(left, lot.remaining)
        if taken:
            parts.append(Part(lot, taken))
        left -= taken
    if left:
        raise NotEnough(points - left)
    return parts


def use(
    account_id: int,
    points: int,
    *,
    key: str,
    at: datetime,
    day: date,
    currency: str = "",
    by_id: int | None = None,
    customer_id: int | None = None,
    reason: str = "",
) -> Decimal:
    """Use points, oldest first; gives their worth, not rounded. NotEnough uses nothing.

    With `customer_id`, DoesNotExist unless the account is that customer's.
    """
    account = locked(account_id, key, customer_id=customer_id)
    if account.earlier:  # type: ignore[attr-defined]
        return _worth(Transaction.objects.get(key=key))
    parts = oldest(account_id, points, day=day, currency=currency)
    done = Transaction.objects.create(
        account=account, kind=Kind.USED, key=key, at=at, by_id=by_id, reason=reason
    )
    _book(done, Book.CUSTOMER, Book.USED, parts)
    return sum((part.lot.worth(part.points) for part in parts), Decimal(0))


def give_back(
    used_key: str, points: int | None, *, cause: str, at: datetime, reason: str = ""
) -> int:
    """Give back (all, or so many) points of an earlier use, to their lots: their old expiry.

    What expires last comes back first. Returns how many came back; never more than were used,
    and nothing for a cause that was dealt with before.
    """
    key = f"{used_key}/{cause}"
    used = Transaction.objects.filter(key=used_key, kind=Kind.USED).first()
    if used is None:
        return 0
    if locked(used.account_id, key).earlier:  # type: ignore[attr-defined]
        return 0
    parts = _returnable(used, points)
    if not parts:
        return 0
    done = Transaction.objects.create(
        account_id=used.account_id, kind=Kind.GIVEN_BACK, key=key, at=at, reason=reason
    )
    _book(done, Book.USED, Book.CUSTOMER, parts)
    return sum(part.points for part in parts)


def _returnable(used: Transaction, most: int | None) -> list[Part]:
    """Of each lot what was used under this key and is not back yet, the youngest first."""
    back = Transaction.objects.filter(key__startswith=f"{used.key}/", kind=Kind.GIVEN_BACK)
    entries = Entry.objects.filter(book=Book.USED)
    moved = entries.filter(transaction__in=[used.pk, *back.values_list("pk", flat=True)])
    sums = dict(moved.values_list("lot").annotate(n=Sum("points")))
    lots = Lot.objects.filter(pk__in=sums).order_by("-last_day", "-pk")
    parts, left = [], sum(sums.values()) if most is None else most
    for lot in lots:
        taken = min(left, sums[lot.pk])
        if taken > 0:
            parts.append(Part(lot, taken))
            left -= taken
    return parts


def expire(account_id: int, *, day: date, at: datetime) -> int:
    """Take what was not used by its last day; returns how many points."""
    account = locked(account_id)
    over = Lot.objects.filter(account_id=account_id, remaining__gt=0, last_day__lt=day)
    gone = 0
    for lot in over.order_by("pk"):
        key = f"expire/{lot.pk}/{day}"
        done, made = Transaction.objects.get_or_create(
            key=key, defaults={"account": account, "kind": Kind.EXPIRED, "at": at}
        )
        if made:
            _book(done, Book.CUSTOMER, Book.EXPIRED, [Part(lot, lot.remaining)])
            gone += lot.remaining
    return gone


def take_back(earned_key: str, points: int, *, key: str, at: datetime, reason: str = "") -> int:
    """Correct what was given too much for a cause, over all its lots; returns how many were there.

    What expires last is taken first. Never below nothing: what was used or has expired stays so.
    """
    first = _lots_of(earned_key).first()
    if first is None or locked(first.account_id, key).earlier:  # type: ignore[attr-defined]
        return 0
    parts, left = [], points
    for lot in _lots_of(earned_key).filter(remaining__gt=0).order_by("-last_day", "-pk"):
        if taken := min(left, lot.remaining):
            parts.append(Part(lot, taken))
            left -= taken
    if not parts:
        return 0
    done = Transaction.objects.create(
        account_id=first.account_id, kind=Kind.CORRECTED, key=key, at=at, reason=reason
    )
    _book(done, Book.CUSTOMER, Book.ISSUED, parts)
    return points - left


def given(earned_key: str) -> int:
    """What a cause has earned until now: its lots as they were earned, less what was taken back."""
    entries = Entry.objects.filter(lot__in=_lots_of(earned_key), book=Book.ISSUED)
    return -(entries.aggregate(n=Sum("points"))["n"] or 0)


def _lots_of(earned_key: str) -> QuerySet[Lot]:
    """The lots that a cause has made: the first one, and those that corrections added."""
    more = Q(transaction__key__startswith=f"{earned_key}/")
    return Lot.objects.filter(Q(transaction__key=earned_key) | more)


def balance(account_id: int) -> int:
    """What the account has: the sum of its entries, which is the only truth."""
    entries = Entry.objects.filter(account_id=account_id, book=Book.CUSTOMER)
    return entries.aggregate(n=Sum("points"))["n"] or 0


def disagreements() -> list[str]:
    """What must never be: lots that differ from their entries, transactions that don't add up."""
    wrong = []
    owned = Entry.objects.filter(book=Book.CUSTOMER)
    sums = dict(owned.values_list("lot").annotate(n=Sum("points")))
    for pk, remaining in Lot.objects.values_list("pk", "remaining").iterator():
        if sums.get(pk, 0) != remaining:
            wrong.append(f"lot {pk}: {remaining} remaining, {sums.get(pk, 0)} in its entries")
    unbalanced = Entry.objects.values("transaction").annotate(n=Sum("points")).exclude(n=0)
    wrong += [f"transaction {row['transaction']} sums to {row['n']}" for row in unbalanced]
    return wrong


def _worth(used: Transaction) -> Decimal:
    entries = used.entries.filter(book=Book.USED).annotate(value=F("lot__point_value"))
    return sum((entry.points * entry.value for entry in entries), Decimal(0))


def _book(done: Transaction, out_of: str, into: str, parts: Sequence[Part]) -> None:
    Entry.objects.bulk_create(
        Entry(
            transaction=done,
            account_id=done.account_id,
            lot=part.lot,
            book=book,
            points=sign * part.points,
        )
        for part in parts
        for book, sign in ((out_of, -1), (into, 1))
    )


def uses(cause: str) -> list[Transaction]:
    """The uses whose key is the cause or begins with it and a slash, the first one first."""
    of_cause = Q(key=cause) | Q(key__startswith=f"{cause}/")
    return list(Transaction.objects.filter(of_cause, kind=Kind.USED).order_by("pk"))


def still_used(used: Transaction) -> Decimal:
    """What the points of a use that did not come back are worth, not rounded."""
    parts = _returnable(used, None)
    return sum((part.lot.worth(part.points) for part in parts), Decimal(0))


def give_back_beyond(
    used: Transaction, worth: Decimal, *, cause: str, at: datetime, reason: str = ""
) -> int:
    """Give back what a use does not need to be worth so much still; returns the points that stay.

    The youngest come back first, whole points only: what stays is never worth less.
    """
    parts = _returnable(used, None)
    over = sum((part.lot.worth(part.points) for part in parts), Decimal(0)) - worth
    back = 0
    for part in parts:
        taken = min(part.points, max(0, int(over // part.lot.point_value)))
        back, over = back + taken, over - part.lot.worth(taken)
        if taken < part.points:
            break
    if back:
        back = give_back(used.key, back, cause=cause, at=at, reason=reason)
    return sum(part.points for part in parts) - back
