"""The real stack for measuring: embedded PostgreSQL, demo data, web, live, worker, mail."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tonerloop.config import embedded, ports, serve
from tonerloop.config.processes import Family, tonerloop

LOAD = "import django; django.setup(); from tonerloop.demo import load; load()"


@dataclass
class Stack:
    """Where it is served, and who can log in as a buyer."""

    url: str
    buyers: list[str]
    superuser: str  # the database's address as the one who may switch triggers off


@contextmanager
def stack(home: Path) -> Iterator[Stack]:
    """Start everything on free ports in a folder of its own; stop it at the end."""
    port, live, smtp, page = (ports.any_free() for _ in range(4))
    os.environ["TONERLOOP_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tonerloop.config.settings")
    with embedded.start(home) as server:
        environment = {
            **server.environment(),
            **serve.addresses(port, live),
            "TONERLOOP_SMTP_PORT": str(smtp),
            "TONERLOOP_MAILBOX_PORT": str(page),
            "TONERLOOP_DEMO": "1",
        }
        os.environ.update(environment)
        subprocess.run(tonerloop("migrate"), check=True, stdout=subprocess.DEVNULL)
        from tonerloop.config import statics

        statics.collect(home)
        subprocess.run([*tonerloop()[:1], "-c", LOAD], check=True)
        with Family(logs=home / "logs", environment=environment) as family:
            serve.start(family, port, live)
            family.start("mailbox", tonerloop("mailbox"))
            family.start("worker", tonerloop("worker"))
            _ready(f"http://127.0.0.1:{port}", family)
            yield Stack(f"http://127.0.0.1:{port}", _buyers(), server.url(embedded.SUPERUSER))


def _ready(url: str, family: Family) -> None:
    for _ in range(150):
        family.check()
        try:
            if urlopen(url + "/readyz", timeout=2).status == 200:  # noqa: S310 - ours
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError(f"{url}/readyz did not answer within 30 s")


def _buyers() -> list[str]:
    import django

    django.setup()
    from tonerloop.parties.models import Membership

    buyers = Membership.objects.filter(role="buyer", all_sites=True).order_by("pk")
    return list(buyers.values_list("person__email", flat=True))
