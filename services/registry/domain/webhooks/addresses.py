"""Where a webhook may be sent: our process can reach what its user cannot, so addresses are judged.

A name is judged twice: as text when it is registered, and by every address it resolves to each time
a connection is opened, which then goes to that very address (no second look-up to be fooled by).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final, TypeAlias
from urllib.parse import SplitResult, urlsplit

from services.registry.domain.webhooks.errors import WebhookAddressRefused

Network: TypeAlias = IPv4Network | IPv6Network
Address: TypeAlias = IPv4Address | IPv6Address

_LONGEST: Final = 2048
_LONGEST_HOST: Final = 253
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
# RFC 1123 labels; what browsers read as a number (WHATWG URL §3.5) ends in such a label.
_NAME: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z"
)
_NUMERIC_END: Final = re.compile(r"(?:\A|\.)(?:[0-9]+|0x[0-9a-f]*)\Z")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x20\x7f\\<>\"^`{|}]")

_NEVER: Final = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "169.254.0.0/16",
        "100.100.100.200/32",  # Alibaba Cloud's metadata, inside the shared range
        "224.0.0.0/4",
        "255.255.255.255/32",
        "::/128",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
        "fd00:ec2::/32",  # metadata of AWS
    )
)
"""Not even when a named network holds them: metadata services, and what is nobody's address."""
_EMBEDDING: Final = tuple(
    ip_network(text)
    for text in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")
)
"""IPv6 ranges that carry an IPv4 address inside, and so could lead anywhere in that."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an installation allows.

    Attributes:
        networks: Private networks that may be sent to; public addresses always may.
        plain_http: Whether http is allowed beside https.
        ports: Ports that may be sent to.
    """

    networks: tuple[Network, ...] = ()
    plain_http: bool = False
    ports: frozenset[int] = frozenset({443, 8443})


def networks_of(text: str) -> tuple[Network, ...]:
    """The networks of a setting, separated by commas; raises ValueError."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def target_of(url: str, allowance: Allowance) -> str:
    """The address in its plain form, when something may be sent there.

    Names are not resolved here.

    Args:
        url: As somebody gave it.
        allowance: Of this installation.

    Raises:
        WebhookAddressRefused: Says why not.
    """
    if len(url) > _LONGEST or _UNPRINTABLE.search(url):
        raise WebhookAddressRefused("malformed", "The address is too long or not a URL.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise WebhookAddressRefused("malformed", "The address is not a URL.") from exc
    scheme = _scheme(parts, allowance)
    if "@" in parts.netloc:
        raise WebhookAddressRefused("credentials", "A URL must not carry a user or a password.")
    if parts.fragment:
        raise WebhookAddressRefused("malformed", "A URL with a fragment cannot be called.")
    host = _host(parts.hostname or "", allowance)
    chosen = port if port is not None else _DEFAULT_PORTS[scheme]
    if chosen not in allowance.ports:
        raise WebhookAddressRefused("port", f"Nothing is sent to port {chosen}.")
    place = f"[{host}]" if ":" in host else host
    if chosen != _DEFAULT_PORTS[scheme]:
        place = f"{place}:{chosen}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{scheme}://{place}{parts.path or '/'}{query}"


def check(addresses: Iterable[str], allowance: Allowance) -> None:
    """Pass when every one of these addresses may be sent to.

    Args:
        addresses: All that a name resolves to; one bad one refuses them all.
        allowance: Of this installation.

    Raises:
        WebhookAddressRefused: One may not.
    """
    for text in addresses:
        if not is_allowed(ip_address(text), allowance):
            raise WebhookAddressRefused(
                "network", "The address lies in a network that nothing is sent to."
            )


def is_allowed(address: Address, allowance: Allowance) -> bool:
    """Whether something may be sent to an address."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if isinstance(address, IPv6Address) and address.scope_id:
        return False
    if any(address in network for network in _NEVER):
        return False
    if any(address in network for network in allowance.networks):
        return True
    embeds = any(address in network for network in _EMBEDDING)
    return address.is_global and not address.is_multicast and not embeds


def _scheme(parts: SplitResult, allowance: Allowance) -> str:
    if parts.scheme == "https" or (parts.scheme == "http" and allowance.plain_http):
        return parts.scheme
    raise WebhookAddressRefused("scheme", "Only https addresses are called.")


def _host(given: str, allowance: Allowance) -> str:
    host = _ascii(given)
    try:
        address = ip_address(host)
    except ValueError:
        if _NUMERIC_END.search(host):
            raise WebhookAddressRefused("number", "Write an address as 192.0.2.1.") from None
        if len(host) > _LONGEST_HOST or not _NAME.match(host):
            raise WebhookAddressRefused("host", "The host is not a name or an address.") from None
        return host
    check([host], allowance)
    return str(address)


def _ascii(host: str) -> str:
    """A name as it is looked up: other scripts as A-labels, full-width digits as digits."""
    if ":" in host:
        return host
    try:
        return host.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError as exc:
        raise WebhookAddressRefused("host", "The host is not a name or an address.") from exc
