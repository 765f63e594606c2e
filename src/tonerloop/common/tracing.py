"""What a log line is about: ids of the request, the entry, the job, and nothing of a person.

One id leads from the button to the e-mail: a request's lines name the journal entries it made, an
entry's the jobs and messages that came of it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Ids = dict[str, str | int]
_about: ContextVar[Ids] = ContextVar("about", default={})  # noqa: B039 - never changed in place


@contextmanager
def about(**ids: str | int) -> Iterator[None]:
    """Inside, every log line carries these ids too."""
    token = _about.set({**_about.get(), **ids})
    try:
        yield
    finally:
        _about.reset(token)


def now_about() -> Ids:
    """The ids that hold here."""
    return _about.get()


class WithIds(logging.Filter):
    """Puts the ids into each record, for whatever writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        job = getattr(record, "job", None)
        if isinstance(job, dict) and job.get("call_string"):  # it may hold a whole mail
            short = f"{job.get('task_name')}[{job.get('id')}]"
            record.msg, record.args = record.getMessage().replace(job["call_string"], short), ()
        record.about = {**now_about(), **getattr(record, "about", {})}
        return True
