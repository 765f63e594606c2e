"""What mails write down is kept for the next mail, and never given to another reader."""

from datetime import UTC, datetime

from django.utils import timezone, translation

from tonerloop.outbound.templatetags.mail import moment
from tonerloop.web.shared.templatetags import formats

AT = datetime(2026, 3, 5, 20, 30, 15, tzinfo=UTC)


def test_the_same_moment_is_another_time_elsewhere() -> None:
    said = set()
    for zone in ("America/New_York", "Asia/Tokyo", "Europe/Berlin", "Africa/Algiers"):
        with timezone.override(zone), translation.override("en"):
            said |= {moment(AT), formats.moment(AT)}
    assert "5 Mar 2026, 15:30:15 (EST)" in said and "6 Mar 2026, 05:30:15 (JST)" in said
    assert len(said) == 6  # Berlin's clock shows what that of Algiers does, which is what is read
