"""What happens at the desk by itself: the channel, rules with their trial, the own price list."""

from typing import Any

from django.contrib import messages
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tonerloop.common.actor import Actor, Role, known
from tonerloop.manufacturers.channels import channel_of
from tonerloop.manufacturers.models import ApprovalRule, ListPrice
from tonerloop.manufacturers.pricelist import set_list_prices
from tonerloop.manufacturers.rules import Trial, begin_rule, end_rule, try_out
from tonerloop.orders.errors import Refused
from tonerloop.outbound.webhooks.channel import choose_channel
from tonerloop.web.manufacturer.automation_forms import ChannelForm, PricesForm, RuleForm
from tonerloop.web.shared.portal import portal
from tonerloop.web.shared.templatetags import formats

OUTCOMES = {"approved": "good", "changed": "warn", "cancelled": "bad", "withdrawn": "quiet"}


@portal(Role.ORDER_DESK)
@require_safe
def home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The channel, the rules, the price list."""
    chosen = channel_of(known(actor.manufacturer_id))
    return _home(request, actor, ChannelForm(initial={"channel": chosen}))


def _home(request: HttpRequest, actor: Actor, form: ChannelForm, status: int = 200) -> HttpResponse:
    maker_id = known(actor.manufacturer_id)
    own = ApprovalRule.objects.filter(manufacturer_id=maker_id)
    rules = list(own.select_related("begun_by", "ended_by").prefetch_related("sellers"))
    rules.sort(key=lambda rule: (rule.ended_at is not None, -rule.pk))
    prices = ListPrice.objects.filter(manufacturer_id=maker_id)
    context = {
        "form": form,
        "rules": [{"rule": rule, "words": rule_words(rule)} for rule in rules],
        "priced": prices.values("consumable").distinct().count(),
    }
    return render(request, "manufacturer/automation.html", context, status=status)


def rule_words(rule: ApprovalRule) -> list[str]:
    """A rule in sentences."""
    tolerance = f"{rule.tolerance.normalize():f}"
    words = [_("Prices differ by at most %(n)s%% from your list.") % {"n": tolerance}]
    if rule.most_pieces is not None:
        words.append(_("At most %(n)d pieces a line.") % {"n": rule.most_pieces})
    if rule.most_amount is not None:
        amount = formats.money(rule.most_amount, rule.amount_currency)
        words.append(_("At most %(amount)s an order.") % {"amount": amount})
    if rule.promise == ApprovalRule.Promise.WANTED:
        words.append(_("Promises the day that the customer expects."))
    else:
        days = _("Promises the day after %(n)d working days, if the customer expects it no sooner.")
        words.append(days % {"n": rule.working_days})
    names = ", ".join(sorted(seller.name for seller in rule.sellers.all()))
    words.append(_("Only from: %(names)s.") % {"names": names} if names else _("From any seller."))
    return words


@portal(Role.ORDER_DESK)
@require_POST
def channel(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Choose how requests come."""
    form = ChannelForm(request.POST)
    if form.is_valid():
        try:
            kept = choose_channel(form.cleaned_data["channel"], by=actor)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            words = _("Requests reach you so from now on: %(channel)s.")
            messages.success(request, words % {"channel": kept.get_channel_display()})
            return redirect("manufacturer:automation")
    return _home(request, actor, form, 422)


@portal(Role.ORDER_DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def new_rule(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Terms, tried on the last requests before they are switched on."""
    form, trials, status = RuleForm(request.POST or None, actor=actor), None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if request.POST.get("do") == "begin":
                    rule = begin_rule(form.terms(), by=actor)
                    messages.success(
                        request, _("The rule %(name)s approves from now on.") % {"name": rule.name}
                    )
                    return redirect("manufacturer:automation")
                trials, status = try_out(form.terms(), by=actor), 200
            except Refused as refusal:
                form.refuse(refusal)
    context = {"form": form, **(_tried(trials) if trials is not None else {})}
    return render(request, "manufacturer/approval_rule.html", context, status=status)


def _tried(trials: list[Trial]) -> dict[str, Any]:
    """The trial as the page shows it: rows, and the figures that matter most."""
    would = [trial for trial in trials if trial.verdict.promised is not None]
    otherwise = [t for t in would if t.request.outcome in ("cancelled", "changed")]
    return {
        "trials": [
            {
                "trial": trial,
                "order": trial.request.order,
                "tone": OUTCOMES.get(trial.request.outcome, "info"),
                "did": _did(trial),
            }
            for trial in trials
        ],
        "would": len(would),
        "otherwise": len(otherwise),
        "tried": len(trials),
    }


def _did(trial: Trial) -> str:
    return {
        "approved": _("approved"),
        "changed": _("answered otherwise"),
        "cancelled": _("cancelled"),
        "withdrawn": _("withdrawn before"),
    }.get(trial.request.outcome, _("still open"))


@portal(Role.ORDER_DESK)
@require_POST
def end_approval_rule(request: HttpRequest, actor: Actor, approval_rule: int) -> HttpResponse:
    """The rule approves nothing more."""
    rule = end_rule(approval_rule, by=actor)
    messages.success(request, _("The rule %(name)s has ended.") % {"name": rule.name})
    return redirect("manufacturer:automation")


@portal(Role.ORDER_DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def prices(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The own price list, by which rules check."""
    form = PricesForm(request.POST or None, initial={"first_day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            count = set_list_prices(
                given["prices"], given["currency"], given["first_day"], by=actor
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            words = ngettext("%(n)d price is kept.", "%(n)d prices are kept.", count)
            messages.success(request, words % {"n": count})
            return redirect("manufacturer:list_prices")
    context = {"form": form, "rows": _valid_today(actor)}
    status = 422 if form.is_bound else 200
    return render(request, "manufacturer/list_prices.html", context, status=status)


def _valid_today(actor: Actor) -> QuerySet[ListPrice]:
    """Each own consumable's newest price that has begun, by currency, and what begins later."""
    own = ListPrice.objects.filter(manufacturer_id=known(actor.manufacturer_id))
    same = own.filter(consumable=OuterRef("consumable"), currency=OuterRef("currency"))
    begun = same.filter(first_day__lte=timezone.localdate()).order_by("-first_day")
    newest = own.annotate(newest=Subquery(begun.values("first_day")[:1]))
    shown = newest.exclude(first_day__lt=F("newest"))
    return shown.select_related("consumable").order_by("consumable__part_number", "first_day")
