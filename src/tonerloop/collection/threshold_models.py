"""What a manufacturer wants to be told of, and that it was reached."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tonerloop.catalogue.models import Consumable
from tonerloop.parties.models import Manufacturer, Person


class Threshold(models.Model):
    """Of which count or rate of its models a manufacturer wants to be told (COL-9).

    Counted since a day or, without one, in each calendar year of the manufacturer's own.
    """

    class Kind(models.TextChoices):
        PIECES = "pieces", _("collected pieces")
        RATE = "rate", _("collection rate in percent")

    manufacturer = models.ForeignKey(Manufacturer, models.PROTECT, related_name="thresholds")
    consumable = models.ForeignKey(Consumable, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    amount = models.PositiveIntegerField()
    least_delivered = models.PositiveIntegerField(default=0)  # before which a rate says nothing
    since = models.DateField(null=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("threshold")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1), name="threshold_above_nothing")
        ]
        indexes = [
            models.Index(
                fields=["manufacturer"], condition=Q(ended_at=None), name="threshold_watched"
            )
        ]

    def in_words(self) -> str:
        """What is to be reached, in the active language."""
        model = self.consumable.part_number if self.consumable else gettext("all models")
        facts = {"amount": self.amount, "model": model}
        if self.kind == self.Kind.PIECES:
            return gettext("%(amount)d pieces collected, %(model)s") % facts
        return gettext("A collection rate of %(amount)d%%, %(model)s") % facts


class ThresholdReached(models.Model):
    """A threshold was reached in the period that began on a day; once, however often counted."""

    append_only = True

    threshold = models.ForeignKey(Threshold, models.PROTECT, related_name="reached")
    since = models.DateField()
    value = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("reached threshold")
        constraints = [
            models.UniqueConstraint(fields=["threshold", "since"], name="threshold_reached_once")
        ]
