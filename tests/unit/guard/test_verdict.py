# ruff: noqa: RUF001  (look-alike letters are what is tested)
"""Which addresses may be connected to. A01, R7"""

from __future__ import annotations

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.core.errors import ConfigError
from pulseboard.guard.deadline import Deadline
from pulseboard.guard.dial import resolve, system_resolver
from pulseboard.guard.errors import Blocked, ConnectFailed
from pulseboard.guard.target import parse_host_and_port, parse_url
from pulseboard.guard.verdict import Trust, embedded, judge_address, parse_networks

CODE, PEOPLE = Trust.CODE, Trust.PEOPLE

#: Address, allowed to code, allowed to people.
TABLE = [
    # public
    ("8.8.8.8", True, True),
    ("1.1.1.1", True, True),
    ("9.255.255.255", True, True),
    ("11.0.0.0", True, True),
    ("172.15.255.255", True, True),
    ("172.32.0.0", True, True),
    ("192.167.255.255", True, True),
    ("192.169.0.0", True, True),
    ("100.63.255.255", True, True),
    ("100.128.0.0", True, True),
    ("223.255.255.255", True, True),
    ("168.63.129.15", True, True),
    ("169.253.255.255", True, True),
    ("169.255.0.0", True, True),
    ("2606:4700::1111", True, True),
    ("2a00:1450::1", True, True),
    ("64:ff9b::808:808", True, True),
    ("::ffff:8.8.8.8", True, True),
    # private: code only
    ("127.0.0.1", True, False),
    ("127.255.255.255", True, False),
    ("10.0.0.0", True, False),
    ("10.255.255.255", True, False),
    ("172.16.0.1", True, False),
    ("172.31.255.255", True, False),
    ("192.168.1.1", True, False),
    ("100.64.0.1", True, False),
    ("100.127.255.255", True, False),
    ("192.0.2.1", True, False),
    ("198.51.100.1", True, False),
    ("203.0.113.1", True, False),
    ("198.18.0.1", True, False),
    ("198.19.255.255", True, False),
    ("192.88.99.1", True, False),
    ("::1", True, False),
    ("::ffff:127.0.0.1", True, False),
    ("::ffff:10.0.0.1", True, False),
    ("::127.0.0.1", True, False),
    ("::ffff:0:127.0.0.1", True, False),
    ("64:ff9b::7f00:1", True, False),
    ("64:ff9b::a00:1", True, False),
    ("64:ff9b:1::a00:1", True, False),
    ("64:ff9b:1:a00:0:100::", True, False),
    ("2002:7f00:1::", True, False),
    ("2002:808:808::", True, False),
    ("2001:0:4136:e378:8000:63bf:80ff:fffe", True, False),
    ("2001:db8::1", True, False),
    ("2001:2::1", True, False),
    ("3fff::1", True, False),
    ("4000::1", True, False),
    ("5f00::1", True, False),
    ("100::1", True, False),
    ("fc00::1", True, False),
    ("fd12:3456::1", True, False),
    ("fec0::1", True, False),
    ("2606:4700::5efe:10.0.0.1", True, False),
    # nobody
    ("0.0.0.0", False, False),
    ("0.1.2.3", False, False),
    ("::", False, False),
    ("169.254.169.254", False, False),
    ("169.254.170.2", False, False),
    ("169.254.0.0", False, False),
    ("fe80::1", False, False),
    ("fe80::1%eth0", False, False),
    ("febf::1", False, False),
    ("fe80::a9fe:a9fe", False, False),
    ("100.100.100.200", False, False),
    ("168.63.129.16", False, False),
    ("192.0.0.192", False, False),
    ("192.0.0.8", False, False),
    ("fd00:ec2::254", False, False),
    ("fd20:ce::254", False, False),
    ("fd00:42::42", False, False),
    ("fd00:c1::a9fe:a9fe", False, False),
    ("224.0.0.1", False, False),
    ("239.255.255.255", False, False),
    ("240.0.0.1", False, False),
    ("255.255.255.255", False, False),
    ("ff02::1", False, False),
    ("ff0e::1", False, False),
    ("::ffff:169.254.169.254", False, False),
    ("::ffff:a9fe:a9fe", False, False),
    ("::169.254.169.254", False, False),
    ("::ffff:0:169.254.169.254", False, False),
    ("::ffff:255.255.255.255", False, False),
    ("64:ff9b::a9fe:a9fe", False, False),
    ("64:ff9b::6464:64c8", False, False),
    ("64:ff9b:1::a9fe:a9fe", False, False),
    ("64:ff9b:1:a9fe:a9:fe00::", False, False),
    ("64:ff9b:1:12a9:fe:a9fe::", False, False),
    ("64:ff9b:1:1234:a9:fea9:fe00::", False, False),
    ("2002:a9fe:a9fe::", False, False),
    ("2002:a9fe:a9fe::1", False, False),
    ("2001:0:a9fe:a9fe::1", False, False),
    ("2001:0:808:808:0:0:5601:5601", False, False),
    ("2606:4700::5efe:169.254.169.254", False, False),
    ("2606:4700::200:5efe:169.254.169.254", False, False),
    # no addresses
    ("", False, False),
    ("localhost", False, False),
    ("127.1", False, False),
    ("0177.0.0.1", False, False),
    ("8.8.8.8.", False, False),
    ("８.8.8.8", False, False),
    ("1:2:3", False, False),
    ("\ud800", False, False),
]


@pytest.mark.parametrize(("address", "code", "people"), TABLE)
def test_each_address_has_its_verdict(address: str, code: bool, people: bool) -> None:
    assert judge_address(address, CODE).allowed is code
    assert judge_address(address, PEOPLE).allowed is people


def test_a_refusal_names_no_address_and_tells_no_reason_apart() -> None:
    """A09"""
    refused = {
        judge_address(address, PEOPLE).reason
        for address, _, people in TABLE
        if not people
    }
    assert refused == {str(Blocked())}


def test_allowed_networks_open_private_addresses_but_never_metadata() -> None:
    """A58"""
    networks = parse_networks(("10.1.0.0/16", "fd12::/16", "169.254.0.0/16"))

    assert judge_address("10.1.2.3", PEOPLE, networks).allowed
    assert judge_address("::ffff:10.1.2.3", PEOPLE, networks).allowed
    assert judge_address("fd12::1", PEOPLE, networks).allowed
    assert not judge_address("10.2.0.1", PEOPLE, networks).allowed
    assert not judge_address("169.254.169.254", PEOPLE, networks).allowed


@pytest.mark.parametrize(
    "text", ["", "10.0.0.1/8", "10.0.0.0/33", "0.0.0.0/0", "::/0", "localhost", "10"]
)
def test_a_network_that_is_none_or_everything_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="ALLOWED_NETWORKS"):
        parse_networks((text,))


@given(st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address))
def test_an_embedded_address_is_judged_no_milder_than_itself(
    inner: ipaddress.IPv4Address,
) -> None:
    number = int(inner)
    spellings = [
        f"::ffff:{inner}",
        str(ipaddress.IPv6Address(number | 0xFFFF << 48)),
        str(ipaddress.IPv6Address((0x64FF9B << 96) | number)),
        str(ipaddress.IPv6Address((0x2002 << 112) | number << 80)),
        str(ipaddress.IPv6Address((0x20010000 << 96) | (number ^ (2**32 - 1)))),
    ]
    for trust in Trust:
        if not judge_address(inner, trust).allowed:
            assert not any(judge_address(each, trust).allowed for each in spellings)


@given(st.ip_addresses())
def test_no_address_is_refused_to_code_and_open_to_people(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    embedded(address)
    if judge_address(address, PEOPLE).allowed:
        assert judge_address(address, CODE).allowed


def _spellings(dotted: str) -> list[str]:
    """Return ways to write an IPv4 address, most of which C libraries resolve."""
    one, two, three, four = (int(each) for each in dotted.split("."))
    number = one << 24 | two << 16 | three << 8 | four
    wide = str.maketrans("0123456789.", "０１２３４５６７８９．")
    circled = str.maketrans("123456789", "①②③④⑤⑥⑦⑧⑨")
    return [
        dotted,
        f"{dotted}.",
        str(number),
        hex(number),
        hex(number).upper(),
        f"0{number:o}",
        f"{one}.{two << 16 | three << 8 | four}",
        f"{one}.{two}.{three << 8 | four}",
        ".".join(f"0x{each:x}" for each in (one, two, three, four)),
        ".".join(f"0{each:o}" for each in (one, two, three, four)),
        ".".join(f"000{each:o}" for each in (one, two, three, four)),
        f"0x{one:x}.{two}.0{three:o}.{four}",
        dotted.translate(wide),
        dotted.translate(circled),
        dotted.replace(".", "。"),
        dotted.replace(".", "．"),
        f"::ffff:{dotted}",
        f"[::ffff:{dotted}]",
        f"::{dotted}",
        f"::ffff:0:{dotted}",
        f"0:0:0:0:0:ffff:{dotted}",
        f"64:ff9b::{dotted}",
        f"2002:{number >> 16:x}:{number & 0xFFFF:x}::",
        f"::ffff:{number >> 16:x}:{number & 0xFFFF:x}",
        f"::ffff:{dotted}%1",
        f"{dotted}%00",
        f"{dotted}\t",
        f" {dotted}",
        f"user@{dotted}",
        f"{dotted}\\@example.org",
        f"{dotted}/",
        f"{dotted}#",
    ]


FORBIDDEN = [
    "127.0.0.1",
    "169.254.169.254",
    "10.0.0.1",
    "192.168.0.1",
    "172.16.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "0.0.0.0",
]
CORPUS = [
    *sorted({each for dotted in FORBIDDEN for each in _spellings(dotted)}),
    "",
    ".",
    "::1",
    "[::1]",
    "::",
    "[::]",
    "0:0:0:0:0:0:0:1",
    "fd00:ec2::254",
    "fe80::1%lo",
    "::1%0",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "ｌocalhost",
    "\x00127.0.0.1",
    "127.0.0.1\x00.example.org",
    "127。0。0。1",
]


def _numeric(host: str, port: int) -> list[tuple[int, tuple[object, ...]]]:
    """As the system resolves, but without asking anybody."""
    found = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
    )
    return [(family, address) for family, _, _, _, address in found]


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 150


@pytest.mark.parametrize("host", CORPUS, ids=ascii)
def test_no_spelling_of_a_forbidden_address_is_dialled(host: str) -> None:
    """A01, R7: resolved as for dialling; what resolves is refused."""
    try:
        records = resolve(host, 80, Deadline(5), _numeric)
    except ConnectFailed:
        return
    assert records
    assert not any(judge_address(each[1][0], PEOPLE).allowed for each in records)


@pytest.mark.parametrize("host", CORPUS, ids=ascii)
def test_no_spelling_of_a_forbidden_address_can_be_saved(host: str) -> None:
    """A01: names are judged when dialled; nothing else passes."""
    for text in (f"http://{host}/", f"http://{host}:8080/"):
        try:
            url = parse_url(text, PEOPLE)
        except ConfigError:
            continue
        assert url.host.lower() == "localhost"
    try:
        host, _ = parse_host_and_port(host, 80, PEOPLE)
    except ConfigError:
        return
    assert host.lower() == "localhost"


def test_an_ip_address_is_read_without_asking_a_name_server() -> None:
    assert system_resolver("127.0.0.1", 80) == [(socket.AF_INET, ("127.0.0.1", 80))]
