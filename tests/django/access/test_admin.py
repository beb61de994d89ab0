"""Tokens and audit in the admin. A47, A54"""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import path

from pulseboard.access.models import ApiToken, AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

urlpatterns = [path("admin/", admin.site.urls)]

ADD = "/admin/pulseboard/apitoken/add/"
TOKENS = "/admin/pulseboard/apitoken/"
EVENTS = "/admin/pulseboard/auditevent/"


def _add(client: Client) -> str:
    fields = {
        "name": "<b>Grafana</b>",
        "role": "editor",
        "expires_at_0": "",
        "expires_at_1": "",
        "digest": "0" * 64,
    }
    page = client.post(ADD, fields, follow=True).content.decode()
    return re.findall(r"pb_[A-Za-z0-9_-]{43}", page)[0]


def test_a_new_token_is_shown_once(admin_client: Client) -> None:
    plain = _add(admin_client)

    row = ApiToken.objects.get()
    assert row.prefix == plain[:8]
    assert row.digest != "0" * 64
    assert row.created_by == "admin"
    assert plain not in admin_client.get(TOKENS).content.decode()
    assert AuditEvent.objects.get().action == "issue token"


def test_a_token_is_revoked_and_neither_changed_nor_deleted(
    admin_client: Client,
) -> None:
    _add(admin_client)
    row = ApiToken.objects.get()

    admin_client.post(TOKENS, {"action": "revoke", "_selected_action": [row.pk]})

    row.refresh_from_db()
    assert row.revoked_at is not None
    assert AuditEvent.objects.filter(action="revoke token").count() == 1
    change = admin_client.post(f"{TOKENS}{row.pk}/change/", {"name": "other"})
    assert change.status_code == 403
    assert admin_client.post(f"{TOKENS}{row.pk}/delete/").status_code == 403


def test_the_audit_is_read_only(admin_client: Client) -> None:
    _add(admin_client)
    event = AuditEvent.objects.get()

    assert admin_client.get(EVENTS).status_code == 200
    assert admin_client.get(f"{EVENTS}add/").status_code == 403
    assert admin_client.post(f"{EVENTS}{event.pk}/change/", {}).status_code == 403
    assert admin_client.post(f"{EVENTS}{event.pk}/delete/").status_code == 403


@pytest.mark.parametrize("address", [TOKENS, ADD, EVENTS])
def test_staff_that_do_not_administer_see_neither(client: Client, address: str) -> None:
    """A41: Django's own model permissions are not enough."""
    user = User.objects.create_user("sue", is_staff=True)
    user.user_permissions.set(Permission.objects.exclude(codename="administer"))
    client.force_login(user)

    assert client.get(address).status_code == 403
