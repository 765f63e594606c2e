"""An issuer's points rules: which hold, beginning and ending one; for sellers and manufacturers."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor
from tonerloop.common.days import local_day
from tonerloop.parties.models import Seller
from tonerloop.points.actions import NotAllowedSo, begin_rule, end_rule, issuer_of, own_rules
from tonerloop.points.rules import in_words
from tonerloop.web.shared.points_rule_form import RuleForm


def shown(request: HttpRequest, actor: Actor, portal: str) -> HttpResponse:
    """The issuer's rules, those that hold first."""
    issuer = issuer_of(actor)
    today = local_day(timezone.now(), issuer.time_zone)
    own = own_rules(issuer).select_related("issuer_manufacturer")
    own = own.prefetch_related("steps", "items__consumable").order_by("-pk")
    rows = [
        {
            "rule": rule,
            "words": in_words(rule),
            "over": rule.last_day is not None and rule.last_day < today,
            "end": f"{portal}:points_end",
        }
        for rule in own
    ]
    rows.sort(key=lambda row: bool(row["over"]))
    context = {"rows": rows, **_addresses(portal), "is_seller": isinstance(issuer, Seller)}
    return render(request, "shared/points/rules.html", context)


def begun(request: HttpRequest, actor: Actor, portal: str) -> HttpResponse:
    """A form for a rule that begins; the POST keeps it."""
    issuer = issuer_of(actor)
    currency = issuer.currency if isinstance(issuer, Seller) else ""
    today = local_day(timezone.now(), issuer.time_zone)
    data, start = request.POST or None, {"first_day": today}
    form = RuleForm(data, initial=start, chooses_currency=not currency)
    if request.method == "POST" and form.is_valid():
        try:
            rule = begin_rule(form.terms(), by=actor)
            messages.success(request, _("The rule %(name)s is kept.") % {"name": rule.name})
            return redirect(f"{portal}:points")
        except NotAllowedSo as refusal:
            form.add_error(refusal.field or None, refusal.message)
    status = 422 if form.is_bound else 200
    context = {"form": form, "currency": currency, **_addresses(portal)}
    return render(request, "shared/points/new.html", context, status=status)


def ended(request: HttpRequest, actor: Actor, portal: str, rule: int) -> HttpResponse:
    """Today is the rule's last day."""
    over = end_rule(rule, by=actor)
    words = _("The rule %(name)s ends today. Earned points stay.")
    messages.success(request, words % {"name": over.name})
    return redirect(f"{portal}:points")


def _addresses(portal: str) -> dict[str, Any]:
    names = ("points", "points_new", "settlements")
    return {f"to_{name}": f"{portal}:{name}" for name in names}
