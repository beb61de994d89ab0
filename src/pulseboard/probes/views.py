"""The form of an endpoint, and what its button "Test now" asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _

from pulseboard.access.model_admin import dress
from pulseboard.access.store import audit, caller_of, check_rate
from pulseboard.core.errors import ConfigError
from pulseboard.core.payload import BODY_LIMIT_BYTES, json_object
from pulseboard.core.problem import Problem
from pulseboard.probes import store, written
from pulseboard.probes.models import Endpoint
from pulseboard.probes.options import (
    EXPECT,
    GROUP_LENGTH,
    TITLE_LENGTH,
    WrongSpec,
    lowered,
    name_from,
)
from pulseboard.probes.plan import Plan
from pulseboard.probes.probe import known_kinds
from pulseboard.probes.trial import try_out
from pulseboard.probes.whereabouts import during_request

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Endpoint]
else:
    ModelForm = forms.ModelForm

INTERVALS = ("10s", "30s", "60s", "2m", "5m", "10m", "15m", "30m", "1h", "6h", "1d")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

#: Fields whose text is the option of the same name, left out when empty.
TEXTS = (
    "target",
    "group",
    "kind",
    "every",
    "timeout",
    "retry_after",
    "conditions",
    "slow_after",
    "auth",
    "body",
    "client_certificate",
    "client_key",
)
#: Booleans of kind http that are on unless somebody switches them off.
USUALLY_ON = ("follow_redirects", "verify_tls")
#: Options that have a field of their own; every other stands in ``more``.
OWN_FIELDS = frozenset(
    {
        *TEXTS,
        *USUALLY_ON,
        "url",
        "name",
        "title",
        "method",
        "headers",
        "expect",
        "retries",
        "expiry_days",
        "json_schema",
        "parents",
        "public",
        "enabled",
    }
)
#: Where the message about an option goes that has no field of its own name.
SHOWN_AT = {"name": "title", "url": "target", "host": "target", "of": "more"}


def _kinds() -> list[tuple[str, str]]:
    names = sorted(known_kinds(), key=lambda name: (name != "http", name))
    return [(name, name) for name in names]


def _text(label: Any, help_text: Any = "", **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=False, strip=True, **options
    )


def _lines(label: Any, help_text: Any, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        strip=False,
        max_length=written.LONGEST,
        widget=forms.Textarea(attrs={"rows": rows, "spellcheck": "false"}),
    )


class EndpointForm(ModelForm):
    """One screen, one required field; what it makes is read by `options`."""

    target = forms.CharField(
        label=_("URL"),
        max_length=2048,
        help_text=_("Or a path of this application, for example /api/health/."),
        widget=forms.TextInput(
            attrs={"class": "vTextField", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    title = _text(_("Name"), _("Suggested from the URL."), max_length=TITLE_LENGTH)
    group = _text(_("Group"), _("Such as “Customer facing”."), max_length=GROUP_LENGTH)
    public = forms.BooleanField(
        label=_("Show on the public page"), required=False, initial=False
    )
    every = forms.ChoiceField(label=_("Check every"), choices=())
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=_kinds,
        help_text=_("What is spoken. The target of most is a host and port."),
    )
    method = forms.ChoiceField(
        label=_("Method"), choices=[(each, each) for each in METHODS], required=False
    )
    headers = _lines(
        _("Headers"), _("One a line, “Name: value”. Values are hidden once saved.")
    )
    auth = _text(
        _("Login"),
        _("“user:password” or “Bearer TOKEN”. Hidden once saved."),
        max_length=4096,
    )
    body = _lines(_("Body"), _("Sent with POST, PUT and PATCH."))
    expect = _text(_("Expected status"), _("Such as “200-299, 401”."), max_length=200)
    find = _text(
        _("Text to find"), _("Critical when the answer lacks it."), max_length=500
    )
    conditions = _lines(
        _("Conditions"), _("One a line, such as “json.status == ok”."), rows=4
    )
    json_schema = _lines(
        _("JSON Schema"), _("What the condition “json fits schema” means.")
    )
    slow_after = _text(_("Slow after"), _("Warning above it, such as “800ms”."))
    timeout = _text(_("Timeout"), _("Of each try, such as “10s”."))
    retries = forms.IntegerField(
        label=_("Retries"),
        required=False,
        min_value=0,
        max_value=10,
        help_text=_("How often a failed try is repeated before it counts."),
    )
    retry_after = _text(_("Retry after"), _("Such as “5s”."))
    expiry_days = _text(
        _("Certificate days"),
        _("Says so when so many are left, such as “14, 7, 3, 1”."),
        max_length=100,
    )
    follow_redirects = forms.BooleanField(
        label=_("Follow redirects"), required=False, initial=True
    )
    verify_tls = forms.BooleanField(
        label=_("Verify the certificate"), required=False, initial=True
    )
    client_certificate = _lines(_("Client certificate"), _("In PEM."))
    client_key = _lines(_("Key of it"), _("In PEM. Hidden once saved."))
    parents = _text(
        _("Depends on"),
        _("Endpoints without which it cannot be well, by their name in addresses."),
        max_length=1000,
    )
    more = _lines(
        _("More options"), _("Of this kind, as lines of TOML such as port = 5432.")
    )

    class Meta:
        model = Endpoint
        fields: ClassVar = ["is_trusted"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance: Endpoint | None = kwargs.get("instance")
        stored = instance is not None and instance.pk is not None
        shown = store.shown_spec(instance) if instance is not None and stored else {}
        initial = {**_initial(shown), **(kwargs.get("initial") or {})}
        if instance is not None and stored:
            initial["public"] = instance.monitor.name in store.public_names()
        super().__init__(*args, **{**kwargs, "initial": initial})
        every = initial.get("every", "60s")
        values = [*INTERVALS, *([] if every in INTERVALS else [every])]
        field = self.fields.get("every")
        if isinstance(field, forms.ChoiceField):
            field.choices = [(each, each) for each in values]
            field.initial = every
        dress(self)
        self.plan: Plan | None = None
        self.spec: dict[str, Any] = {}

    def clean(self) -> dict[str, Any]:
        """Read the whole by the one reader of endpoints; its errors are ours."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            self.spec = self._spec(cleaned)
            self.plan = self._plan()
        except WrongSpec as error:
            self._tell(error.errors)
        return cleaned

    @property
    def is_new(self) -> bool:
        """Whether it is not stored yet."""
        return self.instance.pk is None

    def _plan(self) -> Plan:
        trusted = self.cleaned_data.get("is_trusted", self.instance.is_trusted)
        row = None if self.is_new else self.instance
        whole = store.with_secrets_of(row, self.spec)
        plan = store.plan_from(whole, is_trusted=trusted)
        store.refuse_conflicts(plan, self.instance)
        return plan

    def _spec(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        spec: dict[str, Any] = {key: cleaned[key] for key in TEXTS if cleaned.get(key)}
        spec |= self._named(cleaned)
        errors: dict[str, str] = {}
        readers = {
            "headers": written.headers_from,
            "expiry_days": written.numbers_from,
            "json_schema": written.schema_from,
            "parents": written.words_from,
        }
        for key, read in readers.items():
            if text := cleaned.get(key):
                _read(spec, key, lambda read=read, text=text: read(text), errors)
        if text := cleaned.get("more"):
            _read(
                spec, "", lambda: lowered(written.options_from(text)), errors, at="more"
            )
        if errors:
            raise WrongSpec(errors)
        return spec | _switches(cleaned) | _looked_for(cleaned)

    def _named(self, cleaned: Mapping[str, Any]) -> dict[str, str]:
        title = cleaned.get("title") or ""
        if not self.is_new:
            return {"name": self.instance.name, "title": title or self.instance.title}
        if title:
            return {"name": name_from(title) or store.free_name(title), "title": title}
        title = written.suggested_title(cleaned["target"])
        return {"name": store.free_name(title), "title": title}

    def _tell(self, errors: Mapping[str, str]) -> None:
        for key, text in errors.items():
            place = key if key in self.fields else SHOWN_AT.get(key, "more")
            sentence = text[:1].upper() + text[1:]
            self.add_error(place if place in self.fields else None, sentence)


def test_now(request: HttpRequest, form: EndpointForm) -> JsonResponse:
    """
    Ask once what *form* says; nothing is stored.

    The same form and the same try as in earnest, so that a test proves something.
    """
    caller = caller_of(request)
    wait_seconds = check_rate(caller, "test")
    if wait_seconds is not None:
        sentence = f"Too many tests; the next in {wait_seconds} s."
        headers = {"Retry-After": str(wait_seconds)}
        return JsonResponse({"sentence": sentence}, status=429, headers=headers)
    if not form.is_valid() or form.plan is None:
        return JsonResponse({"errors": form.errors}, status=400)
    audit(caller, "test endpoint", form.plan.target, kind=form.plan.kind)
    show_body = form.data.get("show_body") == "on"
    with during_request([form.plan.target]):
        trial = asyncio.run(try_out(form.plan, show_body=show_body))
    return JsonResponse(asdict(trial))


def posted_values(request: HttpRequest) -> dict[str, str]:
    """
    Return the values of a form that came as one JSON object of texts.

    Raises:
        Problem: It is something else.
    """
    body = request.read(BODY_LIMIT_BYTES + 1)
    values = json_object(body, request.META.get("CONTENT_TYPE") or "")
    if not all(isinstance(each, str) for each in values.values()):
        raise Problem(400, "Expected texts.")
    return values


def _initial(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the fields begin with; *shown* is empty for a new endpoint."""
    conditions = shown.get("conditions", "")
    lines = conditions if isinstance(conditions, str) else "\n".join(conditions)
    rest = {key: each for key, each in shown.items() if key not in OWN_FIELDS}
    known = {key: each for key, each in shown.items() if key in OWN_FIELDS}
    return {
        "kind": "http",
        "method": "GET",
        "expect": EXPECT,
        "retries": 2,
        **known,
        "target": shown.get("target") or shown.get("url") or "",
        "conditions": lines,
        "headers": written.headers_text(shown.get("headers")),
        "expiry_days": ", ".join(map(str, shown.get("expiry_days") or ())),
        "json_schema": written.schema_text(shown.get("json_schema")),
        "parents": ", ".join(shown.get("parents") or ()),
        "more": written.options_text(rest),
    }


def _switches(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Return what differs from the defaults: other kinds do not know all of it."""
    spec: dict[str, Any] = {"public": bool(cleaned.get("public"))}
    spec |= {key: False for key in USUALLY_ON if not cleaned.get(key)}
    if (method := cleaned.get("method")) and method != "GET":
        spec["method"] = method
    if (expect := cleaned.get("expect")) and expect != EXPECT:
        spec["expect"] = expect
    if cleaned.get("retries") is not None:
        spec["retries"] = cleaned["retries"]
    return spec


def _looked_for(cleaned: Mapping[str, Any]) -> dict[str, str]:
    """Return the conditions with one for the text to find."""
    if not (text := cleaned.get("find")):
        return {}
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    line = f'body contains "{escaped}"'
    lines = (cleaned.get("conditions") or "").rstrip()
    return {"conditions": f"{lines}\n{line}" if lines else line}


def _read(
    spec: dict[str, Any],
    key: str,
    read: Any,
    errors: dict[str, str],
    *,
    at: str = "",
) -> None:
    """Put what *read* returns under *key*, or for an empty key all of it, in *spec*."""
    try:
        found = read()
    except ConfigError as error:
        errors[at or key] = str(error)
        return
    if key:
        spec[key] = found
    else:
        spec |= {name: value for name, value in found.items() if name not in spec}
