"""
How a route is best asked: name, interval and what to expect, from what was seen.

Pure: what was measured goes in, endpoint specifications come out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulseboard.setup.endpoints.route import ADMIN, OURS, Route

MOST_PROPOSED = 30

#: Last words of an address that an anonymous POST of ``{}`` cannot harm: a stranger
#: is refused there for want of a name.
SIGN_IN = ("register", "registration", "signup", "sign-up", "login", "sign-in", "token")
#: Addresses that do something when asked, or are nobody's to ask.
LEAVE_ALONE = re.compile(
    r"log-?out|sign-?out|delete|remove|unsubscribe|confirm|callback|webhook|export"
    r"|download|impersonate|cron|debug|static|media|favicon|robots\.txt|jsi18n"
    r"|authorize|disconnect|reset",
    re.IGNORECASE,
)
SCHEMA = re.compile(r"/(openapi(\.json)?|schema|swagger\.json)/?$", re.IGNORECASE)
#: Words that people write in their own way.
SPELLED = {"api": "API", "oauth": "OAuth", "oauth2": "OAuth", "url": "URL", "id": "ID"}
VERSION = re.compile(r"v\d+")
PREFIXES = frozenset({"api", "auth", "rest"})

REFUSALS = "400, 401, 403, 422"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An endpoint as it would be made; *spec* is what the validator of rows takes."""

    spec: Mapping[str, object]
    status: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was measured of a route, without the one who measured."""

    route: Route
    method: str
    status: int
    seconds: float
    is_json: bool = False


def may_be_asked(route: Route) -> bool:
    """Return whether a GET of *route* can do no harm."""
    return not LEAVE_ALONE.search(route.path)


def may_be_posted(route: Route) -> bool:
    """Return whether an empty POST to *route* is refused for want of a name."""
    return route.path.rstrip("/").rpartition("/")[2].lower() in SIGN_IN


def is_schema(route: Route) -> bool:
    """Return whether *route* looks like the application's OpenAPI document."""
    return bool(SCHEMA.search(route.path))


def proposals(seen: Sequence[Seen]) -> tuple[list[Proposal], dict[str, str]]:
    """
    Return what to watch, most important first, and why the rest is not proposed.

    Returns:
        The proposals; path to reason for what was left out.
    """
    chosen: list[Proposal] = []
    left: dict[str, str] = {}
    for each in sorted(seen, key=_weight):
        reason = _unfit(each) or _adds_nothing(each, chosen)
        if reason:
            left[each.route.path] = reason
        elif len(chosen) == MOST_PROPOSED:
            left[each.route.path] = f"more than {MOST_PROPOSED}"
        else:
            name = _unused(name_of(each), {str(p.spec["title"]) for p in chosen})
            chosen.append(_proposal(each, name))
    return chosen, left


def name_of(seen: Seen) -> str:
    """Return what people would call the route of *seen*."""
    route = seen.route
    words = [part for part in route.path.strip("/").split("/") if part]
    last = words[-1].lower() if words else ""
    if not words:
        return "API Root" if seen.is_json else "Home Page"
    if route.owner == ADMIN:
        return "Admin Panel"
    if route.owner == OURS:
        ours = {"overview": "Health Overview API", "status-page": "Status Page"}
        return ours.get(last, "Health Check")
    if last in SIGN_IN[:4]:
        return "User Registration"
    if last in SIGN_IN[4:6]:
        return "User Login"
    return _titled(words)


def _titled(words: Sequence[str]) -> str:
    kept = [w for w in words if w.lower() not in PREFIXES and not VERSION.fullmatch(w)]
    parts = re.split(r"[-_.\s]+", " ".join(kept[-2:] or words[-1:]))
    return " ".join(SPELLED.get(p.lower(), p[:1].upper() + p[1:]) for p in parts)[:100]


def _unused(name: str, taken: set[str]) -> str:
    number = 2
    candidate = name
    while candidate in taken:
        candidate, number = f"{name} {number}", number + 1
    return candidate


def _unfit(seen: Seen) -> str:
    """Return why *seen* is not worth proposing; empty when it is."""
    if seen.route.owner == OURS:
        return ""  # what it says just now is not how it answers
    if seen.status == 0:
        return "raised an exception"
    if seen.status >= 500:
        return f"answers {seen.status} already"
    if seen.method == "POST" and seen.status not in (400, 401, 403, 422):
        return f"an empty POST was answered with {seen.status}, not refused"
    if seen.status in (404, 405, 410):
        return f"answers {seen.status}"
    return ""


def _adds_nothing(seen: Seen, chosen: Sequence[Proposal]) -> str:
    """Return why *seen* says nothing new beside *chosen*: one closed door is enough."""
    closed = (401, 403)
    witnessed = any(
        each.status in closed and each.spec["method"] == "GET" for each in chosen
    )
    if seen.method == "GET" and seen.status in closed and witnessed:
        return f"answers {seen.status}; add it with a token, so that it says more"
    return ""


def _weight(seen: Seen) -> tuple[int, int, str]:
    """Return the place of *seen*: what everything else depends on comes first."""
    route = seen.route
    kind = {OURS: 1, ADMIN: 4}.get(route.owner, 3)
    if route.path == "/":
        kind = 0
    elif seen.method == "POST" or "auth" in route.path:
        kind = 2
    return kind, route.path.count("/"), route.path


def _proposal(seen: Seen, name: str) -> Proposal:
    spec: dict[str, object] = {
        "title": name,
        "kind": "http",
        "url": seen.route.path,
        "method": seen.method,
        "every": _interval(seen),
        "expect": _expected(seen),
        "group": _group(seen),
    }
    if seen.method == "POST":
        spec["headers"] = {"content-type": "application/json"}
        spec["body"] = "{}"
    if 300 <= seen.status < 400:
        spec["follow_redirects"] = False
    return Proposal(spec=spec, status=seen.status, seconds=seen.seconds)


def _interval(seen: Seen) -> str:
    path = seen.route.path
    if path == "/":
        return "2m"
    if seen.route.owner == OURS:
        return "5m" if path.rstrip("/").endswith(("overview", "status-page")) else "1m"
    return "10m" if seen.route.owner == ADMIN or seen.status in (401, 403) else "5m"


def _expected(seen: Seen) -> str:
    if seen.method == "POST":
        return REFUSALS
    if seen.route.owner == ADMIN:
        return "200, 302"
    if seen.status in (401, 403):
        return "200, 401, 403"
    redirected = 300 <= seen.status < 400
    return f"200-299, {seen.status}" if redirected else "200-299"


def _group(seen: Seen) -> str:
    if seen.route.owner == ADMIN:
        return "Internal"
    return "Monitoring" if seen.route.owner == OURS else "Application"
