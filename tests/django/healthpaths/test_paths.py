"""The health paths as other systems rely on them (M10, D1, X2, A61, A67)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from pulseboard.healthpaths.store import board
from pulseboard.monitors.models import Monitor, RunnerLease

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = {"HTTP_AUTHORIZATION": "Bearer a-settings-token"}
NOW = timedelta(0)


@pytest.fixture(autouse=True)
def host(settings):
    settings.PULSEBOARD = {"SERVICE_NAME": "Shop", "TOKEN": "a-settings-token"}
    board.forget()
    yield
    board.forget()


def known(name: str, status: str, *, age: timedelta = NOW, **columns: Any) -> Monitor:
    """Make a monitor whose last result is *age* old."""
    return Monitor.objects.create(
        name=name,
        title=name.capitalize(),
        status=status,
        summary=f"{name} says {status}",
        ran_at=datetime.now(UTC) - age,
        duration_seconds=0.0123,
        interval_seconds=30,
        **columns,
    )


def deciding(name: str, status: str, **columns: Any) -> Monitor:
    return known(name, status, decides_readiness=True, **columns)


def get(client: Client, path: str, **headers: Any) -> tuple[int, dict[str, Any]]:
    response = client.get(f"/health/{path}", **headers)
    return response.status_code, json.loads(response.content)


@pytest.mark.parametrize(
    ("database", "cache", "status", "code"),
    [
        ("healthy", "healthy", "healthy", 200),
        ("healthy", "warning", "warning", 200),
        ("healthy", "critical", "warning", 200),  # the cache does not decide
        ("healthy", "unknown", "healthy", 200),
        ("warning", "healthy", "warning", 200),
        ("critical", "healthy", "critical", 503),
    ],
)
def test_the_root_says_one_word(client, database, cache, status, code):
    deciding("database", database)
    known("cache", cache)
    found_code, body = get(client, "")
    assert (found_code, body["status"]) == (code, status)


def test_the_root_tells_anyone_three_keys_and_no_more(client):
    """A61: byte for byte."""
    deciding("database", "critical", details={"host": "db.internal"})
    response = client.get("/health/")
    body = json.loads(response.content)
    expected = {"status": "critical", "timestamp": body["timestamp"], "service": "Shop"}
    assert response.content == json.dumps(expected).encode()
    assert response["Content-Type"] == "application/json"
    assert datetime.fromisoformat(body["timestamp"]).tzinfo is UTC


def test_results_older_than_three_intervals_are_no_knowledge(client):
    deciding("database", "healthy", age=timedelta(seconds=91))
    assert get(client, "")[0:1] == (200,)
    assert get(client, "")[1]["status"] == "unknown"
    assert get(client, "ready")[0] == 503


def test_health_json_when_asked_for(client):
    deciding("database", "healthy")
    response = client.get("/health/", HTTP_ACCEPT="application/health+json")
    assert response["Content-Type"] == "application/health+json"
    assert json.loads(response.content) == {"status": "pass"}


def test_live_asks_nothing(client, django_assert_num_queries):
    """X2: never any input or output."""
    with django_assert_num_queries(0):
        assert get(client, "live")[0] == 200


def test_ready_tells_why_to_who_may_know_and_to_nobody_else(client):
    deciding("database", "critical")
    code, body = get(client, "ready")
    assert (code, set(body)) == (503, {"status", "timestamp", "service"})
    code, body = get(client, "ready", **TOKEN)
    assert body["reason"] == ["Database: database says critical"]


def test_before_the_first_results_ready_asks_the_deciding_checks_once(client):
    """X2: the real checks of this test's own database."""
    assert get(client, "ready")[0] == 200
    assert not Monitor.objects.exists()


def test_startup_waits_for_the_first_results(client):
    deciding("database", "healthy")
    assert get(client, "startup")[0] == 200


def test_ready_can_be_asked_of_chosen_checks(client):
    """X2"""
    deciding("database", "healthy")
    known("queue", "critical")
    assert get(client, "ready?checks=database", **TOKEN)[0] == 200
    code, body = get(client, "ready?checks=database,queue", **TOKEN)
    assert (code, body["reason"]) == (503, ["Queue: queue says critical"])
    assert get(client, "ready?checks=nothing", **TOKEN)[0] == 400
    assert get(client, "ready?checks=database")[0] == 403


def test_detailed_has_the_fields_of_the_contract(client):
    """G11, M10"""
    deciding("database", "healthy", readings={"query_seconds": 0.004})
    known("cache", "critical", details={"kind": "Redis"}, reference="abc123")
    RunnerLease.objects.create(name="runner", ticked_at=datetime.now(UTC))
    code, body = get(client, "detailed", **TOKEN)
    assert code == 200
    assert {
        "overall_status", "timestamp", "uptime_seconds", "health_checks",
        "active_alerts_count", "performance_summary",
    } <= set(body)  # fmt: skip
    assert body["overall_status"] == "critical"
    assert "error_count_1h" in body["performance_summary"]
    cache, database = body["health_checks"]
    assert {"service", "status", "response_time_ms", "details", "error_message"} <= set(
        database
    )
    assert database["response_time_ms"] == 12.3
    assert database["error_message"] is None
    assert database["details"]["query_seconds"] == 0.004
    assert cache["error_message"] == "cache says critical"
    assert cache["reference"] == "abc123"
    assert body["runner"]["running"] is True


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, 401), ({"HTTP_AUTHORIZATION": "Bearer wrong"}, 401), (TOKEN, 200)],
)
def test_detailed_is_for_viewers(client, headers, code):
    assert get(client, "detailed", **headers)[0] == code


def test_a_user_without_role_is_refused_and_a_superuser_is_not(
    client, django_user_model
):
    """D4"""
    user = django_user_model.objects.create_user("ana", password="x")
    client.force_login(user)
    assert get(client, "detailed")[0] == 403
    user.is_superuser = True
    user.save()
    assert get(client, "detailed")[0] == 200


@pytest.mark.parametrize("path", ["live", "ready", "startup", "detailed"])
def test_a_trailing_slash_is_optional(client, path):
    deciding("database", "healthy")
    codes = {
        client.get(f"/health/{path}{slash}", **TOKEN).status_code for slash in ("", "/")
    }
    assert codes == {200}


@pytest.mark.parametrize("path", ["", "live", "ready", "startup", "detailed"])
@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_ACCEPT": "\x00;;q=x,,/*"},
        {"HTTP_ACCEPT": "a" * 100_000},
        {"HTTP_RANGE": "bytes=9-1"},
        {"HTTP_IF_MODIFIED_SINCE": "yesterday"},
        {"HTTP_COOKIE": "=;=;sessionid=\xff"},
        {"HTTP_AUTHORIZATION": "Bearer \xff\x00"},
        {"HTTP_X_FORWARDED_FOR": "::::,,,1.2.3"},
        {"QUERY_STRING": "%ff%00&a=%"},
    ],
)
def test_malformed_requests_never_break_a_path(client, path, headers):
    deciding("database", "healthy")
    assert client.get(f"/health/{path}", **headers).status_code < 500


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "trace"])
def test_health_paths_are_read_only(client, method):
    assert getattr(client, method)("/health/").status_code == 405


def test_answers_are_not_stored_by_caches_and_carry_the_policy(client):
    """D5"""
    response = client.get("/health/live")
    assert response["Cache-Control"] == "no-store"
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"


def test_many_polls_cost_one_read(client, django_assert_max_num_queries):
    """D1, A66: the answer of this second is remembered."""
    deciding("database", "healthy")
    get(client, "")
    Monitor.objects.update(status="critical")
    assert get(client, "")[1]["status"] == "healthy"
    board.forget()
    assert get(client, "")[1]["status"] == "critical"


def test_every_answer_tells_how_long_it_took(client):
    """S8: seconds with six decimals."""
    seconds = client.get("/health/live")["X-Response-Time"]
    assert len(seconds.split(".")[1]) == 6
    assert 0 <= float(seconds) < 60


@pytest.mark.parametrize("path", ["", "ready"])
def test_switched_off_nobody_is_taken_out_of_service(client, settings, path):
    """D7: nobody asks, so nobody may conclude."""
    settings.PULSEBOARD = {"ENABLED": False}
    deciding("database", "critical", age=timedelta(hours=1))
    code, body = get(client, path)
    assert (code, body["status"]) == (200, "unknown")


def test_wrong_settings_do_not_kill_the_process_that_is_asked(client, settings):
    """F72"""
    settings.PULSEBOARD = {"MAX_WORKERS": "many"}
    board.forget()
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/").status_code == 503
