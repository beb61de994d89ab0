"""DNS: what a name server says about a name, over UDP and where needed TCP."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pulseboard.core.errors import ConfigError
from pulseboard.core.redaction import one_line
from pulseboard.guard.connection import connect
from pulseboard.guard.datagram import exchange
from pulseboard.guard.deadline import Deadline
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.guard.target import parse_host
from pulseboard.guard.verdict import Trust, parse_address
from pulseboard.probes.checked import check_choice, check_host, check_port, naming
from pulseboard.probes.facts import Facts
from pulseboard.probes.probe import Probe, Try, kind

if TYPE_CHECKING:
    from dns.message import Message

RECORD_TYPES = (
    "A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT",
)  # fmt: skip
RECORDS_KEPT = 100
#: Keys for mail take four hundred and more.
RECORD_LENGTH = 1000
#: What passes every network in one piece.
DATAGRAM_BYTES = 1232


@kind("dns")
@dataclass(frozen=True, kw_only=True)
class Dns(Probe):
    """
    Args:
        name: That is asked about; an IP address when *record_type* is PTR.
        record_type: A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV or TXT.
        name_server: Host name or address; empty: the system's.
    """

    name: str
    record_type: str = "A"
    name_server: str = ""
    port: int = 53

    usual_ports: ClassVar[frozenset[int]] = frozenset({53})
    presumed: ClassVar[tuple[str, ...]] = ("dns.rcode == NOERROR",)

    def __post_init__(self) -> None:
        check_choice(self.record_type, RECORD_TYPES, "record_type")
        with naming("name"):
            if self.record_type != "PTR" or parse_address(self.name) is None:
                parse_host(self.name, Trust.CODE)
        if self.name_server:
            check_host(self.name_server, "name_server")
        check_port(self.port)
        if importlib.util.find_spec("dns") is None:
            raise ConfigError(
                "name: questions to name servers need the extra dns "
                "(pip install 'pulseboard[dns]')"
            )

    async def ask(self, one: Try) -> Facts:
        deadline = Deadline(one.timeout_seconds)
        query = _query(self.name, self.record_type)
        answer = await self._answer(query, self._trust(one), deadline)
        records = tuple(_records(answer, self.record_type))
        rcode = _rcode(answer)
        return Facts(
            total_seconds=deadline.passed_seconds(),
            summary=f"{rcode}, {len(records)} records",
            records=records,
            values={"dns.rcode": rcode},
        )

    def _trust(self, one: Try) -> Trust:
        """Return who chose the name server: the system's was chosen by who runs us."""
        return one.trust if self.name_server else Trust.CODE

    async def _answer(
        self, query: Message, trust: Trust, deadline: Deadline
    ) -> Message:
        server = self.name_server or _system_server()
        wire = query.to_wire()
        said = await exchange(
            server,
            self.port,
            wire,
            trust=trust,
            deadline=deadline,
            default_ports=self.usual_ports,
            fits=functools.partial(_is_answer, wire),
        )
        answer = read_answer(said, query)
        if not _is_cut(answer):
            return answer
        line = await connect(
            server,
            self.port,
            trust=trust,
            deadline=deadline,
            default_ports=self.usual_ports,
        )
        async with line:
            await line.write(len(wire).to_bytes(2, "big") + wire)
            length = int.from_bytes(await line.read_exactly(2), "big")
            return read_answer(await line.read_exactly(length), query)


def read_answer(wire: bytes, query: Message) -> Message:
    """
    Return the answer to *query* that is written in *wire*.

    Raises:
        ConnectFailed: It is none.
    """
    import dns.message

    try:
        answer = dns.message.from_wire(wire, ignore_trailing=True)
        fits = query.is_response(answer)
    except Exception:  # whatever a parser of so many formats stumbles over
        raise ConnectFailed(Failure.PROTOCOL) from None
    if not fits:
        raise ConnectFailed(Failure.PROTOCOL)
    return answer


def _query(name: str, record_type: str) -> Message:
    import dns.exception
    import dns.message
    import dns.reversename

    is_address = parse_address(name) is not None
    asked = dns.reversename.from_address(name) if is_address else name
    try:
        return dns.message.make_query(
            asked, record_type, use_edns=0, payload=DATAGRAM_BYTES
        )
    except dns.exception.DNSException:
        raise ConfigError("name: expected a host name such as example.org") from None


def _system_server() -> str:
    import dns.resolver

    try:
        servers = dns.resolver.get_default_resolver().nameservers
    except dns.resolver.NoResolverConfiguration:
        servers = []
    for each in servers:
        if isinstance(each, str) and parse_address(each) is not None:
            return each
    raise ConnectFailed(Failure.NAME)


def _is_answer(query: bytes, said: bytes) -> bool:
    return len(said) >= 12 and said[:2] == query[:2] and bool(said[2] & 0x80)


def _is_cut(answer: Message) -> bool:
    import dns.flags

    return bool(answer.flags & dns.flags.TC)


def _rcode(answer: Message) -> str:
    import dns.rcode

    return dns.rcode.to_text(answer.rcode())


def _records(answer: Message, record_type: str) -> Iterator[str]:
    """Yield the records of the wanted type; aliases on the way there are left out."""
    import dns.rdatatype

    wanted = dns.rdatatype.from_text(record_type)
    found = [
        each for group in answer.answer if group.rdtype == wanted for each in group
    ]
    for each in found[:RECORDS_KEPT]:
        yield one_line(each.to_text(), limit=RECORD_LENGTH)
