"""What things cost: price agreements, purchase prices, floors, and who may confirm by itself."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tonerloop.catalogue.models import Consumable
from tonerloop.common.money import CURRENCIES
from tonerloop.parties.models import Customer, CustomerGroup, Manufacturer, Person, Seller


class Dated(models.Model):
    """A price with its currency and its first and last day (both included)."""

    consumable = models.ForeignKey(
        Consumable, models.PROTECT, related_name="+", verbose_name=_("consumable")
    )
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES)
    unit_price = models.DecimalField(
        _("unit price"), max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")),
                name="%(class)s_days_in_order",
            ),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="%(class)s_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.consumable_id} {self.unit_price} {self.currency}"


class PriceAgreement(Dated):
    """A seller's unit price for one customer, for a group, or (neither given) for its list.

    Of several valid at one level on a day, the one that began last holds, then the newest.
    """

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="agreements")
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="agreements"
    )
    group = models.ForeignKey(
        CustomerGroup, models.PROTECT, null=True, blank=True, related_name="agreements"
    )
    note = models.CharField(_("contract or note"), max_length=120, blank=True)

    class Meta(Dated.Meta):
        verbose_name = _("price agreement")
        verbose_name_plural = _("price agreements")
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(customer=None) | Q(group=None), name="agreement_one_level"
            ),
        ]
        indexes = [
            models.Index(
                fields=["customer", "consumable"],
                condition=~Q(customer=None),
                name="agreement_customer",
            ),
            models.Index(
                fields=["group", "consumable"], condition=~Q(group=None), name="agreement_group"
            ),
            models.Index(
                fields=["seller", "consumable"],
                condition=Q(customer=None, group=None),
                name="agreement_list",
            ),
            models.Index(fields=["seller", "-id"], name="agreement_newest"),
            models.Index(
                fields=["seller", "-id"],
                condition=Q(customer=None),
                name="agreement_of_many",
            ),
            models.Index(
                fields=["seller", "consumable", "-first_day", "-id"], name="agreement_of_item"
            ),
        ]

    @property
    def level(self) -> str:
        """ "customer", "group" or "list": from the most to the least specific."""
        return "customer" if self.customer_id else "group" if self.group_id else "list"


class PriceBreak(models.Model):
    """From this quantity on, per line, the agreement's unit price is this."""

    agreement = models.ForeignKey(PriceAgreement, models.CASCADE, related_name="breaks")
    min_quantity = models.PositiveIntegerField(_("from quantity"))
    unit_price = models.DecimalField(_("unit price"), max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = _("quantity break")
        verbose_name_plural = _("quantity breaks")
        ordering = ["min_quantity"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "min_quantity"], name="break_once"),
            models.CheckConstraint(
                condition=Q(min_quantity__gte=2, unit_price__gte=0), name="break_from_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.min_quantity}+ {self.unit_price}"


class PurchasePrice(Dated):
    """What the seller pays the manufacturer; the only price that the manufacturer sees."""

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="purchase_prices")
    manufacturer = models.ForeignKey(Manufacturer, models.PROTECT, related_name="purchase_prices")

    class Meta(Dated.Meta):
        verbose_name = _("purchase price")
        verbose_name_plural = _("purchase prices")
        indexes = [models.Index(fields=["seller", "consumable"], name="purchase_price_of")]


class Floor(models.Model):
    """The lowest price that a seller confirms without a second thought; its own secret.

    Of one consumable, or (none given) of all that have none of their own. Either so many
    percent over the purchase price, or, for one consumable, an amount.
    """

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="floors")
    consumable = models.ForeignKey(
        Consumable, models.PROTECT, null=True, blank=True, related_name="+"
    )
    percent = models.DecimalField(
        _("percent"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    amount = models.DecimalField(
        _("lowest price"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES, blank=True)

    class Meta:
        verbose_name = _("price floor")
        verbose_name_plural = _("price floors")
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "consumable"], name="floor_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0, amount=None, currency="")
                | Q(percent=None, amount__gt=0, consumable__isnull=False) & ~Q(currency=""),
                name="floor_percent_or_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}" if self.percent is None else f"{self.percent} %"


class ConfirmationRule(models.Model):
    """The server may confirm this customer's prices by itself, up to a total (ORD-16).

    Never changed but for its end: another ceiling is another rule, so that an order confirmed
    by a rule tells for ever which one it was.
    """

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="confirmation_rules")
    ceiling = models.DecimalField(max_digits=14, decimal_places=2)  # of the total after tax
    currency = models.CharField(max_length=3, choices=CURRENCIES)  # the seller's
    with_list = models.BooleanField(default=False)  # a list price is enough, too
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("automatic confirmation")
        verbose_name_plural = _("automatic confirmations")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(ended_at=None), name="one_rule_in_force"
            ),
            models.CheckConstraint(condition=Q(ceiling__gt=0), name="rule_ceiling"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="rule_ended_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.ceiling} {self.currency}"

    @property
    def levels(self) -> frozenset[str]:
        """The levels of agreement that are enough for this rule."""
        return frozenset({"customer", "group", "list"} if self.with_list else {"customer", "group"})
