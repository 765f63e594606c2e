"""Orders: a state for each status, and everything that may be done to one."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from tests.races.harness import Kind, Stage
from tonerloop.journal.models import Entry
from tonerloop.manufacturers import actions as programs
from tonerloop.manufacturers.messages import Approval, Dispatch
from tonerloop.orders import actions
from tonerloop.orders.deadlines import Deadline
from tonerloop.orders.models import LineAnswer, Order
from tonerloop.orders.states import Status
from tonerloop.parties.models import Customer
from tonerloop.pricing.guarding import allow_confirmation
from torture.paths import order_path


def seen(_stage: Stage, order: Order) -> Any:
    """All that others could tell of an order."""
    now = Order.objects.get(pk=order.pk)
    lines = ("state", "approved_quantity", "shipped_quantity", "delivered_quantity")
    return (
        now.status,
        now.version,
        # To whom its customer belongs is another thing: where that stands is not compared.
        list(entries(order).exclude(event="order.handed_over").values_list("event", flat=True)),
        list(now.lines.values_list(*lines, "returned_quantity", "unit_price")),
        now.approval_requests.filter(closed_at=None).count(),
        now.proposals.filter(answered_at=None).count(),
        now.deadlines.filter(closed_at=None, passed_at=None).count(),
    )


def entries(order: Order) -> Any:
    """What the journal tells of it."""
    return Entry.objects.filter(subject_kind="order", subject_id=order.pk).order_by("pk")


def due(order: Order) -> None:
    """Note the moment at which its next deadline passes."""
    waits = order.deadlines.filter(closed_at=None, passed_at=None).order_by("due_at").first()
    order.due = waits.due_at if waits else None  # type: ignore[attr-defined]


ORDERS = Kind(
    "order",
    seen,
    ready=due,
    proof=lambda order: order_path(entries(order), Order.objects.get(pk=order.pk).status),
)


def day(later: int = 0) -> Any:
    """A day that can be promised."""
    return timezone.now().date() + timedelta(days=4 + later)


@ORDERS.state(Status.PLACED)
def placed(stage: Stage) -> Order:
    """Its customer is back with its own salesperson, and no other order is due."""
    world = stage.world
    Deadline.objects.all().delete()
    own = Customer.objects.filter(pk=world.office.pk)
    own.update(salesperson=world.sales, deputy=world.deputy)
    if not world.office.pk or not _ruled(world):
        office = stage.by("back_office")
        allow_confirmation(world.office.pk, Decimal(99999999), with_list=True, by=office)
    return world.place()


def _ruled(world: Any) -> bool:
    from tonerloop.pricing.models import ConfirmationRule

    return ConfirmationRule.objects.filter(customer=world.office).exists()


@ORDERS.state(Status.WAITING)
def waiting(stage: Stage) -> Order:
    """A dearer price was proposed."""
    return dearer(stage, placed(stage))


@ORDERS.state("asked")
def asked(stage: Stage) -> Order:
    """The seller has a question."""
    return actions.ask(placed(stage).number, "Which floor?", by=stage.by("sales"))


@ORDERS.state("later")
def later(stage: Stage) -> Order:
    """The manufacturer would deliver later than agreed."""
    order = confirmed(stage)
    Order.objects.filter(pk=order.pk).update(agreed_date=day())
    return actions.approve(order.number, day(3), by=stage.by("desk"))


@ORDERS.state(Status.PRICE_CONFIRMED)
def confirmed(stage: Stage) -> Order:
    """It lies at the manufacturer's desk."""
    return actions.confirm_price(placed(stage).number, by=stage.by("sales"))


@ORDERS.state(Status.APPROVED)
def approved(stage: Stage) -> Order:
    """Nothing is shipped yet."""
    return actions.approve(confirmed(stage).number, day(), by=stage.by("desk"))


@ORDERS.state(Status.PARTLY_SHIPPED)
def partly(stage: Stage) -> Order:
    """One of three pieces is shipped."""
    return actions.ship(approved(stage).number, {1: 1}, by=stage.by("desk"))


@ORDERS.state(Status.SHIPPED)
def shipped(stage: Stage) -> Order:
    """All is shipped."""
    return actions.ship(approved(stage).number, {1: 2, 2: 1}, by=stage.by("desk"))


@ORDERS.state(Status.DELIVERED)
def delivered(stage: Stage) -> Order:
    """All has arrived."""
    return actions.report_delivery(shipped(stage).number, by=stage.by("buyer"))


@ORDERS.state(Status.CANCELLED)
def cancelled(stage: Stage) -> Order:
    """The end."""
    return actions.cancel(placed(stage).number, "duplicate", by=stage.by("buyer"))


def dearer(stage: Stage, order: Order) -> Order:
    """A change that waits for the buyer."""
    changes = actions.Changes(prices={order.lines.get(position=1).pk: Decimal(9500)})
    return actions.propose(order.number, changes, by=stage.by("sales"))


def cheaper(stage: Stage, order: Order) -> Order:
    """A change that holds at once."""
    changes = actions.Changes(prices={order.lines.get(position=1).pk: Decimal(7000)})
    return actions.propose(order.number, changes, by=stage.by("back_office"))


def by_clock(_stage: Stage, order: Order) -> Any:
    """The moment at which the order's next deadline passes."""
    if order.due is None:  # type: ignore[attr-defined]
        raise Order.DoesNotExist
    return actions.tell_overdue(order.due)  # type: ignore[attr-defined]


def assumed(_stage: Stage, order: Order) -> Any:
    """Weeks later."""
    if order.status != Status.SHIPPED:
        raise Order.DoesNotExist
    return actions.assume_deliveries(timezone.now() + timedelta(days=30))


def rule(_stage: Stage, order: Order) -> None:
    """The job after the placing."""
    if not actions.confirm_by_rule(order.pk):
        raise Order.DoesNotExist


def handed_over(stage: Stage, _order: Order) -> int:
    """Its customer gets another salesperson."""
    world = stage.world
    return actions.hand_over(world.sales.pk, world.other_sales.pk, by=stage.by("back_office"))


def answered_by_line(stage: Stage, order: Order) -> Any:
    """The first line comes, the others are still to be answered."""
    said = {1: actions.LineSaid(kind=LineAnswer.Kind.ACCEPTED, promised_date=day())}
    return actions.answer_lines(order.number, said, by=stage.by("desk"))


def answered(stage: Stage, order: Order) -> Order:
    """The manufacturer's program says yes."""
    yes = Approval(promised_date=day(), reference="C-1")
    return programs.answer(order.number, yes, by=stage.by("desk"))


def dispatched(stage: Stage, order: Order) -> Order:
    """The manufacturer's program reports a shipment."""
    given = Dispatch(reference="N-1", quantities={1: 1})
    return programs.dispatch(order.number, given, by=stage.by("desk"))


add = ORDERS.deed
add(
    "confirm", actions.confirm_price, lambda s, o: actions.confirm_price(o.number, by=s.by("sales"))
)
add("dearer", actions.propose, dearer)
add("cheaper", actions.propose, cheaper)
add("ask", actions.ask, lambda s, o: actions.ask(o.number, "How?", by=s.by("deputy")))
add("reply", actions.reply, lambda s, o: actions.reply(o.number, "So.", by=s.by("buyer")))
add("rule", actions.confirm_by_rule, rule)
for who in ("buyer", "sales", "desk"):
    add(
        f"cancel by {who}",
        actions.cancel,
        lambda s, o, who=who: actions.cancel(o.number, "out_of_stock", by=s.by(who)),
    )
add("accept", actions.accept_change, lambda s, o: actions.accept_change(o.number, by=s.by("buyer")))
add(
    "decline",
    actions.decline_change,
    lambda s, o: actions.decline_change(o.number, by=s.by("buyer")),
)
add("approve", actions.approve, lambda s, o: actions.approve(o.number, day(), by=s.by("desk")))
add("answer", programs.answer, answered)
add("answer by line", actions.answer_lines, answered_by_line)
add("ship", actions.ship, lambda s, o: actions.ship(o.number, {1: 1, 2: 1}, by=s.by("desk")))
add("dispatch", programs.dispatch, dispatched)
for who in ("buyer", "desk"):
    add(
        f"deliver by {who}",
        actions.report_delivery,
        lambda s, o, who=who: actions.report_delivery(o.number, nothing_more=True, by=s.by(who)),
    )
add("deliver", programs.deliver, lambda s, o: programs.deliver(o.number, by=s.by("desk")))
add("assume", actions.assume_deliveries, assumed, waits=True)
add(
    "return",
    actions.record_returns,
    lambda s, o: actions.record_returns(o.number, {1: 2}, "damaged", by=s.by("back_office")),
)
add("hand over", actions.hand_over, handed_over)
add("remind", actions.tell_overdue, by_clock, waits=True)
