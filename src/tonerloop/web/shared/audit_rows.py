"""Rows of the audit with every name in them: who did what to which, and what that changed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from tonerloop.catalogue.models import Consumable
from tonerloop.common.actor import Actor, Side
from tonerloop.journal.models import Entry, Look
from tonerloop.orders.models import Proposal
from tonerloop.outbound.following import labels
from tonerloop.parties.models import Membership, Person
from tonerloop.web.shared.audit_subjects import NOUNS, kind_of, subjects_of
from tonerloop.web.shared.audit_words import Known, changes, deed, subject_name, who

AT_ONCE = 1000  # rows whose names are looked up together


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row in words (`who` … `changes`), with the numbers and codes behind them."""

    at: datetime
    who: str
    behind: str  # in whose name a program or a rule acted
    role: str
    did: str
    noun: str
    number: str  # of an order or a collection
    name: str
    url: str
    changes: list[str]
    looked: bool
    person_id: int | None
    key: str
    deed: str
    subject: str
    subject_id: int
    data: dict[str, Any]

    def as_told(self) -> dict[str, Any]:
        """The row for a program: all but the address, which is a person's."""
        told = {**asdict(self), "at": self.at.isoformat(timespec="seconds")}
        del told["url"]
        return told


def rows_of(found: Sequence[Entry | Look], reader: Actor | None) -> Iterator[Row]:
    """The rows in words; `reader` is None for the operator. At most 30 queries for each 1,000."""
    for begin in range(0, len(found), AT_ONCE):
        readable = [_readable(one, reader) for one in found[begin : begin + AT_ONCE]]
        known = _known(readable, reader)
        yield from (_row(one, known) for one in readable)


def _readable(one: Entry | Look, reader: Actor | None) -> Entry | Look:
    """What others said along with it is not the manufacturer's, as on its timeline: the note."""
    if reader and reader.side == Side.MANUFACTURER and isinstance(one, Entry):
        one.data = one.data if one.role == reader.role else {}
    return one


def _known(rows: list[Entry | Look], reader: Actor | None) -> Known:
    data = [one.data for one in rows if isinstance(one, Entry)]
    handed = {each[end] for each in data if "handed_over" in each.values() for end in _ENDS}
    people = {one.person_id for one in rows if one.person_id} | handed
    return Known(
        reader=reader,
        subjects=subjects_of(rows, reader),
        people=dict(Person.objects.filter(pk__in=people).values_list("pk", "name")),
        programs=labels({one.key for one in rows}),
        items=Consumable.objects.in_bulk(_said(data, "consumable")),
        proposals=_proposals(_said(data, "proposal")),
    )


_ENDS = ("from", "to")
_LINES = ("lines__old_consumable", "lines__new_consumable")


def _said(data: Iterable[dict[str, Any]], name: str) -> list[int]:
    return sorted({each[name] for each in data if each.get(name)})


def _proposals(ids: list[int]) -> dict[int, Proposal]:
    return Proposal.objects.prefetch_related(*_LINES).in_bulk(ids) if ids else {}


def _row(one: Entry | Look, known: Known) -> Row:
    named, changed = known.named(one), isinstance(one, Entry)
    said = who(one, known)
    person = known.people.get(one.person_id or 0, "")
    return Row(
        at=one.at,
        who=said,
        behind=person if person != said else "",
        role=_ROLES.get(one.role, "") and str(_ROLES[one.role]),
        did=deed(one),
        noun=str(NOUNS.get(kind_of(one), one.subject_kind)),
        name=subject_name(one, known),
        number=named.number if named else "",
        url=named.url if named else "",
        changes=[text for text in changes(one, known) if text],
        looked=not changed,
        person_id=one.person_id,
        key=one.key,
        deed=str(one.data.get("action") or one.event) if isinstance(one, Entry) else "seen",
        subject=one.subject_kind,
        subject_id=one.subject_id,
        data=one.data if isinstance(one, Entry) else {},
    )


_ROLES: dict[str, Any] = {str(role): words for role, words in Membership.ROLES}
