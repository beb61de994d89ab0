"""S13, X22: the public page is answered ahead of the application, never wrongly."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from pulseboard import asgi, wsgi
from pulseboard.runner import embedded
from pulseboard.statuspage import store
from pulseboard.statuspage.kept import OFFERED, Answer, Keeper


@dataclass
class Host:
    """An application behind the short cut, over both protocols."""

    offers: bool = True
    status: int = 200
    extra: list[tuple[bytes, bytes]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    read_at: float = 0.0

    async def asgi(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope["path"])
        if self.offers:
            scope[OFFERED] = self.read_at or time.monotonic()
        headers = [(b"etag", b'"1"'), (b"content-type", b"text/html"), *self.extra]
        start = {"type": "http.response.start", "status": self.status}
        await send(start | {"headers": headers})
        await send({"type": "http.response.body", "body": b"page"})

    def wsgi(self, environ: Any, start_response: Any) -> list[bytes]:
        self.asked.append(environ["PATH_INFO"])
        if self.offers:
            environ[OFFERED] = self.read_at or time.monotonic()
        headers = [("ETag", '"1"'), ("Content-Type", "text/html")]
        headers += [(n.decode(), v.decode()) for n, v in self.extra]
        start_response(f"{self.status} OK", headers)
        return [b"page"]


@dataclass
class Heard:
    status: int
    headers: dict[str, str]
    body: bytes


Ask = Callable[..., Heard]


@pytest.fixture
def revision(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return a list whose last entry is the revision of the page."""
    revisions: list[object] = [1]
    monkeypatch.setattr(store, "revision", lambda: revisions[-1])
    monkeypatch.setattr(embedded, "arm", lambda: None)
    # Looked at by hand: `keeper.look()`.
    monkeypatch.setattr(Keeper, "_watch", lambda self: None)
    return revisions


@pytest.fixture
def keepers(monkeypatch: pytest.MonkeyPatch) -> list[Keeper]:
    """Return the keepers that short cuts make."""
    made: list[Keeper] = []

    def make(revision: Callable[[], object]) -> Keeper:
        made.append(Keeper(revision))
        made[-1].look()
        return made[-1]

    for module in (asgi, wsgi):
        monkeypatch.setattr(module, "Keeper", make)
    return made


@pytest.fixture(params=["asgi", "wsgi"])
def served(request: Any, revision: list[object], keepers: list[Keeper]) -> Any:
    """Return a host behind its short cut, and how to ask it."""
    host = Host()
    if request.param == "asgi":
        return host, _asgi_asker(asgi.short_cut(host.asgi))
    return host, _wsgi_asker(wsgi.short_cut(host.wsgi))


def _asgi_asker(application: Any) -> Ask:
    def ask(path: str = "/p", method: str = "GET", **headers: str) -> Heard:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": [
                (name.replace("_", "-").encode(), value.encode())
                for name, value in headers.items()
            ],
        }
        asyncio.run(application(scope, None, send))
        found = {n.decode().lower(): v.decode() for n, v in sent[0]["headers"]}
        body = b"".join(each["body"] for each in sent[1:])
        return Heard(sent[0]["status"], found, body)

    return ask


def _wsgi_asker(application: Any) -> Ask:
    def ask(path: str = "/p", method: str = "GET", **headers: str) -> Heard:
        started: list[Any] = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        body = b"".join(application(environ, lambda *each: started.append(each)))
        status, found = started[0][:2]
        return Heard(int(status.split()[0]), {n.lower(): v for n, v in found}, body)

    return ask


def test_the_second_visitor_is_answered_from_memory(served: Any) -> None:
    """S13"""
    host, ask = served
    first, second = ask(), ask()
    assert first == second
    assert second.body == b"page"
    assert host.asked == ["/p"]


def test_a_change_of_the_page_is_seen(
    served: Any, revision: list[object], keepers: list[Keeper]
) -> None:
    """S13, X22"""
    host, ask = served
    ask()
    revision.append(2)
    keepers[-1].look()
    ask()
    assert host.asked == ["/p", "/p"]


def test_nothing_is_trusted_without_a_recent_look(
    served: Any, keepers: list[Keeper]
) -> None:
    """X22: a process that cannot look must not repeat an old green"""
    host, ask = served
    ask()
    keepers[-1]._trusted_until = 0.0
    ask()
    assert host.asked == ["/p", "/p"]


def test_an_answer_made_before_a_change_is_not_kept(
    served: Any, revision: list[object], keepers: list[Keeper]
) -> None:
    """S13"""
    keeper = keepers[-1]
    seen = keeper.seen
    revision.append(2)
    keeper.look()
    keeper.keep(("key",), Answer(200, (), b"old"), seen, time.monotonic())
    assert keeper.get(("key",)) is None


@pytest.mark.parametrize(
    "difference",
    [
        {"path": "/q"},
        {"host": "other.example.org"},
        {"accept_language": "de"},
        {"accept_encoding": "gzip"},
        {"authorization": "Basic eDp5"},
        {"x_forwarded_host": "other.example.org"},
    ],
)
def test_other_questions_get_their_own_answer(
    served: Any, difference: dict[str, str]
) -> None:
    """X19, X21"""
    host, ask = served
    ask()
    ask(**difference)
    assert len(host.asked) == 2


@pytest.mark.parametrize(
    "host",
    [
        Host(offers=False),
        Host(status=500),
        Host(status=404),
        Host(extra=[(b"Set-Cookie", b"session=1")]),
        Host(extra=[(b"Vary", b"Accept-Encoding, Cookie")]),
        Host(extra=[(b"Vary", b"*")]),
    ],
    ids=["not offered", "failed", "not there", "cookie", "by cookie", "by anything"],
)
@pytest.mark.parametrize("protocol", ["asgi", "wsgi"])
def test_what_is_for_one_visitor_is_not_kept(
    host: Host, protocol: str, revision: list[object], keepers: list[Keeper]
) -> None:
    """X19: private pages are never answered from memory"""
    host.asked.clear()
    ask = (
        _asgi_asker(asgi.short_cut(host.asgi))
        if protocol == "asgi"
        else _wsgi_asker(wsgi.short_cut(host.wsgi))
    )
    ask()
    ask()
    assert len(host.asked) == 2


def test_a_visitor_who_has_the_page_is_told_so(served: Any) -> None:
    """S13"""
    _, ask = served
    ask()
    heard = ask(if_none_match='W/"0", "1"')
    assert heard.status == 304
    assert heard.body == b""
    assert heard.headers["etag"] == '"1"'
    assert "content-type" not in heard.headers


def test_what_the_first_answer_took_is_not_told_of_the_next(served: Any) -> None:
    """S8"""
    host, ask = served
    host.extra.append((b"X-Response-Time", b"0.040"))
    assert "x-response-time" in ask().headers
    assert "x-response-time" not in ask().headers


def test_a_head_request_gets_no_body(served: Any) -> None:
    """S13"""
    _, ask = served
    ask()
    heard = ask(method="HEAD")
    assert (heard.status, heard.body) == (200, b"")


def test_a_post_goes_to_the_application(served: Any) -> None:
    """S13"""
    host, ask = served
    ask()
    ask(method="POST")
    assert len(host.asked) == 2


def test_what_was_read_before_the_change_was_seen_is_not_kept(
    revision: list[object],
) -> None:
    """X22: an outage must not hide behind what a process still had in memory"""
    keeper = Keeper(lambda: revision[-1])
    read_at = time.monotonic()
    revision.append(2)
    keeper.look()
    keeper.keep(("key",), Answer(200, (), b"old"), keeper.seen, read_at)
    assert keeper.get(("key",)) is None


def test_memory_is_bounded(revision: list[object]) -> None:
    """promise 10"""
    keeper = Keeper(lambda: 1)
    keeper.look()
    for number in range(600):
        keeper.keep((number,), Answer(200, (), b"x" * 1000), 1, time.monotonic())
    assert len(keeper._answers) <= 512
    keeper.keep(("large",), Answer(200, (), b"x" * 2_000_000), 1, time.monotonic())
    assert keeper.get(("large",)) is None


def test_while_the_new_page_is_made_the_others_get_the_one_before(
    revision: list[object], keepers: list[Keeper]
) -> None:
    """S13: nobody waits, and not for long does anybody read what was"""
    keeper = Keeper(lambda: revision[-1])
    keeper.look()
    old, new = Answer(200, (), b"old"), Answer(200, (), b"new")
    keeper.keep(("key",), old, keeper.seen, time.monotonic())
    revision.append(2)
    keeper.look()
    assert [keeper.get(("key",)) for _ in range(3)] == [None, old, old]
    keeper.keep(("key",), new, keeper.seen, time.monotonic())
    assert keeper.get(("key",)) == new
    revision.append(3)
    keeper.look()
    keeper.look()
    assert [keeper.get(("key",)) for _ in range(2)] == [None, None]


def test_without_a_change_ages_are_told_anew_each_minute(
    revision: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """X22: a dead runner changes nothing, yet its page grows older"""
    moment = [1000.0]
    monkeypatch.setattr("pulseboard.statuspage.kept._now", lambda: moment[0])
    keeper = Keeper(lambda: 1)
    keeper.look()
    keeper.keep(("key",), Answer(200, (), b"5 min ago"), keeper.seen, time.monotonic())
    moment[0] += 61
    keeper.look()
    assert keeper.get(("key",)) is None


@pytest.mark.parametrize("module", ["asgi", "wsgi"])
def test_it_can_be_imported_before_django_is_set_up(module: str) -> None:
    """S13: a host's asgi.py imports everything first"""
    code = f"import pulseboard.{module}, sys; print('django' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.stdout.strip() == "False", ran.stderr
