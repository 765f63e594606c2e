"""Points for the operator: everything is seen; issuers keep their rules on their own screens."""

from django.contrib import admin

from tonerloop.common.admin_tables import LookOnly, LookOnlyRows
from tonerloop.points.models import (
    Account,
    Entry,
    Lot,
    Reward,
    RewardOrder,
    Rule,
    RuleItem,
    RuleStep,
    Transaction,
)


class Items(LookOnlyRows):
    """Other points for single models."""

    model = RuleItem
    fields = ("consumable", "per_reusable", "per_recyclable")


class Steps(LookOnlyRows):
    """Levels from which pieces earn more."""

    model = RuleStep
    fields = ("kind", "threshold", "percent")


@admin.register(Rule)
class RuleAdmin(LookOnly):
    """What an issuer gives for collected pieces."""

    list_display = ("name", "issuer_seller", "issuer_manufacturer", "first_day", "last_day")
    list_select_related = ("issuer_seller", "issuer_manufacturer")
    search_fields = ("name",)
    inlines = (Items, Steps)


class Lots(LookOnlyRows):
    """What was earned together and what is left of it."""

    model = Lot
    fields = ("earned", "remaining", "last_day", "point_value", "currency")


@admin.register(Account)
class AccountAdmin(LookOnly):
    """A customer's points with one issuer."""

    list_display = ("customer", "issuer_seller", "issuer_manufacturer")
    list_select_related = ("customer", "issuer_seller", "issuer_manufacturer")
    search_fields = ("customer__name",)
    inlines = (Lots,)


class Entries(LookOnlyRows):
    """Both sides of a transaction."""

    model = Entry
    fields = ("book", "lot", "points")


@admin.register(Transaction)
class TransactionAdmin(LookOnly):
    """Everything that ever happened to points."""

    list_display = ("at", "kind", "account", "key", "reason")
    list_select_related = ("account__customer",)
    list_filter = ("kind",)
    search_fields = ("key",)
    ordering = ("-pk",)
    inlines = (Entries,)


@admin.register(Reward)
class RewardAdmin(LookOnly):
    """What sellers offer for points."""

    list_display = ("name", "seller", "kind", "points", "offered")
    list_select_related = ("seller",)


@admin.register(RewardOrder)
class RewardOrderAdmin(LookOnly):
    """What customers took for their points."""

    list_display = ("ordered_at", "customer", "reward", "points", "status")
    list_select_related = ("customer", "reward")
    ordering = ("-pk",)
