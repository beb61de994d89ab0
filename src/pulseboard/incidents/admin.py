"""Incidents, their templates and subscribers in the admin."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as text_of
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from pulseboard.access.model_admin import RoleAdmin, may
from pulseboard.access.store import audit, caller_of
from pulseboard.alerts.admin import SystemAlertAdmin
from pulseboard.alerts.models import SystemAlert
from pulseboard.core.roles import Role
from pulseboard.core.text import duration_text
from pulseboard.incidents import store
from pulseboard.incidents.address import masked
from pulseboard.incidents.models import (
    Incident,
    IncidentAlert,
    IncidentTemplate,
    IncidentUpdate,
    Subscriber,
)
from pulseboard.incidents.placeholders import filled
from pulseboard.incidents.store.drafting import link, prefilled
from pulseboard.incidents.story import Phase

if TYPE_CHECKING:
    IncidentFields = forms.ModelForm[Incident]
    UpdateFields = forms.ModelForm[IncidentUpdate]
    Inline = admin.StackedInline[IncidentUpdate, Incident]
else:
    IncidentFields = UpdateFields = forms.ModelForm
    if apps.is_installed("unfold"):
        from unfold.admin import StackedInline as Inline
    else:
        Inline = admin.StackedInline

PUBLISH, RESOLVE, WITHDRAW = "_publish", "_resolve", "_withdraw"


class IncidentForm(IncidentFields):
    """One incident; refuses one that has not begun."""

    alert = forms.IntegerField(required=False, widget=forms.HiddenInput)
    notify = forms.BooleanField(
        required=False,
        label=_("notify subscribers"),
        help_text=_("Only when it is published, or an update is added."),
    )

    class Meta:
        model = Incident
        fields: ClassVar = [
            "title",
            "impact",
            "components",
            "affects_everything",
            "started_at",
            "next_update_at",
            "response",
            "postmortem",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None and "notify" in self.fields:
            count = store.audience(self.instance)
            self.fields["notify"].label = (
                ngettext("notify %d subscriber", "notify %d subscribers", count) % count
            )

    def clean_started_at(self) -> datetime:
        return _not_ahead(self.cleaned_data["started_at"])


class UpdateForm(UpdateFields):
    """One update; refuses one of a time that has not come."""

    class Meta:
        model = IncidentUpdate
        fields: ClassVar = ["phase", "text", "at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "at" in self.fields:  # not for those who may only look
            self.fields["at"].required = False
            self.fields["at"].help_text = _("Empty: now. Not in the future.")

    def clean_at(self) -> datetime:
        return _not_ahead(self.cleaned_data["at"] or self.instance.at or _now())


class UpdateInline(Inline):
    """Updates are added and corrected; what was said cannot be unsaid."""

    model = IncidentUpdate
    form = UpdateForm
    can_delete = False
    verbose_name_plural = _("updates")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 1 if obj is None or obj.resolved_at is None else 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, Role.VIEWER)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, Role.EDITOR)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, Role.EDITOR)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StateFilter(admin.SimpleListFilter):
    """What needs somebody, before what is over."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("draft", _("Drafts")),
            ("active", _("Published, going on")),
            ("over", _("Over")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Incident]
    ) -> QuerySet[Incident]:
        if self.value() == "draft":
            return queryset.filter(is_published=False, resolved_at__isnull=True)
        if self.value() == "active":
            return queryset.filter(is_published=True, resolved_at__isnull=True)
        if self.value() == "over":
            return queryset.filter(resolved_at__isnull=False)
        return queryset


@admin.register(Incident)
class IncidentAdmin(RoleAdmin[Incident]):
    """Editors write, publish and resolve; drafts that nobody wants are deleted."""

    changes = Role.EDITOR
    adds = True
    deletes = True
    form = IncidentForm
    inlines: ClassVar = [UpdateInline]
    change_form_template = "pulseboard/incidents/change_form.html"
    list_display = ["impact_word", "title", "phase", "shown", "started_at", "lasted"]
    list_display_links = ["title"]
    list_filter = [StateFilter, "impact", "response"]
    search_fields = ["title"]
    filter_horizontal = ["components"]
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        preview = self.admin_site.admin_view(self.preview)
        name = "pulseboard_incident_preview"
        return [path("<int:pk>/preview/", preview, name=name), *super().get_urls()]

    def get_fields(
        self, request: HttpRequest, obj: Incident | None = None
    ) -> list[str | list[str] | tuple[str, ...]]:
        fields: list[str | list[str] | tuple[str, ...]] = [*IncidentForm.Meta.fields]
        if not self.has_change_permission(request, obj):
            return fields
        return [*fields, "alert" if obj is None else "notify"]

    def has_delete_permission(
        self, request: HttpRequest, obj: Incident | None = None
    ) -> bool:
        # What the public was told is kept for good.
        is_draft = obj is not None and not obj.is_published
        return is_draft and super().has_delete_permission(request, obj)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Fill the form from ``?alert=7`` or ``?template=2``."""
        initial: dict[str, Any] = {"started_at": timezone.localtime(_now())}
        return initial | _prefilled(request)[0]

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Incident, inline: Any, prefix: str
    ) -> dict[str, Any]:
        """Offer the first update with the words of the alert or template."""
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        words = _prefilled(request)[1] if obj.pk is None else ""
        if words and request.method == "GET":
            kwargs["initial"] = [{"text": words}]
        return kwargs

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Lead to the incident that an alert has already."""
        taken = _incident_of(request.GET.get("alert", ""))
        if taken is not None and request.method == "GET":
            return HttpResponseRedirect(_change_url(taken))
        context = {"incident_templates": IncidentTemplate.objects.all()}
        return super().add_view(request, form_url, context | (extra_context or {}))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the timeline beside the form."""
        row = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if row is not None:
            context = {"timeline": store.timeline(row, _now()), "incident": row}
        return super().change_view(
            request, object_id, form_url, context | (extra_context or {})
        )

    def save_model(
        self, request: HttpRequest, obj: Incident, form: Any, change: bool
    ) -> None:
        """Write the incident and its audit row together."""
        caller = caller_of(request)
        if not change:
            obj.created_at, obj.created_by = _now(), caller.name[:150]
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            alert = _alert(str(form.cleaned_data.get("alert") or ""))
            if not change and alert is not None:
                link(obj, alert)
            action = "change incident" if change else "begin incident"
            audit(caller, action, str(obj), changed=", ".join(form.changed_data))

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: bool
    ) -> None:
        """Write the updates, with who wrote them and what they said before."""
        caller, now, incident = caller_of(request), _now(), form.instance
        before = {row.pk: row for row in incident.updates.all()}
        with transaction.atomic():
            for row in formset.save(commit=False):
                old = before.get(row.pk)
                if old is None:
                    row.author = caller.name[:150]
                else:
                    row.edited_at, row.edited_by = now, caller.name[:150]
                    said = f"{old.phase}: {old.text}"
                    audit(caller, "edit incident update", str(incident), before=said)
                row.save()
            store.settle(incident)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Then do what the button says, and tell subscribers if asked to."""
        with transaction.atomic():
            super().save_related(request, form, formsets, change)
            self._act(request, form.instance, formsets, form.cleaned_data["notify"])

    def _act(
        self, request: HttpRequest, incident: Incident, formsets: Any, notify: bool
    ) -> None:
        caller, now = caller_of(request), _now()
        if WITHDRAW in request.POST and store.withdraw(incident):
            audit(caller, "withdraw incident", str(incident))
        if RESOLVE in request.POST and incident.resolved_at is None:
            words = text_of("This is resolved.")
            store.add_update(
                incident, Phase.RESOLVED, words, caller.name, now, notify=notify
            )
            audit(caller, "resolve incident", str(incident))
        elif notify and incident.is_published:
            for row in [row for formset in formsets for row in formset.new_objects]:
                store.announce_incident(incident, now, update=row)
        if PUBLISH in request.POST and store.publish(incident, now, notify=notify):
            audit(caller, "publish incident", str(incident), notified=notify)

    def response_change(self, request: HttpRequest, obj: Incident) -> HttpResponse:
        """Stay on the page after one of our buttons."""
        if {PUBLISH, RESOLVE, WITHDRAW} & set(request.POST):
            messages.success(request, _("Done: %(what)s") % {"what": obj})
            return HttpResponseRedirect(_change_url(obj))
        return super().response_change(request, obj)

    def response_add(
        self, request: HttpRequest, obj: Incident, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go to the new incident: its preview and its buttons come next."""
        if "_addanother" in request.POST or "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        messages.success(request, _("Done: %(what)s") % {"what": obj})
        return HttpResponseRedirect(_change_url(obj))

    def delete_model(self, request: HttpRequest, obj: Incident) -> None:
        """Delete a draft, and say so in the audit."""
        with transaction.atomic():
            audit(caller_of(request), "delete incident draft", str(obj))
            super().delete_model(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        # Django's own deletes several at once, published ones too.
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the incident as visitors would read it."""
        if not may(request, Role.VIEWER):
            return HttpResponse(status=403)
        row = get_object_or_404(Incident, pk=pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Preview"),
            "incident": row,
            "story": store.story_as_written(row),
            "impact_word": row.get_impact_display(),
            "opts": Incident._meta,
        }
        return TemplateResponse(request, "pulseboard/incidents/preview.html", context)

    @admin.display(description=_("impact"), ordering="impact")
    def impact_word(self, row: Incident) -> str:
        return row.get_impact_display()

    @admin.display(description=_("shown"), ordering="is_published")
    def shown(self, row: Incident) -> str:
        return str(_("Published") if row.is_published else _("Draft"))

    @admin.display(description=_("duration"))
    def lasted(self, row: Incident) -> str:
        return duration_text((row.resolved_at or _now()) - row.started_at)


@admin.register(IncidentTemplate)
class IncidentTemplateAdmin(RoleAdmin[IncidentTemplate]):
    """Editors prepare words for a bad day."""

    changes = Role.EDITOR
    adds = True
    deletes = True
    list_display = ["name", "title", "impact"]
    search_fields = ["name", "title"]
    filter_horizontal = ["components"]

    def save_model(
        self, request: HttpRequest, obj: IncidentTemplate, form: Any, change: bool
    ) -> None:
        """Write the template and its audit row together."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            audit(caller_of(request), "change incident template", str(obj))

    def delete_model(self, request: HttpRequest, obj: IncidentTemplate) -> None:
        """Delete the template, and say so in the audit."""
        with transaction.atomic():
            audit(caller_of(request), "delete incident template", str(obj))
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete several templates, one audit row each."""
        for row in queryset:
            self.delete_model(request, row)


@admin.register(Subscriber)
class SubscriberAdmin(RoleAdmin[Subscriber]):
    """Who is told. Whole addresses are for admins, who may also delete them."""

    list_display = ["address", "language", "scope", "confirmed_at", "bounced_at"]
    list_display_links = ["address"]
    list_filter = ["language", "all_components"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscriber]:
        return super().get_queryset(request).exclude(email="")

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        # Searching would tell a viewer, letter by letter, what is masked.
        return ["email"] if may(request, Role.ADMIN) else []

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        shown = "email" if may(request, Role.ADMIN) else "address"
        return [shown, *self.list_display[1:]]

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return list(list_display[:1])

    def get_fields(
        self, request: HttpRequest, obj: Subscriber | None = None
    ) -> list[str | list[str] | tuple[str, ...]]:
        shown = "email" if may(request, Role.ADMIN) else "address"
        return [shown, "language", "scope", "created_at", "confirmed_at", "bounced_at"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Subscriber | None = None
    ) -> Any:
        return self.get_fields(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Subscriber | None = None
    ) -> bool:
        return may(request, Role.ADMIN)

    def delete_model(self, request: HttpRequest, obj: Subscriber) -> None:
        """Delete everything about the person; the audit holds no address."""
        with transaction.atomic():
            audit(caller_of(request), "delete subscriber", str(obj))
            store.erase(obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete several, one audit row each."""
        for row in queryset:
            self.delete_model(request, row)

    @admin.display(description=_("address"))
    def address(self, row: Subscriber) -> str:
        return masked(row.email)

    @admin.display(description=_("services"))
    def scope(self, row: Subscriber) -> str:
        if row.all_components:
            return str(_("All services"))
        return ", ".join(each.name for each in row.components.all())


@admin.action(description=_("New incident from this alert"), permissions=["respond"])
def begin_incident(
    alerts: SystemAlertAdmin, request: HttpRequest, rows: QuerySet[SystemAlert]
) -> HttpResponse | None:
    """Open the form for a new incident, filled from the first alert chosen."""
    if not may(request, Role.EDITOR):
        alerts.message_user(request, _("This needs the role editor."), messages.ERROR)
        return None
    first = rows.order_by("began_at").first()
    add = reverse("admin:pulseboard_incident_add")
    return HttpResponseRedirect(f"{add}?alert={first.pk}") if first else None


SystemAlertAdmin.actions = [*(SystemAlertAdmin.actions or []), begin_incident]


def _prefilled(request: HttpRequest) -> tuple[dict[str, Any], str]:
    """Return initial values and first words, from the alert or template named."""
    initial: dict[str, Any] = {}
    words = ""
    alert = _alert(request.GET.get("alert", ""))
    if alert is not None:
        components, impact, title, words = prefilled(alert)
        initial = {
            "alert": alert.pk,
            "title": title,
            "impact": impact.value,
            "components": [row.pk for row in components],
            "started_at": timezone.localtime(alert.began_at),
        }
    template = _number(request.GET.get("template", ""))
    row = IncidentTemplate.objects.filter(pk=template).first() if template else None
    return _with_template(row, initial, words) if row else (initial, words)


def _with_template(
    row: IncidentTemplate, initial: dict[str, Any], words: str
) -> tuple[dict[str, Any], str]:
    components = list(row.components.all())
    since = initial.get("started_at") or timezone.localtime(_now())
    values = {
        "component": ", ".join(each.name for each in components)
        or text_of("a service"),
        "since": f"{since:%H:%M} {since.tzname()}",
    }
    changed: dict[str, Any] = {
        "title": filled(row.title, values)[:150],
        "impact": row.impact,
    }
    if components:
        changed["components"] = [each.pk for each in components]
    return initial | changed, filled(row.text, values)


def _alert(text: str) -> SystemAlert | None:
    number = _number(text)
    return SystemAlert.objects.filter(pk=number).first() if number else None


def _incident_of(text: str) -> Incident | None:
    number = _number(text)
    linked = IncidentAlert.objects.filter(alert_id=number).first() if number else None
    return linked.incident if linked else None


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdecimal() and len(text) < 19
    return int(text) if is_number else None


def _change_url(row: Incident) -> str:
    return reverse("admin:pulseboard_incident_change", args=[row.pk])


def _not_ahead(at: datetime) -> datetime:
    if timezone.is_naive(at):  # the host does without time zones
        at = timezone.make_aware(at, timezone.get_default_timezone())
    if at > _now():
        raise ValidationError(_("This lies in the future."))
    return at


def _now() -> datetime:
    return datetime.now(UTC)
