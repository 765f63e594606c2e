"""The ledger of points: never edited, every transaction sums to nothing, no lot below zero."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tonerloop.catalogue.models import Consumable
from tonerloop.common.money import CURRENCIES
from tonerloop.common.text import no_control
from tonerloop.parties.models import Customer, Manufacturer, Person, Seller


def _one_issuer() -> Q:
    return Q(issuer_seller=None, issuer_manufacturer__isnull=False) | Q(
        issuer_seller__isnull=False, issuer_manufacturer=None
    )


class Rule(models.Model):
    """What an issuer gives for collected pieces from a first to a last day, and what it is worth.

    Points per piece by its condition; `box_percent` is what a piece in a full box gets of that
    (120: a fifth more). A point is worth `point_value` in `currency`.
    """

    issuer_seller = models.ForeignKey(Seller, models.PROTECT, null=True, related_name="+")
    issuer_manufacturer = models.ForeignKey(
        Manufacturer, models.PROTECT, null=True, related_name="+"
    )
    name = models.CharField(_("name"), max_length=80, validators=[no_control])
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"), null=True, blank=True)
    per_reusable = models.PositiveIntegerField(_("points for a reusable piece"))
    per_recyclable = models.PositiveIntegerField(_("points for a recyclable piece"))
    box_percent = models.PositiveIntegerField(_("percent for a full box"), default=100)
    monthly_cap = models.PositiveIntegerField(_("most points a month"), null=True, blank=True)
    months_valid = models.PositiveIntegerField(_("months until points expire"), default=24)
    point_value = models.DecimalField(_("worth of a point"), max_digits=8, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES)

    class Meta:
        verbose_name = _("points rule")
        verbose_name_plural = _("points rules")
        constraints = [
            models.CheckConstraint(condition=_one_issuer(), name="rule_one_issuer"),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")), name="rule_days"
            ),
            models.CheckConstraint(
                condition=Q(point_value__gt=0, months_valid__gte=1, box_percent__gte=100),
                name="rule_amounts",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RuleItem(models.Model):
    """Other points for pieces of one model."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="items")
    consumable = models.ForeignKey(Consumable, models.PROTECT, related_name="+")
    per_reusable = models.PositiveIntegerField(_("points for a reusable piece"))
    per_recyclable = models.PositiveIntegerField(_("points for a recyclable piece"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "consumable"], name="rule_item_once")
        ]


class RuleStep(models.Model):
    """From so many collected pieces, or so high a rate in percent, pieces earn more."""

    class Kind(models.TextChoices):
        QUANTITY = "quantity", _("collected pieces")
        RATE = "rate", _("collection rate")

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="steps")
    kind = models.CharField(_("measured by"), max_length=10, choices=Kind.choices)
    threshold = models.PositiveIntegerField(_("from"))
    percent = models.PositiveIntegerField(_("percent"))

    class Meta:
        ordering = ["threshold"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "kind", "threshold"], name="rule_step_once"),
            models.CheckConstraint(
                condition=Q(threshold__gte=1, percent__gte=100), name="rule_step_amounts"
            ),
        ]


class Account(models.Model):
    """One customer's points with one issuer; its row is the lock of all that happens to them."""

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="points_accounts")
    issuer_seller = models.ForeignKey(Seller, models.PROTECT, null=True, related_name="+")
    issuer_manufacturer = models.ForeignKey(
        Manufacturer, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_one_issuer(), name="account_one_issuer"),
            models.UniqueConstraint(
                fields=["customer", "issuer_seller", "issuer_manufacturer"],
                name="account_once",
                nulls_distinct=False,
            ),
        ]

    @property
    def issuer(self) -> Seller | Manufacturer:
        """Who gives the points and stands for their worth."""
        found = self.issuer_seller or self.issuer_manufacturer
        assert found is not None
        return found


class Transaction(models.Model):
    """Something that happened to an account's points, once: `key` names its cause."""

    append_only = True

    class Kind(models.TextChoices):
        EARNED = "earned", _("earned")
        USED = "used", _("used")
        GIVEN_BACK = "given_back", _("given back")
        EXPIRED = "expired", _("expired")
        CORRECTED = "corrected", _("corrected")

    account = models.ForeignKey(Account, models.PROTECT, related_name="transactions")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-id"], name="transaction_of_account")]


class Lot(models.Model):
    """Points earned at one time under one rule; they expire together, the oldest are used first.

    `remaining` is kept by the database from the entries; its limits are what makes it
    impossible to use a point twice.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="lots")
    transaction = models.OneToOneField(Transaction, models.PROTECT, related_name="lot")
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="+")
    earned = models.PositiveIntegerField()
    remaining = models.PositiveIntegerField(default=0)
    first_day = models.DateField()
    last_day = models.DateField()  # usable on this day still
    point_value = models.DecimalField(max_digits=8, decimal_places=4)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(remaining__gte=0, remaining__lte=F("earned")), name="lot_remaining"
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "last_day", "id"],
                condition=Q(remaining__gt=0),
                name="lot_usable",
            )
        ]

    def worth(self, points: int) -> Decimal:
        """What so many of its points are worth, not rounded."""
        return points * self.point_value

    def usable_on(self, day: date) -> bool:
        """True until its last day has passed."""
        return self.last_day >= day


class Entry(models.Model):
    """One side of a transaction: so many points into (or, negative, out of) a book."""

    append_only = True

    class Book(models.TextChoices):
        CUSTOMER = "customer", _("customer")  # what the customer has
        ISSUED = "issued", _("issued")  # what the issuer gave, negative
        USED = "used", _("used")
        EXPIRED = "expired", _("expired")

    transaction = models.ForeignKey(Transaction, models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, models.PROTECT, related_name="entries")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="entries")
    book = models.CharField(max_length=10, choices=Book.choices)
    points = models.IntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(points=0), name="entry_not_nothing")]
        indexes = [
            models.Index(fields=["account", "book"], name="entry_of_account"),
            models.Index(fields=["lot"], name="entry_of_lot"),
        ]


class Reward(models.Model):
    """Something that a seller gives for points: goods, or a donation in the customer's name."""

    class Kind(models.TextChoices):
        GOODS = "goods", _("goods")
        DONATION = "donation", _("donation")

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="rewards")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=80, validators=[no_control])
    about = models.CharField(_("about"), max_length=300, blank=True, validators=[no_control])
    points = models.PositiveIntegerField(_("points"))
    offered = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        constraints = [
            models.CheckConstraint(condition=Q(points__gte=1), name="reward_costs_something")
        ]

    def __str__(self) -> str:
        return self.name


class RewardOrder(models.Model):
    """A reward that a customer asked for and the seller fulfils; `key` makes it one."""

    class Status(models.TextChoices):
        ORDERED = "ordered", _("ordered")
        FULFILLED = "fulfilled", _("fulfilled")
        CANCELLED = "cancelled", _("cancelled")

    key = models.UUIDField(unique=True)
    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    reward = models.ForeignKey(Reward, models.PROTECT, related_name="orders")
    points = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ORDERED)
    ordered_at = models.DateTimeField()
    ordered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("reward order")
        verbose_name_plural = _("reward orders")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="ordered", ended_at=None)
                | ~Q(status="ordered") & Q(ended_at__isnull=False),
                name="reward_order_ended_when",
            )
        ]
        indexes = [models.Index(fields=["seller", "status", "id"], name="reward_order_of_seller")]
