"""Who calls: tokens, sessions, neither; and what is kept of it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.db import OperationalError, connection
from django.http import HttpRequest
from django.test import RequestFactory

from pulseboard.access import store
from pulseboard.access.errors import Unavailable
from pulseboard.access.models import ApiToken, AuditEvent
from pulseboard.core.caller import Caller, CallerKind
from pulseboard.core.roles import Role

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def _request(token: str = "", user: Any = None, **meta: str) -> HttpRequest:
    request = RequestFactory().get("/", **meta)
    if token:
        request.META["HTTP_AUTHORIZATION"] = token
    request.user = AnonymousUser() if user is None else user
    return request


def _issue(role: Role = Role.VIEWER, **given: Any) -> tuple[ApiToken, str]:
    return ApiToken.issue(name="grafana", role=role, now=NOW, **given)


@pytest.fixture
def broken_database() -> Any:
    """Every query fails, as when the server is gone."""

    def refuse(execute: Any, sql: str, *rest: Any) -> Any:
        raise OperationalError("server closed the connection")

    with connection.execute_wrapper(refuse):
        yield


def test_a_token_is_recognised_with_its_role() -> None:
    """A47"""
    row, plain = _issue(Role.RESPONDER)

    caller = store.caller_of(_request(f"bearer {plain}"))

    assert caller == Caller(
        kind=CallerKind.TOKEN,
        name="grafana",
        role=Role.RESPONDER,
        address="127.0.0.1",
        identity=f"token:{row.pk}",
    )


def test_only_the_digest_is_stored() -> None:
    """A47"""
    row, plain = _issue()

    stored = ApiToken.objects.filter(pk=row.pk).values().get()

    assert len(plain) == 46
    assert plain.startswith("pb_")
    assert plain not in str(stored)
    assert plain[8:] not in str(stored)
    assert stored["prefix"] == plain[:8]
    assert len(stored["digest"]) == 64


@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": NOW},
        {"expires_at": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
)
def test_a_revoked_or_expired_token_is_refused_at_once(change: dict[str, Any]) -> None:
    """A47"""
    row, plain = _issue()
    assert store.caller_of(_request(f"Bearer {plain}")).role is Role.VIEWER

    ApiToken.objects.filter(pk=row.pk).update(**change)

    caller = store.caller_of(_request(f"Bearer {plain}"))
    assert (caller.kind, caller.role) == (CallerKind.INVALID_TOKEN, None)


@pytest.mark.parametrize(
    ("expires_at", "valid"),
    [(None, True), (NOW + timedelta(seconds=1), True), (NOW, False)],
)
def test_a_token_ends_when_it_expires(expires_at: datetime | None, valid: bool) -> None:
    assert ApiToken(expires_at=expires_at).is_valid(NOW) is valid


@pytest.mark.parametrize(
    "token", ["", "x", "pb_" + "a" * 43, "pb_" + "é" * 43, "\ud800", "pb_' OR 1=1 --"]
)
def test_a_wrong_token_is_not_replaced_by_the_session(
    token: str, admin_user: User
) -> None:
    caller = store.caller_of(_request(f"Bearer {token}", admin_user))
    assert (caller.kind, caller.role) == (CallerKind.INVALID_TOKEN, None)


def test_what_cannot_be_a_token_costs_no_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        store.caller_of(_request("Bearer nonsense"))
        store.caller_of(_request("Basic bm9uc2Vuc2U="))
        store.caller_of(_request())


@pytest.mark.parametrize("token", ["s" * 40, lambda: "s" * 40])
@pytest.mark.usefixtures("broken_database")
def test_the_settings_token_works_without_the_database(
    settings: Any, token: object
) -> None:
    settings.PULSEBOARD = {"TOKEN": token}

    caller = store.caller_of(_request("Bearer " + "s" * 40))

    assert (caller.kind, caller.role) == (CallerKind.SETTINGS_TOKEN, Role.ADMIN)
    assert store.caller_of(_request("Bearer s")).kind is CallerKind.INVALID_TOKEN


def test_no_settings_token_is_no_empty_token(settings: Any) -> None:
    settings.PULSEBOARD = {"TOKEN": ""}
    assert store.caller_of(_request("Bearer ")).kind is CallerKind.INVALID_TOKEN


@pytest.mark.usefixtures("broken_database")
def test_without_the_database_nobody_else_is_recognised() -> None:
    user = User(pk=1, username="eve", is_active=True)

    with pytest.raises(Unavailable):
        store.caller_of(_request("Bearer pb_" + "a" * 43))
    with pytest.raises(Unavailable):
        store.caller_of(_request(user=user))
    assert store.caller_of(_request()).kind is CallerKind.ANONYMOUS


@pytest.mark.parametrize("role", Role)
def test_a_user_has_the_role_of_the_group(role: Role) -> None:
    store.ensure_groups()
    user = User.objects.create_user("eve")
    user.groups.add(Group.objects.get(name=f"Pulseboard {role.value}"))

    caller = store.caller_of(_request(user=user))

    assert (caller.kind, caller.role) == (CallerKind.USER, role)
    assert caller.identity == f"user:{user.pk}"


def test_a_superuser_is_admin_and_a_stranger_nothing(admin_user: User) -> None:
    assert store.caller_of(_request(user=admin_user)).role is Role.ADMIN
    stranger = User.objects.create_user("sue")
    assert store.caller_of(_request(user=stranger)).role is None


def test_a_switched_off_user_is_nobody(admin_user: User) -> None:
    """A50"""
    admin_user.is_active = False
    assert store.caller_of(_request(user=admin_user)).kind is CallerKind.ANONYMOUS


def test_a_host_without_sign_in_has_anonymous_callers() -> None:
    assert not store.caller_of(RequestFactory().get("/")).is_recognised


def test_the_last_use_is_noted_once_a_minute(django_assert_num_queries: Any) -> None:
    row, plain = _issue()
    store.caller_of(_request(f"Bearer {plain}"))
    row.refresh_from_db()
    assert row.last_used_at is not None

    with django_assert_num_queries(1):
        store.caller_of(_request(f"Bearer {plain}"))


def test_groups_are_made_once_and_keep_what_people_added() -> None:
    store.ensure_groups()
    viewer = Group.objects.get(name="Pulseboard viewer")
    viewer.permissions.add(Permission.objects.get(codename="administer"))

    names = store.ensure_groups()

    assert names == [f"Pulseboard {role.value}" for role in Role]
    assert {each.codename for each in viewer.permissions.all()} == {
        "view_dashboard",
        "administer",
    }
    admin = Group.objects.get(name="Pulseboard admin")
    assert admin.permissions.count() == 5


def test_audit_keeps_no_secret_and_no_whole_address() -> None:
    """A34, A60"""
    caller = Caller(kind=CallerKind.USER, name="e\nve", address="198.51.100.77")

    store.audit(
        caller,
        "POST api/a",
        "postgres://u:hunter2@db/x\nforged",
        password="hunter2",
        count=3,
        note="Bearer hunter2\x00",
        nested={"token": "hunter2"},
    )

    event = AuditEvent.objects.values().get()
    assert "hunter2" not in str(event)
    assert event["address"] == "198.51.100.0"
    assert event["actor"] == "e ve"
    assert "\n" not in event["target"]
    assert event["detail"]["count"] == 3


def test_refusals_are_warnings_and_the_rest_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """D4"""
    with caplog.at_level(logging.INFO, logger="pulseboard.security"):
        store.audit(Caller(), "a", result=AuditEvent.Result.REFUSED)
        store.audit(Caller(), "b", result=AuditEvent.Result.ALLOWED)

    assert [each.levelname for each in caplog.records] == ["WARNING", "INFO"]


def test_one_client_cannot_fill_the_table_with_refusals() -> None:
    caller = Caller(address="198.51.100.1")
    for _ in range(50):
        store.audit(caller, "a", result=AuditEvent.Result.REFUSED)

    assert AuditEvent.objects.count() == store.REFUSALS_PER_MINUTE


@pytest.mark.usefixtures("broken_database")
def test_a_row_lost_with_the_database_is_counted() -> None:
    before = store.audit_losses.total

    store.audit(Caller(), "a")

    assert store.audit_losses.total == before + 1


def test_ipv6_neighbors_share_one_limit(settings: Any) -> None:
    settings.PULSEBOARD = {"RATE_LIMITS": {"read": 1}}
    first = Caller(address="2001:db8::1")

    assert store.check_rate(first, "read") is None
    assert store.check_rate(Caller(address="2001:db8::2"), "read") is not None
    assert store.check_rate(Caller(address="2001:db8:0:1::1"), "read") is None
    assert store.check_rate(first, "write") is None


def test_old_events_are_pruned_within_the_budget() -> None:
    for days in range(10):
        AuditEvent.objects.create(
            at=NOW - timedelta(days=days), actor_kind="user", action="a", result="done"
        )

    assert store.prune_audit(NOW, timedelta(days=5), 3) == 3
    assert store.prune_audit(NOW, timedelta(days=5), 3) == 1
    assert store.prune_audit(NOW, timedelta(days=5), 3) == 0
    assert AuditEvent.objects.count() == 6


def test_revoking_twice_keeps_the_first_time() -> None:
    row, _ = _issue()

    assert store.revoke(row, NOW) is True
    assert store.revoke(row, NOW + timedelta(days=1)) is False
    row.refresh_from_db()
    assert row.revoked_at == NOW
