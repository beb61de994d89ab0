"""Endpoints in the API. S2, S4, A41, A54, A58, A60"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.unit.guard.listeners import answer, listening

import pulseboard.urls  # noqa: F401  (registers the operations)
from pulseboard.access import store as access
from pulseboard.access.models import ApiToken, AuditEvent
from pulseboard.core.operations import Operation, operations
from pulseboard.core.roles import Role
from pulseboard.monitors import registry
from pulseboard.monitors.models import Component
from pulseboard.probes import store
from pulseboard.probes.models import Endpoint

pytestmark = pytest.mark.django_db(transaction=True)

API = "/health/api/endpoints"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CANARY = "canary-Pa55word"
OURS = [each for each in operations() if each.path.startswith("api/endpoints")]
SPEC = {"title": "Shop", "target": "https://example.org/"}


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(access, "_limiter", access.Limiter())
    yield
    registry._stored[-1].seen, registry._stored[-1].found = None, ()
    registry.forget()


def _call(role: Role | None, method: str, path: str = "", body: Any = None) -> Any:
    headers = {}
    if role is not None:
        _, plain = ApiToken.issue(name="test", role=role, now=timezone.now())
        headers["authorization"] = f"Bearer {plain}"
    content = b"" if body is None else json.dumps(body).encode()
    return Client().generic(
        method, f"{API}{path}", content, "application/json", headers=headers
    )


@pytest.mark.parametrize("operation", OURS, ids=lambda each: each.name)
def test_each_operation_asks_for_its_role(operation: Operation) -> None:
    """A41"""
    store.create(SPEC, NOW)
    path = operation.path.removeprefix("api/endpoints").replace("{id}", "shop")
    roles = [None, *Role]
    below = [
        each
        for each in roles
        if operation.role is not None
        and (each is None or not each.covers(operation.role))
    ]

    for role in below:
        status = _call(role, operation.method, path, {}).status_code
        assert status == (401 if role is None else 403)
    if operation.role is not None:
        allowed = _call(operation.role, operation.method, path, {})
        assert allowed.status_code not in (401, 403)


def test_visitors_get_public_components_and_no_trace_of_others() -> None:
    """A41"""
    for title in ("Shop", "Hidden"):
        store.create({"title": title, "target": "https://example.org/"}, NOW)
    store.publish(Endpoint.objects.get(name="shop"))
    before = _call(None, "GET")

    assert before.json() == {
        "endpoints": [
            {
                "id": "shop",
                "name": "Shop",
                "group": "",
                "status": "no_data",
                "uptime_24h": None,
            }
        ],
        "total": 1,
    }
    assert _call(None, "GET", "/hidden").status_code == 404
    store.delete(Endpoint.objects.get(name="hidden"))
    assert _call(None, "GET").headers["ETag"] == before.headers["ETag"]


def test_viewers_get_every_endpoint_without_secrets() -> None:
    """A60"""
    store.create({**SPEC, "auth": f"me:{CANARY}", "headers": {"X-A": CANARY}}, NOW)

    response = _call(Role.VIEWER, "GET")

    assert [each["id"] for each in response.json()["endpoints"]] == ["shop"]
    assert CANARY not in response.content.decode()
    assert _call(Role.VIEWER, "GET", "/shop").json()["name"] == "Shop"


def test_an_endpoint_is_added_changed_and_deleted() -> None:
    """S2"""
    body = {**SPEC, "options": {"method": "POST", "auth": f"me:{CANARY}"}}

    made = _call(Role.EDITOR, "POST", "", body)
    assert made.status_code == 201
    changed = _call(Role.EDITOR, "PATCH", "/shop", {"every": "5m", "public": True})
    assert changed.json()["every"] == "5m"
    assert changed.json()["public"] is True
    spec = store.spec_of(Endpoint.objects.get())
    assert (spec["method"], spec["auth"]) == ("POST", f"me:{CANARY}")

    assert _call(Role.EDITOR, "DELETE", "/shop").status_code == 204
    assert not Endpoint.objects.exists()
    assert not Component.objects.filter(is_public=True).exists()
    assert CANARY not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"title": "Shop"}, "target"),
        ({"target": "https://example.org/"}, "title"),
        ({**SPEC, "is_trusted": True}, "is_trusted"),
        ({**SPEC, "source": "x"}, "source"),
        ({**SPEC, "every": "1s"}, "every"),
        ({**SPEC, "target": "http://10.0.0.1/"}, "target"),
        ({**SPEC, "options": {"headers": {"A": "b\r\nc: d"}}}, "headers"),
        ({**SPEC, "options": {"url": "http://10.0.0.1/"}, "target": None}, "url"),
        ({**SPEC, "options": {"nonsense": 1}}, "nonsense"),
        ({**SPEC, "options": {"name": "b"}}, "name"),
        ({**SPEC, "options": {"auth": "(unchanged)"}}, "auth"),
        ({**SPEC, "options": {"auth": "env:SECRET_KEY"}}, "auth"),
    ],
)
def test_bad_input_is_refused_by_name_and_nothing_is_stored(
    body: dict[str, Any], name: str
) -> None:
    """A54"""
    response = _call(Role.EDITOR, "POST", "", body)

    assert response.status_code == 400
    assert name in [each["name"] for each in response.json()["errors"]]
    assert not Endpoint.objects.exists()


def test_only_admins_trust_and_change_what_is_trusted() -> None:
    """A58"""
    body = {"title": "Inside", "target": "http://10.0.0.1/", "trusted": True}

    assert _call(Role.EDITOR, "POST", "", body).status_code == 403
    assert _call(Role.ADMIN, "POST", "", body).status_code == 201
    assert _call(Role.EDITOR, "PATCH", "/inside", {"every": "5m"}).status_code == 403
    assert _call(Role.EDITOR, "DELETE", "/inside").status_code == 403
    assert _call(Role.ADMIN, "PATCH", "/inside", {"every": "5m"}).status_code == 200


def test_pausing_disabling_and_their_ends() -> None:
    """S4"""
    store.create(SPEC, NOW)

    paused = _call(Role.EDITOR, "POST", "/shop/pause", {"duration": "1h"})
    assert paused.json()["paused_until"] is not None
    assert _call(Role.EDITOR, "POST", "/shop/resume").json()["paused_until"] is None
    assert _call(Role.EDITOR, "POST", "/shop/disable").json()["enabled"] is False
    assert _call(Role.EDITOR, "POST", "/shop/enable").json()["enabled"] is True
    bad = _call(Role.EDITOR, "POST", "/shop/pause", {"duration": "long"})
    assert bad.status_code == 400


def test_a_run_is_recorded_within_the_call(settings: Any) -> None:
    """S4"""
    settings.PULSEBOARD = {**settings.PULSEBOARD, "ALLOWED_NETWORKS": ["127.0.0.0/8"]}
    with listening(answer(b"fine")) as server:
        store.create(
            {"title": "Shop", "target": f"http://127.0.0.1:{server.port}/"}, NOW
        )
        response = _call(Role.RESPONDER, "POST", "/shop/run")

    assert response.status_code == 200
    assert response.json()["status"] == "healthy"
    assert response.json()["last_run_at"] is not None


def test_a_test_stores_nothing(settings: Any) -> None:
    settings.PULSEBOARD = {**settings.PULSEBOARD, "ALLOWED_NETWORKS": ["127.0.0.0/8"]}
    with listening(answer(b"fine")) as server:
        target = f"http://127.0.0.1:{server.port}/"
        response = _call(Role.EDITOR, "POST", "/test", {"target": target})

    assert response.json()["status"] == "healthy"
    assert not Endpoint.objects.exists()


def test_what_the_settings_declare_is_not_changed(settings: Any) -> None:
    """S2"""
    settings.PULSEBOARD = {
        **settings.PULSEBOARD,
        "ENDPOINTS": {"Shop": "https://example.org/"},
    }
    registry.look()

    assert _call(Role.ADMIN, "PATCH", "/shop", {"every": "5m"}).status_code == 409
    assert _call(Role.ADMIN, "DELETE", "/shop").status_code == 409
    assert _call(Role.EDITOR, "POST", "/shop/disable").status_code == 200


def test_endpoints_that_depend_on_each_other_are_refused() -> None:
    """X9"""
    for title, parents in (("A", []), ("B", ["a"]), ("C", ["b"])):
        spec = {**SPEC, "title": title, "name": title.lower(), "parents": parents}
        assert _call(Role.EDITOR, "POST", "", spec).status_code in (200, 201)

    for parent in ("a", "b", "c"):
        answer = _call(Role.EDITOR, "PATCH", "/a", {"parents": [parent]})
        assert answer.status_code == 400
        assert "parents" in str(answer.json())

    assert _call(Role.EDITOR, "PATCH", "/c", {"parents": ["a"]}).status_code == 200


def test_a_schema_is_kept_and_a_wrong_one_refused() -> None:
    """X5"""
    schema = {"type": "object", "required": ["status"]}
    spec = {**SPEC, "conditions": "json fits schema", "json_schema": schema}
    _call(Role.EDITOR, "POST", "", spec)
    assert Endpoint.objects.get(name="shop").options["json_schema"] == schema

    answer = _call(Role.EDITOR, "PATCH", "/shop", {"json_schema": {"type": 5}})
    assert answer.status_code == 400
    assert "json_schema" in str(answer.json())


JOURNEY = {
    "title": "Trip",
    "kind": "journey",
    "target": "https://example.org",
    "options": {
        "secrets": {"word": CANARY},
        "steps": [{"name": "in", "path": "/", "body": "{word}", "method": "POST"}],
    },
}
LOGIN = {**SPEC, "options": {"auth": f"me:{CANARY}"}}
STEP = {"name": "out", "url": "https://evil.example/{word}"}


@pytest.mark.parametrize(
    ("spec", "change", "name"),
    [
        (LOGIN, {"options": {"TARGET": "https://evil.example/"}}, "target"),
        (LOGIN, {"options": {"URL": "https://evil.example/"}}, "target"),
        (LOGIN, {"options": {"Url": "https://a.org/", "url": "/"}}, "url"),
        (LOGIN, {"target": "http://example.org/"}, "target"),
        (LOGIN, {"options": {"verify_tls": False}}, "verify_tls"),
        (JOURNEY, {"options": {"Steps": [STEP]}}, "steps"),
        (JOURNEY, {"options": {"clean_up": [STEP]}}, "clean_up"),
    ],
)
def test_stored_secrets_go_nowhere_else(
    spec: dict[str, Any], change: dict[str, Any], name: str
) -> None:
    """A60"""
    made = _call(Role.EDITOR, "POST", "", spec).json()
    before = Endpoint.objects.values().get()

    answer = _call(Role.EDITOR, "PATCH", f"/{made['id']}", change)

    assert answer.status_code == 400
    assert name in [each["name"] for each in answer.json()["errors"]]
    assert Endpoint.objects.values().get() == before


def test_another_path_of_the_same_server_takes_the_secrets_along() -> None:
    """A60"""
    _call(Role.EDITOR, "POST", "", LOGIN)
    change = {"target": "https://example.org/else", "options": {"METHOD": "POST"}}

    assert _call(Role.EDITOR, "PATCH", "/shop", change).status_code == 200
    assert store.spec_of(Endpoint.objects.get())["auth"] == f"me:{CANARY}"


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"auth": "env:PATH"}, "auth"),
        ({"client_certificate": "/etc/hostname"}, "client_certificate"),
        ({"authorities": "/etc/hostname"}, "authorities"),
        ({"host_header": "inside.example"}, "host_header"),
        ({"headers": {"Host": "inside.example"}}, "headers"),
    ],
)
def test_trust_is_for_targets_and_opens_nothing_else(
    options: dict[str, Any], name: str
) -> None:
    """A58"""
    spec = {**SPEC, "target": "http://10.0.0.1/", "trusted": True, "options": options}

    answer = _call(Role.ADMIN, "POST", "", spec)

    assert answer.status_code == 400
    assert name in [each["name"] for each in answer.json()["errors"]]
