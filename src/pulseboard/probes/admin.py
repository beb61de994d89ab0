"""Endpoints in the admin: listed, written, tested, switched, shown to the public."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import (
    Case,
    Exists,
    IntegerField,
    OuterRef,
    QuerySet,
    Value,
    When,
)
from django.forms import Media
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from pulseboard.access.model_admin import RoleAdmin, may
from pulseboard.access.store import audit, caller_of
from pulseboard.core.errors import PulseboardError
from pulseboard.core.problem import Problem
from pulseboard.core.redaction import redact
from pulseboard.core.roles import Role
from pulseboard.core.status import READING_ORDER
from pulseboard.core.text import duration_text
from pulseboard.monitors.models import ComponentMonitor, Monitor
from pulseboard.monitors.run_now import run_now
from pulseboard.probes import store
from pulseboard.probes.models import Endpoint
from pulseboard.probes.strip import strip
from pulseboard.probes.views import EndpointForm, posted_values, test_now

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
TRUST = "pulseboard.trust_private_targets"
#: SVG path of each status; the root's ``admin`` puts the dashboard's shapes in.
ICONS: dict[str, str] = {}

FIRST = ["target", "title", ("group", "public"), "every"]
MORE = [
    "kind",
    "method",
    "headers",
    "auth",
    "body",
    "expect",
    "find",
    "conditions",
    "json_schema",
    "slow_after",
    "timeout",
    ("retries", "retry_after"),
    "expiry_days",
    ("follow_redirects", "verify_tls"),
    "client_certificate",
    "client_key",
    "parents",
    "more",
]


def may_trust(request: HttpRequest) -> bool:
    """Return whether the user may let endpoints reach private targets."""
    return may(request, Role.ADMIN) or (
        may(request, Role.EDITOR) and request.user.has_perm(TRUST)
    )


class PublicFilter(admin.SimpleListFilter):
    """Endpoints by whether visitors see them."""

    title = _("public")
    parameter_name = "public"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Endpoint]
    ) -> QuerySet[Endpoint]:
        if self.value() not in ("yes", "no"):
            return queryset
        names = store.public_names()
        chosen = {"monitor__name__in": names}
        if self.value() == "yes":
            return queryset.filter(**chosen)
        return queryset.exclude(**chosen)


@admin.register(Endpoint)
class EndpointAdmin(RoleAdmin[Endpoint]):
    """What the settings declare is looked at and switched, not changed."""

    changes = Role.EDITOR
    adds = True
    deletes = True
    form = EndpointForm
    list_display = [
        "status_word",
        "title",
        "age",
        "last_day",
        "interval_text",
        "public",
        "target",
        "source",
    ]
    list_display_links = ["title"]
    list_filter = ["monitor__status", "group", PublicFilter, "monitor__enabled"]
    list_select_related = ["monitor"]
    list_per_page = 100
    search_fields = ["name", "title", "target", "group"]
    actions = [
        "run",
        "pause_hour",
        "pause_day",
        "pause",
        "resume",
        "enable",
        "disable",
        "publish",
        "unpublish",
    ]

    @property
    def media(self) -> Media:
        return super().media + Media(css={"all": ["pulseboard/strip.css"]})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Endpoint]:
        shown = ComponentMonitor.objects.filter(
            monitor=OuterRef("monitor"), component__is_public=True
        )
        rows = super().get_queryset(request)
        return rows.annotate(is_public=Exists(shown))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Read the last day of all rows of the page at once."""
        changes = super().get_changelist_instance(request)
        now = datetime.now(UTC)
        days = store.last_days([row.monitor for row in changes.result_list], now)
        for row in changes.result_list:
            row.last_hours = days[row.monitor.name]
        return changes

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        whens = [
            When(monitor__status=status.value, then=Value(place))
            for place, status in enumerate(READING_ORDER)
        ]
        order = Case(*whens, default=Value(9), output_field=IntegerField())
        return [order, "title"]

    def get_fieldsets(self, request: HttpRequest, obj: Endpoint | None = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": READ_ONLY})]
        more = [*MORE, "is_trusted"] if may_trust(request) else MORE
        return [
            (None, {"fields": FIRST}),
            (_("More"), {"fields": more, "classes": ["collapse"]}),
        ]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Endpoint | None = None
    ) -> list[str]:
        if obj is not None and not self.has_change_permission(request, obj):
            return READ_ONLY
        return []

    def has_change_permission(
        self, request: HttpRequest, obj: Endpoint | None = None
    ) -> bool:
        if obj is not None and (
            obj.source or (obj.is_trusted and not may_trust(request))
        ):
            return False  # A58: who may not trust may not aim it elsewhere either
        return super().has_change_permission(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Endpoint | None = None
    ) -> bool:
        if obj is not None and (
            obj.source or (obj.is_trusted and not may_trust(request))
        ):
            return False
        return super().has_delete_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.test_view)
        name = "pulseboard_endpoint_test"
        return [
            path("test/", view, name=name),
            path("<int:pk>/test/", view, name=f"{name}_stored"),
            *super().get_urls(),
        ]

    def test_view(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Ask once what the form says; see `views.test_now`."""
        row = None if pk is None else Endpoint.objects.filter(pk=pk).first()
        if request.method != "POST":
            return JsonResponse({"sentence": "Send it with POST."}, status=405)
        if (pk is not None and row is None) or not self._may_test(request, row):
            return JsonResponse({"sentence": "You may not test this."}, status=403)
        try:
            values = posted_values(request)
        except Problem as problem:
            return JsonResponse({"sentence": str(problem)}, status=problem.status)
        form_class: Any = self.get_form(request, row, change=row is not None)
        return test_now(request, form_class(values, instance=row))

    def _may_test(self, request: HttpRequest, row: Endpoint | None) -> bool:
        if row is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, row)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        name = "admin:pulseboard_endpoint_test"
        test_url = reverse(f"{name}_stored", args=[object_id]) if object_id else None
        extra = {
            "test_url": test_url or reverse(name),
            "groups": store.groups(),
            "show_save_and_continue": False,
        }
        return super().changeform_view(
            request, object_id, form_url, {**extra, **(extra_context or {})}
        )

    def save_model(
        self, request: HttpRequest, obj: Endpoint, form: Any, change: bool
    ) -> None:
        """Store what the form read, and say so in the audit. Never a secret."""
        caller, now = caller_of(request), datetime.now(UTC)
        with transaction.atomic():
            if change:
                store.change(obj, form.spec, now)
            else:
                made = store.create(
                    form.spec, now, who=caller.name, is_trusted=obj.is_trusted
                )
                # The instance of the form is what the admin speaks of from here on.
                obj.__dict__.update(made.__dict__)
            if "_save_paused" in request.POST:
                store.pause(obj, FOREVER)
            audit(
                caller,
                "change endpoint" if change else "add endpoint",
                obj.name,
                kind=obj.kind,
                changed=", ".join(form.changed_data),
                trusted=obj.is_trusted,
            )

    def save_related(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: the form has no relations of its own."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Leave it to the audit."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Leave it to the audit."""

    def delete_model(self, request: HttpRequest, obj: Endpoint) -> None:
        """Delete the endpoint; its history stays."""
        with transaction.atomic():
            name = obj.name
            store.delete(obj)
            audit(caller_of(request), "delete endpoint", name)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete the chosen endpoints that people made; those of settings stay."""
        for row in queryset.filter(source="").select_related("monitor"):
            if self.has_delete_permission(request, row):
                self.delete_model(request, row)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Show what goes: the endpoints alone, whatever hangs on their monitors."""
        names = [str(each) for each in objs]
        return names, {Endpoint._meta.verbose_name_plural: len(names)}, set(), []

    @admin.display(description=_("status"), ordering="monitor__status")
    def status_word(self, row: Endpoint) -> SafeString:
        word, status = _word(row.monitor, datetime.now(UTC))
        return format_html(
            '<span class="pb-status" data-status="{}"><svg class="pb-icon" '
            'viewBox="0 0 24 24" width="20" height="20" fill="none" '
            'stroke="currentColor" stroke-width="2" aria-hidden="true" '
            'focusable="false"><path d="{}"/></svg> {}</span>',
            status,
            ICONS.get(status, ""),
            word,
        )

    @admin.display(description=_("last check"), ordering="monitor__ran_at")
    def age(self, row: Endpoint) -> str:
        if row.monitor.ran_at is None:
            return str(_("not yet"))
        age = duration_text(datetime.now(UTC) - row.monitor.ran_at)
        return str(_("%(age)s ago") % {"age": age})

    @admin.display(description=_("24 hours"))
    def last_day(self, row: Any) -> SafeString:
        return strip(row.last_hours)

    @admin.display(description=_("every"), ordering="monitor__interval_seconds")
    def interval_text(self, row: Endpoint) -> str:
        return duration_text(row.monitor.interval)

    @admin.display(description=_("public"), boolean=True)
    def public(self, row: Any) -> bool:
        return bool(row.is_public)

    @admin.display(description=_("options"))
    def written(self, row: Endpoint) -> str:
        return "\n".join(_shown_option(*each) for each in row.options.items())

    @admin.action(description=_("Run now"), permissions=["view"])
    def run(self, request: HttpRequest, rows: QuerySet[Endpoint]) -> None:
        caller = caller_of(request)
        if not caller.may(Role.RESPONDER):
            self.message_user(
                request, _("This needs the role responder."), messages.ERROR
            )
            return
        names = [row.monitor.name for row in rows if row.monitor.declared]
        try:
            observed = run_now(names, caller.name)
        except PulseboardError as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        audit(caller, "run endpoints", ", ".join(row.name for row in rows)[:200])
        titles = {row.monitor.name: row.title for row in rows}
        done = (f"{titles[o.monitor]}: {o.outcome.status.value}" for o in observed)
        self.message_user(request, "; ".join(done)[:1000])

    @admin.action(description=_("Pause for 1 hour"), permissions=["add"])
    def pause_hour(self, request: HttpRequest, rows: QuerySet[Endpoint]) -> None:
        self._pause(request, rows, datetime.now(UTC) + timedelta(hours=1))

    @admin.action(description=_("Pause for 24 hours"), permissions=["add"])
    def pause_day(self, request: HttpRequest, rows: QuerySet[Endpoint]) -> None:
        self._pause(request, rows, datetime.now(UTC) + timedelta(days=1))

    @admin.action(description=_("Pause until resumed"), permissions=["add"])
    def pause(self, request: HttpRequest, rows: QuerySet[Endpoint]) -> None:
        self._pause(request, rows, FOREVER)

    @admin.action(description=_("Resume"), permissions=["add"])
    def resume(self, request: HttpRequest, rows: QuerySet[Endpoint]) -> None:
        self._each(request, rows, "resume endpoint", lambda row: store.pause(row, None))

    @admin.action(description=_("Enable"), permissions=["add"])
    def enable(self, request: HttpRequest, rows: QuerySet[Endpoint]) -> None:
        self._each(
            request, rows, "enable endpoint", lambda row: store.set_enabled(row, True)
        )

    @admin.action(description=_("Disable"), permissions=["add"])
    def disable(self, request: HttpRequest, rows: QuerySet[Endpoint]) -> None:
        self._each(
            request, rows, "disable endpoint", lambda row: store.set_enabled(row, False)
        )

    @admin.action(description=_("Show on the public page"), permissions=["add"])
    def publish(self, request: HttpRequest, rows: QuerySet[Endpoint]) -> None:
        self._each(request, rows, "publish endpoint", store.publish)

    @admin.action(description=_("Take off the public page"), permissions=["add"])
    def unpublish(self, request: HttpRequest, rows: QuerySet[Endpoint]) -> None:
        self._each(
            request,
            rows,
            "unpublish endpoint",
            lambda row: store.unpublish(row.monitor),
        )

    def _pause(
        self, request: HttpRequest, rows: QuerySet[Endpoint], until: datetime
    ) -> None:
        self._each(request, rows, "pause endpoint", lambda row: store.pause(row, until))

    def _each(
        self,
        request: HttpRequest,
        rows: QuerySet[Endpoint],
        action: str,
        change: Callable[[Endpoint], object],
    ) -> None:
        """Do *change* to each of *rows*, with its line in the audit."""
        caller = caller_of(request)
        with transaction.atomic():
            chosen = list(rows.select_related("monitor"))
            for row in chosen:
                change(row)
                audit(caller, action, row.name)
        count = len(chosen)
        text = ngettext("%d endpoint changed.", "%d endpoints changed.", count) % count
        self.message_user(request, text)


def _shown_option(name: str, value: object) -> str:
    """Return an option for who may only look: bodies and queries may hold secrets."""
    if name == "body":
        return f"body: {len(str(value))} characters"
    return f"{name}: {redact(str(value), limit=500)}"


READ_ONLY = ["title", "kind", "target", "group", "written", "is_trusted", "source"]


def _word(row: Monitor, now: datetime) -> tuple[str, str]:
    """Return the word people read and the status whose shape stands beside it."""
    if not row.enabled:
        return str(_("Off")), "unknown"
    if row.paused_until is not None and row.paused_until > now:
        return str(_("Paused")), "maintenance"
    if row.ran_at is None:
        return str(_("Not yet")), "unknown"
    return row.get_status_display(), row.status
