"""Planned windows in the admin."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from pulseboard.access.model_admin import RoleAdmin
from pulseboard.access.store import audit, caller_of
from pulseboard.core.errors import ConfigError
from pulseboard.core.roles import Role
from pulseboard.maintenance import store
from pulseboard.maintenance.calendar import MEDIA_TYPE, calendar
from pulseboard.maintenance.models import Maintenance
from pulseboard.maintenance.occurrence import Occurrence
from pulseboard.maintenance.wall_clock import (
    instant_of,
    local_of,
    local_text,
    zone_of,
)
from pulseboard.monitors.models import Component, Monitor

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Maintenance]
else:
    ModelForm = forms.ModelForm

#: Occurrences in the preview, and in the calendar of one window.
PREVIEWED, IN_CALENDAR = 5, 50


class WallClockWidget(forms.SplitDateTimeWidget):
    """
    The browser's own pickers.

    Those of the admin would fill in "now", and speak of, the zone of the server.
    """

    def __init__(self) -> None:
        super().__init__(
            date_attrs={"type": "date"},
            date_format="%Y-%m-%d",
            time_attrs={"type": "time"},
            time_format="%H:%M",
        )


class WallClockField(forms.SplitDateTimeField):
    """Date and time as the clock of another field's zone shows them: naive."""

    widget = WallClockWidget

    def compress(self, data_list: Any) -> datetime | None:
        """Return them as one, without the zone of the request."""
        if not data_list:
            return None
        if None in data_list or "" in data_list:
            raise ValidationError(_("Enter a date and a time."))
        return datetime.combine(*data_list)


class NamesField(forms.MultipleChoiceField):
    """Names out of those that exist, and those that were chosen when they did."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def offer(self, names: list[tuple[str, str]], chosen: object) -> None:
        """Set what can be chosen."""
        known = {name for name, _title in names}
        gone = [n for n in chosen if n not in known] if isinstance(chosen, list) else []
        self.choices = [*names, *((name, name) for name in gone)]


class MaintenanceForm(ModelForm):
    """Times are typed as the clock of the chosen zone shows them."""

    starts_at = WallClockField(label=_("Starts"), required=False)
    ends_at = WallClockField(label=_("Ends"), required=False)
    monitors = NamesField(label=_("Monitors"))
    components = NamesField(
        label=_("Components"), help_text=_("Their monitors are covered with them.")
    )
    groups = NamesField(
        label=_("Groups"), help_text=_("All monitors of these, also later ones.")
    )

    #: Whether it was sent to be looked at, not to be stored.
    is_preview = False

    class Meta:
        model = Maintenance
        fields: ClassVar = [
            *("title", "description", "kind", "zone", "starts_at", "ends_at"),
            *("rule", "first_on", "last_on", "start_time", "duration_minutes"),
            *("everything", "monitors", "components", "groups"),
            *("mutes", "excludes", "shows"),
        ]
        widgets: ClassVar = {
            "first_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
            "last_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
            "start_time": forms.TimeInput({"type": "time"}, "%H:%M"),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._offer_names()
        self._show_times_in(self.instance.zone)

    def is_valid(self) -> bool:
        """Return whether it may be stored; what is previewed is not."""
        return super().is_valid() and not self.is_preview

    def clean(self) -> dict[str, Any]:
        """Turn times on the clock into instants."""
        cleaned = super().clean() or {}
        zone: tzinfo = UTC
        # The model tells of a zone that is none, at its field.
        with contextlib.suppress(ConfigError):
            zone = zone_of(cleaned.get("zone") or "")
        for name in ("starts_at", "ends_at"):
            if cleaned.get(name) is not None:
                cleaned[name] = _instant(self, name, cleaned[name], zone)
        if not cleaned.get("first_on") and cleaned.get("kind") in ("rrule", "cron"):
            cleaned["first_on"] = local_of(datetime.now(UTC), zone).date()
        return cleaned

    def previewed(self) -> list[str]:
        """Return the next occurrences in words, and what they meet."""
        if not self.is_preview or self.errors:
            return []
        now = datetime.now(UTC)
        coming = store.upcoming(self.instance, now, PREVIEWED)
        lines = [_line(each) for each in coming] or [str(_("Nothing is to come."))]
        return [*lines, *warnings(self.instance, now)]

    def _offer_names(self) -> None:
        offered = {
            "monitors": [
                (name, name) for name in Monitor.objects.values_list("name", flat=True)
            ],
            "components": list(Component.objects.values_list("slug", "name")),
            "groups": [
                (name, name)
                for name in Monitor.objects.exclude(group="")
                .order_by("group")
                .values_list("group", flat=True)
                .distinct()
            ],
        }
        for field, names in offered.items():
            names_field: Any = self.fields[field]
            names_field.offer(names, getattr(self.instance, field))

    def _show_times_in(self, zone_name: str) -> None:
        note = _("On the clock of %(zone)s.") % {"zone": zone_name}
        for name in ("starts_at", "ends_at", "start_time"):
            self.fields[name].help_text = note
        try:
            zone = zone_of(zone_name)
        except ConfigError:
            return
        for name in ("starts_at", "ends_at"):
            at = getattr(self.instance, name)
            if isinstance(at, datetime) and at.tzinfo:
                self.initial[name] = local_of(at, zone)


def warnings(window: Maintenance, now: datetime) -> list[str]:
    """Return a sentence for each window that *window* meets."""
    return [
        str(
            _("Overlaps “%(title)s”: %(when)s.")
            % {"title": each.other.title, "when": _line(each.other)}
        )
        for each in store.conflicts_of(window, now)
    ]


@admin.register(Maintenance)
class MaintenanceAdmin(RoleAdmin[Maintenance]):
    """Editors plan, change, end and cancel windows."""

    changes = Role.EDITOR
    adds = True
    deletes = True
    form = MaintenanceForm
    list_display = ["title", "when", "kind", "scope", "effects", "created_by"]
    list_filter = ["kind"]
    search_fields = ["title", "description"]
    readonly_fields = ["coming", "cancelled_at", "created_by"]
    actions = ["start_now", "end_now", "skip_next", "cancel"]
    fieldsets = [
        (None, {"fields": ["title", "description", "kind", "zone"]}),
        (_("Once"), {"fields": ["starts_at", "ends_at"]}),
        (
            _("Repeated, or by hand"),
            {
                "fields": [
                    *("rule", "start_time", "duration_minutes"),
                    *("first_on", "last_on"),
                ]
            },
        ),
        (
            _("What it covers"),
            {"fields": ["everything", "monitors", "components", "groups"]},
        ),
        (_("What it does"), {"fields": ["mutes", "excludes", "shows"]}),
        (_("When it is"), {"fields": ["coming", "cancelled_at", "created_by"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.calendar_view)
        route = "<int:pk>/calendar.ics"
        extra = path(route, view, name="pulseboard_maintenance_calendar")
        return [extra, *super().get_urls()]

    def get_form(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        form = super().get_form(request, *args, **options)
        is_preview = "_preview" in request.POST
        return type(form.__name__, (form,), {"is_preview": is_preview})

    def calendar_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Answer what subscribers of the calendar will see of one window."""
        row = self.get_object(request, str(pk))
        if row is None or not self.has_view_permission(request, row):
            return HttpResponse(status=404)
        windows = store.upcoming(row, datetime.now(UTC), IN_CALENDAR)
        text = calendar(windows, title=row.title, zone=row.zone)
        headers = {"Content-Disposition": 'attachment; filename="maintenance.ics"'}
        return HttpResponse(text, content_type=MEDIA_TYPE, headers=headers)

    def save_model(
        self, request: HttpRequest, obj: Maintenance, form: Any, change: bool
    ) -> None:
        """Write the window and its audit row together; name what it meets."""
        caller, now = caller_of(request), datetime.now(UTC)
        if not change:
            obj.created_by = caller.name[:150]
        action = "change maintenance" if change else "plan maintenance"
        with transaction.atomic():
            store.save(obj, caller.name, now)
            audit(caller, action, str(obj), changed=", ".join(form.changed_data))
        for warning in warnings(obj, now):
            self.message_user(request, warning, messages.WARNING)

    def delete_model(self, request: HttpRequest, obj: Maintenance) -> None:
        """Delete the window, and say so in the audit."""
        with transaction.atomic():
            super().delete_model(request, obj)
            audit(caller_of(request), "delete maintenance", str(obj))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete several windows, one audit row each."""
        with transaction.atomic():
            for row in queryset:
                self.delete_model(request, row)

    @admin.display(description=_("next"))
    def when(self, row: Maintenance) -> str:
        now = datetime.now(UTC)
        coming = store.upcoming(row, now, 1)
        if not coming:
            return (
                str(_("cancelled")) if row.cancelled_at else str(_("nothing to come"))
            )
        line = _line(coming[0])
        return str(_("now: %s") % line) if coming[0].is_open(now) else line

    @admin.display(description=_("covers"))
    def scope(self, row: Maintenance) -> str:
        if row.everything:
            return str(_("everything"))
        names = [*row.monitors, *row.components, *row.groups]
        return ", ".join(map(str, names))[:200]

    @admin.display(description=_("does"))
    def effects(self, row: Maintenance) -> str:
        words = {
            _("mutes alerts"): row.mutes,
            _("left out of uptime"): row.excludes,
            _("shown"): row.shows,
        }
        return ", ".join(str(word) for word, does in words.items() if does)

    @admin.display(description=_("next occurrences"))
    def coming(self, row: Maintenance) -> str | SafeString:
        if row.pk is None:
            return str(_("Press “Show the dates” to see them before you save."))
        coming = store.upcoming(row, datetime.now(UTC), PREVIEWED)
        lines = format_html_join("", "<li>{}</li>", ([_line(each)] for each in coming))
        name = f"{self.admin_site.name}:pulseboard_maintenance_calendar"
        return format_html(
            '<ul>{}</ul><a href="{}">{}</a>',
            lines or format_html("<li>{}</li>", _("Nothing is to come.")),
            reverse(name, args=[row.pk]),
            _("Calendar file (.ics)"),
        )

    @admin.action(description=_("Start now (by hand)"), permissions=["change"])
    def start_now(self, request: HttpRequest, rows: QuerySet[Maintenance]) -> None:
        self._each(request, rows, "start maintenance", store.start_manual)

    @admin.action(description=_("End now"), permissions=["change"])
    def end_now(self, request: HttpRequest, rows: QuerySet[Maintenance]) -> None:
        def end(row: Maintenance, who: str, now: datetime) -> object:
            return store.end_now(row, None, who, now)

        self._each(request, rows, "end maintenance", end)

    @admin.action(description=_("Skip the next one"), permissions=["change"])
    def skip_next(self, request: HttpRequest, rows: QuerySet[Maintenance]) -> None:
        self._each(request, rows, "skip maintenance", store.skip_next)

    @admin.action(
        description=_("Cancel: nothing from now on, the past stays"),
        permissions=["change"],
    )
    def cancel(self, request: HttpRequest, rows: QuerySet[Maintenance]) -> None:
        def cancel(row: Maintenance, who: str, now: datetime) -> object:
            return store.cancel(row, now)

        self._each(request, rows, "cancel maintenance", cancel)

    def _each(
        self,
        request: HttpRequest,
        rows: QuerySet[Maintenance],
        action: str,
        change: Callable[[Maintenance, str, datetime], object],
    ) -> None:
        caller, now, count = caller_of(request), datetime.now(UTC), 0
        for row in rows:
            with transaction.atomic():
                if change(row, caller.name, now):
                    audit(caller, action, str(row))
                    count += 1
        text = ngettext("%d window changed.", "%d windows changed.", count) % count
        level = messages.SUCCESS if count else messages.WARNING
        self.message_user(request, text, level)


def _instant(
    form: forms.Form | ModelForm, name: str, local: datetime, zone: tzinfo
) -> Any:
    try:
        return instant_of(local, zone)
    except OverflowError:
        form.add_error(name, _("Expected a day from 2000 to 2100."))
        return None


def _line(window: Occurrence) -> str:
    """Return when *window* is, on the clock of its zone, the zone printed."""
    return _("%(start)s to %(end)s") % {
        "start": local_text(window.starts_at, window.zone),
        "end": local_text(window.ends_at, window.zone),
    }
