"""The seller's points: which rules hold, beginning and ending one."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import MinValueValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tonerloop.common.actor import Actor, Role, known
from tonerloop.common.days import local_day
from tonerloop.common.text import no_control
from tonerloop.parties.models import Seller
from tonerloop.points.actions import NotAllowedSo, Terms, begin_rule, end_rule
from tonerloop.points.models import Rule, RuleStep
from tonerloop.points.rules import in_words
from tonerloop.web.shared.portal import portal

STEPS = (1, 2, 3)
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _whole(label: Any, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=1_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        **more,
    )


class RuleForm(forms.Form):
    """A rule with up to three levels."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, validators=[no_control])
    first_day = forms.DateField(label=gettext_lazy("First day"), widget=DAY)
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=DAY,
        required=False,
        help_text=gettext_lazy("Empty: until you end it."),
    )
    per_reusable = _whole(gettext_lazy("Points for a reusable piece"))
    per_recyclable = _whole(gettext_lazy("Points for a recyclable piece"))
    box_percent = _whole(
        gettext_lazy("Percent for a full box"),
        initial=100,
        help_text=gettext_lazy("120: a fifth more than for single pieces."),
    )
    monthly_cap = _whole(
        gettext_lazy("Most points a month"),
        required=False,
        help_text=gettext_lazy("Per customer. Empty: no limit."),
    )
    months_valid = _whole(gettext_lazy("Months until points expire"), initial=24)
    point_value = forms.DecimalField(
        label=gettext_lazy("Worth of a point"),
        max_digits=8,
        decimal_places=4,
        validators=[MinValueValidator(Decimal(0))],
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [("", gettext_lazy("none")), *RuleStep.Kind.choices]
        for n in STEPS:
            facts = {"n": n}
            self.fields[f"kind-{n}"] = forms.ChoiceField(
                label=_("Level %(n)d by") % facts, choices=kinds, required=False
            )
            self.fields[f"from-{n}"] = _whole(_("Level %(n)d from") % facts, required=False)
            self.fields[f"percent-{n}"] = _whole(
                _("Level %(n)d percent") % facts, required=False, initial=110
            )

    def clean(self) -> None:
        """A level needs both its numbers."""
        for n in STEPS:
            given = self.cleaned_data
            if given.get(f"kind-{n}"):
                if not given.get(f"from-{n}"):
                    self.add_error(f"from-{n}", _("Type from how many on."))
                if (given.get(f"percent-{n}") or 0) < 100:
                    self.add_error(f"percent-{n}", _("Type a percentage from 100 on."))

    def terms(self) -> Terms:
        """What the rule is to give."""
        given = self.cleaned_data
        plain = {name: given[name] for name in type(self).base_fields}
        steps = [
            (given[f"kind-{n}"], given[f"from-{n}"], given[f"percent-{n}"])
            for n in STEPS
            if given[f"kind-{n}"]
        ]
        return Terms(**plain, steps=steps)


@portal(Role.BACK_OFFICE)
@require_safe
def rules(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The seller's rules, those that hold first."""
    seller = Seller.objects.get(pk=known(actor.seller_id))
    today = local_day(timezone.now(), seller.time_zone)
    own = Rule.objects.filter(issuer_seller=seller).prefetch_related("steps").order_by("-pk")
    rows = [
        {
            "rule": rule,
            "words": in_words(rule),
            "over": rule.last_day is not None and rule.last_day < today,
        }
        for rule in own
    ]
    rows.sort(key=lambda row: bool(row["over"]))
    return render(request, "seller/points.html", {"rows": rows})


@portal(Role.BACK_OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A rule that begins."""
    form = RuleForm(request.POST or None, initial={"first_day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            rule = begin_rule(form.terms(), by=actor)
            messages.success(request, _("The rule %(name)s is kept.") % {"name": rule.name})
            return redirect("seller:points")
        except NotAllowedSo as refusal:
            form.add_error(refusal.field or None, refusal.message)
    seller = Seller.objects.get(pk=known(actor.seller_id))
    status = 422 if form.is_bound else 200
    context = {"form": form, "currency": seller.currency}
    return render(request, "seller/points_new.html", context, status=status)


@portal(Role.BACK_OFFICE)
@require_POST
def end(request: HttpRequest, actor: Actor, rule: int) -> HttpResponse:
    """Today is the rule's last day."""
    ended = end_rule(rule, by=actor)
    messages.success(
        request, _("The rule %(name)s ends today. Earned points stay.") % {"name": ended.name}
    )
    return redirect("seller:points")
