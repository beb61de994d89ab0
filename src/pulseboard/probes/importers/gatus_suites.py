"""
Suites of Gatus as journeys: steps that carry values, and what always cleans up.

    [CONTEXT].itemId in a request    {itemid}
    store: itemId: "[BODY].id"       save: itemid: json.id
"""

from __future__ import annotations

import re
from typing import Any

from pulseboard.core.redaction import SECRET_NAME
from pulseboard.probes.importers.draft import TIMEOUTS, Draft
from pulseboard.probes.importers.gatus_conditions import Untranslatable, subject_of
from pulseboard.probes.importers.gatus_endpoints import (
    Endpoint,
    Row,
    fill_client,
    fill_conditions,
    fill_http,
    set_interval,
)
from pulseboard.probes.importers.requests import go_seconds

_CONTEXT = re.compile(r"\[CONTEXT\]\.([\w-]+)")
_STEP_OPTIONS = (
    "url",
    "method",
    "headers",
    "body",
    "expect",
    "conditions",
    "follow_redirects",
)


def draft_of_suite(row: Row, place: int) -> Draft:
    """Return the suite of *row* as a journey."""
    draft = Draft(str(row.get("name") or ""), f"suite {place}")
    suite = Endpoint(row, draft)
    draft.spec["kind"] = "journey"
    if row.get("group"):
        draft.spec["group"] = str(row["group"])[:100]
    if row.get("enabled") is False:
        draft.spec["enabled"] = False
    set_interval(suite, "10m")
    if (seconds := go_seconds(suite.take("timeout") or "5m")) is not None:
        draft.duration("timeout", seconds, TIMEOUTS, "timeout")
    context = suite.mapping("context")
    draft.spec["secrets"] = {_name(key): str(value) for key, value in context.items()}
    _steps(suite)
    suite.tell_the_rest()
    return draft


def _steps(suite: Endpoint) -> None:
    found, draft = suite.take("endpoints"), suite.draft
    steps: list[dict[str, Any]] = []
    last: list[dict[str, Any]] = []
    for place, row in enumerate(found if isinstance(found, list) else [], 1):
        step = _step(row, place, draft) if isinstance(row, dict) else None
        if step is None:
            draft.refuse("endpoints", "a journey asks over HTTP only")
            return
        (last if row.get("always-run") else steps).append(step)
    if not steps:
        draft.refuse("endpoints", "expected a step")
        return
    draft.spec["steps"] = steps
    if last:
        draft.spec["clean_up"] = last


def _step(row: Row, place: int, journey: Draft) -> dict[str, Any] | None:
    """Return one step, None when it is not asked over HTTP."""
    if not str(row.get("url") or "").lower().startswith(("http://", "https://")):
        return None
    draft = Draft(str(row.get("name") or ""), f"step {place}")
    endpoint = Endpoint(row, draft)
    endpoint.used |= {"always-run", "interval"}
    fill_http(endpoint, endpoint.text("url"))
    fill_client(endpoint)
    fill_conditions(endpoint)
    saved = _saved(endpoint)
    endpoint.tell_the_rest()
    for each in draft.dropped:
        journey.drop(f"{draft.name}: {each.what}", each.why)
    if draft.spec.pop("verify_tls", True) is False:
        journey.spec["verify_tls"] = False
    step = {key: draft.spec[key] for key in _STEP_OPTIONS if key in draft.spec}
    step["headers"] = _headers(draft, journey)
    filled = {key: _filled(value) for key, value in step.items() if value}
    return {"name": draft.name[:40].strip("-"), **filled, **saved}


def _saved(endpoint: Endpoint) -> dict[str, Any]:
    saved: dict[str, str] = {}
    for key, source in endpoint.mapping("store").items():
        try:
            subject = subject_of(str(source), "http")
        except Untranslatable:
            subject = ""
        if subject:
            saved[_name(key)] = subject
        else:
            endpoint.draft.drop("store", "only parts of an answer are saved")
    return {"save": saved} if saved else {}


def _headers(draft: Draft, journey: Draft) -> dict[str, str]:
    """Return the headers of a step; what looks secret goes to the journey's secrets."""
    headers: dict[str, str] = {}
    for name, value in draft.spec.get("headers", {}).items():
        headers[name] = value
        if SECRET_NAME.search(name) and not _CONTEXT.search(value):
            secrets = journey.spec["secrets"]
            key = f"secret_{len(secrets) + 1}"
            secrets[key], headers[name] = value, f"{{{key}}}"
    return headers


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _filled(each) for key, each in value.items()}
    if isinstance(value, str):
        return _CONTEXT.sub(lambda found: f"{{{_name(found[1])}}}", value)
    return value


def _name(key: object) -> str:
    """Return *key* as the name of a value: a-z, 0-9 and _."""
    name = re.sub(r"[^a-z0-9_]", "_", str(key).lower())[:40]
    return name if name[:1].isalpha() else f"v{name}"[:40]
