"""What left the building: each message to a person or a system, and whether it arrived."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tonerloop.journal.models import Entry
from tonerloop.outbound.webhooks.models import Attempt, Delivery, Endpoint, Secret

__all__ = ["Attempt", "Delivery", "Endpoint", "Message", "Secret"]


class Message(models.Model):
    """One event told to one recipient over one channel; unique, so that it is sent once."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        DESK = "desk", _("Order desk")
        WEBHOOK = "webhook", _("Webhook")

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to be sent")
        RETRYING = "retrying", _("will be tried again")
        SENT = "sent", _("sent")
        FETCHED = "fetched", _("fetched")
        FAILED = "failed", _("failed")

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="messages")
    order_id = models.BigIntegerField(null=True)  # where it is about an order
    channel = models.CharField(max_length=10, choices=Channel.choices)
    template = models.CharField(max_length=40)
    recipient = models.CharField(max_length=200)  # address, or the name of the desk
    side = models.CharField(max_length=20)
    language = models.CharField(max_length=10)
    time_zone = models.CharField(max_length=40, default="UTC")
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "channel", "recipient"], name="told_once"),
            models.CheckConstraint(condition=~Q(recipient=""), name="message_has_recipient"),
        ]
        indexes = [models.Index(fields=["order_id"], name="message_of_order")]
