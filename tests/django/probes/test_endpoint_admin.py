"""Endpoints in the admin. S2, S4, S19, A01, A10, A54, A58, A60"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from tests.unit.guard.listeners import answer, listening

from pulseboard.access import store as access
from pulseboard.access.models import AuditEvent
from pulseboard.access.roles import permissions_of
from pulseboard.core.roles import Role
from pulseboard.core.status import Status
from pulseboard.history.models import HealthMetric
from pulseboard.history.store import note_confirmed, note_first
from pulseboard.monitors import registry
from pulseboard.monitors.models import Component, Monitor
from pulseboard.probes import store
from pulseboard.probes.models import Endpoint

pytestmark = pytest.mark.django_db

LIST = "/admin/pulseboard/endpoint/"
ADD = f"{LIST}add/"
TEST = f"{LIST}test/"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CANARY = "canary-Pa55word"

#: What the form sends when only the URL was typed.
UNTOUCHED = {
    "every": "60s",
    "kind": "http",
    "method": "GET",
    "expect": "200-299",
    "retries": "2",
    "follow_redirects": "on",
    "verify_tls": "on",
}


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(access, "_limiter", access.Limiter())
    yield
    registry._stored[-1].seen, registry._stored[-1].found = None, ()
    registry.forget()


@pytest.fixture
def editor(client: Client) -> Client:
    user = User.objects.create_user("eve", is_staff=True)
    codenames = permissions_of(Role.EDITOR)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return client


def _form(**values: str) -> dict[str, str]:
    return {**UNTOUCHED, **values}


def _errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors)


def _test(client: Client, url: str = TEST, **values: str) -> Any:
    return client.post(url, json.dumps(_form(**values)), "application/json")


def test_only_the_url_is_needed(editor: Client) -> None:
    """S2"""
    page = editor.get(ADD)
    assert page.status_code == 200

    editor.post(ADD, _form(target="https://api.example.org/health/"))

    row = Endpoint.objects.get()
    assert row.title == "api.example.org/health"
    assert row.name == "api-example-org-health"
    assert row.created_by == "eve"
    assert row.monitor.ran_at is None
    assert AuditEvent.objects.filter(action="add endpoint").count() == 1


def test_the_list_shows_failing_first_and_says_not_yet(editor: Client) -> None:
    """S19"""
    for name, status in (("Good", "healthy"), ("Bad", "critical"), ("New", "unknown")):
        row = store.create({"title": name, "target": "https://example.org/"}, NOW)
        ran_at = None if name == "New" else NOW
        Monitor.objects.filter(pk=row.monitor_id).update(status=status, ran_at=ran_at)

    page = editor.get(LIST).content.decode()

    assert page.index(">Bad<") < page.index(">New<") < page.index(">Good<")
    assert "Not yet" in page
    assert "<path d=" in page


def test_the_list_draws_the_last_day_and_says_it(editor: Client) -> None:
    """S19"""
    now = datetime.now(UTC)
    for name in ("Good", "Bad", "New"):
        store.create({"title": name, "target": "https://example.org/"}, now)
    Monitor.objects.filter(title="Good").update(ran_at=now)
    Monitor.objects.filter(title="Bad").update(ran_at=now)
    long_ago = now - timedelta(days=2)
    note_first(
        [
            ("endpoint:good", Status.HEALTHY, long_ago),
            ("endpoint:bad", Status.HEALTHY, long_ago),
        ]
    )
    note_confirmed("endpoint:bad", Status.CRITICAL, now - timedelta(minutes=90))

    page = editor.get(LIST).content.decode()

    assert 'aria-label="Last 24 hours: healthy"' in page
    assert 'aria-label="Last 24 hours: critical in 2 hours"' in page
    assert 'aria-label="Last 24 hours: not known in 24 hours"' in page
    assert page.count("<rect data-status=") == 3 * 24
    assert "style=" not in page[page.index("pb-strip") : page.rindex("</svg>")]


def test_the_last_days_of_a_page_cost_one_query(
    editor: Client, django_assert_num_queries: Any
) -> None:
    for name in ("One", "Two", "Three"):
        store.create({"title": name, "target": "https://example.org/"}, NOW)
    rows = list(Monitor.objects.filter(endpoint__isnull=False))
    with django_assert_num_queries(1):
        assert len(store.last_days(rows, NOW)) == 3


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"target": "http://127.0.0.1/"}, "target"),
        ({"target": "http://2130706433/"}, "target"),
        ({"target": "http://user:word@example.org/"}, "target"),
        ({"target": "file:///etc/passwd"}, "target"),
        ({"target": "https://example.org/ x"}, "target"),
        ({"headers": "X-A: b\rEvil: c"}, "headers"),
        ({"headers": "Host: evil.example"}, "headers"),
        ({"headers": "Transfer-Encoding: chunked"}, "headers"),
        ({"headers": "Metadata-Flavor: Google"}, "headers"),
        ({"headers": "no colon"}, "headers"),
        ({"headers": "\n".join(f"X-{n}: a" for n in range(1000))}, "headers"),
        ({"conditions": "status =="}, "conditions"),
        ({"conditions": "body matches /(/"}, "conditions"),
        ({"conditions": "x" * 100_000}, "conditions"),
        ({"expect": "200\nbody contains a"}, "expect"),
        ({"expect": "often"}, "expect"),
        ({"timeout": "10"}, "timeout"),
        ({"timeout": "1h"}, "timeout"),
        ({"retry_after": "1d"}, "retry_after"),
        ({"retries": "99"}, "retries"),
        ({"slow_after": "0s"}, "slow_after"),
        ({"kind": "gopher"}, "kind"),
        ({"title": "x" * 151}, "title"),
        ({"auth": "nobody"}, "auth"),
        ({"expiry_days": "soon"}, "expiry_days"),
        ({"expiry_days": "0"}, "expiry_days"),
        ({"client_certificate": "/etc/ssl/cert.pem"}, "client_certificate"),
        ({"more": "= nonsense"}, "more"),
        ({"more": "host_header = 'evil.example'"}, "more"),
        ({"more": "is_trusted = true"}, "more"),
        ({"parents": "nobody-knows"}, "parents"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_nothing_is_stored(
    editor: Client, values: dict[str, str], field: str
) -> None:
    """A01, A10"""
    response = editor.post(ADD, _form(**{"target": "https://example.org/", **values}))

    assert response.status_code == 200
    assert field in _errors(response)
    assert not Endpoint.objects.exists()
    assert not Monitor.objects.filter(name__startswith="endpoint:").exists()


def test_a_name_is_given_once(editor: Client) -> None:
    store.create({"title": "Shop", "target": "https://example.org/"}, NOW)

    response = editor.post(ADD, _form(target="https://example.org/", title="Shop"))

    assert "title" in _errors(response)
    assert Endpoint.objects.count() == 1


def test_secrets_are_masked_kept_and_never_shown(editor: Client) -> None:
    """A60"""
    secrets = {"headers": f"X-Key: {CANARY}\nAccept: text/html", "auth": f"me:{CANARY}"}
    target = "https://example.org/"
    editor.post(ADD, _form(target=target, title="Shop", **secrets))
    row = Endpoint.objects.get()

    change = f"{LIST}{row.pk}/change/"
    pages = [editor.get(url).content.decode() for url in (LIST, change)]
    assert all(CANARY not in page for page in pages)
    assert "Accept: text/html" in pages[1]
    assert CANARY not in json.dumps(row.options)
    assert CANARY not in json.dumps(row.monitor.options)

    masked = {"headers": "X-Key: (unchanged)\nX-New: other", "auth": "(unchanged)"}
    editor.post(change, _form(target=target, title="Store", **masked))

    row.refresh_from_db()
    assert row.title == "Store"
    spec = store.spec_of(row)
    assert spec["headers"] == {"X-Key": CANARY, "X-New": "other"}
    assert spec["auth"] == f"me:{CANARY}"
    events = AuditEvent.objects.values_list("detail", "target", "action")
    assert CANARY not in json.dumps(list(events))


def test_a_stored_secret_does_not_follow_to_another_server(editor: Client) -> None:
    """A60"""
    spec = {
        "title": "Shop",
        "target": "https://example.org/",
        "auth": f"me:{CANARY}",
    }
    row = store.create(spec, NOW)
    change = f"{LIST}{row.pk}/change/"

    response = editor.post(
        change, _form(target="https://evil.example/", auth="(unchanged)", title="Shop")
    )

    assert response.status_code == 200
    assert _errors(response)
    row.refresh_from_db()
    assert row.target == "https://example.org/"


def test_an_editor_cannot_trust_a_private_target(
    editor: Client, admin_client: Client
) -> None:
    """A54, A58"""
    private = _form(target="http://10.1.2.3:8000/", is_trusted="on")

    assert "target" in _errors(editor.post(ADD, private))
    admin_client.post(ADD, private)

    row = Endpoint.objects.get()
    assert row.is_trusted
    assert editor.post(f"{LIST}{row.pk}/change/", private).status_code == 403
    assert _test(editor, f"{LIST}{row.pk}/test/", **private).status_code == 403


def test_an_endpoint_can_be_saved_paused(editor: Client) -> None:
    """ux 12"""
    editor.post(ADD, _form(target="https://example.org/", _save_paused="1"))

    assert Endpoint.objects.get().monitor.paused_until is not None


def test_publishing_makes_a_component_and_unpublishing_hides_it(
    editor: Client,
) -> None:
    """S2"""
    row = store.create({"title": "Shop", "target": "https://example.org/"}, NOW)
    chosen = {"_selected_action": [row.pk]}

    editor.post(LIST, {"action": "publish", **chosen})
    component = Component.objects.get()
    assert (component.name, component.is_public) == ("Shop", True)

    editor.post(LIST, {"action": "unpublish", **chosen})
    component.refresh_from_db()
    assert not component.is_public


@pytest.mark.parametrize(
    ("action", "field", "expected"),
    [
        ("disable", "enabled", False),
        ("pause_hour", "paused_until", True),
        ("pause", "paused_until", True),
    ],
)
def test_actions_change_the_monitor(
    editor: Client, action: str, field: str, expected: bool
) -> None:
    """S4"""
    row = store.create({"title": "Shop", "target": "https://example.org/"}, NOW)

    editor.post(LIST, {"action": action, "_selected_action": [row.pk]})

    row.monitor.refresh_from_db()
    assert bool(getattr(row.monitor, field)) is expected
    assert AuditEvent.objects.filter(target="shop").exists()


def test_deleting_keeps_the_history(editor: Client) -> None:
    row = store.create({"title": "Shop", "target": "https://example.org/"}, NOW)

    editor.post(f"{LIST}{row.pk}/delete/", {"post": "yes"})

    assert not Endpoint.objects.exists()
    assert Monitor.objects.get(name="endpoint:shop").declared is False


def test_what_the_settings_declare_is_read_only(editor: Client, settings: Any) -> None:
    """S2"""
    spec = {"url": "https://example.org/", "auth": f"me:{CANARY}"}
    settings.PULSEBOARD = {**settings.PULSEBOARD, "ENDPOINTS": {"Shop": spec}}
    registry.look()
    row = Endpoint.objects.get()
    change = f"{LIST}{row.pk}/change/"

    page = editor.get(change).content.decode()

    assert "PULSEBOARD.ENDPOINTS" in page
    assert CANARY not in page
    assert editor.post(change, _form(target="https://a.example/")).status_code == 403
    assert editor.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_test_tells_a_verdict_and_stores_nothing(
    admin_client: Client, settings: Any
) -> None:
    """ux 20"""
    settings.PULSEBOARD = {**settings.PULSEBOARD, "ALLOWED_NETWORKS": ["127.0.0.0/8"]}
    with listening(answer(b"hello")) as server:
        url = f"http://127.0.0.1:{server.port}/"
        response = _test(admin_client, target=url)

    body = response.json()
    assert response.status_code == 200
    assert body["status"] == "healthy"
    assert body["lines"][0].startswith("200 OK in")
    assert not Endpoint.objects.exists()
    assert not HealthMetric.objects.exists()
    assert AuditEvent.objects.filter(action="test endpoint").count() == 1


def test_a_test_refuses_what_saving_would_refuse(editor: Client) -> None:
    """ux 21"""
    response = _test(editor, target="http://127.0.0.1/")

    assert response.status_code == 400
    assert "target" in response.json()["errors"]


def test_tests_are_limited(editor: Client) -> None:
    """A46"""
    statuses = [_test(editor, target="file:///").status_code for _ in range(4)]

    assert statuses == [400, 400, 400, 429]


def test_a_viewer_looks_and_changes_nothing(client: Client) -> None:
    user = User.objects.create_user("vic", is_staff=True)
    codenames = permissions_of(Role.VIEWER)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    store.create({"title": "Shop", "target": "https://example.org/"}, NOW)

    assert client.get(LIST).status_code == 200
    assert client.get(ADD).status_code == 403
    assert _test(client, target="https://example.org/").status_code == 403


def test_nobody_tests_without_signing_in(client: Client) -> None:
    assert _test(client, target="https://example.org/").status_code == 302


def test_a_schema_is_written_and_read_again(editor: Client) -> None:
    """X5"""
    schema = '{"required": ["status"], "properties": {"note": {"type": null}}}'
    values = {"target": "https://example.org/", "conditions": "json fits schema"}
    wrong = editor.post(ADD, _form(**values, json_schema="[1]"))
    assert "JSON object" in str(_errors(wrong)["json_schema"])
    wrong = editor.post(ADD, _form(**values, json_schema=schema))
    assert "json_schema" in _errors(wrong)

    editor.post(ADD, _form(**values, json_schema='{"required": ["status"]}'))

    row = Endpoint.objects.get()
    assert row.options["json_schema"] == {"required": ["status"]}
    page = editor.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "&quot;required&quot;" in page


def test_who_may_not_trust_deletes_no_trusted_endpoint(editor: Client) -> None:
    """A58: alone or with others from the list"""
    spec = {"title": "Inner", "target": "http://10.1.2.3/"}
    row = store.create(spec, NOW, is_trusted=True)

    assert editor.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    editor.post(LIST, chosen)

    assert Endpoint.objects.filter(pk=row.pk).exists()


def test_who_may_only_look_reads_no_body_and_no_query(
    editor: Client, admin_client: Client
) -> None:
    """A60"""
    spec = {
        "title": "Sign in",
        "target": f"https://example.org/?api_key={CANARY}",
        "method": "POST",
        "body": json.dumps({"password": CANARY}),
    }
    row = store.create(spec, NOW)
    viewer = User.objects.create_user("vic", is_staff=True)
    codenames = permissions_of(Role.VIEWER)
    viewer.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    editor.force_login(viewer)

    page = editor.get(f"{LIST}{row.pk}/change/").content.decode()

    assert "Sign in" in page
    assert CANARY not in page


def test_another_port_of_the_systems_resolver_is_refused(editor: Client) -> None:
    """A09: its answers would tell which ports are open"""
    more = {"more": "port = 8080"}
    response = editor.post(ADD, _form(kind="dns", target="example.org", **more))
    assert "Expected 53" in str(_errors(response))
    assert not Endpoint.objects.exists()
