"""A manufacturer's rules: begun, ended, tried on the past, applied to what comes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Role, Side, known, require
from tonerloop.common.days import local_day
from tonerloop.common.money import is_whole_minor
from tonerloop.journal.events import Event
from tonerloop.journal.record import Subject, record
from tonerloop.manufacturers.judging import Facts, LineFacts, Terms, Verdict, judge
from tonerloop.manufacturers.models import ApprovalRule, ListPrice
from tonerloop.manufacturers.reading import requests_for
from tonerloop.orders.actions import approve
from tonerloop.orders.errors import Refused, Stale
from tonerloop.orders.models import ApprovalRequest, Order
from tonerloop.orders.states import IllegalMove, LineState, Status
from tonerloop.parties.models import Manufacturer, Seller

MOST_RULES = 10  # in force at one time
TRIED_ON = 100  # requests
MOST_DAYS = 60

Prices = dict[tuple[int, str], list[tuple[date, Decimal]]]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One request of the past: what the rule would have said, what the desk did."""

    request: ApprovalRequest
    verdict: Verdict


def check_terms(terms: Terms, *, by: Actor) -> None:
    """Refused where the terms cannot be a rule of this manufacturer."""
    if not terms.name.strip():
        raise Refused("name", _("Name the rule."))
    if not 0 <= terms.tolerance <= 100:
        raise Refused("tolerance", _("Type a percentage from 0 to 100."))
    if terms.most_pieces is not None and terms.most_pieces < 1:
        raise Refused("most_pieces", _("Type how many pieces a line may have, or leave it empty."))
    if terms.most_amount is not None and (
        terms.most_amount <= 0
        or not terms.amount_currency
        or not is_whole_minor(terms.most_amount, terms.amount_currency)
    ):
        words = _("Type an amount above 0, with no more digits than the currency has.")
        raise Refused("most_amount", words)
    if terms.working_days is not None and not 0 <= terms.working_days <= MOST_DAYS:
        raise Refused("working_days", _("Type working days from 0 to 60."))
    if not terms.seller_ids <= set(sellers_of(by).values_list("pk", flat=True)):
        raise Refused("sellers", _("Choose sellers from whom orders have come."))


def sellers_of(by: Actor) -> QuerySet[Seller]:
    """The sellers from whom orders have come to the manufacturer."""
    theirs = Order.objects.visible_to(by).values("seller_id")
    return Seller.objects.filter(pk__in=theirs).order_by("name")


@transaction.atomic
def begin_rule(terms: Terms, *, by: Actor) -> ApprovalRule:
    """The server approves by these terms from now on; what lies at the desk stays there."""
    require(by, Role.ORDER_DESK)
    maker = Manufacturer.objects.select_for_update(no_key=True).get(pk=known(by.manufacturer_id))
    check_terms(terms, by=by)
    if in_force(maker.pk).count() >= MOST_RULES:
        raise Refused("name", _("End a rule that is not used any more first."))
    promise = ApprovalRule.Promise
    rule = ApprovalRule.objects.create(
        manufacturer=maker,
        name=terms.name.strip(),
        tolerance=terms.tolerance,
        most_pieces=terms.most_pieces,
        most_amount=terms.most_amount,
        amount_currency=terms.amount_currency if terms.most_amount is not None else "",
        promise=promise.WANTED if terms.working_days is None else promise.DAYS,
        working_days=terms.working_days or 0,
        begun_at=timezone.now(),
        begun_by_id=by.person_id,
    )
    rule.sellers.set(terms.seller_ids)
    _note(Event.APPROVAL_RULE_BEGUN, rule, by)
    return rule


@transaction.atomic
def end_rule(pk: int, *, by: Actor) -> ApprovalRule:
    """The rule approves nothing more; DoesNotExist if it isn't the manufacturer's."""
    require(by, Role.ORDER_DESK)
    own = ApprovalRule.objects.filter(manufacturer_id=known(by.manufacturer_id))
    rule = own.select_for_update(of=("self",)).get(pk=pk)
    if rule.ended_at is None:
        rule.ended_at, rule.ended_by_id = timezone.now(), by.person_id
        rule.save(update_fields=["ended_at", "ended_by"])
        _note(Event.APPROVAL_RULE_ENDED, rule, by)
    return rule


def in_force(manufacturer_id: int) -> QuerySet[ApprovalRule]:
    """The rules that approve now, the oldest first."""
    live = ApprovalRule.objects.filter(manufacturer_id=manufacturer_id, ended_at=None)
    return live.prefetch_related("sellers").order_by("pk")


def with_rules(manufacturer_ids: Iterable[int]) -> set[int]:
    """Those of the manufacturers that have a rule in force; one query."""
    live = ApprovalRule.objects.filter(manufacturer_id__in=manufacturer_ids, ended_at=None)
    return set(live.values_list("manufacturer_id", flat=True))


def terms_of(rule: ApprovalRule) -> Terms:
    """A rule as it is judged by."""
    by_days = rule.promise == ApprovalRule.Promise.DAYS
    return Terms(
        name=rule.name,
        tolerance=rule.tolerance,
        most_pieces=rule.most_pieces,
        most_amount=rule.most_amount,
        amount_currency=rule.amount_currency,
        working_days=rule.working_days if by_days else None,
        seller_ids=frozenset(seller.pk for seller in rule.sellers.all()),
    )


def try_out(terms: Terms, *, by: Actor) -> list[Trial]:
    """What the terms would have done to the last requests, newest first; nothing is changed."""
    require(by, Role.ORDER_DESK)
    check_terms(terms, by=by)
    latest = list(requests_for(by).order_by("-pk")[:TRIED_ON])
    return [
        Trial(request=request, verdict=judge(terms, facts))
        for request, facts in _facts(latest, known(by.manufacturer_id))
    ]


def apply_rules(order_id: int) -> ApprovalRule | None:
    """Approve an order that lies at the desk, by the first rule that would; None if none does.

    The order's version is what was judged, so a desk that is faster wins, and is not contradicted.
    An order of which the desk has said anything but yes, or answered a line, stays the desk's.
    """
    order = Order.objects.filter(pk=order_id, status=Status.PRICE_CONFIRMED).first()
    rules = list(in_force(order.manufacturer_id)) if order else []
    if order is None or not rules or _desk_has_spoken(order):
        return None
    desk = Actor(role=Role.ORDER_DESK, manufacturer_id=order.manufacturer_id)
    asked = requests_for(desk).filter(order=order, closed_at=None)
    for _request, facts in _facts(asked, order.manufacturer_id):
        for rule in rules:
            verdict = judge(terms_of(rule), facts)
            if verdict.promised is not None and _approve(order, verdict.promised, rule):
                return rule
    return None


def _desk_has_spoken(order: Order) -> bool:
    # Of what it said (a day, fewer pieces, out of stock), a new request for the same order holds
    # nothing: the rule would promise what the desk has refused.
    said = Q(outcome="changed") | Q(answers__isnull=False)
    return order.approval_requests.filter(said).exists()


def _approve(order: Order, day: date, rule: ApprovalRule) -> bool:
    by = Actor(role=Role.ORDER_DESK, manufacturer_id=rule.manufacturer_id, rule=rule.name)
    try:
        approve(order.number, day, by=by, seen_version=order.version)
    except (IllegalMove, Stale, Refused):  # somebody answered meanwhile, or the day is no day
        return False
    return True


def _facts(
    requests: Iterable[ApprovalRequest], manufacturer_id: int
) -> Iterator[tuple[ApprovalRequest, Facts]]:
    """Each request as it was when it came; two queries for all."""
    zone = Manufacturer.objects.get(pk=manufacturer_id).time_zone
    prices = _price_list(manufacturer_id)
    for request in requests:
        order = request.order
        day = local_day(order.placed_at, zone)
        yield (
            request,
            Facts(
                seller_id=order.seller_id,
                seller=order.seller.name,
                today=local_day(request.opened_at, zone),
                wanted_by=order.agreed_date or order.expected_date,
                lines=tuple(
                    LineFacts(
                        part_number=line.consumable.part_number,
                        quantity=line.ordered_quantity,
                        price=line.purchase_price,
                        currency=line.purchase_currency,
                        list_price=_on(prices, line.consumable_id, line.purchase_currency, day),
                    )
                    for line in order.lines.all()
                    if line.state != LineState.REJECTED
                ),
            ),
        )


def _price_list(manufacturer_id: int) -> Prices:
    found: Prices = {}
    for row in ListPrice.objects.filter(manufacturer_id=manufacturer_id).order_by("first_day"):
        found.setdefault((row.consumable_id, row.currency), []).append(
            (row.first_day, row.unit_price)
        )
    return found


def _on(prices: Prices, consumable_id: int, currency: str, day: date) -> Decimal | None:
    begun = [p for first, p in prices.get((consumable_id, currency), []) if first <= day]
    return begun[-1] if begun else None


def _note(event: Event, rule: ApprovalRule, by: Actor) -> None:
    subject = Subject(kind="rule", id=rule.pk, manufacturer_id=rule.manufacturer_id)
    record(event, subject, by=by, audience=[Side.MANUFACTURER])
