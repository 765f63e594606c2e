"""The manufacturers' part of the loop: their points, earned and spent, and what they watch."""

from collections import Counter
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tonerloop.catalogue.models import Consumable
from tonerloop.collection.actions.rewarding import earned_key, earning_pieces
from tonerloop.collection.models import CollectionRequest, Count, Threshold, ThresholdReached
from tonerloop.collection.progress import progress
from tonerloop.collection.states import Way
from tonerloop.common.days import local_day
from tonerloop.demo.cast import Cast, House
from tonerloop.orders.models import Order
from tonerloop.orders.points_use import rounded_down, used_key
from tonerloop.orders.states import Status
from tonerloop.parties.models import Manufacturer
from tonerloop.points import ledger
from tonerloop.points.models import Account, Rule, RuleItem
from tonerloop.points.rules import Standing, add_months, points_for

USED_EACH = 150  # points of a maker on one order
Happening = tuple[datetime, CollectionRequest | Order]


def makers_join(cast: Cast, now: datetime) -> None:
    """Of each seller's trade the maker whose pieces come back most gives points of its own."""
    for house in cast.houses.values():
        maker, model = _busiest(house)
        rule = _rule(house, maker, model, now)
        for account in house.accounts.values():
            _live(account.customer.pk, rule)
        _watch(cast, maker, now)


def _busiest(house: House) -> tuple[Manufacturer, Consumable]:
    """The maker of the most pieces that came back, and its model among them that did most."""
    own = Count.objects.filter(seller=house.seller, consumable__collectable=True)
    models = Counter(c.consumable for c in own.select_related("consumable__manufacturer"))
    makers: Counter[Manufacturer] = Counter()
    for model, count in models.items():
        if model is not None:
            makers[model.manufacturer] += count
    maker = makers.most_common(1)[0][0]
    found = (m for m, _n in models.most_common() if m is not None and m.manufacturer == maker)
    return maker, next(found)


def _rule(house: House, maker: Manufacturer, model: Consumable, now: datetime) -> Rule:
    yen = house.seller.currency == "JPY"
    rule = Rule.objects.create(
        issuer_manufacturer=maker,
        name=f"{maker.name} ポイント" if yen else f"{maker.name} points",
        first_day=now.date() - timedelta(days=400),
        per_reusable=30,
        per_recyclable=10,
        months_valid=18,
        point_value=Decimal(1) if yen else Decimal("0.01"),
        currency=house.seller.currency,
    )
    RuleItem.objects.create(rule=rule, consumable=model, per_reusable=50, per_recyclable=20)
    return rule


def _live(customer_id: int, rule: Rule) -> None:
    """Earn and spend one customer's points of the maker in the order in which it happened."""
    counted = CollectionRequest.objects.filter(customer_id=customer_id, counted_at__isnull=False)
    counted = counted.select_related("seller", "customer")
    ordered = Order.objects.filter(customer_id=customer_id, currency=rule.currency)
    ordered = ordered.select_related("seller").exclude(status__in=[Status.PLACED, Status.WAITING])
    happened: list[Happening] = [(c.counted_at, c) for c in counted if c.counted_at]
    happened += [(order.placed_at, order) for order in ordered]
    for _at, one in sorted(happened, key=lambda pair: pair[0]):
        if isinstance(one, Order):
            _spend(one, rule)
        else:
            _earn(one, rule)


def _earn(request: CollectionRequest, rule: Rule) -> None:
    now = progress(request.customer_id)
    assert now is not None and request.counted_at is not None
    box, standing = request.way == Way.BOX, Standing(now.collected, now.percent)
    points = points_for(rule, earning_pieces(request), box=box, standing=standing)
    first = local_day(request.counted_at, request.seller.time_zone)
    ledger.earn(
        ledger.account_of(request.customer, rule),
        points,
        rule,
        key=earned_key(request, rule),
        at=request.counted_at,
        first=first,
        last=add_months(first, rule.months_valid),
    )


def _spend(order: Order, rule: Rule) -> None:
    """Use points on every order that they are enough for; a cancelled one gives them back."""
    maker = rule.issuer_manufacturer
    account = Account.objects.filter(customer_id=order.customer_id, issuer_manufacturer=maker)
    own = account.first()
    if own is None or ledger.balance(own.pk) < 2 * USED_EACH or order.total <= USED_EACH:
        return
    day = local_day(order.placed_at, order.seller.time_zone)
    key, by = f"{used_key(order)}/{own.pk}", order.placed_by_id
    worth = ledger.use(own.pk, USED_EACH, key=key, at=order.placed_at, day=day, by_id=by)
    if order.cancelled_at:
        ledger.give_back(key, None, cause="back/2", at=order.cancelled_at, reason=str(order))
        return
    paid = {"points": USED_EACH, "reduction": rounded_down(worth, order.currency)}
    Order.objects.filter(pk=order.pk).update(**paid, points_account=own)


def _watch(cast: Cast, maker: Manufacturer, now: datetime) -> None:
    """One threshold that is reached and one that is not yet."""
    if Threshold.objects.filter(manufacturer=maker).exists():
        return
    desk = cast.makers[maker.name].desk[0]
    first = local_day(now, maker.time_zone).replace(month=1, day=1)
    made = now - timedelta(days=200)
    facts = {"manufacturer": maker, "kind": Threshold.Kind.PIECES, "made_at": made}
    early = Threshold.objects.create(**facts, amount=20, made_by=desk)
    Threshold.objects.create(**facts, amount=5000, made_by=desk)
    start = datetime.combine(first, time(), ZoneInfo(maker.time_zone))
    counts = Count.objects.filter(consumable__manufacturer=maker, at__gte=start, quantity=1)
    counts = counts.exclude(condition="other_maker").filter(consumable__collectable=True)
    when = list(counts.order_by("at", "pk").values_list("at", flat=True)[:20])
    if len(when) == 20:
        ThresholdReached.objects.create(threshold=early, since=first, value=20, at=when[-1])
