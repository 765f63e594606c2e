"""How log lines are written: for people, or as JSON for a collector of logs."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from tonerloop.config.environment import text


def logging_settings() -> dict[str, Any]:
    """Django's `LOGGING`: everything to the standard error, each line with its ids."""
    form = text("TONERLOOP_LOG_FORMAT", "text")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "ids": {"()": "tonerloop.common.tracing.WithIds"},
            "away": {"()": "tonerloop.config.logs.AwayInOneLine"},
        },
        "formatters": {
            "text": {"()": "tonerloop.config.logs.TextLines"},
            "json": {"()": "tonerloop.config.logs.JsonLines"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": form if form in ("text", "json") else "text",
                "filters": ["ids", "away"],
            }
        },
        "root": {"handlers": ["console"], "level": text("TONERLOOP_LOG", "WARNING")},
    }


def ids_of(record: logging.LogRecord) -> dict[str, Any]:
    """The ids of a line; of the job worker's own lines also the job, its task and its numbers.

    Numbers alone: a job's text may be a whole mail with the link that lets somebody in.
    """
    found: dict[str, Any] = dict(getattr(record, "about", {}))
    if isinstance(job := getattr(record, "job", None), dict):
        numbers = {k: v for k, v in job.get("task_kwargs", {}).items() if isinstance(v, int)}
        found |= {"job": job.get("id"), "task": job.get("task_name"), **numbers}
    return found


class AwayInOneLine(logging.Filter):
    """While the database is away each request fails alike: no trace of it, one line says so."""

    def filter(self, record: logging.LogRecord) -> bool:
        from tonerloop.common.away import is_away  # settings are read without Django's database

        error = record.exc_info[1] if record.exc_info else None
        if is_away(error):
            first = str(error).partition("\n")[0]
            record.msg, record.args = f"{record.getMessage()} (database away: {first})", ()
            record.exc_info, record.exc_text = None, None
        return True


class TextLines(logging.Formatter):
    """`time level logger message [request=… entry=…]`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        ids = " ".join(f"{name}={value}" for name, value in ids_of(record).items())
        return super().formatMessage(record) + (f" [{ids}]" if ids else "")


class JsonLines(logging.Formatter):
    """One JSON object a line, its time in RFC 3339."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **ids_of(record),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)
