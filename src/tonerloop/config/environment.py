"""Reading the environment: text, flags and the secret key."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

PUSH_KEY_FILE = "push-key"


def text(name: str, default: str) -> str:
    """The variable's text, or the default where it is unset or empty."""
    return os.environ.get(name) or default


def flag(name: str, *, default: bool) -> bool:
    """True for 1, true, yes, on; False for anything else; the default where unset."""
    value = os.environ.get(name, "").strip().lower()
    return value in {"1", "true", "yes", "on"} if value else default


def secret_key(home: Path) -> str:
    """The signing key: from the environment, else one made once and kept in the data folder."""
    if given := os.environ.get("TONERLOOP_SECRET_KEY"):
        return given
    return kept_secret(home / "secret-key", lambda: secrets.token_urlsafe(50))


def push_key(home: Path) -> str:
    """The private key for push messages; "" where none was made yet."""
    file = home / PUSH_KEY_FILE
    return text("TONERLOOP_PUSH_KEY", "") or (file.read_text() if file.exists() else "")


def kept_secret(file: Path, make: Callable[[], str]) -> str:
    """What the file holds; made first where it is not there, readable by its owner alone."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        try:  # O_EXCL: of two processes that start together one writes, both read
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return file.read_text()
        with os.fdopen(handle, "w") as out:
            out.write(make())
    return file.read_text()
