"""What left the building: each message to a person or a system, and whether it arrived."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tonerloop.journal.models import Entry
from tonerloop.outbound.webhooks.models import Attempt, Delivery, Endpoint, Secret
from tonerloop.parties.models import Membership, Person

__all__ = ["Attempt", "Delivery", "Device", "Endpoint", "Message", "Secret"]


class Device(models.Model):
    """A browser of a person's that takes push messages in one of their roles."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="devices")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="devices")
    label = models.CharField(max_length=60)  # "Chrome, Android", told apart by a number
    endpoint = models.CharField(max_length=1000, unique=True)  # at the browser maker's service
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    last_success_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "label"], name="device_label_once")
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.person.email})"


class Message(models.Model):
    """One event told to one recipient over one channel; unique, so that it is sent once."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        DESK = "desk", _("Order desk")
        PUSH = "push", _("Phone")
        WEBHOOK = "webhook", _("Webhook")

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to be sent")
        RETRYING = "retrying", _("will be tried again")
        SENT = "sent", _("sent")
        FETCHED = "fetched", _("fetched")
        FAILED = "failed", _("failed")
        OVERTAKEN = "overtaken", _("no longer needed")

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="messages")
    order_id = models.BigIntegerField(null=True)  # where it is about an order
    channel = models.CharField(max_length=10, choices=Channel.choices)
    template = models.CharField(max_length=40)
    recipient = models.CharField(max_length=300)  # address, the name of the desk or the phone
    device = models.ForeignKey(Device, models.SET_NULL, null=True, related_name="messages")
    side = models.CharField(max_length=20)
    language = models.CharField(max_length=10)
    time_zone = models.CharField(max_length=40, default="UTC")
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    # What a sender knows of it while it is in hand.
    to_salesperson = False  # who reads it is one of the order's seller
    order_status = ""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "channel", "recipient"], name="told_once"),
            models.CheckConstraint(condition=~Q(recipient=""), name="message_has_recipient"),
        ]
        indexes = [
            models.Index(fields=["order_id"], name="message_of_order"),
            # The few that have not arrived, of millions: the operator's page counts them.
            models.Index(
                fields=["channel", "state"],
                condition=Q(state__in=["queued", "retrying", "failed"]),
                name="message_not_arrived",
            ),
        ]
