"""The job worker: sends what leaves the building, beats, and takes up what a dead one left."""

import os

from tonerloop.config.environment import text


def work() -> None:
    """Work until told to stop; a job that has begun is finished first."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command(
        "procrastinate",
        "worker",
        "--name",
        f"{os.uname().nodename}-{os.getpid()}",
        "--concurrency",
        text("TONERLOOP_JOBS", "4"),
        "--shutdown-graceful-timeout",
        "15",
        "--listen-notify",
        "--delete-jobs",
        "never",
    )
