"""Addresses of the back office's record screens."""

from django.urls import path

from tonerloop.web.seller import (
    answering,
    records,
    records_floors,
    records_machines,
    records_own,
    records_places,
    records_prices,
)

urlpatterns = [
    path("customers/", records.customers, name="customers"),
    path("customers/new/", records.customer_new, name="customer_new"),
    path("customers/<int:customer>/", records.customer_page, name="customer"),
    path("customers/<int:customer>/edit/", records.customer_edit, name="customer_edit"),
    path("customers/<int:customer>/sites/new/", records_places.site_new, name="site_new"),
    path(
        "customers/<int:customer>/people/new/",
        records_places.buyer_new,
        name="buyer_new",
    ),
    path("customers/<int:customer>/machines/", records_machines.machines, name="machines"),
    path(
        "customers/<int:customer>/machines/new/",
        records_machines.machine_new,
        name="machine_new",
    ),
    path(
        "customers/<int:customer>/machines/stickers/",
        records_machines.stickers,
        name="stickers",
    ),
    path(
        "customers/<int:customer>/machines/stickers/print/",
        records_machines.stickers_printed,
        name="stickers_printed",
    ),
    path(
        "customers/<int:customer>/machines/models/",
        records_machines.models,
        name="models",
    ),
    path("customers/sites/<int:site>/", records_places.site_edit, name="site_edit"),
    path("customers/sites/<int:site>/close/", records_places.site_close, name="site_close"),
    path("customers/sites/<int:site>/reopen/", records_places.site_reopen, name="site_reopen"),
    path("customers/people/<int:membership>/", records_places.buyer_edit, name="buyer_edit"),
    path("customers/people/<int:membership>/end/", records_places.buyer_end, name="buyer_end"),
    path("customers/machines/<int:machine>/", records_machines.machine_edit, name="machine_edit"),
    path(
        "customers/machines/<int:machine>/retire/",
        records_machines.machine_retire,
        name="machine_retire",
    ),
    path(
        "customers/machines/<int:machine>/restore/",
        records_machines.machine_restore,
        name="machine_restore",
    ),
    path("agreements/", records_prices.agreements, name="agreements"),
    path("agreements/new/", records_prices.agreement_new, name="agreement_new"),
    path("agreements/check/", records_prices.price_check, name="price_check"),
    path(
        "agreements/<int:agreement>/",
        records_prices.agreement_edit,
        name="agreement_edit",
    ),
    path(
        "agreements/<int:agreement>/end/",
        records_prices.agreement_end,
        name="agreement_end",
    ),
    path("agreements/purchases/", records_own.purchase_prices, name="purchase_prices"),
    path(
        "agreements/purchases/new/",
        records_own.purchase_price_new,
        name="purchase_price_new",
    ),
    path(
        "agreements/purchases/<int:purchase>/",
        records_own.purchase_price_edit,
        name="purchase_price_edit",
    ),
    path(
        "agreements/purchases/<int:purchase>/end/",
        records_own.purchase_price_end,
        name="purchase_price_end",
    ),
    path("agreements/floors/", records_floors.floors, name="floors"),
    path("agreements/floors/new/", records_floors.floor_new, name="floor_new"),
    path("agreements/floors/<int:floor>/remove/", records_floors.floor_remove, name="floor_remove"),
    path(
        "customers/<int:customer>/confirmation/",
        records_floors.confirmation,
        name="confirmation",
    ),
    path(
        "customers/<int:customer>/confirmation/end/",
        records_floors.confirmation_end,
        name="confirmation_end",
    ),
    path("customers/groups/", records_own.groups, name="groups"),
    path("customers/groups/<int:group>/", records_own.group_edit, name="group_edit"),
    path("customers/taxes/", records_own.taxes, name="taxes"),
    path("customers/hours/", answering.working_time, name="working_time"),
    path("customers/absences/", answering.absences, name="absences"),
    path("customers/absences/<int:absence>/end/", answering.absence_end, name="absence_end"),
    path("customers/handover/", answering.handover, name="handover"),
    path("customers/details/", records_own.details, name="details"),
]
