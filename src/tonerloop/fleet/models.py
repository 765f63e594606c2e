"""The customers' installed machines."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tonerloop.catalogue.models import EquipmentModel
from tonerloop.common.text import no_control
from tonerloop.parties.models import Customer, Seller, Site


class NumberKey(models.Model):
    """The secret that scatters machine codes; made once by a migration, never changed."""

    key = models.BinaryField(max_length=32)


class Equipment(models.Model):
    """One installed machine at a customer's site."""

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="equipment")
    site = models.ForeignKey(Site, models.PROTECT, related_name="equipment", verbose_name=_("site"))
    model = models.ForeignKey(
        EquipmentModel, models.PROTECT, related_name="installed", verbose_name=_("model")
    )
    serial_number = models.CharField(_("serial number"), max_length=40, validators=[no_control])
    asset_tag = models.CharField(_("asset tag"), max_length=40, blank=True, validators=[no_control])
    location = models.CharField(_("location"), max_length=80, validators=[no_control])
    retired = models.BooleanField(_("taken out of use"), default=False)

    class Meta:
        verbose_name = _("machine")
        verbose_name_plural = _("machines")
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "model", "serial_number"],
                condition=Q(retired=False),
                name="machine_once",
            )
        ]
        indexes = [models.Index(fields=["site"], condition=Q(retired=False), name="machine_in_use")]

    def __str__(self) -> str:
        return f"{self.model} {self.serial_number}"
