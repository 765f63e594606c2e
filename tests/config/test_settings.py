"""The table of settings names every variable that the code reads, and no other."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tonerloop.config.processes import tonerloop

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"""["'](TONERLOOP_[A-Z_]+|DATABASE_[A-Z_]*URL)["']""")


def read_by_the_code() -> set[str]:
    files = [*ROOT.glob("src/**/*.py"), *ROOT.glob("examples/**/*.py")]
    return {name for file in files for name in NAME.findall(file.read_text())}


def in_the_table() -> set[str]:
    table = (ROOT / "docs" / "settings.md").read_text()
    return set(re.findall(r"^\| `([A-Z_]+)` ", table, re.MULTILINE))


def test_the_table_is_complete() -> None:
    assert read_by_the_code() | {"TONERLOOP_KEY"} == in_the_table()


def run(code: str, **environment: str) -> str:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TONERLOOP", "DATABASE"))}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**kept, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


SHOW = "from django.conf import settings as s; print(({}))"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_NAME", "(True, '__Host-session')"),
        ("s.SECURE_HSTS_SECONDS > 0", "True"),
        ("'shop.example' in s.ALLOWED_HOSTS", "True"),
        ("s.DATABASES['default']['HOST'], s.DATABASES['default']['USER']", "('db', 'me')"),
        ("s.EMAIL_USE_TLS, s.DEBUG, s.DEMO", "(True, False, False)"),
        ("s.PROXIES, s.ALLAUTH_TRUSTED_PROXY_COUNT", "(2, 2)"),
    ],
)
def test_variables_take_effect(tmp_path: Path, shown: str, expected: str) -> None:
    told = run(
        SHOW.format(shown),
        DJANGO_SETTINGS_MODULE="tonerloop.config.settings",
        TONERLOOP_HOME=str(tmp_path),
        TONERLOOP_URL="https://shop.example",
        DATABASE_URL="postgresql://me:secret@db/tonerloop",
        TONERLOOP_SMTP_TLS="yes",
        TONERLOOP_PROXIES="2",
    )
    assert told == expected


def test_the_secret_key_is_made_once_and_is_nobody_elses_to_read(tmp_path: Path) -> None:
    environment = {
        "DJANGO_SETTINGS_MODULE": "tonerloop.config.settings",
        "TONERLOOP_HOME": str(tmp_path),
    }
    first, second = (run(SHOW.format("s.SECRET_KEY"), **environment) for _ in range(2))
    assert first == second
    assert len(first) > 40
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


def test_migrating_without_an_owner_is_refused_in_clear_words(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_OWNER_URL"}
    environment |= {"DATABASE_URL": "host=db user=me", "TONERLOOP_HOME": str(tmp_path)}
    done = subprocess.run(tonerloop("migrate"), env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "DATABASE_OWNER_URL" in done.stderr
    assert "Traceback" not in done.stderr
