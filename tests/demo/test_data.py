"""The demo's data: complete, plausible, and of the shape that the real verbs leave behind."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Count, F, Q
from django.utils import timezone

from tonerloop import demo
from tonerloop.catalogue.models import Consumable, EquipmentModel
from tonerloop.common.actor import Actor, Role
from tonerloop.common.money import is_whole_minor
from tonerloop.common.references import is_valid
from tonerloop.demo.people import PASSWORD
from tonerloop.fleet.models import Equipment
from tonerloop.journal.models import Entry
from tonerloop.manufacturers.models import ApprovalRule
from tonerloop.manufacturers.rules import terms_of, try_out
from tonerloop.orders.models import Order, OrderLine, Return
from tonerloop.orders.saved_lists import order_from
from tonerloop.orders.saved_models import SavedList
from tonerloop.orders.states import CancelReason, Status
from tonerloop.outbound.models import Endpoint, Message
from tonerloop.parties.actor import actor_of, current_membership
from tonerloop.parties.models import Customer, Membership, Person, Seller
from tonerloop.pricing.models import PriceAgreement, PurchasePrice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _loaded(demo_data: None) -> None:
    """Every test here looks at the loaded demo."""


def test_a_second_load_keeps_what_is_there() -> None:
    before = (Order.objects.count(), Person.objects.count(), Entry.objects.count())
    demo.load()
    assert (
        Order.objects.count(),
        Person.objects.count(),
        Entry.objects.count(),
    ) == before


def test_a_fresh_load_refuses_a_database_with_data() -> None:
    with pytest.raises(demo.NotEmpty):
        demo.load(fresh=True)


def test_the_catalogue_has_the_size_of_a_dealers() -> None:
    assert EquipmentModel.objects.values("manufacturer").distinct().count() == 5
    assert EquipmentModel.objects.count() >= 40
    assert Consumable.objects.count() >= 120
    taken = EquipmentModel.objects.annotate(takes=Count("consumables"))
    assert not taken.filter(Q(takes__lt=1) | Q(takes__gt=12)).exists()
    assert Consumable.objects.filter(active=False).exists()


def test_every_gtin_has_its_check_digit() -> None:
    for gtin in Consumable.objects.exclude(gtin="").values_list("gtin", flat=True):
        digits = [int(digit) for digit in gtin]
        weighed = sum(d * (3 if n % 2 else 1) for n, d in enumerate(digits))
        assert len(digits) == 13 and weighed % 10 == 0, gtin


def test_two_sellers_with_three_customers_each() -> None:
    assert Seller.objects.count() == 2
    assert {seller.customers.count() for seller in Seller.objects.all()} == {3}
    for customer in Customer.objects.annotate(places=Count("sites"), who=Count("members")):
        assert 1 <= customer.sites.count() <= 5
        assert 5 <= customer.equipment.count() <= 40
        assert customer.who and customer.deputy


def test_one_person_orders_from_both_sellers() -> None:
    both = Person.objects.annotate(
        sellers=Count("memberships__customer__seller", distinct=True)
    ).filter(sellers=2)
    assert [person.email for person in both] == ["aoife@tanaka-services.example"]


def test_every_role_is_there_and_logs_in_with_the_demo_password() -> None:
    assert set(Membership.objects.values_list("role", flat=True)) == set(Role) - {Role.RULE}
    assert Person.objects.filter(is_superuser=True).count() == 1
    assert len(set(Person.objects.values_list("password", flat=True))) == 1
    assert Person.objects.all()[0].check_password(PASSWORD)


def test_nobody_real_can_get_a_mail() -> None:
    people = Person.objects.values_list("email", flat=True)
    mailboxes = [s.order_email for s in Seller.objects.all()]
    mailboxes += [c.order_email for c in Customer.objects.all()]
    assert all(address.endswith(".example") for address in [*people, *mailboxes])


def test_serial_numbers_are_told_apart() -> None:
    serials = Counter(Equipment.objects.values_list("serial_number", flat=True))
    assert max(serials.values()) == 1


def test_agreements_at_all_levels_and_times() -> None:
    today = timezone.now().date()
    levels = Counter(agreement.level for agreement in PriceAgreement.objects.all())
    assert set(levels) == {"customer", "group", "list"}
    assert PriceAgreement.objects.filter(last_day__lt=today).exists()
    assert PriceAgreement.objects.filter(first_day__gt=today).exists()
    assert PriceAgreement.objects.filter(~Q(currency=F("seller__currency"))).exists()
    assert PriceAgreement.objects.filter(breaks__isnull=False).exists()
    for price in [*PriceAgreement.objects.all(), *PurchasePrice.objects.all()]:
        assert price.unit_price > 0 and is_whole_minor(price.unit_price, price.currency)


def test_the_history_covers_a_year_and_all_ends() -> None:
    now = timezone.now()
    assert Order.objects.filter(placed_at__lt=now - timedelta(days=300)).exists()
    assert not Order.objects.filter(placed_at__gt=now).exists()
    assert not Entry.objects.filter(at__gt=now).exists()
    assert set(Order.objects.values_list("status", flat=True)) == set(Status.values)
    reasons = set(Order.objects.exclude(cancel_reason="").values_list("cancel_reason", flat=True))
    assert reasons == set(CancelReason.values)
    assert Return.objects.filter(reason="wrong_item").exists()
    assert Order.objects.filter(delivery_assumed=True).exists()


def test_numbers_check_and_amounts_add_up() -> None:
    for order in Order.objects.prefetch_related("lines"):
        assert is_valid(order.number)
        assert order.total == order.subtotal + order.tax
        counted = [line.amount or 0 for line in order.lines.all() if line.state != "rejected"]
        assert order.subtotal == sum(counted) or order.cancel_reason == "declined"


def test_every_order_line_is_for_a_machine_that_takes_it() -> None:
    for line in OrderLine.objects.filter(fits=True).select_related("equipment", "order"):
        assert line.equipment is not None and line.equipment.site_id == line.order.site_id
    strange = OrderLine.objects.filter(fits=True).exclude(consumable__fits=F("equipment__model"))
    assert not strange.exists()
    assert OrderLine.objects.filter(fits=False).exists()


def test_the_journal_of_each_order_is_in_the_order_of_time() -> None:
    last: dict[int, object] = {}
    for entry in Entry.objects.filter(subject_kind="order").order_by("id"):
        before = last.get(entry.subject_id, entry.at)
        assert entry.at >= before  # type: ignore[operator]
        last[entry.subject_id] = entry.at
    assert set(last) == set(Order.objects.values_list("pk", flat=True))


def test_somebody_waits_for_everybody() -> None:
    waiting = Order.objects.filter(
        status=Status.PLACED, customer__salesperson__email="sales@liffey-office.example"
    )
    assert waiting.count() >= 4
    desks = Order.objects.filter(status=Status.PRICE_CONFIRMED)
    assert desks.values("manufacturer").distinct().count() >= 3
    assert Order.objects.filter(status=Status.WAITING, proposals__lines__isnull=False).exists()
    assert Order.objects.filter(status=Status.WAITING, proposals__new_date__isnull=False).exists()


def test_the_table_names_everybody_once_per_role() -> None:
    text = demo.table()
    for membership in Membership.objects.select_related("person"):
        assert membership.person.email in text
    assert "operator@tonerloop.example" in text and PASSWORD in text


def test_what_was_sent_has_arrived_and_nothing_is_to_be_sent() -> None:
    mails = Message.objects.filter(channel=Message.Channel.EMAIL)
    assert set(mails.values_list("state", flat=True)) == {Message.State.SENT}
    approved = Entry.objects.filter(event="order.approved")
    assert mails.filter(entry__in=approved).count() == 3 * approved.count()
    waiting = Message.objects.filter(state=Message.State.QUEUED)
    asked = Order.objects.filter(status=Status.PRICE_CONFIRMED)
    assert set(waiting.values_list("order_id", flat=True)) == set(
        asked.values_list("pk", flat=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == (0,)


def test_lists_are_saved_and_all_of_them_can_be_ordered() -> None:
    lists = list(SavedList.objects.select_related("saved_by"))
    assert {one.customer.seller_id for one in lists} == set(
        Seller.objects.values_list("pk", flat=True)
    )
    for saved in lists:
        membership = current_membership(saved.saved_by_id, None)
        assert membership is not None
        _saved, filled = order_from(saved.pk, by=actor_of(membership))
        assert filled.put and not filled.left_out


def test_a_sellers_system_was_told_of_its_latest_orders() -> None:
    endpoint = Endpoint.objects.get()
    told = endpoint.deliveries.select_related("message")
    assert told.count() >= 10 and not told.exclude(message__state="sent").exists()
    assert not told.exclude(message__entry__seller_id=endpoint.party_id).exists()
    assert {a.status for d in told for a in d.attempts.all()} == {204, 503}


def test_a_manufacturers_rule_has_the_price_list_that_it_needs() -> None:
    rule = ApprovalRule.objects.get()
    by = Actor(role=Role.ORDER_DESK, manufacturer_id=rule.manufacturer_id)
    verdicts = [trial.verdict.promised for trial in try_out(terms_of(rule), by=by)]
    assert any(verdicts) and not all(verdicts)
