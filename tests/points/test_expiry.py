from datetime import timedelta

import pytest
from django.utils import timezone

from tests.world import World
from tonerloop.journal.models import Entry
from tonerloop.points import ledger
from tonerloop.points.expiry import expire_all, warn_all
from tonerloop.points.models import Account

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def account(world: World) -> Account:
    rule = world.rule()
    own = ledger.account_of(world.office, rule)
    for days, points in ((-2, 5), (10, 7), (60, 9)):
        last = NOW.date() + timedelta(days=days)
        first = NOW.date() - timedelta(days=100)
        ledger.earn(own, points, rule, key=f"e{days}", at=NOW, first=first, last=last)
    return own


def test_only_what_is_over_expires_once(account: Account) -> None:
    assert (expire_all(NOW), expire_all(NOW)) == (5, 0)
    assert ledger.balance(account.pk) == 16


def test_a_warning_comes_once_for_what_is_near(account: Account) -> None:
    assert (warn_all(NOW), warn_all(NOW)) == (1, 0)
    entry = Entry.objects.get(event="points.expiring")
    assert entry.data["points"] == 7
    assert ledger.balance(account.pk) == 21
