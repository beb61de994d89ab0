"""
The staff page over HTTP.

    GET  dashboard            the page in its own shell, or only its changing part
    POST dashboard            the buttons without JavaScript: do it, come back, say so
    GET  dashboard.json       the same facts for programs
    GET  component/<name>     one monitor
    admin_dashboard           the page inside the host's admin
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import global_settings
from django.conf import settings as django_settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render, resolve_url
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_protect, ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from pulseboard.access.errors import Unavailable
from pulseboard.access.headers import security_headers
from pulseboard.access.store import (
    Result,
    audit,
    caller_of,
    check_rate,
    log_access,
)
from pulseboard.conf import get_settings
from pulseboard.core.caller import Caller
from pulseboard.core.operations import operations
from pulseboard.core.payload import perform
from pulseboard.core.problem import PROBLEM_TYPE, Problem
from pulseboard.core.roles import Role
from pulseboard.dashboard import store
from pulseboard.dashboard.act import ACTS, NOTICES, Act
from pulseboard.dashboard.answer import answer_of
from pulseboard.dashboard.clock import Clock
from pulseboard.dashboard.component import component_of
from pulseboard.dashboard.icons import ICONS
from pulseboard.dashboard.marked import marked
from pulseboard.dashboard.page import Page, page_of
from pulseboard.dashboard.standing import Standing
from pulseboard.monitors.store import read_pulse

if TYPE_CHECKING:  # a host may have no admin
    from django.contrib.admin import AdminSite

#: With this header the script asks for the changing part of the page only.
FRAGMENT_HEADER = "X-Pulseboard-Fragment"

SIGN_IN = "Sign in to see this page."
NO_SIGN_IN = (
    "Nobody can sign in on this site. Send the token of its settings: "
    "Authorization: Bearer …"
)


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@ensure_csrf_cookie
def dashboard(request: HttpRequest) -> HttpResponse:
    """Answer with the page in its own shell, or do what one of its buttons asks."""
    caller, refusal = _caller_or_refusal(request)
    if refusal is not None:
        return refusal
    if request.method == "POST":
        return _act(request, caller)
    return _page_response(request, caller, "pulseboard/dashboard/standalone.html")


@require_safe
def dashboard_json(request: HttpRequest) -> HttpResponse:
    """Answer with overview, checks, alerts and performance as JSON."""
    caller, refusal = _caller_or_refusal(request, as_program=True)
    if refusal is not None:
        return refusal
    clock = _clock()
    observed = store.read(clock.now)
    page = page_of(observed, clock, service=get_settings().service_name)
    tag = _tag(page, caller, "json")
    if request.headers.get("If-None-Match") == tag:
        return _with_headers(HttpResponseNotModified(), tag)
    return _with_headers(JsonResponse(answer_of(page, observed)), tag)


@require_safe
@ensure_csrf_cookie
def component(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with the page of the monitor called *name*."""
    caller, refusal = _caller_or_refusal(request)
    if refusal is not None:
        return refusal
    clock = _clock()
    monitor = store.read_monitor(name, clock.now)
    context = _shell(request, caller)
    if monitor is None:
        return _message(request, 404, "There is no component of this name.", context)
    context["component"] = component_of(
        monitor,
        clock,
        read_pulse(),
        store.recent_results(name),
        store.read_uptime(name, clock.now),
    )
    return _with_headers(
        render(request, "pulseboard/dashboard/component.html", context)
    )


def admin_dashboard(request: HttpRequest, admin_site: AdminSite) -> HttpResponse:
    """
    Answer with the page inside the host's admin.

    Wrap it in ``admin_site.admin_view`` in the ``get_urls`` of a `ModelAdmin`.
    """
    caller, refusal = _caller_or_refusal(request)
    if refusal is not None:
        return refusal
    if request.method == "POST":
        return _act(request, caller)
    template = "pulseboard/dashboard/admin.html"
    return _page_response(request, caller, template, admin_site.each_context(request))


def _page_response(
    request: HttpRequest,
    caller: Caller,
    template: str,
    shell: dict[str, Any] | None = None,
) -> HttpResponse:
    """Return the page, only its changing part for the script, or 304 to it."""
    clock = _clock()
    settings = get_settings()
    page = page_of(store.read(clock.now), clock, service=settings.service_name)
    is_fragment = FRAGMENT_HEADER in request.headers
    tag = _tag(page, caller, "fragment" if is_fragment else template)
    if is_fragment and request.headers.get("If-None-Match") == tag:
        return _with_headers(HttpResponseNotModified(), tag, now=clock.now)
    context = {**(shell or {}), **_shell(request, caller), **_page_context(page, clock)}
    context |= {"version": tag, "notice": _notice(request)}
    if is_fragment:
        template = "pulseboard/dashboard/page.html"
    response = TemplateResponse(request, template, context)
    return _with_headers(response, tag, now=clock.now, strict=shell is None)


def _page_context(page: Page, clock: Clock) -> dict[str, Any]:
    return {
        "page": page,
        "hero_fix": marked(page.hero.fix),
        "itself_fix": marked(page.itself.fix),
        "refresh_seconds": int(get_settings().refresh_every.total_seconds()) or 1,
        "zone": clock.zone_name,
        "title": "Health",
        "busy": page.run is not None,
        "unknown_icon": ICONS[Standing.UNKNOWN],
    }


def _shell(request: HttpRequest, caller: Caller) -> dict[str, Any]:
    """Return what every page of this room needs around its content."""
    responds = caller.may(Role.RESPONDER)
    return {
        "service": get_settings().service_name,
        "mount": _mount(),
        "act_url": request.path,
        "may_run": responds,
        "may_respond": responds,
        "admin_url": _reversed("admin:index"),
        "sign_in_url": _sign_in_url(request.path),
    }


def _caller_or_refusal(
    request: HttpRequest, *, as_program: bool = False
) -> tuple[Caller, HttpResponse | None]:
    """Return who calls, and an answer that refuses unless it is a viewer."""
    try:
        caller = caller_of(request)
    except Unavailable as error:
        return Caller(), _refused(request, 503, str(error), as_program)
    action = f"{request.method} dashboard"
    if caller.may(Role.VIEWER):
        log_access(caller, action, request.path)
        wait = check_rate(caller, "read")
        return caller, _limited(request, wait, as_program) if wait else None
    audit(caller, action, request.path, Result.REFUSED)
    by_script = as_program or FRAGMENT_HEADER in request.headers
    if caller.is_recognised:
        refusal = _refused(
            request, 403, "You have no permission to see this page.", by_script
        )
    elif not by_script and (url := _sign_in_url(request.get_full_path())):
        refusal = _with_headers(HttpResponseRedirect(url))
    else:
        how = SIGN_IN if _sign_in_url("") else NO_SIGN_IN
        refusal = _refused(request, 401, how, by_script)
    return caller, refusal


def _limited(request: HttpRequest, wait: int, as_program: bool) -> HttpResponse:
    by_script = as_program or FRAGMENT_HEADER in request.headers
    response = _refused(request, 429, f"Try again in {wait} s.", by_script)
    response["Retry-After"] = str(wait)
    return response


def _refused(
    request: HttpRequest, status: int, sentence: str, as_program: bool
) -> HttpResponse:
    if not as_program:
        return _message(request, status, sentence, {"mount": _mount()})
    body = Problem(status, sentence).body()
    response = JsonResponse(body, status=status, content_type=PROBLEM_TYPE)
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="pulseboard"'
    return _with_headers(response)


def _message(
    request: HttpRequest, status: int, sentence: str, context: dict[str, Any]
) -> HttpResponse:
    context = {**context, "sentence": sentence}
    context.setdefault("service", get_settings().service_name)
    return _with_headers(
        render(request, "pulseboard/dashboard/message.html", context, status=status)
    )


def _act(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Do what the button asks through its operation, then go back to the page."""
    act = ACTS.get(request.POST.get("act", ""))
    said = "unknown" if act is None else _outcome_of(act, request, caller)
    back = f"{request.path}?{urlencode({'said': said})}"
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = f"{_mount()}dashboard"
    return _with_headers(HttpResponseRedirect(back))


def _outcome_of(act: Act, request: HttpRequest, caller: Caller) -> str:
    """Return the key in `NOTICES` of what became of *act*."""
    found = [each for each in operations() if each.name == act.operation]
    if not found:
        return "impossible"
    if check_rate(caller, found[0].bucket):
        return "limited"
    values = {"id": request.POST.get("alert", "")} if act.needs_alert else {}
    try:
        answer = perform(
            found[0],
            caller=caller,
            path_values=values,
            query={},
            media_type="application/json",
            body=b"",
        )
    except Problem as problem:
        audit(caller, act.operation, values.get("id", ""), Result.REFUSED)
        return {403: "forbidden", 404: "gone", 409: "busy", 429: "limited"}.get(
            problem.status, "impossible"
        )
    if answer.status >= 400:
        return "busy" if answer.status == 409 else "impossible"
    audit(caller, act.operation, values.get("id", ""))
    return act.done


def _notice(request: HttpRequest) -> str:
    """Return the sentence for the key in the address; unknown keys say nothing."""
    return NOTICES.get(request.GET.get("said", ""), "")


def _tag(page: Page, caller: Caller, kind: str) -> str:
    """Return the ETag: the buttons differ by role, so the role is in it."""
    role = caller.role.value if caller.role else ""
    return f'"{page.fingerprint}-{role}-{kind.rpartition("/")[2]}"'


def _with_headers(
    response: HttpResponse,
    tag: str = "",
    *,
    now: datetime | None = None,
    strict: bool = True,
) -> HttpResponse:
    """
    Add our security headers to *response*.

    Args:
        strict: False inside the admin, whose own scripts are not ours to forbid.
    """
    headers = security_headers(get_settings().csp_extra, may_be_stored=False)
    if not strict:
        headers["Content-Security-Policy"] = "frame-ancestors 'none'"
    for name, value in headers.items():
        response[name] = value
    if tag:
        response["ETag"] = tag
    if now is not None:
        response["X-Pulseboard-Now"] = now.isoformat()
    patch_vary_headers(response, ["Cookie", "Authorization", FRAGMENT_HEADER])
    return response


def _clock() -> Clock:
    zone = timezone.get_current_timezone()
    return Clock(datetime.now(UTC), zone, timezone.get_current_timezone_name())


def _mount() -> str:
    """Return the address below which our paths lie, with a slash at its end."""
    return (_reversed("pulseboard:dashboard") or "/dashboard").removesuffix("dashboard")


def _sign_in_url(back_to: str) -> str:
    """Return where to sign in and come back; empty where the host has no such page."""
    chosen = django_settings.LOGIN_URL
    if chosen == global_settings.LOGIN_URL:
        chosen = _reversed("admin:login")
    if not chosen:
        return ""
    address = resolve_url(chosen)
    query = urlencode({"next": back_to}, safe="/")
    return f"{address}{'&' if '?' in address else '?'}{query}"


def _reversed(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


#: To be included under the namespace ``pulseboard``.
patterns: list[URLPattern] = [
    path("dashboard", dashboard, name="dashboard"),
    path("dashboard/", dashboard),
    path("dashboard.json", dashboard_json, name="dashboard.json"),
    path("component/<path:name>", component, name="component"),
]
