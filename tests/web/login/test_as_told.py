"""What docs/security.md says of passwords, codes and the length of a session."""

import secrets
import time
from datetime import timedelta

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tests.web.login.test_once import SECRET, half_way, with_phone
from tests.web.login.test_sessions import inside
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["Four unlikely WORDS", " four unlikely words", "four unlikely"])
def test_a_password_is_checked_as_typed(world: World, typed: str) -> None:
    world.buyer.set_password("four unlikely words")
    world.buyer.save()
    right, wrong = Client(), Client()
    wrong.post("/account/login/", {"login": world.buyer.email, "password": typed})
    assert not inside(wrong)
    right.post("/account/login/", {"login": world.buyer.email, "password": "four unlikely words"})
    assert inside(right)


def test_no_password_ends_by_itself(world: World, client: Client) -> None:
    world.buyer.date_joined = timezone.now() - timedelta(days=5000)
    world.buyer.save()
    client.post("/account/login/", {"login": world.buyer.email, "password": "demo"})
    assert inside(client)


@pytest.mark.parametrize(("periods", "opens"), [(0, True), (-2, False), (2, False)])
def test_a_code_lives_thirty_seconds(world: World, periods: int, opens: bool) -> None:
    with_phone(world.buyer)
    client = half_way(world.buyer)
    code = format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + periods))
    client.post("/account/2fa/authenticate/", {"code": code})
    assert inside(client) is opens


def test_a_seed_holds_160_random_bits() -> None:
    seeds = {generate_totp_secret() for _each in range(50)}
    assert len(seeds) == 50 and {len(seed) for seed in seeds} == {32}


def test_recovery_codes_are_random_and_long(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a seed of 320 bits by `secrets`; eight digits are more than the 20 bits asked for."""
    asked: list[int] = []
    real = secrets.token_hex

    def token_hex(size: int) -> str:
        asked.append(size)
        return real(size)

    monkeypatch.setattr("allauth.mfa.recovery_codes.internal.auth.secrets.token_hex", token_hex)
    people = (world.buyer, world.sales, world.back_office)
    codes = [code for who in people for code in RecoveryCodes.activate(who).generate_codes()]
    assert asked == [40, 40, 40]
    assert len(codes) == 30 and len(set(codes)) == 30
    assert {len(code) for code in codes} == {8} and "".join(codes).isdigit()


def test_a_session_ends_after_twelve_hours(world: World, client: Client) -> None:
    client.force_login(world.buyer)
    session = Session.objects.get()
    left = session.expire_date - timezone.now()
    assert timedelta(hours=11, minutes=59) < left <= timedelta(hours=12)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not inside(client)


def test_nobody_is_asked_a_secret_question(client: Client) -> None:
    page = client.get("/account/password/reset/")
    assert list(page.context["form"].fields) == ["email"]
