"""What visitors fill in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from pulseboard.core.errors import ConfigError
from pulseboard.guard.dial import configured_networks
from pulseboard.guard.target import URL_LENGTH, Forbidden, parse_url
from pulseboard.guard.verdict import Trust
from pulseboard.incidents.models import Subscriber
from pulseboard.monitors.components import visible
from pulseboard.monitors.models import Component

Kind = Subscriber.Kind


class ServicesForm(forms.Form):
    """Which services somebody wants to hear of; none chosen means all."""

    services = forms.ModelMultipleChoiceField(
        queryset=Component.objects.none(),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Services"),
        help_text=_("Choose none to hear of all of them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["services"]
        field.queryset = visible()

    def slugs(self) -> list[str] | None:
        """Return what was chosen, None for all."""
        return [row.slug for row in self.cleaned_data["services"]] or None


class SubscribeForm(ServicesForm):
    """An address of mail, and what to tell it of."""

    title = _("Subscribe by mail")
    email = forms.EmailField(max_length=254, label=_("Your mail address"))
    field_order = ["email", "services"]

    def address(self) -> str:
        """Return the address that was given."""
        return str(self.cleaned_data["email"])


class WebhookForm(ServicesForm):
    """A URL that takes JSON, and what to tell it of."""

    title = _("Subscribe by webhook")
    kind = forms.CharField(widget=forms.HiddenInput, initial=Kind.WEBHOOK)
    url = forms.CharField(
        max_length=URL_LENGTH,
        label=_("Address that takes signed JSON"),
        help_text=_("Such as https://example.org/hooks/status. It has to confirm."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["kind", "url", "services"]

    def clean_url(self) -> str:
        given = str(self.cleaned_data["url"]).strip()
        try:
            return str(parse_url(given, Trust.PEOPLE, configured_networks()))
        except Forbidden:
            raise ValidationError(
                _("This address cannot be reached from here.")
            ) from None
        except ConfigError:
            raise ValidationError(_("Expected an address such as https://…")) from None

    def address(self) -> str:
        """Return the address that was given."""
        return str(self.cleaned_data["url"])


class SlackForm(WebhookForm):
    """The URL of an incoming webhook of Slack, and what to tell it of."""

    title = _("Subscribe by Slack")
    kind = forms.CharField(widget=forms.HiddenInput, initial=Kind.SLACK)
    url = forms.CharField(
        max_length=URL_LENGTH,
        label=_("Incoming webhook of Slack"),
        help_text=_("Such as https://hooks.slack.com/services/… It stays secret."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )


AnyForm = SubscribeForm | WebhookForm
FORMS: dict[str, type[AnyForm]] = {
    Kind.EMAIL: SubscribeForm,
    Kind.WEBHOOK: WebhookForm,
    Kind.SLACK: SlackForm,
}
