"""The report: for a terminal, and as one HTML page that needs nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from case import Case

PASSED, FAILED, NOT_RUN = "passed", "FAILED", "not run"


@dataclass(frozen=True)
class Result:
    """What came of one case; `wrong` is empty where it passed."""

    case: Case
    outcome: str
    seen: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    seconds: float = 0.0


def line(result: Result) -> str:
    """A case on one line."""
    more = f" ({result.wrong[0]})" if result.outcome == NOT_RUN else f" {result.seconds:5.1f} s"
    return f"{result.outcome:8}{result.case.name:16} {result.case.title}{more}"


def details(result: Result) -> str:
    """All about a case that failed."""
    told = [
        ("sent", [result.case.sent]),
        ("expected", [result.case.expected]),
        ("wrong", result.wrong),
        ("seen", result.seen),
        ("what to do", [result.case.advice]),
    ]
    return "\n".join(f"    {name:11}{words}" for name, rows in told for words in rows)


def summary(results: Sequence[Result]) -> str:
    """How many passed, failed, were not run."""
    counts = {name: sum(r.outcome == name for r in results) for name in (PASSED, FAILED, NOT_RUN)}
    return ", ".join(f"{count} {name.lower()}" for name, count in counts.items())


def page(results: Sequence[Result], where: str) -> str:
    """The whole report as HTML."""
    rows = "".join(
        f'<tr><td class="{_class(r)}">{r.outcome}</td>'
        f'<td><a href="#{r.case.name}">{escape(r.case.title)}</a></td>'
        f"<td>{r.seconds:.1f} s</td></tr>"
        for r in results
    )
    sections = "".join(_section(result) for result in results)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Conformance report: {escape(summary(results))}</title><style>{STYLE}</style>"
        f"</head><body><main><h1>Conformance report</h1>"
        f"<p>{escape(where)}: <strong>{escape(summary(results))}</strong></p>"
        f"<table><caption>Cases</caption><thead><tr>"
        f'<th scope="col">Outcome</th><th scope="col">Case</th><th scope="col">Time</th>'
        f"</tr></thead><tbody>{rows}</tbody></table>{sections}</main></body></html>\n"
    )


def _section(result: Result) -> str:
    case = result.case
    told = [("Sent", [case.sent]), ("Expected", [case.expected])]
    told += [("Wrong", list(result.wrong)), ("Seen", list(result.seen))]
    if result.outcome == FAILED:
        told.append(("What to do", [case.advice]))
    terms = "".join(
        f"<dt>{name}</dt>" + "".join(f"<dd>{escape(words)}</dd>" for words in rows)
        for name, rows in told
        if rows
    )
    heading = f'{escape(case.title)}: <span class="{_class(result)}">{result.outcome}</span>'
    return f'<section id="{case.name}"><h2>{heading}</h2><dl>{terms}</dl></section>'


def _class(result: Result) -> str:
    return result.outcome.lower().replace(" ", "-")


STYLE = """
body{font:1rem/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff;margin:0}
main{max-width:60rem;margin:0 auto;padding:1rem}
table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:bold}
th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #767676}
a{color:#0b4f9e}dt{font-weight:bold;margin-top:.5rem}dd{margin:0;overflow-wrap:anywhere}
.passed{color:#1a6b2d}.failed{color:#a31515;font-weight:bold}.not-run{color:#595959}
"""
