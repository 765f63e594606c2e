"""What an attack covered, by scanner and role, and what it leaves to be read, as Markdown."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tools.attack_scanners import Outcome, Scan
from tools.attack_targets import Visitor


@dataclass
class Ended:
    """A scan with its outcome; `begun` is False where there was no time or no program for it."""

    scan: Scan
    outcome: Outcome
    begun: bool


def report(people: Iterable[Visitor], done: list[Ended], called: list[str]) -> str:
    """Tables of what was found by walking, of what was tried, and all that is to be read."""
    return "\n".join([*_walked(people), "", *_tried(done), "", *_to_read(done, called), ""])


def _walked(people: Iterable[Visitor]) -> list[str]:
    rows = ["| role | views | not seen by a role before | addresses with a query |"]
    rows.append("| --- | --- | --- | --- |")
    rows += [
        f"| {who.email} | {who.views} | {len(who.pages)} | {len(who.addresses)} |" for who in people
    ]
    return rows


def _tried(done: list[Ended]) -> list[str]:
    """A parameter that an earlier role’s scan has is not asked for again."""
    rows = ["| by | role | scans | begun | asked | got through | |", "| --- " * 7 + "|"]
    for by, role in dict.fromkeys((one.scan.by, one.scan.role) for one in done):
        mine = [one for one in done if (one.scan.by, one.scan.role) == (by, role)]
        begun, asked = sum(one.begun for one in mine), sum(one.scan.asked for one in mine)
        through = sum(one.outcome.done for one in mine)
        words = "; ".join(one.outcome.words for one in mine if one.outcome.words)
        wanted = asked or ""
        rows.append(f"| {by} | {role} | {len(mine)} | {begun} | {wanted} | {through} | {words} |")
    return rows


def _to_read(done: list[Ended], called: list[str]) -> list[str]:
    rows = [f"The server was made to call {len(called)} times: {called[:5]}", ""]
    left = Counter(f"{one.scan.by} {one.scan.role}" for one in done if not one.begun)
    rows += [f"Not begun for want of time: {left.total()} {dict(left)}", ""]
    rows += [f"- {one.scan.name}: {what}" for one in done for what in one.outcome.found]
    return rows
