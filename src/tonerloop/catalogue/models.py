"""What manufacturers make: machines, consumables, and which fits which."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tonerloop.common.text import no_control
from tonerloop.parties.models import Manufacturer


class EquipmentModel(models.Model):
    """A type of printer, copier or fax machine."""

    manufacturer = models.ForeignKey(Manufacturer, models.PROTECT, related_name="equipment_models")
    name = models.CharField(_("model"), max_length=100, validators=[no_control])

    class Meta:
        verbose_name = _("equipment model")
        verbose_name_plural = _("equipment models")
        constraints = [models.UniqueConstraint(fields=["manufacturer", "name"], name="model_once")]

    def __str__(self) -> str:
        return self.name


class Kind(models.TextChoices):
    """What a consumable is."""

    TONER = "toner", _("toner")
    TONER_BOTTLE = "toner_bottle", _("toner bottle")
    DRUM = "drum", _("drum")
    WASTE_TONER = "waste_toner", _("waste toner box")
    INK = "ink", _("ink")
    STAPLES = "staples", _("staples")
    OTHER = "other", _("consumable")


class Colour(models.TextChoices):
    """A consumable's colour."""

    BLACK = "black", _("black")
    CYAN = "cyan", _("cyan")
    MAGENTA = "magenta", _("magenta")
    YELLOW = "yellow", _("yellow")
    TRICOLOUR = "tricolour", _("tricolour")
    NONE = "none", _("no colour")


class Consumable(models.Model):
    """What is ordered by part number."""

    manufacturer = models.ForeignKey(Manufacturer, models.PROTECT, related_name="consumables")
    part_number = models.CharField(_("part number"), max_length=40, validators=[no_control])
    name = models.CharField(_("name"), max_length=120, blank=True, validators=[no_control])
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    colour = models.CharField(
        _("colour"), max_length=20, choices=Colour.choices, default=Colour.NONE
    )
    page_yield = models.PositiveIntegerField(_("page yield"), null=True, blank=True)
    weight_g = models.PositiveIntegerField(_("weight in grams"), null=True, blank=True)
    gtin = models.CharField(_("GTIN"), max_length=14, blank=True)
    collectable = models.BooleanField(_("can be collected"), default=False)
    product_class = models.CharField(_("product class"), max_length=20, default="standard")
    lead_days = models.PositiveSmallIntegerField(
        _("working days to delivery"), default=2, validators=[MinValueValidator(0)]
    )
    active = models.BooleanField(_("can be ordered"), default=True)
    fits = models.ManyToManyField(
        EquipmentModel, through="Compatibility", related_name="consumables", verbose_name=_("fits")
    )

    class Meta:
        verbose_name = _("consumable")
        verbose_name_plural = _("consumables")
        constraints = [
            models.UniqueConstraint(
                fields=["manufacturer", "part_number"], name="part_number_once"
            ),
            models.UniqueConstraint(fields=["gtin"], condition=~Q(gtin=""), name="gtin_once"),
        ]
        indexes = [models.Index(models.functions.Upper("part_number"), name="part_number_upper")]

    def __str__(self) -> str:
        return self.part_number


class Compatibility(models.Model):
    """This consumable fits this equipment model."""

    equipment_model = models.ForeignKey(EquipmentModel, models.CASCADE)
    consumable = models.ForeignKey(Consumable, models.CASCADE)

    class Meta:
        verbose_name = _("compatibility")
        verbose_name_plural = _("compatibilities")
        constraints = [
            models.UniqueConstraint(fields=["equipment_model", "consumable"], name="fits_once")
        ]

    def __str__(self) -> str:
        return f"{self.consumable_id} fits {self.equipment_model_id}"
