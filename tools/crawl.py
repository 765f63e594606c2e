"""Walks a portal as a person would: every different screen once, by its links."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Error, Page

# Files and streams, not screens; the languages' and log-out forms are posts.
NOT_SCREENS = ("/static/", "/api/", "/live", "/healthz", "/readyz", "/admin/jsi18n")
# Of the admin's, these are one for all tables.
ADMINS_OWN = re.compile(r"^admin:\w+_(delete|history)$")
MOST = 60  # of one role, so that a walk ends


def log_in(page: Page, base: str, email: str, password: str) -> None:
    """Through the log-in form, as anybody does."""
    page.goto(base + "/account/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/account/login" not in url)


def screens(page: Page, base: str, start: str = "/", most: int = MOST) -> Iterator[tuple[str, str]]:
    """Open each different screen that links lead to; yields (name, path) with the page open."""
    waiting, seen = [start], set[str]()
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        name = name_of(path)
        if name is None or name in seen:
            continue
        if not opened(page, base + path):
            seen.add(name)
            continue
        landed = urlsplit(page.url).path
        name = name_of(landed)
        if name is None or name in seen:
            continue
        seen.add(name)
        waiting += links(page, base)
        yield name, landed


def opened(page: Page, url: str) -> bool:
    """Open it; False for what is printed or saved, not looked at: a PDF, a CSV."""
    try:
        answer = page.goto(url)
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        return False
    return answer is not None and answer.headers.get("content-type", "").startswith("text/html")


def links(page: Page, base: str) -> list[str]:
    """The paths on this server to which the page links, fragments and queries left out."""
    hrefs = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    urls = [urljoin(page.url, href) for href in hrefs]
    return [urlsplit(url).path for url in urls if url.startswith(base)]


def name_of(path: str) -> str | None:
    """The screen's name, by which two orders' pages are one screen; None for what is none."""
    if path.startswith(NOT_SCREENS) or "logout" in path:
        return None
    try:
        name = resolve(path).view_name
    except Resolver404:
        return None
    return ADMINS_OWN.sub(r"admin:\1", name)
