"""Where webhooks may be sent: the tricks that are known, one by one."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.webhooks import addresses
from services.registry.domain.webhooks.addresses import Allowance, networks_of
from services.registry.domain.webhooks.errors import WebhookAddressRefused

PUBLIC = Allowance()
INTRANET = Allowance(networks=networks_of("10.20.0.0/16, fd12::/16"), plain_http=True,
                     ports=frozenset({80, 443, 8443}))  # fmt: skip


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org/in", "scheme"),
        ("ftp://example.org/in", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://127.0.0.1:25/", "scheme"),
        ("//example.org/in", "scheme"),
        ("https://127.0.0.1/", "network"),
        ("https://127.1/", "number"),
        ("https://2130706433/", "number"),
        ("https://0x7f000001/", "number"),
        ("https://0x7f.1/", "number"),
        ("https://0177.0.0.1/", "number"),
        ("https://127.0.0.01/", "number"),
        ("https://1.2.3.4.5/", "number"),
        ("https://127.0.0.1./", "network"),
        ("https://１２７.０.０.１/", "network"),
        ("https://127。0。0。1/", "network"),
        ("https://169.254.169.254/latest/meta-data/", "network"),
        ("https://100.100.100.200/latest/meta-data/", "network"),
        ("https://0.0.0.0/", "network"),
        ("https://10.0.0.1/", "network"),
        ("https://172.16.0.1/", "network"),
        ("https://192.168.1.1/", "network"),
        ("https://100.64.0.1/", "network"),
        ("https://224.0.0.1/", "network"),
        ("https://255.255.255.255/", "network"),
        ("https://[::1]/", "network"),
        ("https://[::]/", "network"),
        ("https://[::ffff:127.0.0.1]/", "network"),
        ("https://[::ffff:7f00:1]/", "network"),
        ("https://[::127.0.0.1]/", "network"),
        ("https://[64:ff9b::7f00:1]/", "network"),
        ("https://[2002:7f00:1::]/", "network"),
        ("https://[fe80::1]/", "network"),
        ("https://[fe80::1%25eth0]/", "network"),
        ("https://[fd00:ec2::254]/", "network"),
        ("https://[ff02::1]/", "network"),
        ("https://[::1/", "malformed"),
        ("https://user:secret@example.org/", "credentials"),
        ("https://example.org@127.0.0.1/", "credentials"),
        ("https://@example.org/", "credentials"),
        ("https://example.org:22/", "port"),
        ("https://example.org:6379/", "port"),
        ("https://example.org:80/", "port"),
        ("https://example.org:0/", "port"),
        ("https://example.org:99999/", "malformed"),
        ("https://example.org/#there", "malformed"),
        ("https://example.org\\@127.0.0.1/", "malformed"),
        ("https://example.org/ a", "malformed"),
        ("https://example.org/\r\nHost: x", "malformed"),
        ("https://exa mple.org/", "malformed"),
        ("https://", "host"),
        ("https:///path", "host"),
        ("https://-x.example/", "host"),
        ("https://a..b/", "host"),
        ("https://" + "a" * 64 + ".example/", "host"),
        ("https://example.org/" + "a" * 2100, "malformed"),
    ],
)
def test_an_address_that_could_lead_inside_is_refused(url: str, reason: str) -> None:
    with pytest.raises(WebhookAddressRefused) as refused:
        addresses.target_of(url, PUBLIC)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://example.org", "https://example.org/"),
        ("HTTPS://Example.ORG:443/in?x=1", "https://example.org/in?x=1"),
        ("https://example.org:8443/in", "https://example.org:8443/in"),
        ("https://example.org./", "https://example.org/"),
        ("https://卫生.example/", "https://xn--rlr479e.example/"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2606:4700::1]/", "https://[2606:4700::1]/"),
    ],
)
def test_a_public_address_is_brought_into_its_plain_form(url: str, plain: str) -> None:
    assert addresses.target_of(url, PUBLIC) == plain


def test_named_networks_are_allowed_and_nothing_else() -> None:
    assert addresses.target_of("http://10.20.1.2/in", INTRANET) == "http://10.20.1.2/in"
    assert addresses.target_of("https://[fd12::1]/", INTRANET) == "https://[fd12::1]/"
    for url in ("http://10.21.1.2/", "https://[::ffff:10.21.0.1]/", "https://[fd13::1]/"):
        with pytest.raises(WebhookAddressRefused):
            addresses.target_of(url, INTRANET)


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "0.0.0.1", "fe80::1", "224.0.0.1", "100.100.100.200", "::"]
)
def test_no_setting_opens_metadata_and_nobodys_addresses(address: str) -> None:
    everything = Allowance(networks=networks_of("0.0.0.0/0,::/0"))
    assert not addresses.is_allowed(ip_address(address), everything)
    assert addresses.is_allowed(ip_address("127.0.0.1"), everything)


def test_one_bad_address_of_a_name_refuses_it() -> None:
    addresses.check(["8.8.8.8", "2606:4700::1"], PUBLIC)
    with pytest.raises(WebhookAddressRefused):
        addresses.check(["8.8.8.8", "127.0.0.1"], PUBLIC)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_means_the_same_inside_ipv6(address: IPv4Address) -> None:
    mapped = IPv6Address(b"\0" * 10 + b"\xff\xff" + address.packed)
    assert addresses.is_allowed(mapped, PUBLIC) == addresses.is_allowed(address, PUBLIC)


@given(st.ip_addresses())
def test_only_global_addresses_are_public(address: IPv4Address | IPv6Address) -> None:
    if addresses.is_allowed(address, PUBLIC):
        assert address.is_global
        assert not address.is_loopback
        assert not address.is_link_local
        assert not address.is_multicast
