"""Loading the demo, once."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from tonerloop.demo.cast import Cast
from tonerloop.demo.collecting import collect
from tonerloop.demo.guarding import guard
from tonerloop.demo.lists import keep_lists
from tonerloop.demo.machines import install
from tonerloop.demo.makers import makers_join
from tonerloop.demo.misfits import note_misfits
from tonerloop.demo.past import a_year
from tonerloop.demo.people import invite
from tonerloop.demo.present import waiting_orders
from tonerloop.demo.pricing import agree
from tonerloop.demo.programs import let_programs_in
from tonerloop.demo.shelf import fill_shelf
from tonerloop.demo.systems import connect
from tonerloop.demo.working import set_hours
from tonerloop.demo.writing import write
from tonerloop.parties.models import Manufacturer, Seller


class NotEmpty(Exception):
    """A fresh demo was asked for, and the database has data already."""


@transaction.atomic
def load(fresh: bool = False) -> None:
    """Fill the database with the demo's data, all or nothing; keep what is there already.

    With `fresh` existing data is not accepted: NotEmpty is raised and nothing is changed.
    """
    if Seller.objects.exists() or Manufacturer.objects.exists():
        if fresh:
            raise NotEmpty("The database has data already. Start with an empty one.")
        return
    now = timezone.now()
    cast = invite()
    cast.shelf = fill_shelf(cast.makers)
    install(cast)
    set_hours(cast, now)
    agree(cast, now.date())
    guard(cast, now)
    _orders(cast, now)
    collect(cast, now)
    keep_lists(cast, now)
    makers_join(cast, now)
    connect(cast, now)
    let_programs_in(now)


def _orders(cast: Cast, now: datetime) -> None:
    drafts = a_year(cast, now) + waiting_orders(cast, now)
    write(drafts)
    note_misfits(cast, drafts)
