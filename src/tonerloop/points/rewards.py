"""Goods and donations for points: offered and fulfilled by the seller, asked for by the buyer."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Role, Side, known, require
from tonerloop.common.days import local_day
from tonerloop.journal.events import Event
from tonerloop.journal.record import Subject, record
from tonerloop.parties.models import Customer
from tonerloop.points import ledger
from tonerloop.points.actions import NotAllowedSo
from tonerloop.points.models import Account, Reward, RewardOrder

Status = RewardOrder.Status
MOST_POINTS = 10_000_000
_ENDINGS = {
    Status.FULFILLED.value: Event.REWARD_FULFILLED,
    Status.CANCELLED.value: Event.REWARD_CANCELLED,
}


@transaction.atomic
def offer_reward(*, kind: str, name: str, about: str, points: int, by: Actor) -> Reward:
    """A reward that the seller's customers can ask for from now on."""
    require(by, Role.BACK_OFFICE)
    if not 1 <= points <= MOST_POINTS:
        raise NotAllowedSo("points", _("Type how many points it costs."))
    if kind not in Reward.Kind.values:
        raise NotAllowedSo("kind", _("Choose what it is."))
    facts = {"kind": kind, "name": name.strip(), "about": about.strip(), "points": points}
    reward = Reward.objects.create(seller_id=known(by.seller_id), **facts)
    _note(reward, by, "added")
    return reward


@transaction.atomic
def withdraw_reward(reward_id: int, *, by: Actor) -> Reward:
    """The reward is not offered any more; what was ordered is still fulfilled."""
    require(by, Role.BACK_OFFICE)
    own = Reward.objects.select_for_update(of=("self",)).filter(seller_id=known(by.seller_id))
    reward = own.get(pk=reward_id)
    if reward.offered:
        reward.offered = False
        reward.save(update_fields=["offered"])
        _note(reward, by, "ended")
    return reward


@transaction.atomic
def order_reward(reward_id: int, *, key: UUID, by: Actor) -> RewardOrder:
    """The buyer's customer spends points on a reward; the same `key` again is the same order.

    Only for who orders for all sites. NotAllowedSo where the points do not suffice.
    """
    require(by, Role.BUYER)
    customer = Customer.objects.select_for_update(no_key=True).select_related("seller")
    own = customer.get(pk=known(by.customer_id))
    earlier = RewardOrder.objects.filter(key=key, customer=own).first()
    if earlier is not None:
        return earlier
    reward = Reward.objects.get(pk=reward_id, seller_id=own.seller_id, offered=True)
    account = Account.objects.filter(customer=own, issuer_seller_id=own.seller_id).first()
    now = timezone.now()
    order = RewardOrder.objects.create(
        key=key,
        seller_id=own.seller_id,
        customer=own,
        reward=reward,
        points=reward.points,
        ordered_at=now,
        ordered_by_id=known(by.person_id),
    )
    try:
        if account is None:
            raise ledger.NotEnough(0)
        day = local_day(now, own.seller.time_zone)
        used, who = _key(order), by.person_id
        ledger.use(
            account.pk, reward.points, key=used, at=now, day=day, by_id=who, reason=reward.name
        )
    except ledger.NotEnough as short:
        words = _("You have %(points)d points; this needs more.") % {"points": short.available}
        raise NotAllowedSo("points", words) from short
    _tell(Event.REWARD_ORDERED, order, by)
    return order


@transaction.atomic
def end_reward_order(order_id: int, status: str, *, by: Actor) -> RewardOrder:
    """The seller has fulfilled it, or cancels it and its points go back with their old expiry."""
    require(by, Role.BACK_OFFICE)
    own = RewardOrder.objects.select_for_update(of=("self",)).filter(seller_id=known(by.seller_id))
    order = own.get(pk=order_id)
    if order.status == status:
        return order
    if order.status != Status.ORDERED or status not in (Status.FULFILLED, Status.CANCELLED):
        raise NotAllowedSo("", _("This was ended already. Nothing was changed."))
    order.status, order.ended_at = Status(status), timezone.now()
    order.ended_by_id = by.person_id
    order.save(update_fields=["status", "ended_at", "ended_by"])
    if status == Status.CANCELLED:
        ledger.give_back(_key(order), None, cause="cancelled", at=order.ended_at)
    _tell(_ENDINGS[order.status], order, by)
    return order


def _key(order: RewardOrder) -> str:
    return f"reward/{order.pk}"


def _note(reward: Reward, by: Actor, action: str) -> None:
    subject = Subject(kind="reward", id=reward.pk, seller_id=by.seller_id)
    data = {"action": action}
    record(Event.RECORD_CHANGED, subject, by=by, data=data, audience=[Side.SELLER])


def _tell(event: Event, order: RewardOrder, by: Actor) -> None:
    subject = Subject(
        kind="reward_order",
        id=order.pk,
        seller_id=order.seller_id,
        customer_id=order.customer_id,
    )
    record(event, subject, by=by, audience=[Side.BUYER, Side.SELLER])
