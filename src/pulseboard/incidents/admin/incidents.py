"""Incidents in the admin: written, published, resolved."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as text_of
from django.utils.translation import gettext_lazy as _

from pulseboard.access.model_admin import RoleAdmin, may
from pulseboard.access.store import audit, caller_of
from pulseboard.core.roles import Role
from pulseboard.core.text import duration_text
from pulseboard.incidents import store
from pulseboard.incidents.admin.forms import IncidentForm, utc_now
from pulseboard.incidents.admin.prefilled import alert_of, incident_of, prefilled_by
from pulseboard.incidents.admin.updates import UpdateInline
from pulseboard.incidents.models import Incident, IncidentTemplate
from pulseboard.incidents.store.drafting import link
from pulseboard.incidents.story import Phase

PUBLISH, RESOLVE, WITHDRAW = "_publish", "_resolve", "_withdraw"


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
        initial: dict[str, Any] = {"started_at": timezone.localtime(utc_now())}
        return initial | prefilled_by(request)[0]

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Incident, inline: Any, prefix: str
    ) -> dict[str, Any]:
        """Offer the first update with the words of the alert or template."""
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        words = prefilled_by(request)[1] if obj.pk is None else ""
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
        taken = incident_of(request.GET.get("alert", ""))
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
            context = {"timeline": store.timeline(row, utc_now()), "incident": row}
        return super().change_view(
            request, object_id, form_url, context | (extra_context or {})
        )

    def save_model(
        self, request: HttpRequest, obj: Incident, form: Any, change: bool
    ) -> None:
        """Write the incident and its audit row together."""
        caller = caller_of(request)
        if not change:
            obj.created_at, obj.created_by = utc_now(), caller.name[:150]
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            alert = alert_of(str(form.cleaned_data.get("alert") or ""))
            if not change and alert is not None:
                link(obj, alert)
            action = "change incident" if change else "begin incident"
            audit(caller, action, str(obj), changed=", ".join(form.changed_data))

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: bool
    ) -> None:
        """Write the updates, with who wrote them and what they said before."""
        caller, now, incident = caller_of(request), utc_now(), form.instance
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
        caller, now = caller_of(request), utc_now()
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
        return duration_text((row.resolved_at or utc_now()) - row.started_at)


def _change_url(row: Incident) -> str:
    return reverse("admin:pulseboard_incident_change", args=[row.pk])
