"""What a driver's phone sends, read with suspicion; a phone may have kept it for days."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from tonerloop.collection.actions.driving import Told, report_stop
from tonerloop.collection.models import CollectionRequest, DriverReport
from tonerloop.common.actor import Actor
from tonerloop.orders.errors import Refused
from tonerloop.web.driver.forms import ReportForm

MOST_REPORTS = 50
MOST_BYTES = 500_000
LONGEST_KEPT = timedelta(days=60)
_NUMBER = re.compile(r"[0-9]{10}")
_TYPES: dict[str, tuple[type, ...]] = {
    "key": (str,),
    "number": (str,),
    "outcome": (str,),
    "at": (str,),
    "scans": (list,),
    "count": (int, type(None)),
    "note": (str,),
}


class Malformed(Exception):
    """No report can be read from this; nothing was stored."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True)
class Batch:
    """Reports in the order in which they were made, and the driver who made them."""

    driver_id: int
    reports: list[Told]


def read(request: HttpRequest) -> Batch:
    """The reports in a request's body; Malformed where it is anything else."""
    try:
        body = request.body
    except RequestDataTooBig:
        body = b"x" * (MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise Malformed(_("This is more than one phone can have to tell."))
    try:
        found = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        _refuse()
    if not isinstance(found, dict) or type(found.get("driver")) is not int:
        _refuse()
    reports = found.get("reports")
    if not isinstance(reports, list) or len(reports) > MOST_REPORTS:
        _refuse()
    return Batch(found["driver"], [_told(report) for report in reports])


def _refuse(_text: str = "") -> NoReturn:
    raise Malformed(_("This is no report that can be read. Reload the page and try again."))


def _told(report: Any) -> Told:
    if not isinstance(report, dict):
        _refuse()
    for name, types in _TYPES.items():
        if name not in report or type(report[name]) not in types:
            _refuse()
    if not all(type(scan) is str for scan in report["scans"]):
        _refuse()
    if not _NUMBER.fullmatch(report["number"]):
        _refuse()
    form = ReportForm({**report, "scans": "\n".join(report["scans"])})
    if not form.is_valid():
        raise Malformed(form.words())
    return told(form, key=_key(report["key"]), number=report["number"], at=_at(report["at"]))


def told(form: ReportForm, *, key: UUID, number: str, at: datetime) -> Told:
    """What a valid form says."""
    given = form.cleaned_data
    return Told(
        key=key,
        number=number,
        outcome=given["outcome"],
        at=at,
        scans=given["scans"],
        count=given["count"],
        note=given["note"],
    )


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        _refuse()


def _at(text: str) -> datetime:
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        _refuse()
    now = timezone.now()
    # A clock that is wrong by months says nothing, and the report must not be lost for it.
    return at if at > now - LONGEST_KEPT else now


def apply(one: Told, actor: Actor) -> dict[str, Any]:
    """What becomes of one report, as the phone needs to know it."""
    problem, applied = "", False
    # First, since a stop may have gone to another driver after this was told for the first time.
    known = DriverReport.objects.filter(key=one.key, driver_id=actor.person_id).first()
    try:
        applied = (known or report_stop(one, by=actor)).applied
    except CollectionRequest.DoesNotExist:
        problem = _("This stop is not yours. Ask the office, then send the report again.")
    except Refused as refusal:
        problem = refusal.message
    return {"key": str(one.key), "applied": applied, "problem": problem}
