"""What there is to attack: who logs in, which views take a query, which keys programs have."""

import json
import re
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.contrib.admin import ModelAdmin
from django.core.exceptions import FieldDoesNotExist
from django.urls import resolve
from playwright.sync_api import Browser, Page

from tools.crawl import log_in, name_of, screens

# One person of each role of the demo.
EMAILS = (
    "buyer@harbour-gate.example",
    "sales@liffey-office.example",
    "office@liffey-office.example",
    "desk@kyocera.example",
    "office@greenway.example",
    "driver@greenway.example",
    "station@greenway.example",
    "operator@tonerloop.example",
)
MOST = 500  # screens of one role, so that a walk ends
# What views read besides what their pages' links and forms name.
UNLINKED = {
    "audit": "as=csv&before=x",
    "by_mail": "k=x",
    "collector:collections": "status=requested&page=1",
    "collector:figures": "model=1&region=x&seller=1&as=csv",
    "collector:deliveries": "show=failed&page=1",
    "customer:collection": "page=1",
    "customer:deliveries": "show=failed&page=1",
    "customer:labels": "as=plain&skip=0",
    "customer:order": "machine=1",
    "customer:orders": "q=a&status=placed&page=1",
    "customer:stickers": "as=plain&skip=0",
    "driver:stops": "day=2026-01-01",
    "manufacturer:deliveries": "show=failed&page=1",
    "manufacturer:orders": "q=a&status=placed&sort=placed&page=1",
    "manufacturer:requests": "page=1",
    "manufacturer:returns": "period=2026&model=1&region=x&seller=1&as=csv",
    "manufacturer:settlements": "month=2026-01&of=1&as=csv",
    "operator-audit": "about=prices&what=customer&number=1&person=1&first=2026-01-01"
    "&last=2026-12-31&before=x&as=csv",
    "recovery:requests": "page=1",
    "recovery:strays": "page=1",
    "salesperson:orders": "q=a&status=placed&page=1",
    "seller:agreement_new": "customer=1&group=1&part_number=x",
    "seller:collection_figures": "period=2026&model=1&region=x&as=csv",
    "seller:collections": "status=requested&page=1",
    "seller:customers": "q=a&page=1",
    "seller:deliveries": "show=failed&page=1",
    "seller:figures": "days=30",
    "seller:handover": "from=1",
    "seller:machine_new": "model=1&serial=x&name=x",
    "seller:orders": "q=a&status=placed&customer=1&salesperson=1&sort=placed&page=1",
    "seller:settlements": "month=2026-01&of=1&as=csv",
}
QUERIES_OF_A_PAGE = """() => [
  ...[...document.querySelectorAll('a[href*="?"]')].map(a => a.href),
  ...[...document.querySelectorAll('form')].filter(f => f.method === 'get')
    .map(f => f.action.split('?')[0] + '?' + new URLSearchParams(new FormData(f))),
]"""


Known = set[tuple[str, str]]  # a view and one of its parameters, or a view and nothing


@dataclass
class Target:
    """A view with a query, and those of its parameters that no other target has."""

    path: str
    query: dict[str, str]
    new: list[str]


@dataclass
class Visitor:
    """Somebody who is logged in, with what was found by walking."""

    email: str
    cookies: list[Any]
    targets: list[Target] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)  # one of each view that nobody had before
    keys: dict[str, str] = field(default_factory=dict)
    views: int = 0
    addresses: set[str] = field(default_factory=set)  # with a query, however alike

    @property
    def cookie(self) -> str:
        """As a header has it."""
        return "; ".join(f"{one['name']}={one['value']}" for one in self.cookies)


def walk(browser: Browser, web: str, email: str, known: Known) -> Visitor:
    """Log in once and open every screen; `known` grows by each view and its parameters."""
    page = browser.new_context().new_page()
    log_in(page, web, email, "demo")
    who = Visitor(email, [])
    start = "/admin/" if email.startswith("operator") else "/"
    programs = ""
    for name, path in screens(page, web, start, MOST):
        programs = path if name.endswith(":programs") else programs
        who.views += 1
        if (name, "") not in known:
            known.add((name, ""))
            who.pages.append(path)
        asked = page.evaluate(QUERIES_OF_A_PAGE)
        for url in [*asked, f"{web}{path}?{UNLINKED.get(name, '')}"]:
            if url.startswith(web):
                who.addresses |= {url} if urlsplit(url).query else set()
                who.targets += _new(url, known)
    if programs:
        who.keys = _keys(page, web + programs)
    who.cookies = list(page.context.cookies())
    page.context.close()
    return who


def _new(url: str, known: Known) -> list[Target]:
    """A target of those parameters that this view has not been asked with yet."""
    parts = urlsplit(url)
    query = {k: v or "1" for k, v in parse_qsl(parts.query, keep_blank_values=True)}
    new = []
    for one in query if name_of(parts.path) else ():
        if (kind := kind_of(parts.path, one)) not in known:
            known.add(kind)
            new.append(one)
    return [Target(parts.path, query, new)] if new else []


def kind_of(path: str, parameter: str) -> tuple[str, str]:
    """By what a parameter differs from another: its view and its name.

    The admin's views are Django's, one for all tables: there a filter differs by the kind of its
    field and its lookup, anything else by its name, and by the table only where the table's own
    code reads it.
    """
    found = resolve(path)
    table = getattr(found.func, "model_admin", None)
    if not isinstance(table, ModelAdmin):
        return found.view_name, parameter
    view = "admin:" + found.view_name.rsplit("_", 1)[-1]
    if parameter == "q" and type(table).get_search_results is not ModelAdmin.get_search_results:
        return found.view_name, parameter
    return view, _filter(table, parameter)


def _filter(table: "ModelAdmin[Any]", parameter: str) -> str:
    """`status__exact` as “CharField exact”, a parameter that is no filter as it is."""
    name, *lookups = parameter.split("__")
    try:
        chain = table.model._meta.get_field(name)
    except FieldDoesNotExist:
        return parameter
    return " ".join([type(chain).__name__, *(one for one in lookups if re.match("[a-z]+$", one))])


def _keys(page: Page, programs: str) -> dict[str, str]:
    """A key of everything it may do, by its kind; of a collector one of a centre's, too."""
    found = {"": _key(page, programs, "")}
    centres = page.locator("select[name=centre] option:not([value=''])")
    if centres.count():
        centre = centres.first.get_attribute("value") or ""
        found["centre"] = _key(page, programs, centre)
    return found


def _key(page: Page, programs: str, centre: str) -> str:
    """The text of a new key; the password may be asked for again before it is made."""
    page.goto(programs)
    page.fill("input[name=label]", "Scanner")
    for box in page.locator("input[name=scopes]").all():
        box.check()
    if centre:
        page.select_option("select[name=centre]", centre)
    page.click("main form .primary")
    page.wait_for_load_state()
    if "/reauthenticate/" in page.url:
        page.fill("input[name=password]", "demo")
        page.press("input[name=password]", "Enter")
    return page.inner_text("#new-key")


def of_api(web: str, key: str, role: str, known: Known) -> list[Target]:
    """The lists of the API with all their parameters, and a right cursor where there is one."""
    found = []
    for path, methods in _json(f"{web}/api/v1/openapi.json", "")["paths"].items():
        asked = methods.get("get", {})
        names = [p["name"] for p in asked.get("parameters", []) if p["in"] == "query"]
        if role not in asked.get("x-roles", []) or "{" in path:
            continue
        new = [one for one in names if (path, one) not in known]
        known |= {(path, one) for one in new}
        following = _json(f"{web}{path}?limit=1", key).get("next") if "after" in names else ""
        usual = {"limit": "1", "after": following or "1", "status": "placed", "state": "open"}
        days = {"placed_from", "placed_to", "valid_on", "day"}
        # One at a time: several narrow each other to nothing, and nothing tells nothing.
        for one in new:
            value = usual.get(one, "2026-01-01" if one in days else "1")
            found.append(Target(path, {one: value}, [one]))
    return found


def _json(url: str, key: str) -> Any:
    with get(url, **({"Authorization": f"Bearer {key}"} if key else {})) as answer:
        return json.load(answer)


def get(url: str, **headers: str) -> Any:
    """The answer of the demo, as it is read."""
    return urllib.request.urlopen(  # noqa: S310 - our own server
        urllib.request.Request(url, headers=headers),  # noqa: S310
        timeout=30,
    )


def query(target: Target) -> str:
    """The target's query as an address has it."""
    return urlencode(target.query)
