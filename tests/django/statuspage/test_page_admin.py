"""Pages and components in the admin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.support import pages

from pulseboard.access.models import AuditEvent, digest_of
from pulseboard.access.roles import permissions_of
from pulseboard.core.roles import Role
from pulseboard.monitors.models import Component
from pulseboard.statuspage import store
from pulseboard.statuspage.models import StatusPage

pytestmark = pytest.mark.django_db

PAGES = "/admin/pulseboard/statuspage/"
COMPONENTS = "/admin/pulseboard/component/"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 50


def signed_in(role: Role) -> Client:
    """Return a client of somebody with *role*."""
    user = User.objects.create_user(f"a {role.value}", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=permissions_of(role))
    )
    client = Client()
    client.force_login(user)
    return client


def form(**values: object) -> dict[str, object]:
    return {
        "title": "Partners",
        "slug": "partners",
        "theme": "auto",
        "refresh_seconds": "60",
        "visibility": "public",
        "parts-TOTAL_FORMS": "0",
        "parts-INITIAL_FORMS": "0",
        **values,
    }


def problems(**values: object) -> str:
    answer = signed_in(Role.EDITOR).post(f"{PAGES}add/", form(**values))
    assert not StatusPage.objects.exists()
    return str(answer.content.decode())


def test_an_editor_makes_a_page_and_the_audit_says_so() -> None:
    """S15, X19"""
    answer = signed_in(Role.EDITOR).post(f"{PAGES}add/", form())
    assert answer.status_code == 302
    assert StatusPage.objects.get().slug == "partners"
    assert AuditEvent.objects.get().action == "add status page"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RESPONDER])
def test_who_may_not_change_pages_cannot(role: Role) -> None:
    """A41"""
    client = signed_in(role)
    assert client.get(PAGES).status_code == 200
    assert client.post(f"{PAGES}add/", form()).status_code == 403
    assert client.post(f"{PAGES}preview/", form()).status_code == 403
    assert client.post(f"{COMPONENTS}add/", {}).status_code == 403
    assert not StatusPage.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("success_colour", "#ffee00", "The contrast is 1.14:1"),
        ("danger_colour", "#00;}b{", "Expected a colour such as"),
        ("slug", "history", "This word is taken"),
        ("zone", "Europe/Nowhere", "Expected a zone"),
        ("language", "xx", "Expected one of: en, de"),
        ("host_name", "https://status.example.com/", "Expected a host name"),
        ("refresh_seconds", "5", "greater than or equal to 15"),
        ("refresh_seconds", "601", "less than or equal to 600"),
        ("theme", "../../etc", "not one of the available choices"),
    ],
)
def test_what_is_refused_says_why(field: str, value: str, said: str) -> None:
    """S15, A29, A59"""
    assert said in problems(**{field: value})


def test_a_slug_is_taken_once() -> None:
    client = signed_in(Role.EDITOR)
    client.post(f"{PAGES}add/", form())
    assert b"already exists" in client.post(f"{PAGES}add/", form()).content
    assert StatusPage.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<svg onload='alert(1)'/>", "Expected a PNG, JPEG or WebP"),
        (b"GIF89a", "Expected a PNG, JPEG or WebP"),
        (PNG + b"0" * 102_400, "more than 100 KB"),
    ],
)
def test_only_small_raster_images_are_taken(body: bytes, said: str) -> None:
    """A27, A59: whatever the file is called."""
    assert said in problems(image=SimpleUploadedFile("../../logo.png", body))


def test_the_logo_is_served_from_the_database(client: Client) -> None:
    """A59"""
    editor = signed_in(Role.EDITOR)
    editor.post(f"{PAGES}add/", form(image=SimpleUploadedFile("../../x.svg", PNG)))
    store.rebuild(datetime.now(UTC))
    store.forget()
    answer = client.get("/health/status-page/partners/look/logo")
    assert answer.content == PNG
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    page = client.get("/health/status-page/partners").content.decode()
    assert "/partners/look/logo?v=" in page


def test_the_preview_shows_the_form_and_stores_nothing() -> None:
    """S15"""
    pages.service("shop", (pages.H, timedelta(days=9)), now=datetime.now(UTC))
    editor = signed_in(Role.EDITOR)
    values = form(title="Not yet", shows_everything="on", success_colour="#7030a0")
    answer = editor.post(f"{PAGES}preview/", {**values, "preview_of": ""})
    assert answer.status_code == 200
    assert b"Not yet" in answer.content
    assert b"Shop" in answer.content
    assert b"preview/colours.css?success=%237030a0" in answer.content
    assert b"status.js" not in answer.content  # it would ask for this page again
    assert "no-store" in answer["Cache-Control"]
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert not StatusPage.objects.exists()


def test_the_preview_says_what_is_wrong() -> None:
    answer = signed_in(Role.EDITOR).post(
        f"{PAGES}preview/", form(success_colour="#ffee00")
    )
    assert answer.status_code == 422
    assert b"1.14:1" in answer.content


def test_a_token_is_shown_once_and_only_its_digest_kept() -> None:
    """X19"""
    page = StatusPage.objects.create(slug="inside", title="In", visibility="token")
    action = {"action": "draw_token", "_selected_action": [page.pk]}
    signed_in(Role.EDITOR).post(PAGES, action)
    page.refresh_from_db()
    assert page.token_digest == ""
    told = signed_in(Role.ADMIN).post(PAGES, action, follow=True).content.decode()
    token = told.split("token=")[1][:47]
    page.refresh_from_db()
    assert page.token_digest == digest_of(token)
    assert "token=pbp_" not in signed_in(Role.VIEWER).get(PAGES).content.decode()


def test_components_are_published_and_unpublished() -> None:
    """S13"""
    page = store.ensure_default()
    store.save(page, store.build(page, datetime.now(UTC)))
    row = pages.component("shop", public=False)
    client = signed_in(Role.EDITOR)
    for action, is_public in (("publish", True), ("unpublish", False)):
        store.rebuild(datetime.now(UTC))
        client.post(COMPONENTS, {"action": action, "_selected_action": [row.pk]})
        row.refresh_from_db()
        assert row.is_public is is_public
        assert AuditEvent.objects.filter(action=f"{action} component").count() == 1
        assert store.is_outdated()


def test_a_component_is_made_private_with_its_monitors() -> None:
    """S13"""
    monitor = pages.monitor("db", [], now=datetime.now(UTC))
    values = {
        "name": "Shop", "slug": "shop", "place": "0",
        "parts-TOTAL_FORMS": "1", "parts-INITIAL_FORMS": "0",
        "parts-0-monitor": str(monitor.pk), "parts-0-decides": "on",
    }  # fmt: skip
    answer = signed_in(Role.EDITOR).post(f"{COMPONENTS}add/", values)
    assert answer.status_code == 302
    row = Component.objects.get()
    assert not row.is_public
    assert row.parts.get().decides
