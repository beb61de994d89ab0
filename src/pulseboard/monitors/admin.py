"""Monitors in the admin: looked at, run, paused, switched off; declared elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from pulseboard.access.model_admin import RoleAdmin, RoleInline
from pulseboard.access.store import audit, caller_of
from pulseboard.core.errors import PulseboardError
from pulseboard.core.roles import Role
from pulseboard.core.status import READING_ORDER
from pulseboard.core.text import duration_text
from pulseboard.monitors.models import (
    Component,
    ComponentMonitor,
    JobRun,
    Monitor,
)
from pulseboard.monitors.run_now import run_now

#: Pages that other rooms add below the list: path, view, name.
PAGES: list[tuple[str, Callable[..., Any], str]] = []

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


@admin.register(Monitor)
class MonitorAdmin(RoleAdmin[Monitor]):
    """Nothing is typed in here: what was declared in code is changed in code."""

    changes = Role.EDITOR
    list_display = [
        "status_word",
        "title",
        "summary",
        "age",
        "interval_text",
        "enabled",
        "paused_until",
        "source",
    ]
    list_display_links = ["title"]
    list_filter = ["status", "kind", "group", "enabled", "declared"]
    search_fields = ["name", "title", "summary"]
    list_per_page = 100
    actions = ["run", "pause_hour", "pause_day", "pause", "resume", "enable", "disable"]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        whens = [
            When(status=status.value, then=Value(place))
            for place, status in enumerate(READING_ORDER)
        ]
        order = Case(*whens, default=Value(9), output_field=IntegerField())
        return [order, "title"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Monitor | None = None
    ) -> list[str]:
        hidden = {"enabled", "paused_until", "id", "memory", "slot", "claimed_by"}
        return [f.name for f in Monitor._meta.fields if f.name not in hidden]

    def get_fields(
        self, request: HttpRequest, obj: Monitor | None = None
    ) -> list[str | list[str] | tuple[str, ...]]:
        return ["enabled", "paused_until", *self.get_readonly_fields(request, obj)]

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        extra = [
            path(route, site.admin_view(view), {"admin_site": site}, name=name)
            for route, view, name in PAGES
        ]
        return [*extra, *super().get_urls()]

    def save_model(
        self, request: HttpRequest, obj: Monitor, form: Any, change: bool
    ) -> None:
        """Write only what people set: results may have come in meanwhile."""
        with transaction.atomic():
            obj.save(update_fields=["enabled", "paused_until"])
            audit(caller_of(request), "change monitor", obj.name, **form.cleaned_data)

    @admin.display(description=_("status"), ordering="status")
    def status_word(self, row: Monitor) -> str:
        return row.get_status_display()

    @admin.display(description=_("last check"), ordering="ran_at")
    def age(self, row: Monitor) -> str:
        if row.ran_at is None:
            return str(_("not yet"))
        age = duration_text(datetime.now(UTC) - row.ran_at)
        return str(_("%(age)s ago") % {"age": age})

    @admin.display(description=_("every"), ordering="interval_seconds")
    def interval_text(self, row: Monitor) -> str:
        return duration_text(row.interval)

    @admin.action(description=_("Run now"), permissions=["view"])
    def run(self, request: HttpRequest, rows: QuerySet[Monitor]) -> None:
        caller = caller_of(request)
        names = [row.name for row in rows if row.declared]
        if not caller.may(Role.RESPONDER):
            self.message_user(
                request, _("This needs the role responder."), messages.ERROR
            )
            return
        try:
            observed = run_now(names, caller.name)
        except PulseboardError as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        audit(caller, "run checks", ", ".join(names)[:200])
        done = "; ".join(f"{o.monitor}: {o.outcome.status.value}" for o in observed)
        self.message_user(request, done[:1000])

    @admin.action(description=_("Pause for 1 hour"), permissions=["change"])
    def pause_hour(self, request: HttpRequest, rows: QuerySet[Monitor]) -> None:
        self._pause(request, rows, datetime.now(UTC) + timedelta(hours=1))

    @admin.action(description=_("Pause for 24 hours"), permissions=["change"])
    def pause_day(self, request: HttpRequest, rows: QuerySet[Monitor]) -> None:
        self._pause(request, rows, datetime.now(UTC) + timedelta(days=1))

    @admin.action(description=_("Pause until resumed"), permissions=["change"])
    def pause(self, request: HttpRequest, rows: QuerySet[Monitor]) -> None:
        self._pause(request, rows, FOREVER)

    @admin.action(description=_("Resume"), permissions=["change"])
    def resume(self, request: HttpRequest, rows: QuerySet[Monitor]) -> None:
        self._pause(request, rows, None)

    @admin.action(description=_("Enable"), permissions=["change"])
    def enable(self, request: HttpRequest, rows: QuerySet[Monitor]) -> None:
        self._change(request, rows, "enable monitor", enabled=True)

    @admin.action(description=_("Disable"), permissions=["change"])
    def disable(self, request: HttpRequest, rows: QuerySet[Monitor]) -> None:
        self._change(request, rows, "disable monitor", enabled=False)

    def _pause(
        self, request: HttpRequest, rows: QuerySet[Monitor], until: datetime | None
    ) -> None:
        action = "pause monitor" if until else "resume monitor"
        self._change(request, rows, action, paused_until=until)

    def _change(
        self,
        request: HttpRequest,
        rows: QuerySet[Monitor],
        action: str,
        **values: object,
    ) -> None:
        caller = caller_of(request)
        names = [row.name for row in rows]
        with transaction.atomic():
            count = Monitor.objects.filter(name__in=names).update(**values)
            for name in names:
                audit(caller, action, name)
        text = ngettext("%d monitor changed.", "%d monitors changed.", count) % count
        self.message_user(request, text)


class PartInline(RoleInline[ComponentMonitor, Component]):
    """The monitors that speak for a component."""

    model = ComponentMonitor
    autocomplete_fields = ["monitor"]
    verbose_name = _("monitor")
    verbose_name_plural = _("monitors")


@admin.register(Component)
class ComponentAdmin(RoleAdmin[Component]):
    """Editors say what the public is told of. What is new is private."""

    changes = Role.EDITOR
    adds = True
    deletes = True
    list_display = ["name", "group", "place", "is_public", "description"]
    list_filter = ["is_public", "group"]
    search_fields = ["name", "slug", "description"]
    list_editable = ["place"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [PartInline]
    actions = ["publish", "unpublish"]

    def save_model(
        self, request: HttpRequest, obj: Component, form: Any, change: bool
    ) -> None:
        """Write the component and its audit row together."""
        action = "change component" if change else "add component"
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            audit(caller_of(request), action, obj.slug, public=obj.is_public)

    def delete_model(self, request: HttpRequest, obj: Component) -> None:
        """Delete the component, and say so in the audit."""
        with transaction.atomic():
            audit(caller_of(request), "delete component", obj.slug)
            super().delete_model(request, obj)

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[Component]
    ) -> None:
        """Delete several components, one audit row each."""
        with transaction.atomic():
            for row in queryset:
                audit(caller_of(request), "delete component", row.slug)
            super().delete_queryset(request, queryset)

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, rows: QuerySet[Component]) -> None:
        self._show(request, rows, is_public=True)

    @admin.action(description=_("Unpublish"), permissions=["change"])
    def unpublish(self, request: HttpRequest, rows: QuerySet[Component]) -> None:
        self._show(request, rows, is_public=False)

    def _show(
        self, request: HttpRequest, rows: QuerySet[Component], *, is_public: bool
    ) -> None:
        action = "publish component" if is_public else "unpublish component"
        changed = list(rows.exclude(is_public=is_public))
        with transaction.atomic():
            for row in changed:
                row.is_public = is_public
                # One by one: whoever listens for a changed component must hear it.
                row.save(update_fields=["is_public"])
                audit(caller_of(request), action, row.slug)
        count = len(changed)
        text = ngettext("%d component changed.", "%d components changed.", count)
        self.message_user(request, text % count)


@admin.register(JobRun)
class JobRunAdmin(RoleAdmin[JobRun]):
    """What the scheduler did and when."""

    list_display = ["name", "ran_at", "duration_seconds", "done_total", "error"]
