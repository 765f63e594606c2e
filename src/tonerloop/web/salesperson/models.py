"""The answers that a salesperson's phone has sent, so that none counts twice."""

from django.db import models

from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.parties.models import Person


class KeptAnswer(models.Model):
    """One answer that was carried out; `key` was made on the phone, wherever it was."""

    append_only = True

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    key = models.UUIDField()
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=20, choices=Status.choices)  # what the order became
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="answer_kept_once")]
