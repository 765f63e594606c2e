"""Reading the environment: text, flags and the secret key."""

import os
import secrets
from pathlib import Path


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
    file = home / "secret-key"
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        try:  # O_EXCL: of two processes that start together one writes, both read
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return file.read_text()
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(50))
    return file.read_text()
