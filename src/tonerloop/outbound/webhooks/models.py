"""Endpoints of other systems, their secrets, what is sent to them and every attempt at it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tonerloop.common.actor import Side
from tonerloop.common.text import no_control
from tonerloop.parties.models import Collector, Customer, Manufacturer, Person, Seller

PARTIES = {
    Side.BUYER: "customer",
    Side.SELLER: "seller",
    Side.MANUFACTURER: "manufacturer",
    Side.COLLECTOR: "collector",
}


def _of_its_side() -> Q:
    """An endpoint is one party's: the one that its side says."""
    rule = Q()
    for side, kind in PARTIES.items():
        rule |= Q(side=side.value, **{f"{k}__isnull": k != kind for k in PARTIES.values()})
    return rule


class Endpoint(models.Model):
    """Where one party's system takes messages, and which ones."""

    class Off(models.TextChoices):
        """Why it is switched off; empty while it is on."""

        OWNER = "owner", _("switched off by you")
        GONE = "gone", _("its server says that it is gone for good (410)")
        FAILING = "failing", _("it failed for five days")

    key = models.CharField(max_length=8, unique=True, editable=False)  # its name for people
    side = models.CharField(max_length=20)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    seller = models.ForeignKey(Seller, models.PROTECT, null=True, related_name="+")
    manufacturer = models.ForeignKey(Manufacturer, models.PROTECT, null=True, related_name="+")
    collector = models.ForeignKey(Collector, models.PROTECT, null=True, related_name="+")
    url = models.CharField(_("address"), max_length=500)
    description = models.CharField(_("name"), max_length=60, validators=[no_control])
    events = ArrayField(models.CharField(max_length=40))
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    subscribed_at = models.DateTimeField()  # when the list of events was last changed
    off = models.CharField(max_length=10, choices=Off.choices, blank=True)
    removed_at = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)  # that it fails, once until it works again

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.CheckConstraint(condition=_of_its_side(), name="endpoint_of_one_party")
        ]
        indexes = [
            models.Index(
                fields=[kind],
                condition=Q(removed_at=None, **{f"{kind}__isnull": False}),
                name=f"endpoint_of_{kind}",
            )
            for kind in PARTIES.values()
        ]

    def __str__(self) -> str:
        return f"{self.description} ({self.key})"

    @property
    def party_id(self) -> int:
        """The id of the party whose endpoint it is."""
        found: int = getattr(self, f"{PARTIES[Side(self.side)]}_id")
        return found


class Secret(models.Model):
    """What messages to an endpoint are signed with, kept encrypted; two while it is rotated."""

    endpoint = models.ForeignKey(Endpoint, models.PROTECT, related_name="secrets")
    sealed = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)  # None: the one in force

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint"], condition=Q(ends_at=None), name="one_secret_in_force"
            )
        ]


class Delivery(models.Model):
    """One message to one endpoint: the same bytes under the same id, however often it is sent.

    `sequence` counts the endpoint's messages about one subject from 1 without gaps.
    """

    message = models.OneToOneField("outbound.Message", models.PROTECT, related_name="webhook")
    endpoint = models.ForeignKey(Endpoint, models.PROTECT, related_name="deliveries")
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    sequence = models.PositiveIntegerField()
    body = models.TextField()
    next_at = models.DateTimeField(null=True)  # None: nothing more is tried
    tried_at = models.DateTimeField(null=True)
    refused = models.PositiveSmallIntegerField(default=0)  # while the endpoint took others

    class Meta:
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "subject_kind", "subject_id", "sequence"],
                name="delivery_numbered",
            )
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=~Q(next_at=None), name="delivery_due"),
            models.Index(fields=["endpoint", "-id"], name="delivery_of_endpoint"),
        ]


class Attempt(models.Model):
    """One try to deliver: what was answered, or why nothing was."""

    append_only = True

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="attempts")
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    said = models.CharField(max_length=500, blank=True)  # the answer's beginning, or the error

    class Meta:
        verbose_name = _("webhook attempt")
        verbose_name_plural = _("webhook attempts")
