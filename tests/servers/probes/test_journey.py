"""X10: journeys through a small shop that keeps sessions."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.servers.probes.asking import ask, free_port
from tests.servers.probes.web import Reply, Request, web

from pulseboard.core.errors import ConfigError
from pulseboard.core.options import build
from pulseboard.core.status import Status
from pulseboard.guard.errors import Blocked, ConnectFailed
from pulseboard.guard.verdict import Trust
from pulseboard.probes.assertions.parse import parse_conditions
from pulseboard.probes.kinds.journey import Journey
from pulseboard.probes.verdict import verdict

PASSWORD, TOKEN = "canary-pass/word", 'canary "token" &/ä'
NOW = datetime(2026, 1, 1, tzinfo=UTC)

LOG_IN = {
    "name": "log-in",
    "path": "/login",
    "method": "POST",
    "body": '{"user": "probe", "password": "{password}"}',
    "save": {"token": "json.access", "session": "cookie.session"},
}
ORDER = {
    "name": "order",
    "path": "/orders?token={token}",
    "method": "POST",
    "headers": {"Cookie": "session={session}"},
    "body": '{"item": 1}',
    "expect": "201",
    "save": {"order": "json.id"},
}
LOOK = {
    "name": "look",
    "path": "/orders/{order}",
    "auth": "Bearer {session}",
    "conditions": 'json.state == "new"',
}
CANCEL = {"name": "cancel", "path": "/orders/{order}", "method": "DELETE"}
LOG_OUT = {"name": "log-out", "path": "/logout", "auth": "Bearer {session}"}


class Shop:
    """What it was asked, and how it behaves where a test says otherwise."""

    def __init__(self, **replies: Reply) -> None:
        self.requests: list[Request] = []
        self.replies = replies
        self.delays_seconds: dict[str, float] = {}

    def __call__(self, request: Request) -> Reply:
        self.requests.append(request)
        name = self._name(request)
        time.sleep(self.delays_seconds.get(name, 0))
        return self.replies.get(name) or getattr(self, name)(request)

    @property
    def asked(self) -> list[str]:
        return [self._name(each) for each in self.requests]

    def _name(self, request: Request) -> str:
        if request.path == "/login":
            return "log_in"
        if request.path == "/logout":
            return "log_out"
        return {"POST": "order", "GET": "look", "DELETE": "cancel"}[request.method]

    def log_in(self, request: Request) -> Reply:
        if json.loads(request.body)["password"] != PASSWORD:
            return Reply(401)
        body = json.dumps({"access": TOKEN}).encode()
        return Reply(body=body, headers=[("set-cookie", "session=s-1; Path=/")])

    def order(self, request: Request) -> Reply:
        return Reply(201, b'{"id": 7}')

    def look(self, request: Request) -> Reply:
        return Reply(body=b'{"state": "new"}')

    def cancel(self, request: Request) -> Reply:
        return Reply(204)

    def log_out(self, request: Request) -> Reply:
        return Reply(204)


def journey(url: str, **options: Any) -> Journey:
    """Build it as settings do: from plain values."""
    values = {
        "url": url,
        "steps": [LOG_IN, ORDER, LOOK],
        "clean_up": [CANCEL, LOG_OUT],
        "secrets": {"password": PASSWORD},
        **options,
    }
    return build(Journey, values, where="")


def failing(probe: Journey, timeout_seconds: float = 10) -> str:
    """Return what people read about the failure."""
    with pytest.raises(ConnectFailed) as caught:
        ask(probe, timeout_seconds=timeout_seconds)
    outcome = verdict(caught.value, parse_conditions(""), now=NOW)
    assert outcome.status is Status.CRITICAL
    return outcome.summary


def test_values_are_carried_from_step_to_step() -> None:
    shop = Shop()
    with web(shop) as url:
        facts = ask(journey(url))
    assert shop.asked == ["log_in", "order", "look", "cancel", "log_out"]
    _, order, look, cancel, _ = shop.requests
    assert order.path == "/orders?token=canary%20%22token%22%20%26%2F%C3%A4"
    assert order.headers["cookie"] == "session=s-1"
    assert look.headers["authorization"] == "Bearer s-1"
    assert cancel.path == "/orders/7"
    assert facts.warnings == ()
    assert set(facts.values) == {
        f"step.{name}.seconds"
        for name in ("log-in", "order", "look", "cancel", "log-out")
    }
    assert "step_log_in_seconds" in facts.readings
    assert facts.total_seconds >= sum(facts.readings.values()) * 0.99


def test_values_are_data_in_json_and_forms() -> None:
    shop = Shop()
    told = {"name": "tell", "path": "/orders", "method": "POST", "expect": "201"}
    form = {"content-type": "application/x-www-form-urlencoded"}
    steps = [
        LOG_IN,
        {**told, "body": '{"token": "{token}", "own": { "a": 1 }}'},
        {**told, "name": "fill", "body": "token={token}&b=1", "headers": form},
    ]
    with web(shop) as url:
        ask(journey(url, steps=steps, clean_up=[]))
    assert json.loads(shop.requests[1].body) == {"token": TOKEN, "own": {"a": 1}}
    assert shop.requests[2].body == b"token=canary+%22token%22+%26%2F%C3%A4&b=1"


def test_a_value_that_looks_like_a_placeholder_is_not_read_again() -> None:
    """A20"""
    shop = Shop(log_in=Reply(body=b'{"access": "{password}"}'))
    steps = [
        {**LOG_IN, "save": {"token": "json.access"}},
        {**ORDER, "headers": {}},
    ]
    with web(shop) as url:
        ask(journey(url, steps=steps, clean_up=[]))
    assert shop.requests[1].path == "/orders?token=%7Bpassword%7D"


def test_the_step_that_fails_is_named_and_clean_up_follows() -> None:
    shop = Shop(look=Reply(500))
    with web(shop) as url:
        said = failing(journey(url))
    assert said == "The step look failed: status in 200-299: got 500"
    assert shop.asked == ["log_in", "order", "look", "cancel", "log_out"]


def test_a_condition_that_does_not_hold_fails_the_step_without_quoting() -> None:
    shop = Shop(look=Reply(body=b'{"state": "canary-state"}'))
    with web(shop) as url:
        said = failing(journey(url))
    assert said == 'The step look failed: json.state == "new" does not hold'


def test_clean_up_without_its_values_is_left_out() -> None:
    shop = Shop(log_in=Reply(401))
    with web(shop) as url:
        said = failing(journey(url))
    assert said == "The step log-in failed: status in 200-299: got 401"
    assert shop.asked == ["log_in"]


def test_each_failing_clean_up_is_a_warning_of_its_own() -> None:
    shop = Shop(cancel=Reply(500), log_out=Reply(503))
    with web(shop) as url:
        facts = ask(journey(url))
    outcome = verdict(facts, parse_conditions(""), now=NOW)
    assert outcome.status is Status.WARNING
    assert facts.warnings == (
        "Clean-up: the step cancel failed: status in 200-299: got 500",
        "Clean-up: the step log-out failed: status in 200-299: got 503",
    )


def test_a_failure_and_a_failing_clean_up_are_both_told() -> None:
    shop = Shop(look=Reply(500), cancel=Reply(500))
    with web(shop) as url:
        said = failing(journey(url))
    assert said == (
        "The step look failed: status in 200-299: got 500 "
        "Clean-up: the step cancel failed: status in 200-299: got 500"
    )


def test_clean_up_has_time_left_when_a_step_has_none() -> None:
    """A14"""
    shop = Shop()
    shop.delays_seconds["look"] = 20
    with web(shop) as url:
        said = failing(journey(url), timeout_seconds=1.5)
        assert said == "The step look failed: No complete answer in time."
        assert shop.asked == ["log_in", "order", "look", "cancel", "log_out"]
        shop.delays_seconds.clear()


def test_one_clean_up_that_hangs_leaves_time_for_the_next() -> None:
    shop = Shop()
    shop.delays_seconds["cancel"] = 20
    with web(shop) as url:
        facts = ask(journey(url), timeout_seconds=3)
    assert facts.warnings == (
        "Clean-up: the step cancel failed: No complete answer in time.",
    )
    assert shop.asked[-1] == "log_out"


def test_no_server_is_told_by_the_first_step() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert failing(journey(url)) == (
        "The step log-in failed: The connection was refused."
    )


def test_a_slow_step_is_seen_in_its_own_time() -> None:
    """X7"""
    shop = Shop()
    shop.delays_seconds["order"] = 0.3
    with web(shop) as url:
        facts = ask(journey(url))
    assert facts.readings["step_order_seconds"] >= 0.3


@pytest.mark.parametrize(
    "body",
    [b"{}", b'{"access": null}', b'{"access": {}}', b"<html>", b"[" * 9000],
)
def test_nothing_to_save_fails_the_step(body: bytes) -> None:
    """A15"""
    shop = Shop(log_in=Reply(body=body, headers=[("set-cookie", "session=1")]))
    with web(shop) as url:
        said = failing(journey(url))
    assert said == "The step log-in failed: There is nothing to save as token."


def test_a_saved_value_that_fits_into_no_header_fails_the_step() -> None:
    """A10"""
    body = json.dumps({"access": "a\r\nx-evil: 1"}).encode()
    steps = [
        {**LOG_IN, "save": {"token": "json.access"}},
        {"name": "use", "path": "/orders/1", "headers": {"X-Api-Key": "{token}"}},
    ]
    shop = Shop(log_in=Reply(body=body))
    with web(shop) as url:
        said = failing(journey(url, steps=steps, clean_up=[]))
    assert said == "The step use failed: A saved value cannot be sent."
    assert shop.asked == ["log_in"]


def test_people_reach_no_service_of_ours() -> None:
    """A01"""
    shop = Shop()
    with web(shop) as url, pytest.raises(Blocked):
        ask(journey(url), trust=Trust.PEOPLE)
    assert shop.asked == []


def test_secrets_are_in_nothing_that_is_shown() -> None:
    shop = Shop(look=Reply(500, TOKEN.encode()))
    with web(shop) as url:
        probe = journey(url)
        with pytest.raises(ConnectFailed) as caught:
            ask(probe)
        shown = repr(probe) + repr(caught.value) + failing(probe)
    assert PASSWORD not in shown
    assert TOKEN not in shown


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": []}, "steps: expected 1 to 20"),
        ({"steps": [{**LOG_IN, "path": "login"}]}, "path: expected a slash"),
        ({"steps": [{**LOG_IN, "url": "https://a.test/"}]}, "path: expected a path or"),
        ({"steps": [{**LOG_IN, "mehtod": "GET"}]}, "mehtod"),
        ({"steps": [{**LOG_IN, "name": "Log in"}]}, "name: expected a name"),
        ({"steps": [LOG_IN, LOG_IN]}, "each name once"),
        ({"steps": [ORDER]}, "order: path: nothing is saved as {token} before"),
        ({"steps": [{**LOG_IN, "body": "{password.upper}"}]}, "nothing is saved"),
        ({"steps": [{**LOG_IN, "body": "{0.__class__}"}]}, "nothing is saved"),
        ({"steps": [{**LOG_IN, "save": {"a.b": "json.a"}}]}, "save: expected a name"),
        ({"steps": [{**LOG_IN, "save": {"a": "os.environ"}}]}, "save: "),
        ({"steps": [{**LOG_IN, "save": {"a": "json[*].a"}}]}, "expected one value"),
        ({"steps": [{**LOG_IN, "conditions": "status = 1"}]}, "conditions: line 1"),
        ({"steps": [{**LOG_IN, "conditions": "warning: status == 1"}]}, "conditions: "),
        ({"steps": [{**LOG_IN, "expect": "ok"}]}, "expect: "),
        ({"steps": [{**LOG_IN, "method": "BREW"}]}, "method"),
        ({"steps": [{**LOG_IN, "auth": "user:plain"}]}, "auth: expected {name}"),
        ({"steps": [{**LOG_IN, "body": '{"password": "plain"}'}]}, "body: expected {"),
        ({"steps": [{**LOG_IN, "body": "a=1&api_key=plain"}]}, "body: expected {"),
        ({"steps": [{**LOG_IN, "path": "/login?token=plain"}]}, "body: expected {"),
        (
            {"steps": [{**LOG_IN, "headers": {"Authorization": "Basic eA=="}}]},
            "headers: expected {name}",
        ),
        ({"steps": [{"name": "a", "url": "https://a.test/{b}"}]}, "nothing is saved"),
        ({"secrets": {"Password": "x"}}, "secrets: expected names"),
        ({"url": "ftp://example.org"}, "url: "),
        (
            {
                "url": "https://this-application.invalid",
                "steps": [{"name": "a", "url": "https://other.test/"}],
                "clean_up": [],
            },
            "expected only paths",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(options, message: str) -> None:
    """A20"""
    with pytest.raises(ConfigError) as caught:
        journey(**{"url": "https://example.org", "clean_up": [], **options})
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "text", ["{{7*7}}", "{% include %}", "%(x)s", "${ env }", "{ x }"]
)
def test_braces_around_anything_else_stay(text: str) -> None:
    """A20"""
    shop = Shop()
    step = {"name": "say", "path": "/orders", "method": "POST", "expect": "201"}
    with web(shop) as url:
        ask(journey(url, steps=[{**step, "body": text}], clean_up=[]))
    assert shop.requests[0].body.decode() == text


def test_a_value_cannot_change_the_host() -> None:
    """A05"""
    steps = [{"name": "a", "url": "https://{password}.example.org/"}]
    with pytest.raises(ConfigError, match="host"):
        journey("", steps=steps, clean_up=[], secrets={"password": "x"})
