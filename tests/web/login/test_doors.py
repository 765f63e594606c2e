"""What an attacker tries at the doors: other hosts, other places to go on to, other methods."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth import hashers
from django.test import Client

from tests.world import PASSWORD, World
from tonerloop.parties.models import Person

ELSEWHERE = ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
ELSEWHERE += ["http:evil.example", "https:///evil.example", "\t//evil.example"]


@contextmanager
def hashed() -> Iterator[list[int]]:
    """Inside, how often the costly hasher ran: what takes time, whatever the machine does."""
    runs, real = list[int](), hashers.MD5PasswordHasher.encode

    def encode(self: Any, password: str, salt: str) -> str:
        runs.append(1)
        return str(real(self, password, salt))

    with patch.object(hashers.MD5PasswordHasher, "encode", encode):
        yield runs


def test_a_log_in_tells_and_takes_the_same_whoever_is_asked_for(world: World) -> None:
    Person.objects.filter(pk=world.sales.pk).update(is_active=False)
    invited = Person.objects.create_user("invited@example.com", None, name="I")
    seen = set()
    emails = [world.buyer.email, world.sales.email, invited.email, "nobody@example.com"]
    for number, email in enumerate(emails):
        with hashed() as runs:
            answer = Client().post(
                "/account/login/",
                {"login": email, "password": "wrong wrong wrong"},
                REMOTE_ADDR=f"10.0.1.{number}",
            )
        text = answer.content.decode().replace(email, "")
        alert = text.partition('role="alert"')[2].partition("</div>")[0]
        seen.add((answer.status_code, len(runs), alert))
    assert len(seen) == 1 and next(iter(seen))[1] == 1


def test_a_forgotten_password_tells_and_mails_the_same(world: World) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    for email in (world.buyer.email, "nobody@example.com"):
        answer = Client().post("/account/password/reset/", {"email": email})
        assert answer.headers["Location"] == "/account/password/reset/done/"
        assert ProcrastinateJob.objects.filter(args__to=email).count() == 1


@pytest.mark.parametrize("where", ELSEWHERE)
def test_nothing_leads_on_to_another_site(world: World, where: str) -> None:
    client = Client()
    answer = client.post(
        "/account/login/", {"login": world.buyer.email, "password": PASSWORD, "next": where}
    )
    assert answer.headers["Location"] == "/"
    for path in ("/language/", "/account/logout/"):
        answer = client.post(path, {"language": "en", "next": where})
        assert (
            answer.headers["Location"].startswith("/") and "evil" not in answer.headers["Location"]
        )


def test_a_refusal_links_back_only_to_ourselves(world: World, client: Client) -> None:
    order = world.place()
    client.force_login(world.back_office)
    for _ in range(2):
        answer = client.post(
            f"/seller/orders/{order.number}/confirm/",
            {"version": "0", "seen_version": "0"},
            headers={"Referer": "https://evil.example/"},
        )
    assert answer.status_code == 409
    assert "evil.example" not in answer.content.decode()


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "evil.example:80"])
def test_another_host_is_refused_and_in_no_mail(world: World, client: Client, host: str) -> None:
    answer = client.post(
        "/account/password/reset/", {"email": world.buyer.email}, headers={"Host": host}
    )
    assert answer.status_code == 400
    forwarded = client.get("/account/login/", headers={"X-Forwarded-Host": host})
    assert host not in forwarded.content.decode()


def test_a_method_is_what_was_sent(world: World, client: Client) -> None:
    order = world.place()
    client.force_login(world.back_office)
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        path = f"/seller/orders/{order.number}/cancel/"
        client.get(path + "?_method=POST", headers={name: "POST"})
    order.refresh_from_db()
    assert order.status == "placed"


def test_fields_that_a_form_does_not_have_change_nothing(world: World, client: Client) -> None:
    client.force_login(world.buyer)
    new = "four unlikely words meet"
    given = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    given |= {"is_staff": "1", "is_superuser": "1", "email": "x@example.com", "name": "X"}
    client.post("/account/password/change/", given)
    person = Person.objects.get(pk=world.buyer.pk)
    assert person.check_password(new)
    assert (person.is_staff, person.is_superuser, person.email, person.name) == (
        (False, False, world.buyer.email, world.buyer.name)
    )


@pytest.mark.parametrize("path", ["..%2f..%2fetc/passwd", "../settings.py", "%2e%2e/x", "x%00.css"])
def test_no_path_leads_out_of_a_folder(client: Client, path: str) -> None:
    assert client.get(f"/static/{path}").status_code in (400, 404)


def test_only_the_forms_own_site_posts(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.buyer)
    for path in ("/account/logout/", "/sessions/end/", "/log-in-rules/", "/language/"):
        assert strict.post(path).status_code == 403, path
