"""What a seller's back office does with its records of customers, sites, people and itself."""

from tonerloop.parties.actions.common import keep, note, own_seller, seller_of, set_fields
from tonerloop.parties.actions.customers import (
    CustomerFacts,
    SiteFacts,
    add_customer,
    add_site,
    change_customer,
    change_site,
    own_customer,
    seller_people,
)
from tonerloop.parties.actions.people import (
    Invitation,
    change_buyer,
    end_membership,
    invite_buyer,
)
from tonerloop.parties.actions.sellers import (
    SellerFacts,
    add_group,
    change_seller,
    rename_group,
    set_tax_rate,
)
from tonerloop.parties.actions.working import (
    Away,
    Week,
    end_absence,
    record_absence,
    set_desk_hours,
    set_working_time,
)

__all__ = [
    "Away",
    "CustomerFacts",
    "Invitation",
    "SellerFacts",
    "SiteFacts",
    "Week",
    "add_customer",
    "add_group",
    "add_site",
    "change_buyer",
    "change_customer",
    "change_seller",
    "change_site",
    "end_absence",
    "end_membership",
    "invite_buyer",
    "keep",
    "note",
    "own_customer",
    "own_seller",
    "record_absence",
    "rename_group",
    "seller_of",
    "seller_people",
    "set_desk_hours",
    "set_fields",
    "set_tax_rate",
    "set_working_time",
]
