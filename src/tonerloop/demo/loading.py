"""Loading the demo, once."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from tonerloop.demo.cast import Cast
from tonerloop.demo.collecting import collect
from tonerloop.demo.machines import install
from tonerloop.demo.misfits import note_misfits
from tonerloop.demo.past import a_year
from tonerloop.demo.people import invite
from tonerloop.demo.present import waiting_orders
from tonerloop.demo.pricing import agree
from tonerloop.demo.programs import let_programs_in
from tonerloop.demo.shelf import fill_shelf
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
    agree(cast, now.date())
    _orders(cast, now)
    collect(cast, now)
    let_programs_in(now)


def _orders(cast: Cast, now: datetime) -> None:
    drafts = a_year(cast, now) + waiting_orders(cast, now)
    write(drafts)
    note_misfits(cast, drafts)
