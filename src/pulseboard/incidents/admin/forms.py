"""What people fill in about an incident: refused where it cannot be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from pulseboard.incidents import store
from pulseboard.incidents.models import Incident, IncidentUpdate

if TYPE_CHECKING:
    IncidentFields = forms.ModelForm[Incident]
    UpdateFields = forms.ModelForm[IncidentUpdate]
else:
    IncidentFields = UpdateFields = forms.ModelForm


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
        return _not_ahead(self.cleaned_data["at"] or self.instance.at or utc_now())


def _not_ahead(at: datetime) -> datetime:
    if timezone.is_naive(at):  # the host does without time zones
        at = timezone.make_aware(at, timezone.get_default_timezone())
    if at > utc_now():
        raise ValidationError(_("This lies in the future."))
    return at


def utc_now() -> datetime:
    return datetime.now(UTC)
