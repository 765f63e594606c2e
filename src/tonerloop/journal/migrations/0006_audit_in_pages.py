"""The audit of each organisation, newest first, without reading what is not audited."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

OWNERS = ("seller", "customer", "manufacturer", "collector")
# As they were audited when this was written.
AUDITED = Q(
    subject_kind__in=(
        *("priceagreement", "purchaseprice", "floor", "confirmationrule", "prices"),
        *("rule", "reward", "settlement", "key", "keys", "endpoint", "channel"),
        *("membership", "person", "customer", "audit"),
    )
) | Q(
    event__in=(
        *("order.price_confirmed", "order.terms_improved", "order.below_floor"),
        *("order.change_proposed", "collection.corrected"),
        *("reward.ordered", "reward.fulfilled", "reward.cancelled"),
    )
)


def _of(owner: str) -> models.Index:
    return models.Index(
        fields=[f"{owner}_id", "-at", "-id"],
        condition=AUDITED & Q(**{f"{owner}_id__isnull": False}),
        name=f"entry_audited_{owner}",
    )


def _looks_of(owner: str) -> models.Index:
    return models.Index(
        fields=[f"{owner}_id", "-at"],
        condition=Q(**{f"{owner}_id__isnull": False}),
        name=f"look_of_{owner}",
    )


class Migration(migrations.Migration):
    atomic = False  # people go on ordering meanwhile

    dependencies = [("journal", "0005_looks")]

    operations = [
        AddIndexConcurrently(
            "entry",
            models.Index(fields=["-at", "-id"], condition=AUDITED, name="entry_audited"),
        ),
        *[AddIndexConcurrently("entry", _of(owner)) for owner in OWNERS],
        *[AddIndexConcurrently("look", _looks_of(owner)) for owner in ("customer", "collector")],
    ]
