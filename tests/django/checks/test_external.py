"""External services on real servers. M1, S1"""

from __future__ import annotations

import contextlib
import http.server
import os
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings
from tests.support.process import free_port

from pulseboard.checks.builtin.external import External
from pulseboard.checks.configured import plan_of
from pulseboard.checks.services import service_from
from pulseboard.conf import get_settings
from pulseboard.core.outcome import Outcome, Reason
from pulseboard.core.status import Status

SECRET = "hunter2-hunter2"


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers the status the path asks for; ``/known`` wants the token."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        wanted = self.path.partition("?")[0].strip("/")
        self.server.seen.append((self.command, self.path, dict(self.headers)))  # type: ignore[attr-defined]
        if wanted == "known":
            known = SECRET in str(self.headers)
            self.answer(200 if known else 401)
        else:
            self.answer(int(wanted))

    do_HEAD = do_GET

    def answer(self, code: int) -> None:
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_request(self, code: object = "-", size: object = "-") -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[http.server.ThreadingHTTPServer]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        running.seen = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def url(server: http.server.ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def asked(entry: object) -> Outcome:
    preset, service = service_from("Payments", entry)
    return External(service=service, preset=preset).run()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "status", "summary"),
    [
        (200, Status.HEALTHY, "answered 200 in "),
        (204, Status.HEALTHY, "answered 204 in "),
        (302, Status.HEALTHY, "answered 302 in "),
        (401, Status.CRITICAL, "The service refuses our credentials (401)."),
        (403, Status.CRITICAL, "The service refuses our credentials (403)."),
        (404, Status.CRITICAL, "The service answered 404."),
        (429, Status.WARNING, "The service limits our requests (429)."),
        (500, Status.CRITICAL, "The service answered 500."),
        (503, Status.CRITICAL, "The service answered 503."),
    ],
)
def test_the_answer_decides(url: str, code: int, status: Status, summary: str) -> None:
    outcome = asked(f"{url}/{code}")

    assert outcome.status is status
    assert outcome.summary.startswith(summary)
    assert outcome.readings["response_seconds"] > 0


def test_other_answers_can_be_expected(url: str) -> None:
    assert asked({"url": f"{url}/404", "expect": [404]}).status is Status.HEALTHY
    assert asked({"url": f"{url}/200", "expect": [404]}).status is Status.CRITICAL


def test_a_slow_answer_is_a_warning(url: str) -> None:
    entry = {"url": f"{url}/200", "slow_after": timedelta(microseconds=1)}

    outcome = asked(entry)

    assert outcome.status is Status.WARNING
    assert ", limit " in outcome.summary


@pytest.mark.parametrize(
    "entry",
    [
        {"token": SECRET},
        {"token": SECRET, "header": "X-Api-Key", "method": "HEAD"},
        {"preset": "africastalking", "username": "acme", "api_key": SECRET},
    ],
)
def test_the_service_learns_who_we_are(url: str, entry: dict[str, Any]) -> None:
    right = asked({**entry, "url": f"{url}/known"})
    wrong = {key: "wrong" if value == SECRET else value for key, value in entry.items()}
    refused = asked({**wrong, "url": f"{url}/known"})

    assert right.status is Status.HEALTHY, right.summary
    assert refused.summary == "The service refuses our credentials (401)."


def test_twilio_gets_a_pair(url: str, server: http.server.ThreadingHTTPServer) -> None:
    entry = {"account_sid": "AC1", "token": SECRET, "url": f"{url}/200"}

    assert asked(entry).status is Status.HEALTHY
    _, _, headers = server.seen[-1]  # type: ignore[attr-defined]
    sent = {name.lower(): value for name, value in headers.items()}
    assert sent["authorization"].startswith("Basic ")


def test_a_closed_port_is_critical() -> None:
    outcome = asked(f"http://127.0.0.1:{free_port()}/?key={SECRET}")

    assert outcome.status is Status.CRITICAL
    assert outcome.reason is Reason.ERROR
    assert outcome.summary == "The connection was refused."


def test_a_service_that_does_not_answer_is_critical() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        outcome = asked({"url": address, "timeout": "1s"})

    assert outcome.status is Status.CRITICAL
    assert outcome.summary == "No complete answer in time."


def test_mail_servers_are_greeted(smtp_sink: Any) -> None:
    plain = {"host": "127.0.0.1", "port": smtp_sink.port, "starttls": False}

    assert asked(plain).status is Status.HEALTHY
    assert asked({**plain, "starttls": True}).status is Status.CRITICAL
    assert asked({**plain, "port": free_port()}).status is Status.CRITICAL


def test_the_mail_server_of_django_is_meant_without_a_host(
    settings: Settings, smtp_sink: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp_sink.port
    assert asked("smtp").status is Status.HEALTHY

    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert asked("smtp").status is Status.UNKNOWN


def test_each_entry_is_a_monitor_under_the_name_people_know(
    settings: Settings,
) -> None:
    settings.PULSEBOARD = {
        "EXTERNAL_SERVICES": {
            "Twilio": {
                "url": f"https://api.example.org/{SECRET}",
                "token": SECRET,
                "timeout": "3s",
                "every": "5m",
            },
            "E-mail": "smtp",
        }
    }

    plan = plan_of(get_settings())

    found = {each.name: each for each in plan.definitions}
    twilio = found["external:twilio"]
    assert twilio.title == "Twilio"
    assert found["external:e-mail"].title == "E-mail"
    assert (twilio.timeout, twilio.every) == (
        timedelta(seconds=3),
        timedelta(minutes=5),
    )
    assert twilio.options == {"preset": "token_api"}
    assert SECRET not in repr(twilio)


def test_a_wrong_entry_is_a_problem_with_its_name(settings: Settings) -> None:
    settings.PULSEBOARD = {"EXTERNAL_SERVICES": {"Pay": {"urll": "https://x.org"}}}

    plan = plan_of(get_settings())

    assert plan.problems == (
        "PULSEBOARD.EXTERNAL_SERVICES.Pay: unknown name 'urll'; did you mean 'url'?",
    )


def test_without_services_nothing_is_asked(settings: Settings) -> None:
    settings.PULSEBOARD = {}

    plan = plan_of(get_settings())

    assert plan.absent["external"] == "EXTERNAL_SERVICES is empty"


def test_many_requests_leave_threads_and_descriptors_unchanged(url: str) -> None:
    """X29"""
    entries = (f"{url}/200", f"{url}/500", f"http://127.0.0.1:{free_port()}/")
    for entry in entries:
        asked(entry)
    before = settled()

    for _ in range(200):
        for entry in entries:
            asked(entry)

    descriptors, threads = settled()
    # Fewer is fine: what other tests left open may be gone meanwhile.
    assert descriptors <= before[0]
    assert threads <= before[1]


def settled() -> tuple[int, int]:
    """Return descriptors and threads once the server has let go of its clients."""
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            with contextlib.suppress(RuntimeError):
                thread.join(10)
    return len(os.listdir("/proc/self/fd")), threading.active_count()
