"""A miscount found later: new entries with a reason, and the points that follow from it."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.collection.actions.common import fetch, tell
from tonerloop.collection.actions.receiving import What, _enter, _pieces, check
from tonerloop.collection.actions.rewarding import earned_key, earning_pieces, rated_with
from tonerloop.collection.models import CollectionRequest, Count, Piece
from tonerloop.collection.states import Status, Way
from tonerloop.common.actor import Actor, Role, require
from tonerloop.common.days import local_day
from tonerloop.common.wall import through
from tonerloop.journal.events import Event
from tonerloop.orders.errors import Refused
from tonerloop.points import ledger
from tonerloop.points.models import Rule
from tonerloop.points.rules import (
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
    request that is closed, points follow at the standing with which it was rated: more are
    earned, too many are taken back as far as they are still there, the rest is written off.
    """
    require(by, Role.CLERK)
    request = fetch(number, by=by)
    if not reason.strip():
        raise Refused("reason", _("Say in a few words why."))
    piece = Piece.objects.select_for_update(of=("self",)).get(pk=piece_id, request=request)
    at, why = timezone.now(), reason.strip()[:200]
    data: dict[str, Any] = {"text": why}
    was = standing_count(piece)
    if was is None and now_is is None:
        raise Refused("model", _("This piece is taken away already."))
    if was is not None:
        before = What(
            consumable_id=was.consumable_id,
            unknown_model=was.unknown_model,
            condition=was.condition,
        )
        _enter(piece, request, before, -1, by, why, at)
    if now_is is not None:
        check(now_is)
        _enter(piece, request, now_is, 1, by, why, at)
    if request.status == Status.COUNTED:
        request.counted = _pieces(request)
        request.save(update_fields=["counted"])
        data |= _follow(request, why).data()
    tell(Event.COLLECTION_CORRECTED, request, by=by, data=data)
    return request


def standing_count(piece: Piece) -> Count | None:
    """What the piece is counted as now, None where it was taken away."""
    last = max(piece.counts.all(), key=lambda count: count.pk, default=None)
    return last if last and last.quantity > 0 else None


@dataclass
class Change:
    """What a correction did to points, of all issuers together."""

    earned: int = 0
    taken: int = 0
    written_off: int = 0  # too many, but used or expired before: nobody owes them

    def data(self) -> dict[str, int]:
        """What the journal keeps of it."""
        return {name: points for name, points in asdict(self).items() if points}


@through()  # who corrects a count changes the customer's points
def _follow(request: CollectionRequest, reason: str) -> Change:
    """Bring the request's points to what its pieces are worth at the standing of its closing."""
    change, standing = Change(), rated_with(request)
    if standing is None or request.counted_at is None:
        return change
    day, pieces = local_day(request.counted_at, request.seller.time_zone), earning_pieces(request)
    makers = set(request.pieces.values_list("counts__consumable__manufacturer", flat=True))
    for rule in rules_for(request.customer, {m for m in makers if m}, day):
        right = points_for(rule, pieces, box=request.way == Way.BOX, standing=standing)
        _bring(request, rule, right, reason, change)
    return change


def _bring(request: CollectionRequest, rule: Rule, right: int, reason: str, change: Change) -> None:
    """Earn what is missing under a rule, as its month allows, or take back what is too many."""
    assert request.counted_at is not None
    at, day = timezone.now(), local_day(request.counted_at, request.seller.time_zone)
    # Locked before anything is summed: two corrections share one month's cap.
    account = ledger.locked(ledger.account_of(request.customer, rule).pk)
    key = earned_key(request, rule)
    had, left = ledger.given(key), left_of_month(rule, account, day.replace(day=1))
    if left is not None:
        right = min(right, had + left)
    cause = f"{key}/corrected/{Count.objects.filter(request=request).latest('pk').pk}"
    if right < had:
        taken = ledger.take_back(key, had - right, key=cause, at=at, reason=reason)
        change.taken += taken
        change.written_off += had - right - taken
    elif right > had:
        last = add_months(day, rule.months_valid)
        if ledger.earn(account, right - had, rule, key=cause, at=at, first=day, last=last):
            change.earned += right - had
