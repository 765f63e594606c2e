"""Every address of the server, as everybody sees it: the headers that keep its pages to it."""

import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client

from tests.house.test_strangers import addresses, fill, order, things  # noqa: F401 - fixtures
from tests.world import PASSWORD, World

WHO = ("", "buyer", "sales", "back_office", "desk", "dispatcher", "driver", "clerk", "operator")
ALWAYS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
# What the policy would refuse, so that a page that needs it is found here and not by its readers.
INLINE = re.compile(
    r"<script(?![^>]*(\ssrc=|type=\"application/json\"))|<style|\sstyle=|\son\w+=\""
)
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>.*?\)+")


def reachable(things: dict[str, Any]) -> list[str]:  # noqa: F811 - a parameter
    """Every address; where an argument is not known, with something in its place."""
    found = []
    for route, entry in addresses():
        try:
            found.append(fill(route, entry, things))
        except (KeyError, AssertionError):
            found.append("/" + ARGUMENT.sub("1", route).replace("^", "").replace("$", ""))
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("who", WHO)
def test_every_answer_has_them(world: World, things: dict[str, Any], who: str) -> None:  # noqa: F811
    client = Client()
    if who == "operator":
        client.force_login(world.operator)
    elif who:
        client.force_login(getattr(world, who))
    pages = reachable(things)
    assert len(pages) > 200
    for path in pages:
        if "logout" not in path:
            _check(client.get(path), (who, path))


def _check(answer: Any, what: tuple[str, str]) -> None:
    wrong = {k: answer.headers.get(k) for k, v in ALWAYS.items() if answer.headers.get(k) != v}
    assert not wrong, (what, wrong)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy, what
    assert "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy, what
    assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer"), what
    camera = "camera=(self)" if _scans(what, answer) else "camera=()"
    assert {camera, "geolocation=()", "usb=()"} <= set(_powers(answer)), what
    assert "no-store" in answer.headers["Cache-Control"] or _the_same_for_all(what), what
    html = answer.headers.get("Content-Type", "").startswith("text/html")
    # The jobs' own admin page colours its JSON by a style, which the policy leaves out: it is grey.
    if html and not answer.streaming and "/procrastinate/" not in what[1]:
        found = INLINE.search(answer.content.decode())
        assert not found, (what, found and found[0])


def _powers(answer: Any) -> list[str]:
    return str(answer.headers["Permissions-Policy"]).split(", ")


def _scans(what: tuple[str, str], answer: Any) -> bool:
    """The driver's page reads labels by the phone's camera."""
    return what == ("driver", "/driver/") and answer.status_code == 200


def _the_same_for_all(what: Any) -> bool:
    """Pages that say nothing of anybody, whoever asks."""
    return what[1] in ("/admin/jsi18n/", "/sales/sw.js", "/driver/sw.js")


def test_the_walk_notices_what_the_policy_would_refuse() -> None:
    assert INLINE.search("<script>x</script>") and INLINE.search('<p style="color:red">')
    assert INLINE.search('<a onclick="x()">') and INLINE.search("<style>")
    assert not INLINE.search('<script src="/x.js" defer></script>')


def test_log_out_empties_what_the_browser_kept(world: World, client: Client) -> None:
    client.force_login(world.buyer)
    assert "Clear-Site-Data" not in client.get("/order/").headers
    assert client.post("/account/logout/").headers["Clear-Site-Data"] == '"cache"'
    assert client.get("/order/").status_code == 302


def test_cookies_are_kept_from_scripts_and_other_sites(world: World, client: Client) -> None:
    client.post("/account/login/", {"login": world.buyer.email, "password": PASSWORD})
    client.post("/language/", {"language": "ja"})
    names = {"tonerloop_session", "tonerloop_device", "tonerloop_language"}
    assert names <= set(client.cookies)
    for name, cookie in client.cookies.items():
        assert cookie["samesite"] == "Lax" and cookie["path"] == "/" and not cookie["domain"]
        # The phones read that of forms when they send later what they kept.
        assert cookie["httponly"] or name == "tonerloop_csrf", name


def test_with_tls_cookies_are_bound_to_the_host_and_browsers_told_to_stay() -> None:
    told = """
import django; django.setup()
from django.conf import settings as s
from tonerloop.web.shared.known_devices import COOKIE
names = [s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, COOKIE]
assert all(name.startswith("__Host-") for name in names), names
assert s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.LANGUAGE_COOKIE_SECURE
assert s.SESSION_COOKIE_HTTPONLY and s.SECURE_HSTS_SECONDS >= 31536000
assert s.SESSION_COOKIE_DOMAIN is None and s.SESSION_COOKIE_PATH == "/"
"""
    env = os.environ | {"TONERLOOP_URL": "https://shop.example"}
    subprocess.run([sys.executable, "-c", told], env=env, check=True)
