"""An order among a million is found by its number's end and by a word of its reference."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Reverse

from tonerloop.orders.search_words import Words


class Migration(migrations.Migration):
    atomic = False  # people go on ordering meanwhile

    dependencies = [("orders", "0014_line_answers_kept")]

    operations = [
        AddIndexConcurrently(
            "order",
            models.Index(OpClass(Reverse("number"), "text_pattern_ops"), name="order_number_end"),
        ),
        AddIndexConcurrently(
            "order",
            GinIndex(Words("reference"), condition=Q(reference__gt=""), name="order_reference"),
        ),
    ]
