"""A miscount found later: new entries with a reason, and the points that follow from it."""

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.collection.actions.common import fetch, tell
from tonerloop.collection.actions.receiving import What, _check, _enter, _pieces
from tonerloop.collection.actions.rewarding import earned_key, earning_pieces
from tonerloop.collection.models import CollectionRequest, Count, Piece
from tonerloop.collection.progress import progress
from tonerloop.collection.states import Status, Way
from tonerloop.common.actor import Actor, Role, require
from tonerloop.common.days import local_day
from tonerloop.journal.events import Event
from tonerloop.orders.errors import Refused
from tonerloop.points import ledger
from tonerloop.points.models import Entry
from tonerloop.points.rules import (
    Standing,
    add_months,
    left_of_month,
    points_for,
    rules_for,
)


@transaction.atomic
def correct(
    number: str, piece_id: int, now_is: What | None, reason: str, *, by: Actor
) -> CollectionRequest:
    """The piece is something else than was counted, or (None) was none at all.

    What was entered is taken away and what is so is entered, both with the reason. For a
    request that is closed, points follow: more are earned, too many are taken back as far as
    they are still there.
    """
    require(by, Role.CLERK)
    request = fetch(number, by=by)
    if not reason.strip():
        raise Refused("reason", _("Say in a few words why."))
    piece = Piece.objects.select_for_update(of=("self",)).get(pk=piece_id, request=request)
    at, why = timezone.now(), reason.strip()[:200]
    if (was := standing_count(piece)) is not None:
        before = What(
            consumable_id=was.consumable_id,
            unknown_model=was.unknown_model,
            condition=was.condition,
        )
        _enter(piece, request, before, -1, by, why, at)
    if now_is is not None:
        _check(now_is)
        _enter(piece, request, now_is, 1, by, why, at)
    if request.status == Status.COUNTED:
        request.counted = _pieces(request)
        request.save(update_fields=["counted"])
        _follow(request, why)
    tell(Event.COLLECTION_CORRECTED, request, by=by, data={"text": why})
    return request


def standing_count(piece: Piece) -> Count | None:
    """What the piece is counted as now, None where it was taken away."""
    last = max(piece.counts.all(), key=lambda count: count.pk, default=None)
    return last if last and last.quantity > 0 else None


def _earned(key: str) -> int:
    """What the request has earned under a rule, corrections included."""
    of_request = Q(transaction__key=key) | Q(transaction__key__startswith=f"{key}/")
    entries = Entry.objects.filter(of_request, book=Entry.Book.CUSTOMER)
    kinds = ("earned", "corrected")
    return entries.filter(transaction__kind__in=kinds).aggregate(n=Sum("points"))["n"] or 0


def _follow(request: CollectionRequest, reason: str) -> None:
    """Bring the request's points to what they would be now."""
    at, now = timezone.now(), progress(request.customer_id)
    if now is None or request.counted_at is None:
        return
    day = local_day(request.counted_at, request.seller.time_zone)
    pieces, standing = earning_pieces(request), Standing(now.collected, now.percent)
    makers = set(request.pieces.values_list("counts__consumable__manufacturer", flat=True))
    for rule in rules_for(request.customer, {m for m in makers if m}, day):
        key = earned_key(request, rule)
        right = points_for(rule, pieces, box=request.way == Way.BOX, standing=standing)
        had, account = _earned(key), ledger.account_of(request.customer, rule)
        if (left := left_of_month(rule, account, day.replace(day=1))) is not None:
            right = min(right, had + left)  # what the cap withheld stays withheld
        cause = f"{key}/corrected/{Count.objects.filter(request=request).count()}"
        if right < had:
            ledger.take_back(key, had - right, key=cause, at=at, reason=reason)
        elif right > had:
            last = add_months(day, rule.months_valid)
            ledger.earn(account, right - had, rule, key=cause, at=at, first=day, last=last)
