"""Every event has its row, its words and its readers; no name is left out."""

from tonerloop.journal.events import Event
from tonerloop.orders.states import Status
from tonerloop.outbound.routes import ROUTES
from tonerloop.web.shared import timeline


def test_every_event_has_a_row_in_the_table() -> None:
    assert set(ROUTES) == set(Event)


def test_every_event_of_an_order_has_words() -> None:
    orders = {event for event in Event if event.startswith("order.")}
    assert orders <= set(timeline.WHAT)
    assert all(words() for words in timeline.WHAT.values())


def test_every_status_has_words() -> None:
    assert all(str(status.label) for status in Status)
