"""The demo: a dealer's data, its log-ins, and one order taken through all steps."""

from tonerloop.demo.loading import NotEmpty, load
from tonerloop.demo.logins import table
from tonerloop.demo.programs import manufacturer_hook, manufacturer_key

__all__ = ["NotEmpty", "load", "manufacturer_hook", "manufacturer_key", "table"]
