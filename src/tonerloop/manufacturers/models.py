"""What manufacturers' programs sent, as they sent it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tonerloop.parties.models import Manufacturer
from tonerloop.programs.models import ApiKey


class InboundMessage(models.Model):
    """What a manufacturer's program sent, stored raw before it is understood."""

    class Outcome(models.TextChoices):
        RECEIVED = "received", _("received")
        APPLIED = "applied", _("applied")
        REFUSED = "refused", _("refused")
        UNREADABLE = "unreadable", _("could not be read")

    manufacturer = models.ForeignKey(Manufacturer, models.PROTECT, related_name="inbound")
    key = models.ForeignKey(ApiKey, models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    path = models.CharField(max_length=200)
    body = models.TextField()
    order_number = models.CharField(max_length=20, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, default=Outcome.RECEIVED)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["manufacturer", "-received_at"], name="inbound_of")]

    @property
    def tone(self) -> str:
        """How a screen colours the outcome."""
        return {"applied": "good", "refused": "warn", "unreadable": "bad"}.get(self.outcome, "info")
