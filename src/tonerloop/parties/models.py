"""Who takes part: sellers, customers with their sites, manufacturers, people and their roles."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tonerloop.common.actor import Role
from tonerloop.common.money import CURRENCIES
from tonerloop.common.text import no_control, no_lookalike
from tonerloop.parties.named import Endings
from tonerloop.parties.working import Absence, WorkingTime

__all__ = [
    "Absence",
    "Collector",
    "Customer",
    "CustomerGroup",
    "Manufacturer",
    "Membership",
    "Organisation",
    "Person",
    "RecoveryCentre",
    "Seller",
    "Site",
    "TaxRate",
    "Tries",
    "WorkingTime",
]


NAMED = [no_control, no_lookalike]  # names by which people tell each other apart


class PersonManager(BaseUserManager["Person"]):
    """Makes people; their e-mail address is their log-in name."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "Person":
        person = self.model(email=email.strip().lower(), **extra)
        person.set_password(password)
        person.save()
        return person

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "Person":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who logs in; what they may do is in their memberships."""

    email = models.EmailField(_("e-mail address"), max_length=200, unique=True)
    name = models.CharField(_("name"), max_length=100, validators=NAMED)
    phone = models.CharField(_("telephone"), max_length=30, blank=True, validators=[no_control])
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC")
    is_active = models.BooleanField(_("can log in"), default=True)
    is_staff = models.BooleanField(_("operator of the server"), default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[PersonManager] = PersonManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="person_email_lower")
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name


class Tries(models.Model):
    """How often somebody failed to log in to one account, from one address or on one device.

    The table is unlogged: what a crash forgets is a wait of some minutes.
    """

    bucket = models.CharField(max_length=60, primary_key=True)
    failures = models.PositiveIntegerField()
    last_at = models.DateTimeField()
    free_at = models.DateTimeField()  # before this nothing is tried, so nothing is counted either

    objects: ClassVar[models.Manager["Tries"]] = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["last_at"], name="tries_by_age")]


class Organisation(models.Model):
    """What every organisation has: a name and the ways to reach it."""

    name = models.CharField(_("name"), max_length=120, validators=NAMED)
    phone = models.CharField(_("telephone"), max_length=30, blank=True, validators=[no_control])
    fax = models.CharField(_("fax"), max_length=30, blank=True, validators=[no_control])
    address = models.TextField(_("address"), max_length=500, blank=True, validators=[no_control])
    order_email = models.EmailField(_("order mailbox"), max_length=200, blank=True)
    requires_second_factor = models.BooleanField(_("second factor required"), default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Seller(Organisation):
    """The dealer with whom customers have their accounts."""

    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC")
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES)
    shows_customer_price = models.BooleanField(
        _("manufacturers see the customer's price"), default=False
    )
    confirms_by_mail = models.BooleanField(_("prices confirmed by a link in a mail"), default=False)
    collector = models.ForeignKey(
        "Collector", models.PROTECT, null=True, blank=True, verbose_name=_("collector")
    )

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")


class Manufacturer(Organisation):
    """Makes machines and consumables, approves orders, ships."""

    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC")

    class Meta:
        verbose_name = _("manufacturer")
        verbose_name_plural = _("manufacturers")


class Collector(Organisation):
    """Fetches used cartridges and runs recovery centres."""

    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC")

    class Meta:
        verbose_name = _("collector")
        verbose_name_plural = _("collectors")


class RecoveryCentre(models.Model):
    """A site of a collector where what was collected is counted."""

    collector = models.ForeignKey(Collector, models.PROTECT, related_name="centres")
    name = models.CharField(_("name"), max_length=80, validators=[no_control])
    address = models.TextField(_("address"), max_length=500, validators=[no_control])

    class Meta:
        verbose_name = _("recovery centre")
        verbose_name_plural = _("recovery centres")
        constraints = [models.UniqueConstraint(fields=["collector", "name"], name="centre_once")]

    def __str__(self) -> str:
        return self.name


class CustomerGroup(models.Model):
    """Customers of one seller who share price agreements."""

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="groups")
    name = models.CharField(_("name"), max_length=80, validators=[no_control])

    class Meta:
        verbose_name = _("customer group")
        verbose_name_plural = _("customer groups")
        constraints = [models.UniqueConstraint(fields=["seller", "name"], name="group_once")]

    def __str__(self) -> str:
        return self.name


class Customer(Organisation):
    """An account of an organisation that uses printers with one seller."""

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="customers")
    number = models.CharField(_("customer number"), max_length=20, validators=[no_control])
    group = models.ForeignKey(
        CustomerGroup, models.PROTECT, null=True, blank=True, verbose_name=_("group")
    )
    salesperson = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("salesperson in charge")
    )
    deputy = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("deputy")
    )

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(fields=["seller", "number"], name="customer_number_once"),
            models.CheckConstraint(
                condition=Q(deputy=None) | ~Q(deputy=F("salesperson")), name="deputy_is_another"
            ),
        ]
        indexes = [
            models.Index(fields=["seller", "name", "id"], name="customer_by_name"),
            GinIndex(Endings("name"), name="customer_found", fastupdate=False),
        ]


class Site(models.Model):
    """A place of a customer where machines stand and goods are sent."""

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="sites")
    name = models.CharField(_("name"), max_length=80, validators=[no_control])
    address = models.TextField(_("address"), max_length=500, validators=[no_control])
    phone = models.CharField(_("telephone"), max_length=30, blank=True, validators=[no_control])
    # As the seller calls it, for reports; empty: no region given.
    region = models.CharField(_("region"), max_length=40, blank=True, validators=[no_control])
    closed = models.BooleanField(_("closed"), default=False)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [models.UniqueConstraint(fields=["customer", "name"], name="site_once")]

    def __str__(self) -> str:
        return self.name


class TaxRate(models.Model):
    """A seller's tax on one class of product, in percent."""

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="tax_rates")
    product_class = models.CharField(_("product class"), max_length=20, default="standard")
    percent = models.DecimalField(
        _("percent"), max_digits=5, decimal_places=2, validators=[MinValueValidator(0)]
    )

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        constraints = [
            models.UniqueConstraint(fields=["seller", "product_class"], name="tax_rate_once"),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100), name="tax_percent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_class} {self.percent}"


ORGANISATION_OF_ROLE = {
    Role.BUYER: "customer",
    Role.SALESPERSON: "seller",
    Role.BACK_OFFICE: "seller",
    Role.ORDER_DESK: "manufacturer",
    Role.DISPATCHER: "collector",
    Role.DRIVER: "collector",
    Role.CLERK: "centre",
}


def _exactly_one_organisation() -> Q:
    """Each role belongs to one kind of organisation and to no other."""
    kinds = ("customer", "seller", "manufacturer", "collector", "centre")
    rule = Q()
    for role, kind in ORGANISATION_OF_ROLE.items():
        rule |= Q(role=role, **{f"{k}__isnull": k != kind for k in kinds})
    return rule


class Membership(models.Model):
    """A person's role in one organisation; a buyer's may be narrowed to some sites."""

    ROLES: ClassVar = [
        (Role.BUYER, _("buyer")),
        (Role.SALESPERSON, _("salesperson")),
        (Role.BACK_OFFICE, _("back office")),
        (Role.ORDER_DESK, _("order desk")),
        (Role.DISPATCHER, _("collector’s office")),
        (Role.DRIVER, _("driver")),
        (Role.CLERK, _("receiving clerk")),
    ]

    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=ROLES)
    seller = models.ForeignKey(
        Seller, models.PROTECT, null=True, blank=True, related_name="members"
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="members"
    )
    manufacturer = models.ForeignKey(
        Manufacturer, models.PROTECT, null=True, blank=True, related_name="members"
    )
    collector = models.ForeignKey(
        Collector, models.PROTECT, null=True, blank=True, related_name="members"
    )
    centre = models.ForeignKey(
        RecoveryCentre, models.PROTECT, null=True, blank=True, related_name="members"
    )
    all_sites = models.BooleanField(_("all sites"), default=False)
    sites = models.ManyToManyField(Site, blank=True, related_name="+", verbose_name=_("sites"))
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(
                condition=_exactly_one_organisation(), name="role_fits_organisation"
            ),
            models.UniqueConstraint(
                fields=[
                    "person",
                    "role",
                    "seller",
                    "customer",
                    "manufacturer",
                    "collector",
                    "centre",
                ],
                name="membership_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_role_display()}"

    @property
    def organisation(self) -> Organisation:
        """The one organisation that this role is in; a clerk's is the centre's collector."""
        collector = self.centre.collector if self.centre else self.collector
        return self.customer or self.seller or self.manufacturer or collector  # type: ignore[return-value]
