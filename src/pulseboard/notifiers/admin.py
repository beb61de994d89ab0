"""Channels and the outbox in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pulseboard.access.model_admin import RoleAdmin
from pulseboard.access.store import audit, caller_of
from pulseboard.core.roles import Role
from pulseboard.notifiers.channels import notifiers
from pulseboard.notifiers.models import Channel, Notification

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Channel]
else:
    ModelForm = forms.ModelForm


class ChannelForm(ModelForm):
    """Refuses what could not be sent to."""

    kind = forms.ChoiceField(
        choices=lambda: [(kind, kind) for kind in sorted(notifiers())],
        help_text=_("How it is delivered."),
    )

    class Meta:
        model = Channel
        fields: ClassVar = ["name", "kind", "recipients", "least_severity", "enabled"]

    def clean_recipients(self) -> list[str]:
        recipients = self.cleaned_data["recipients"]
        if not isinstance(recipients, list):
            raise ValidationError(_('Expected a list such as ["ops@example.org"].'))
        for recipient in recipients:
            validate_email(recipient)
        return recipients

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == "email" and not cleaned.get("recipients"):
            self.add_error("recipients", _("A mail channel needs a recipient."))
        return cleaned


@admin.register(Channel)
class ChannelAdmin(RoleAdmin[Channel]):
    """Only admins say where messages go. What settings declare is read-only."""

    sees = Role.ADMIN
    changes = Role.ADMIN
    adds = True
    deletes = True
    form = ChannelForm
    list_display = [
        "name",
        "kind",
        "least_severity",
        "enabled",
        "last_sent_at",
        "last_error",
        "source",
    ]

    def has_change_permission(
        self, request: HttpRequest, obj: Channel | None = None
    ) -> bool:
        free = obj is None or not obj.source
        return free and super().has_change_permission(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Channel | None = None
    ) -> bool:
        free = obj is None or not obj.source
        return free and super().has_delete_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: Channel, form: Any, change: bool
    ) -> None:
        """Write the channel and its audit row together."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            audit(caller_of(request), "change channel", obj.name, kind=obj.kind)

    def delete_model(self, request: HttpRequest, obj: Channel) -> None:
        """Delete the channel, and say so in the audit."""
        with transaction.atomic():
            super().delete_model(request, obj)
            audit(caller_of(request), "delete channel", obj.name)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete the chosen channels that people made; those of settings stay."""
        with transaction.atomic():
            for row in queryset.filter(source=""):
                self.delete_model(request, row)


@admin.register(Notification)
class NotificationAdmin(RoleAdmin[Notification]):
    """The outbox: what was sent, waits, or was given up."""

    list_display = [
        "created_at",
        "subject",
        "channel",
        "state",
        "attempts",
        "sent_at",
        "last_error",
    ]
    list_display_links = ["subject"]
    list_filter = ["state", "channel", "severity"]
    show_full_result_count = False
