"""Every person of the demo finds their first page, and every waiting order its own."""

import pytest
from django.test import Client

from tonerloop.common.actor import Role
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.parties.models import Membership

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_data")]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.RULE])
def test_the_first_page_opens(role: Role, client: Client) -> None:
    for membership in Membership.objects.filter(role=role).select_related("person"):
        client.force_login(membership.person)
        assert client.get("/", follow=True).status_code == 200, membership


def test_the_salesperson_opens_each_order(client: Client) -> None:
    for order in Order.objects.exclude(status__in=[Status.DELIVERED]).select_related(
        "customer__salesperson"
    ):
        client.force_login(order.customer.salesperson)
        answer = client.get(f"/sales/{order.number}/")
        assert answer.status_code == 200
        assert str(order) in answer.content.decode()
