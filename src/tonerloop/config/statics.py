"""Static files gathered into the data folder, again only when they changed."""

import hashlib
import subprocess
from importlib.metadata import version
from pathlib import Path

from tonerloop.config.processes import tonerloop

PACKAGE = Path(__file__).resolve().parent.parent


def collect(home: Path) -> None:
    """Gather the static files under `static`, unless those there are of this very version."""
    stamp, now = home / "static.stamp", fingerprint()
    if stamp.exists() and stamp.read_text() == now:
        return
    command = tonerloop("manage", "collectstatic", "--noinput", "--clear", "--verbosity", "0")
    subprocess.run(command, check=True, start_new_session=True)
    stamp.write_text(now)


def fingerprint() -> str:
    """A text that is another one whenever a static file changed."""
    digest = hashlib.sha256()
    for distribution in ("django", "django-allauth", "django-ninja", "whitenoise"):
        digest.update(version(distribution).encode())
    for file in sorted(PACKAGE.glob("**/static/**/*")):
        if file.is_file():
            state = file.stat()
            digest.update(f"{file} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
