"""What things cost: the seller's price agreements, and what the seller pays the manufacturer."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tonerloop.catalogue.models import Consumable
from tonerloop.common.money import CURRENCIES
from tonerloop.parties.models import Customer, CustomerGroup, Manufacturer, Seller


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
