"""Where a message may be sent: to public addresses over HTTPS, unless the operator says else."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

LONGEST = 500
_NAT64 = IPv6Network("64:ff9b::/96")  # the last 32 bits are the IPv4 address that is reached
Address = IPv4Address | IPv6Address


class Unreachable(Exception):
    """An address to which nothing is sent; the message says why, to its owner."""


def checked_url(text: str) -> SplitResult:
    """The parts of an endpoint's address; Unreachable says what is wrong with its form."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError as error:
        raise Unreachable(_("Type an address such as https://example.com/hooks.")) from error
    schemes = ("https", "http") if settings.WEBHOOK_PRIVATE else ("https",)
    if url.scheme not in schemes or not url.hostname or port == 0 or len(text) > LONGEST:
        raise Unreachable(_("Type an address such as https://example.com/hooks."))
    if url.username is not None or url.password is not None or url.fragment:
        raise Unreachable(_("Leave out log-in and “#” in the address."))
    if not (text.isascii() and text.isprintable() and " " not in text):
        raise Unreachable(_("Type an address such as https://example.com/hooks."))
    return url


def resolve(url: SplitResult) -> list[str]:
    """The IP addresses to connect to, checked: the connection must go to them and to no other.

    Refused if any of the name's addresses is not public: such a name is not to be trusted.
    """
    host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(_("The name %(host)s was not found.") % {"host": host}) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not settings.WEBHOOK_PRIVATE and not all(is_public(each) for each in addresses):
        words = _("%(host)s leads to an address that is not public.")
        raise Unreachable(words % {"host": host})
    return addresses


def is_public(text: str) -> bool:
    """True for an address on the public internet, also where it is wrapped in an IPv6 one."""
    address: Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = _wrapped(address)
        if inner is not None:
            return is_public(str(inner))
    # is_global follows IANA's registries; multicast and reserved ranges count as global there.
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for: mapped, 6to4, Teredo, NAT64, compatible."""
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if address in _NAT64 or int(address) >> 32 == 0:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None
