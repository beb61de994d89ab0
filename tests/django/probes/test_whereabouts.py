"""A web process says where it listens; a runner elsewhere on its host asks there. S2"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler

from pulseboard.monitors.models import RunnerLease
from pulseboard.monitors.store.web import note_web, read_web
from pulseboard.probes import whereabouts

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOST = socket.gethostname()


@pytest.fixture(autouse=True)
def _knows_nothing() -> Iterator[None]:
    whereabouts.forget()
    yield
    whereabouts.forget()


def _base() -> str | None:
    own = whereabouts.own_address()
    return own.base if own else None


class _Quiet(WSGIRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def _served() -> Iterator[int]:
    """Serve this application in here, as a web process does."""
    with make_server("127.0.0.1", 0, WSGIHandler(), handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@contextlib.contextmanager
def _listening_below(port: int) -> Iterator[None]:
    """Hold a lower port, which would be the first to be taken for ours."""
    for lower in range(port - 1, 1024, -1):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", lower)):
            yield
            return


def test_of_several_ports_the_one_that_answers_as_us_is_ours() -> None:
    with _served() as port, _listening_below(port):
        whereabouts.note_if_due()

    assert _base() == f"http://127.0.0.1:{port}"


def test_an_only_port_is_not_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        whereabouts.note_if_due()

        assert _base() == f"http://127.0.0.1:{server.getsockname()[1]}"


def test_another_process_of_the_host_believes_what_was_written() -> None:
    note_web(HOST, "0.0.0.0", 8123, datetime.now(UTC))
    whereabouts.look()

    assert _base() == "http://127.0.0.1:8123"


def test_nobody_knows_the_address_of_a_web_process_on_a_unix_socket() -> None:
    whereabouts.note_if_due()
    whereabouts.look()

    assert _base() is None
    assert not RunnerLease.objects.filter(mode="web").exists()


def test_what_was_written_is_believed_for_three_minutes_on_its_host() -> None:
    note_web("one", "127.0.0.1", 80, NOW)

    assert read_web("one", NOW + timedelta(minutes=3)) == ("127.0.0.1", 80)
    assert read_web("one", NOW + timedelta(minutes=3, seconds=1)) is None
    assert read_web("two", NOW) is None


def test_hosts_that_are_gone_leave_no_rows() -> None:
    note_web("old", "127.0.0.1", 80, NOW)
    note_web("new", "127.0.0.1", 80, NOW + timedelta(days=2))

    assert RunnerLease.objects.get(mode="web").host == "new"


def test_public_url_comes_first(settings: object) -> None:
    settings.PULSEBOARD = {"PUBLIC_URL": "https://shop.example/"}  # type: ignore[attr-defined]
    note_web(HOST, "127.0.0.1", 80, datetime.now(UTC))
    whereabouts.look()

    assert _base() == "https://shop.example"
