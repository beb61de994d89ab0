"""
A network of its own in which everything forbidden exists, listens and counts.

Run as a program in a new network and mount namespace: it makes the addresses, a name
server that lies, a web server in public, asks as people's endpoints do, and prints
what came of it as JSON.
"""

from __future__ import annotations

import asyncio
import collections
import itertools
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import dns.message
import dns.rcode
import dns.rrset

PUBLIC, PUBLIC_6 = "93.184.216.34", "2606:4700::1111"
FORBIDDEN = [
    "127.0.0.1",
    "10.0.0.5",
    "172.16.0.5",
    "192.168.0.5",
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
]
FORBIDDEN_6 = ["::1", "fd00:ec2::254", "::ffff:127.0.0.1"]
PORTS = (80, 443)
NAME_SERVER = "127.0.0.53"

#: Name to how often people's endpoints ask for it.
FETCHES = {
    "http://rebind.test/": 400,
    "http://rebind6.test/": 200,
    "http://mixed.test/": 100,
    "http://internal.test/": 50,
    "http://crowd.test/": 50,
    "http://loop.test/": 50,
    f"http://{PUBLIC}/to-rebind": 100,
    f"http://{PUBLIC}/to-internal": 50,
}


def main() -> None:
    _make_network(Path(sys.argv[1]))
    sinks = Sinks()
    _serve_names()
    _serve_web()
    noticed = sinks.notices_everything()
    print(json.dumps({"noticed": noticed, **asyncio.run(_ask_all(sinks))}))


class Sinks:
    """Listens on everything forbidden and remembers who came."""

    def __init__(self) -> None:
        self.visits: list[str] = []
        addresses = [*FORBIDDEN, *(each for each in FORBIDDEN_6 if "." not in each)]
        self._places = list(itertools.product(addresses, PORTS))
        for address, port in self._places:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            listening = socket.create_server((address, port), family=family)
            _in_thread(lambda listening=listening: self._count(listening))

    def notices_everything(self) -> bool:
        """Visit each once, without the guard, and forget it."""
        for place in self._places:
            with socket.create_connection(place, timeout=5) as opened:
                opened.recv(1)
        noticed = len(self.visits) == len(self._places)
        self.visits.clear()
        return noticed

    def _count(self, listening: socket.socket) -> None:
        while True:
            opened, _ = listening.accept()
            self.visits.append(listening.getsockname()[0])
            opened.close()


def _make_network(folder: Path) -> None:
    _run("ip", "link", "set", "lo", "up")
    for address in [*FORBIDDEN[1:], PUBLIC]:
        _run("ip", "address", "add", f"{address}/32", "dev", "lo")
    for address in [FORBIDDEN_6[1], PUBLIC_6]:
        _run("ip", "-6", "address", "add", f"{address}/128", "dev", "lo", "nodad")
    files = {
        "resolv.conf": f"nameserver {NAME_SERVER}\noptions timeout:1 attempts:1\n",
        "nsswitch.conf": "hosts: dns\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
        _run("mount", "--bind", str(folder / name), f"/etc/{name}")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _serve_names() -> None:
    """Answer with what `Lies` says; nothing lives longer than its answer."""
    lies = Lies()
    asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asked.bind((NAME_SERVER, 53))

    def serve() -> None:
        while True:
            data, client = asked.recvfrom(4096)
            asked.sendto(lies.answer(data), client)

    _in_thread(serve)


class Lies:
    """A name server that never says the same twice."""

    def __init__(self) -> None:
        self._turns = {
            "rebind.test.": _alternating(PUBLIC, FORBIDDEN),
            "rebind6.test.": _alternating(PUBLIC_6, FORBIDDEN_6),
        }

    def answer(self, data: bytes) -> bytes:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text().lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        response = dns.message.make_response(query)
        addresses = self._addresses(name, kind)
        if name == "loop.test.":
            response.answer.append(
                dns.rrset.from_text(name, 0, "IN", "CNAME", "loop.test.")
            )
        elif addresses:
            response.answer.append(dns.rrset.from_text(name, 0, "IN", kind, *addresses))
        return response.to_wire()

    def _addresses(self, name: str, kind: str) -> list[str]:
        wanted = "AAAA" if name == "rebind6.test." else "A"
        if kind != wanted:
            return []
        if name in self._turns:
            return [next(self._turns[name])]
        crowd = [f"93.184.217.{number}" for number in range(20)]
        return {
            "mixed.test.": [PUBLIC, "10.0.0.5"],
            "internal.test.": ["169.254.169.254"],
            "crowd.test.": [*crowd, "127.0.0.1"],
        }.get(name, [])


def _alternating(public: str, forbidden: list[str]) -> Iterator[str]:
    for each in itertools.cycle(forbidden):
        yield public
        yield each


def _serve_web() -> None:
    for address in (PUBLIC, PUBLIC_6):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listening = socket.create_server((address, 80), family=family, backlog=200)
        _in_thread(lambda listening=listening: _answer(listening))


def _answer(listening: socket.socket) -> None:
    while True:
        opened, _ = listening.accept()
        with opened:
            asked = opened.recv(4096).split(b" ")
            path = asked[1].decode() if len(asked) > 1 else "/"
            lines = ["HTTP/1.1 200 OK", "Content-Length: 0"]
            if path.startswith("/to-"):
                host = path.removeprefix("/to-")
                lines = ["HTTP/1.1 302 Found", f"Location: http://{host}.test/"]
                lines += ["Content-Length: 0"]
            opened.sendall("\r\n".join([*lines, "", ""]).encode())


def _in_thread(serve: Callable[[], None]) -> None:
    threading.Thread(target=serve, daemon=True).start()


async def _ask_all(sinks: Sinks) -> dict[str, object]:
    from django.conf import settings

    settings.configure(PULSEBOARD={})
    from tests.unit.guard.test_verdict import CORPUS

    fetched: dict[str, collections.Counter[str]] = {}
    for url, count in FETCHES.items():
        fetched[url] = collections.Counter()
        for _ in range(0, count, 10):
            fetched[url].update(await asyncio.gather(*(_fetch(url) for _ in range(10))))
    spelled = collections.Counter([await _spelled(host) for host in CORPUS])
    return {"fetched": fetched, "spelled": spelled, "visits": sinks.visits}


async def _fetch(url: str) -> str:
    """Ask as an endpoint of people's does; return how it ended."""
    from pulseboard.core.errors import ConfigError
    from pulseboard.guard.errors import Blocked, ConnectFailed
    from pulseboard.guard.verdict import Trust
    from pulseboard.probes.kinds.http import Http
    from pulseboard.probes.probe import Try

    try:
        probe = Http(url=url)
        facts = await probe.ask(Try(trust=Trust.PEOPLE, timeout_seconds=10))
    except (Blocked, ConfigError) as error:
        return type(error).__name__
    except ConnectFailed as error:
        return error.failure.name
    return str(facts.status)


async def _spelled(host: str) -> str:
    """Dial *host* as it is, past whatever would refuse to save it."""
    from pulseboard.guard.connection import connect
    from pulseboard.guard.errors import Blocked, ConnectFailed
    from pulseboard.guard.verdict import Trust

    await _fetch(f"http://{host}/")
    try:
        opened = await connect(
            host, 80, trust=Trust.PEOPLE, timeout_seconds=10, default_ports=(80,)
        )
    except Blocked:
        return "Blocked"
    except ConnectFailed as error:
        return error.failure.name
    opened.close()
    return "connected"


if __name__ == "__main__":
    main()
