"""Saved lists: what a customer orders again and again, under a name."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from tonerloop.catalogue.models import Consumable
from tonerloop.fleet.models import Equipment
from tonerloop.parties.models import Customer, Person, Seller, Site


class SavedList(models.Model):
    """Quantities that a customer keeps to order them with one tap; its buyers share them."""

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="saved_lists")
    name = models.CharField(max_length=60)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint("customer", Lower("name"), name="saved_list_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_list_named"),
        ]

    def __str__(self) -> str:
        return self.name


class SavedLine(models.Model):
    """So many of an item, for a machine or for none, sent to a site."""

    saved_list = models.ForeignKey(SavedList, models.CASCADE, related_name="lines")
    consumable = models.ForeignKey(Consumable, models.PROTECT, related_name="+")
    equipment = models.ForeignKey(Equipment, models.CASCADE, null=True, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["saved_list", "consumable", "equipment"],
                name="saved_line_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="saved_line_quantity"),
        ]
