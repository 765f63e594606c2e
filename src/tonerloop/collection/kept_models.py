"""What was collected and delivered, summed up by month for reports; `keeping.py` writes it."""

from django.db import models

from tonerloop.catalogue.models import Consumable
from tonerloop.parties.models import Seller


class KeptMonth(models.Model):
    """Pieces of one model in one region of a seller in a month of a time zone.

    Models are kept whether they are collected or not, since that and their weight may change; the
    report asks for it. Who reads them needs `KeptUntil`: without it they are of yesterday's world.
    """

    seller = models.ForeignKey(Seller, models.CASCADE, related_name="+")
    zone = models.CharField(max_length=60)
    month = models.DateField()  # its first day
    consumable = models.ForeignKey(Consumable, models.CASCADE, related_name="+", db_index=False)
    region = models.CharField(max_length=40, blank=True)
    collected = models.IntegerField()
    reusable = models.IntegerField()  # of those collected
    delivered = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "zone", "month", "consumable", "region"], name="kept_month_once"
            )
        ]
        indexes = [models.Index(fields=["consumable", "zone", "month"], name="kept_month_of_model")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.consumable_id} {self.region}"


class KeptUntil(models.Model):
    """Until when the months of a seller in a time zone are kept: what came later is counted anew.

    A trigger removes it where a site of the seller gets another region.
    """

    seller = models.ForeignKey(Seller, models.CASCADE, related_name="+", db_index=False)
    zone = models.CharField(max_length=60)
    until = models.DateTimeField()  # a midnight of the zone

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seller", "zone"], name="kept_until_once")]

    def __str__(self) -> str:
        return f"{self.zone} {self.until}"
