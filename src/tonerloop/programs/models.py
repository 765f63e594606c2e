"""Programs that act for an organisation: their keys, what they did, what they were answered."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tonerloop.common.actor import Role
from tonerloop.parties.models import (
    Collector,
    Customer,
    Manufacturer,
    Organisation,
    Person,
    RecoveryCentre,
    Seller,
)
from tonerloop.programs.scopes import LABELS

ORGANISATION = {
    Role.BUYER: "customer",
    Role.BACK_OFFICE: "seller",
    Role.ORDER_DESK: "manufacturer",
    Role.DISPATCHER: "collector",
    Role.CLERK: "centre",
}


def _exactly_one_organisation() -> Q:
    rule = Q()
    for role, kind in ORGANISATION.items():
        rule |= Q(role=role, **{f"{k}__isnull": k != kind for k in ORGANISATION.values()})
    return rule


class ApiKey(models.Model):
    """A program logs in with this, in one role of one organisation; only its hash is kept."""

    ROLES: Any = [
        (Role.BUYER, _("orders for you")),
        (Role.BACK_OFFICE, _("does what the back office does")),
        (Role.ORDER_DESK, _("does what the order desk does")),
        (Role.DISPATCHER, _("schedules collections")),
        (Role.CLERK, _("receives and counts")),
    ]

    calls_now: int  # in this minute, of the key with which somebody calls

    role = models.CharField(max_length=20, choices=ROLES)
    seller = models.ForeignKey(Seller, models.PROTECT, null=True, related_name="keys")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="keys")
    manufacturer = models.ForeignKey(Manufacturer, models.PROTECT, null=True, related_name="keys")
    collector = models.ForeignKey(Collector, models.PROTECT, null=True, related_name="keys")
    centre = models.ForeignKey(RecoveryCentre, models.PROTECT, null=True, related_name="keys")
    label = models.CharField(max_length=60)
    scopes = ArrayField(models.CharField(max_length=30))
    prefix = models.CharField(max_length=12, unique=True)
    hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    follows = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "manufacturers_apikey"  # where keys lay when only manufacturers had programs
        constraints = [
            models.CheckConstraint(
                condition=_exactly_one_organisation(), name="key_role_fits_organisation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.prefix}…)"

    @property
    def organisation(self) -> Organisation:
        """The one organisation for which the program acts; a centre's is its collector."""
        collector = self.centre.collector if self.centre else self.collector
        return self.customer or self.seller or self.manufacturer or collector  # type: ignore[return-value]

    @property
    def owner(self) -> str:
        """Names the organisation; what one of its keys sent counts for the next one too."""
        ids = {kind: getattr(self, f"{kind}_id") for kind in ORGANISATION.values()}
        return next(f"{kind}:{pk}" for kind, pk in ids.items() if pk)

    def scope_labels(self) -> list[Any]:
        """What the program may do, in words."""
        return [LABELS[scope] for scope in self.scopes if scope in LABELS]


class Call(models.Model):
    """Something that a program asked to be changed, and what became of it."""

    key = models.ForeignKey(ApiKey, models.PROTECT, related_name="calls")
    at = models.DateTimeField()
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField()
    detail = models.CharField(max_length=500, blank=True)  # what was wrong, in words

    class Meta:
        indexes = [models.Index(fields=["key", "-at"], name="call_of_key")]

    @property
    def tone(self) -> str:
        """How a screen colours the outcome."""
        return "good" if self.status < 400 else "warn" if self.status < 500 else "bad"

    @property
    def outcome(self) -> Any:
        """What became of it, in a word."""
        if self.status < 400:
            return _("applied")
        return _("refused") if self.status < 500 else _("failed")


class KeptAnswer(models.Model):
    """The answer to a request that makes something: asked again by the same key, it is this."""

    owner = models.CharField(max_length=30)  # the organisation, since keys are replaced
    key = models.CharField(max_length=100)  # the program's `Idempotency-Key`
    digest = models.CharField(max_length=64)  # of what was asked
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(null=True)
    location = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="answered_once")]
        indexes = [models.Index(fields=["at"], name="answer_by_age")]


class Used(models.Model):
    """How often a key, or an address without one, called in the current minute.

    The table is unlogged: what a crash forgets is at most a minute.
    """

    bucket = models.CharField(max_length=60, primary_key=True)
    minute = models.DateTimeField()
    calls = models.PositiveIntegerField()
