"""Registrations, boxes to send out, requests, labels, pieces and the entries that count them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tonerloop.catalogue.models import Consumable
from tonerloop.collection.kept_models import KeptMonth, KeptUntil  # noqa: F401 - Django looks here
from tonerloop.collection.querysets import RequestQuerySet
from tonerloop.collection.states import MOVES, Condition, Missed, Status, Way, check_move
from tonerloop.collection.threshold_models import Threshold as Threshold
from tonerloop.collection.threshold_models import ThresholdReached as ThresholdReached
from tonerloop.common.actor import Actor, Side
from tonerloop.common.references import grouped
from tonerloop.common.text import no_control
from tonerloop.parties.models import (
    Collector,
    Customer,
    Person,
    RecoveryCentre,
    Seller,
    Site,
)

MOST_ANNOUNCED = 500  # pieces of one request; more is refused with a word


class Registration(models.Model):
    """A customer takes part in the collection service from `registered_at` on."""

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="registrations")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    contact = models.CharField(_("contact"), max_length=100, validators=[no_control])
    phone = models.CharField(_("telephone"), max_length=30, blank=True, validators=[no_control])
    way = models.CharField(_("how"), max_length=10, choices=Way.choices)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    terms = models.CharField(max_length=10)  # which version of the terms was agreed to
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("registration")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(ended_at=None), name="registered_once"
            )
        ]
        indexes = [models.Index(fields=["seller", "registered_at"], name="registration_of_seller")]


class BoxTask(models.Model):
    """A collection box with labels to be sent to a registered customer."""

    registration = models.ForeignKey(Registration, models.PROTECT, related_name="boxes")
    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("box to send out")
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None, sent_by=None)
                | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="box_sent_pair",
            )
        ]
        indexes = [models.Index(fields=["seller", "sent_at", "id"], name="box_of_seller")]


class CollectionRequest(models.Model):
    """A customer's wish to have used cartridges fetched, and what became of it."""

    number = models.CharField(max_length=10, unique=True, editable=False)
    key = models.UUIDField(unique=True)  # of the form that made it: sent twice, it is one
    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="collections")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    collector = models.ForeignKey(Collector, models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.REQUESTED)
    version = models.PositiveIntegerField(default=1)
    way = models.CharField(max_length=10, choices=Way.choices)
    announced = models.PositiveIntegerField()
    containers = models.PositiveIntegerField(default=1)
    wished_day = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    day = models.DateField(null=True)
    driver = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)  # among the driver's stops of the day
    picked_up_at = models.DateTimeField(null=True)
    missed = models.CharField(max_length=20, choices=Missed.choices, blank=True)
    centre = models.ForeignKey(RecoveryCentre, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(null=True)
    counted = models.PositiveIntegerField(default=0)
    # Where the customer stood when it was counted: a correction is rated with the same.
    rated_collected = models.PositiveIntegerField(null=True)
    rated_percent = models.PositiveIntegerField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=200, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("collection request")
        verbose_name_plural = _("collection requests")
        constraints = [
            models.CheckConstraint(
                condition=Q(announced__gte=0, announced__lte=MOST_ANNOUNCED),
                name="request_announced",
            ),
            models.CheckConstraint(
                condition=~Q(status="scheduled") | Q(day__isnull=False, driver__isnull=False),
                name="request_scheduled_for_whom",
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="request_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="counted") | Q(counted_at__isnull=False),
                name="request_counted_when",
            ),
            models.CheckConstraint(
                condition=Q(rated_collected=None, rated_percent=None)
                | Q(rated_collected__gte=0, rated_percent__gte=0, counted_at__isnull=False),
                name="request_rated_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-requested_at"], name="request_of_customer"),
            models.Index(fields=["seller", "status", "requested_at"], name="request_of_seller"),
            models.Index(fields=["collector", "status", "day"], name="request_of_collector"),
            models.Index(fields=["driver", "day", "position"], name="request_of_driver"),
            models.Index(fields=["seller", "-requested_at", "-id"], name="request_sellers_newest"),
            models.Index(
                fields=["collector", "-requested_at", "-id"], name="request_collectors_newest"
            ),
            models.Index(
                fields=["collector", "status", "requested_at"], name="request_collectors_status"
            ),
            models.Index(fields=["centre", "-received_at", "-id"], name="request_of_centre"),
        ]

    def __str__(self) -> str:
        return grouped(self.number)

    def move(self, to: Status, *, side: Side) -> None:
        """Change the status in memory; IllegalMove unless the table says so."""
        check_move(self.status, to, side)
        self.status, self.version = to, self.version + 1

    def may(self, to: Status, actor: Actor) -> bool:
        """True if this actor's side may move the request there now."""
        return actor.side in MOVES[Status(self.status)].get(to, frozenset())


class Label(models.Model):
    """An identifier, unique for ever, for a container (`B…`) or a single piece (`P…`)."""

    class Kind(models.TextChoices):
        BOX = "box", _("box")
        PIECE = "piece", _("piece")

    identifier = models.CharField(max_length=11, unique=True)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    seller = models.ForeignKey(Seller, models.PROTECT, null=True, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="labels")
    centre = models.ForeignKey(RecoveryCentre, models.PROTECT, null=True, related_name="+")
    request = models.ForeignKey(CollectionRequest, models.PROTECT, null=True, related_name="labels")
    issued_at = models.DateTimeField()
    picked_up_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("label")
        constraints = [
            models.CheckConstraint(
                condition=Q(identifier__regex=r"^[BP]\d{10}$"), name="label_form"
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=False) | Q(centre__isnull=False),
                name="label_of_somebody",
            ),
        ]
        indexes = [models.Index(fields=["customer", "kind", "request"], name="label_of_customer")]

    def __str__(self) -> str:
        return f"{self.identifier[0]} {grouped(self.identifier[1:])}"


class Piece(models.Model):
    """One used cartridge that reached a recovery centre; its label makes it one for ever."""

    label = models.OneToOneField(Label, models.PROTECT, related_name="piece")
    request = models.ForeignKey(CollectionRequest, models.PROTECT, related_name="pieces")
    container = models.ForeignKey(Label, models.PROTECT, null=True, related_name="contents")
    centre = models.ForeignKey(RecoveryCentre, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("piece")


class Count(models.Model):
    """A piece was counted as this (+1), or no longer as this (-1, with a reason); never edited.

    A correction is two entries: what was thought, taken away, and what is so, added.
    """

    append_only = True

    piece = models.ForeignKey(Piece, models.PROTECT, related_name="counts")
    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    request = models.ForeignKey(CollectionRequest, models.PROTECT, related_name="counts")
    consumable = models.ForeignKey(Consumable, models.PROTECT, null=True, related_name="+")
    unknown_model = models.CharField(max_length=60, blank=True)
    condition = models.CharField(max_length=12, choices=Condition.choices)
    quantity = models.SmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("count")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__in=(-1, 1)), name="count_of_one"),
            models.CheckConstraint(
                condition=Q(quantity=1) | ~Q(reason=""), name="count_taken_back_why"
            ),
            # The first entry of a piece exists once: scanned again, it is not counted again.
            models.UniqueConstraint(
                fields=["piece"], condition=Q(quantity=1, reason=""), name="counted_once"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "at"], name="count_of_customer"),
            models.Index(fields=["seller", "at"], name="count_of_seller"),
            models.Index(fields=["at"], name="count_time"),
            models.Index(fields=["request"], name="count_of_request"),
        ]


class Stray(models.Model):
    """A container that arrived without a sender: kept, counted, and perhaps a customer's later.

    `key` is of the station's page that received it: sent twice, it is one. Its label is the
    centre's until the stray is assigned; then it has a request as if nobody had announced it.
    """

    key = models.UUIDField(unique=True)
    centre = models.ForeignKey(RecoveryCentre, models.PROTECT, related_name="strays")
    label = models.OneToOneField(Label, models.PROTECT, related_name="stray")
    scanned = models.CharField(max_length=200, blank=True)  # what stood on it
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    request = models.OneToOneField(CollectionRequest, models.PROTECT, null=True, related_name="+")
    assigned_at = models.DateTimeField(null=True)
    assigned_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("container without sender")
        verbose_name_plural = _("containers without sender")
        constraints = [
            models.CheckConstraint(
                condition=Q(request=None, assigned_at=None, assigned_by=None, reason="")
                | Q(request__isnull=False, assigned_at__isnull=False, assigned_by__isnull=False)
                & ~Q(reason=""),
                name="stray_assigned_why",
            )
        ]
        indexes = [models.Index(fields=["centre", "-id"], name="stray_of_centre")]


class StrayPiece(models.Model):
    """A piece found in a container without sender; counted anew for the customer, once known."""

    append_only = True

    stray = models.ForeignKey(Stray, models.PROTECT, related_name="pieces")
    label = models.OneToOneField(Label, models.PROTECT, related_name="stray_piece")
    consumable = models.ForeignKey(Consumable, models.PROTECT, null=True, related_name="+")
    unknown_model = models.CharField(max_length=60, blank=True)
    condition = models.CharField(max_length=12, choices=Condition.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("piece without sender")


class CarbonFactor(models.Model):
    """Kilograms of CO₂ equivalent saved by a reused toner cartridge, and who says so, since a day.

    `source` empty: the operator's own default, which every page that uses it says.
    """

    valid_from = models.DateField(_("valid from"), unique=True)
    factor = models.DecimalField(_("kg CO₂e per reused toner"), max_digits=7, decimal_places=3)
    low = models.DecimalField(_("lowest of its range"), max_digits=7, decimal_places=3)
    high = models.DecimalField(_("highest of its range"), max_digits=7, decimal_places=3)
    source = models.CharField(_("source"), max_length=200, blank=True, validators=[no_control])
    year = models.PositiveSmallIntegerField(_("year of the source"), null=True, blank=True)

    class Meta:
        verbose_name = _("CO₂ factor")
        verbose_name_plural = _("CO₂ factors")
        constraints = [
            models.CheckConstraint(
                condition=Q(low__gte=0, factor__gte=F("low"), high__gte=F("factor")),
                name="carbon_range",
                violation_error_message=_("The factor must lie within its range."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.factor} kg, {self.valid_from}"


class DriverReport(models.Model):
    """What a driver's phone told, once: `key` was made on the phone, wherever it was."""

    append_only = True

    key = models.UUIDField(unique=True)
    request = models.ForeignKey(CollectionRequest, models.PROTECT, related_name="reports")
    driver = models.ForeignKey(Person, models.PROTECT, related_name="+")
    done_at = models.DateTimeField()  # by the phone's clock
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=20)  # picked_up, or a Missed
    identifiers = models.JSONField(default=list)
    count = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    applied = models.BooleanField()

    class Meta:
        verbose_name = _("driver’s report")


class NumberKey(models.Model):
    """The secret that scatters request numbers and identifiers; made once by a migration."""

    key = models.BinaryField(max_length=32)
