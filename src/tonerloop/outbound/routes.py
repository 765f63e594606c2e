"""THE table: what follows from each event, who is told how. (Being written.)"""

from datetime import datetime

from tonerloop.journal.models import Entry


def tell(entry: Entry, now: datetime) -> None:
    """Make the messages of an entry."""
