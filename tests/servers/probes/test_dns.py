"""X6: name servers, by one that the test runs."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.servers.probes.asking import ask, failure_of, free_port

from pulseboard.core.errors import ConfigError
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.guard.verdict import Trust
from pulseboard.probes.kinds import dns as dns_kind
from pulseboard.probes.kinds.dns import Dns, read_answer

HOST = "127.0.0.1"
ZONE = {
    ("example.test.", "A"): ["192.0.2.1", "192.0.2.2"],
    ("example.test.", "AAAA"): ["2001:db8::1"],
    ("example.test.", "MX"): ["10 mail.example.test."],
    ("example.test.", "NS"): ["ns.example.test."],
    ("example.test.", "TXT"): ['"v=spf1 -all"'],
    ("example.test.", "CAA"): ['0 issue "ca.test"'],
    ("example.test.", "SOA"): ["ns.example.test. root.example.test. 1 2 3 4 5"],
    ("_imap._tcp.example.test.", "SRV"): ["0 1 143 imap.example.test."],
    ("www.example.test.", "CNAME"): ["example.test."],
    ("1.2.0.192.in-addr.arpa.", "PTR"): ["example.test."],
    ("large.test.", "TXT"): [f'"{number} {"x" * 250}"' for number in range(200)],
}
Answer = Callable[[bytes, bool], bytes | None]


def answer(wire: bytes, over_tcp: bool) -> bytes:
    """Answer from `ZONE`; what is large only over TCP."""
    query = dns.message.from_wire(wire)
    said = dns.message.make_response(query)
    question = query.question[0]
    kind = dns.rdatatype.to_text(question.rdtype)
    records = ZONE.get((question.name.to_text(), kind))
    if records is None:
        said.set_rcode(dns.rcode.NXDOMAIN)
    elif len(records) > 100 and not over_tcp:
        said.flags |= dns.flags.TC
    else:
        said.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
    return said.to_wire(max_size=65535)


@contextlib.contextmanager
def serving(reply: Answer = answer) -> Iterator[int]:
    """Serve DNS over UDP and TCP of one port, by *reply*."""
    port = free_port()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        socket.create_server((HOST, port)) as listener,
    ):
        datagrams.bind((HOST, port))
        datagrams.settimeout(0.2)
        listener.settimeout(0.2)
        ended = threading.Event()
        threads = [
            threading.Thread(target=_udp, args=(datagrams, reply, ended)),
            threading.Thread(target=_tcp, args=(listener, reply, ended)),
        ]
        for each in threads:
            each.start()
        yield port
        ended.set()
        for each in threads:
            each.join(5)


def _udp(server: socket.socket, reply: Answer, ended: threading.Event) -> None:
    while not ended.is_set():
        with contextlib.suppress(TimeoutError):
            wire, sender = server.recvfrom(4096)
            if (said := reply(wire, False)) is not None:
                server.sendto(said, sender)


def _tcp(server: socket.socket, reply: Answer, ended: threading.Event) -> None:
    while not ended.is_set():
        with contextlib.suppress(OSError):
            client, _ = server.accept()
            with client:
                client.settimeout(2)
                length = int.from_bytes(client.recv(2), "big")
                said = reply(client.recv(length), True)
                if said is not None:
                    client.sendall(len(said).to_bytes(2, "big") + said)


def probe(port: int, name: str = "example.test", kind: str = "A") -> Dns:
    return Dns(name=name, record_type=kind, name_server=HOST, port=port)


@pytest.mark.parametrize(
    ("name", "kind"), [key for key in ZONE if "large" not in key[0]]
)
def test_every_type_of_record_is_told(name: str, kind: str) -> None:
    with serving() as port:
        facts = ask(probe(port, name, kind))
    assert facts.values == {"dns.rcode": "NOERROR"}
    assert sorted(facts.records) == sorted(ZONE[name, kind])


def test_an_address_is_asked_about_backwards() -> None:
    with serving() as port:
        assert ask(probe(port, "192.0.2.1", "PTR")).records == ("example.test.",)


def test_a_name_that_does_not_exist_is_an_answer() -> None:
    with serving() as port:
        facts = ask(probe(port, "missing.test"))
    assert facts.values == {"dns.rcode": "NXDOMAIN"}
    assert facts.records == ()


def test_an_answer_too_large_for_a_datagram_comes_over_tcp() -> None:
    with serving() as port:
        facts = ask(probe(port, "large.test", "TXT"))
    assert len(facts.records) == dns_kind.RECORDS_KEPT
    assert max(map(len, facts.records)) <= dns_kind.RECORD_LENGTH


def test_a_slow_name_server_is_slow() -> None:
    """X7"""

    def slowly(wire: bytes, over_tcp: bool) -> bytes:
        time.sleep(0.3)
        return answer(wire, over_tcp)

    with serving(slowly) as port:
        assert ask(probe(port)).total_seconds >= 0.3


def test_a_silent_name_server_times_out() -> None:
    """A14"""
    with serving(lambda wire, over_tcp: None) as port:
        assert failure_of(probe(port), timeout_seconds=0.3) is Failure.TIMEOUT


def test_no_name_server_is_refused() -> None:
    assert failure_of(probe(free_port())) is Failure.REFUSED


def test_an_answer_to_another_question_is_none() -> None:
    """A03"""

    def other(wire: bytes, over_tcp: bool) -> bytes:
        query = dns.message.make_query("other.test", "A", id=wire[0] << 8 | wire[1])
        return answer(query.to_wire(), over_tcp)

    with serving(other) as port:
        assert failure_of(probe(port)) is Failure.PROTOCOL


def test_people_may_not_name_a_server_of_ours() -> None:
    """A01, A09"""
    seen = []
    with (
        serving(lambda wire, over_tcp: seen.append(wire)) as port,
        pytest.raises(Blocked),
    ):
        ask(probe(port), trust=Trust.PEOPLE)
    assert seen == []


def test_the_server_of_the_system_is_asked_without_another(monkeypatch) -> None:
    with serving() as port:
        monkeypatch.setattr(dns_kind, "_system_server", lambda: HOST)
        facts = ask(Dns(name="example.test", port=port), trust=Trust.PEOPLE)
    assert sorted(facts.records) == ["192.0.2.1", "192.0.2.2"]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"name": "exa mple"}, "name"),
        ({"name": "a" * 64 + ".test"}, "name"),
        ({"name": "example.test", "record_type": "ANY"}, "record_type"),
        ({"name": "example.test", "name_server": "127.1"}, "name_server"),
        ({"name": "example.test", "port": 0}, "port"),
        ({"name": "192.0.2.300", "record_type": "PTR"}, "name"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_field(options, field) -> None:
    with pytest.raises(ConfigError, match=f"^{field}: "):
        Dns(**options)


QUERY = dns.message.make_query("example.test", "TXT")


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_refused_in_one_way(junk: bytes) -> None:
    """A15"""
    with pytest.raises(ConnectFailed) as caught:
        read_answer(QUERY.to_wire()[:2] + junk, QUERY)
    assert caught.value.failure is Failure.PROTOCOL


@given(st.integers(0, 80), st.binary(min_size=1, max_size=6))
def test_a_damaged_answer_is_read_or_refused(place: int, patch: bytes) -> None:
    """A15"""
    wire = answer(QUERY.to_wire(), False)
    with contextlib.suppress(ConnectFailed):
        read_answer(wire[:place] + patch + wire[place + len(patch) :], QUERY)
