"""Status pages in the admin: looks, components, readers, and how it will look."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from pulseboard.access.headers import security_headers
from pulseboard.access.language import ours, site_language
from pulseboard.access.model_admin import RoleAdmin, RoleInline, may
from pulseboard.access.models import digest_of
from pulseboard.access.store import audit, caller_of
from pulseboard.conf import get_settings
from pulseboard.core.roles import Role
from pulseboard.statuspage import store
from pulseboard.statuspage.colour import problem_with, stylesheet
from pulseboard.statuspage.image import MOST_BYTES, image_type
from pulseboard.statuspage.links import Links
from pulseboard.statuspage.models import PageComponent, StatusPage
from pulseboard.statuspage.render import documents
from pulseboard.statuspage.render.documents import Visit
from pulseboard.statuspage.store import Latest

COLOURS = ("primary", "success", "warning", "danger")

if TYPE_CHECKING:
    PageFormClass = forms.ModelForm[StatusPage]
else:
    PageFormClass = forms.ModelForm


class PageForm(PageFormClass):
    """The page, and its image, which is stored in the database."""

    image = forms.FileField(
        label=_("logo"),
        required=False,
        help_text=_("PNG, JPEG or WebP, at most 100 KB. Shown 32 pixels high."),
    )
    removes_image = forms.BooleanField(label=_("remove the logo"), required=False)

    class Meta:
        model = StatusPage
        exclude = ["components"]

    def clean_image(self) -> bytes | None:
        """Return the bytes of the image, None without one."""
        upload: UploadedFile[Any] | None = self.cleaned_data.get("image")
        if upload is None:
            return None
        body: bytes = upload.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise forms.ValidationError(_("The image has more than 100 KB."))
        if not image_type(body):
            raise forms.ValidationError(_("Expected a PNG, JPEG or WebP image."))
        return body

    def save(self, commit: bool = True) -> StatusPage:
        """Put the image beside the other fields."""
        body = self.cleaned_data.get("image")
        if body or self.cleaned_data.get("removes_image"):
            _put_logo(self.instance, body or b"")
        return super().save(commit)


class ComponentInline(RoleInline[PageComponent, StatusPage]):
    """What the page shows, in which order."""

    model = PageComponent
    autocomplete_fields = ["component"]


@admin.register(StatusPage)
class StatusPageAdmin(RoleAdmin[StatusPage]):
    """Editors make pages; admins draw the tokens of private ones."""

    changes = Role.EDITOR
    adds = True
    deletes = True
    form = PageForm
    inlines = [ComponentInline]
    change_form_template = "pulseboard/statuspage/change_form.html"
    list_display = ["title", "slug", "visibility", "host_name", "shows_everything"]
    list_filter = ["visibility"]
    prepopulated_fields = {"slug": ["title"]}
    actions = ["draw_token"]
    fieldsets = (
        (None, {"fields": ["title", "slug", "description", "shows_everything"]}),
        (
            _("Look"),
            {
                "fields": [
                    "image", "removes_image", "primary_colour", "success_colour",
                    "warning_colour", "danger_colour", "theme", "language", "zone",
                    "refresh_seconds",
                ]
            },
        ),
        (
            _("Shown"),
            {
                "fields": [
                    "shows_response_times", "shows_uptime", "shows_history",
                    "shows_performance", "shows_resources", "shows_charts",
                    "accepts_subscribers",
                ]
            },
        ),
        (
            _("Readers"),
            {"fields": ["visibility", "host_name", "may_be_embedded"]},
        ),
        (
            _("What uptime counts"),
            {"fields": ["degraded_is_down", "maintenance_is_up", "unknown_is_down"]},
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatusPage]:
        return super().get_queryset(request).defer("logo")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        name = "pulseboard_statuspage_preview"
        return [
            path("preview/", wrap(self.preview), name=name),
            path("preview/colours.css", wrap(self.colours), name=f"{name}_colours"),
            *super().get_urls(),
        ]

    def save_model(
        self, request: HttpRequest, obj: StatusPage, form: Any, change: bool
    ) -> None:
        """Write the page and its audit row together."""
        action = "change status page" if change else "add status page"
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            audit(caller_of(request), action, obj.slug, visibility=obj.visibility)

    def delete_model(self, request: HttpRequest, obj: StatusPage) -> None:
        """Delete the page, and say so in the audit."""
        with transaction.atomic():
            audit(caller_of(request), "delete status page", obj.slug)
            super().delete_model(request, obj)

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[StatusPage]
    ) -> None:
        """Delete several pages, one audit row each."""
        with transaction.atomic():
            for row in queryset:
                audit(caller_of(request), "delete status page", row.slug)
            super().delete_queryset(request, queryset)

    def has_administer_permission(self, request: HttpRequest) -> bool:
        """Return whether tokens may be drawn."""
        return may(request, Role.ADMIN)

    @admin.action(description=_("Draw a new token"), permissions=["administer"])
    def draw_token(self, request: HttpRequest, rows: QuerySet[StatusPage]) -> None:
        """Replace the token of each page, and tell the new one this once."""
        for row in rows:
            token = f"pbp_{secrets.token_urlsafe(32)}"
            with transaction.atomic():
                row.token_digest = digest_of(token)
                row.save(update_fields=["token_digest"])
                audit(caller_of(request), "draw page token", row.slug)
            address = f"{reverse('pulseboard:status-page')}/{row.slug}?token={token}"
            text = _("Shown this once, so copy it now: %(address)s")
            self.message_user(request, text % {"address": address}, messages.WARNING)

    def preview(self, request: HttpRequest) -> HttpResponse:
        """Answer with the page as the values of the form would make it."""
        if not self.has_change_permission(request) or request.method != "POST":
            return _secured(HttpResponse(status=403))
        pk = request.POST.get("preview_of", "")
        stored = StatusPage.objects.filter(pk=pk).first() if pk.isdecimal() else None
        form = PageForm(request.POST, request.FILES, instance=stored)
        if not form.is_valid():
            said = "\n".join(
                f"{name}: {' '.join(map(str, errors))}"
                for name, errors in form.errors.items()
            )
            return _secured(HttpResponse(said, content_type=PLAIN, status=422))
        return _secured(HttpResponse(_previewed(form.instance)))

    def colours(self, request: HttpRequest) -> HttpResponse:
        """Answer with the style sheet of the previewed colours."""
        given = {name: request.GET.get(name, "") for name in COLOURS}
        sound = {n: c for n, c in given.items() if c and not problem_with(c)}
        css = "text/css; charset=utf-8"
        return _secured(HttpResponse(stylesheet(sound), content_type=css))


PLAIN = "text/plain; charset=utf-8"


def _previewed(page: StatusPage) -> str:
    now = datetime.now(UTC)
    snapshot = store.build(page, now)
    look = snapshot.look
    links = Links(reverse("pulseboard:status-page"))
    colours = Links(reverse("admin:pulseboard_statuspage_preview_colours"))
    visit = Visit(
        latest=Latest(page, snapshot, etag=""),
        links=links,
        language=ours(look.language) or site_language(),
        theme=look.theme,
        view="90d",
        window="90d",
        now=now,
        colours_url=colours.form("", **look.colours) if look.colours else "",
        has_script=False,
    )
    return documents.page(visit)


def _secured(response: HttpResponse) -> HttpResponse:
    extra = get_settings().csp_extra
    for name, value in security_headers(extra, may_be_stored=False).items():
        response[name] = value
    return response


def _put_logo(page: StatusPage, body: bytes) -> None:
    page.logo = body or None
    page.logo_type = image_type(body)
    page.logo_digest = hashlib.sha256(body).hexdigest()[:16] if body else ""
