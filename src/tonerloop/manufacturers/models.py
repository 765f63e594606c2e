"""How a manufacturer is connected: what its programs sent, its channel and its rules."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tonerloop.catalogue.models import Consumable
from tonerloop.common.money import CURRENCIES
from tonerloop.common.text import no_control
from tonerloop.parties.models import Manufacturer, Person, Seller
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
        indexes = [
            models.Index(fields=["manufacturer", "-received_at"], name="inbound_of"),
            models.Index(
                fields=["order_number"],
                condition=Q(outcome__in=("refused", "unreadable")),
                name="inbound_turned_down",
            ),
        ]

    @property
    def tone(self) -> str:
        """How a screen colours the outcome."""
        return {"applied": "good", "refused": "warn", "unreadable": "bad"}.get(self.outcome, "info")


class Connection(models.Model):
    """The way by which approval requests reach a manufacturer; none kept means its desk.

    The desk shows all requests and the API lists them whatever is chosen here.
    """

    class Channel(models.TextChoices):
        DESK = "desk", _("At the order desk")
        PULL = "pull", _("Our program fetches them (API)")
        PUSH = "push", _("They are sent to our system (webhook)")

    manufacturer = models.OneToOneField(Manufacturer, models.PROTECT, related_name="connection")
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.DESK)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")


class ListPrice(models.Model):
    """What the manufacturer itself asks of sellers for a consumable, from a day on."""

    manufacturer = models.ForeignKey(Manufacturer, models.PROTECT, related_name="list_prices")
    consumable = models.ForeignKey(Consumable, models.PROTECT, related_name="+")
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES)
    unit_price = models.DecimalField(
        _("unit price"), max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )
    first_day = models.DateField(_("first day"))

    class Meta:
        verbose_name = _("manufacturer’s list price")
        verbose_name_plural = _("manufacturer’s list prices")
        constraints = [
            models.UniqueConstraint(
                fields=["consumable", "currency", "first_day"], name="list_price_once"
            ),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="list_price_not_negative"),
        ]


class ApprovalRule(models.Model):
    """When the server approves for the manufacturer by itself; begun and ended, never edited."""

    class Promise(models.TextChoices):
        WANTED = "wanted", _("the day that the customer expects")
        DAYS = "days", _("so many working days from the day of the request")

    manufacturer = models.ForeignKey(Manufacturer, models.PROTECT, related_name="rules")
    name = models.CharField(_("name"), max_length=40, validators=[no_control])
    tolerance = models.DecimalField(_("percent off the list price"), max_digits=5, decimal_places=2)
    most_pieces = models.PositiveIntegerField(_("most pieces of a line"), null=True)
    most_amount = models.DecimalField(
        _("highest amount of an order"), max_digits=14, decimal_places=2, null=True
    )
    amount_currency = models.CharField(max_length=3, choices=CURRENCIES, blank=True)
    promise = models.CharField(_("promised day"), max_length=10, choices=Promise.choices)
    working_days = models.PositiveSmallIntegerField(_("working days"), default=0)
    sellers = models.ManyToManyField(Seller, blank=True, related_name="+")  # none: every seller
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("approval rule")
        verbose_name_plural = _("approval rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("begun_at")), name="rule_ended_after"
            ),
            models.CheckConstraint(
                condition=Q(tolerance__gte=0, tolerance__lte=100), name="rule_tolerance"
            ),
            models.CheckConstraint(
                condition=Q(most_amount=None, amount_currency="")
                | Q(most_amount__isnull=False) & ~Q(amount_currency=""),
                name="rule_amount_with_currency",
            ),
        ]

    def __str__(self) -> str:
        return self.name
