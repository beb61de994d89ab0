"""How requests reach us: URLs, middleware, proxies, static files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings as django_settings

from pulseboard.conf import get_settings
from pulseboard.core.door import call_project
from pulseboard.setup.finding import Finding, fine, note, todo
from pulseboard.setup.places import path_of

MIDDLEWARE = "pulseboard.middleware.PulseboardMiddleware"
STYLE = "pulseboard/pulseboard.css"
SCRIPT = "pulseboard/build/dashboard.js"


def examine_urls() -> Iterator[Finding]:
    """Yield whether our paths can be reached."""
    path = path_of("health")
    if path:
        yield fine(
            "urls", f"Health is at {path}, the dashboard at {path_of('dashboard')}."
        )
        return
    yield todo(
        "urls",
        "No page of ours can be reached: pulseboard.urls is in no urls.py.",
        shown_by="`curl -i http://127.0.0.1:8000/health/`",
        cure='path("health/", include("pulseboard.urls")) in urlpatterns',
    )


def examine_middleware() -> Iterator[Finding]:
    """Yield where ours stands; that it is missing is a message of the settings."""
    names = list(django_settings.MIDDLEWARE)
    if MIDDLEWARE not in names:
        return
    before = names.index(MIDDLEWARE)
    if before == 0:
        yield fine("middleware", "First, so it times all that is below.")
        return
    yield note(
        "middleware",
        f"Place {before + 1} of MIDDLEWARE: what the {before} before it do or answer "
        "is not counted.",
        cure="make it the first entry",
    )


def examine_proxies() -> Iterator[Finding]:
    """Yield whether client addresses are believed rightly, and probes redirected."""
    yield from _trusted_proxies()
    yield from _redirected_probes()


def examine_static_files() -> Iterator[Finding]:
    """Yield whether pages will find their style and script."""
    if not apps.is_installed("django.contrib.staticfiles"):
        yield todo(
            "static files",
            "django.contrib.staticfiles is not installed, so pages have no style.",
            cure="add it to INSTALLED_APPS",
        )
        return
    from django.contrib.staticfiles import finders

    missing = [name for name in (STYLE, SCRIPT) if not finders.find(name)]
    for name in missing:
        yield todo(
            "static files",
            f"{name} is not found; the page works without it, less well."
            if name == SCRIPT
            else f"{name} is not found, so pages have no style.",
            shown_by=call_project(f"findstatic {name}"),
            cure="install a released package, or build the front end (make front)",
        )
    yield from _collected()
    if not missing:
        yield fine("static files", "Style and script are found.")


def _trusted_proxies() -> Iterator[Finding]:
    trusted = get_settings().trusted_proxies
    behind = django_settings.SECURE_PROXY_SSL_HEADER or (
        django_settings.USE_X_FORWARDED_HOST
    )
    if behind and not trusted:
        yield todo(
            "proxies",
            "Django trusts headers of a proxy, Pulseboard trusts none: every client "
            "has the proxy's address, and all share one rate limit.",
            cure="TRUSTED_PROXIES: the number of proxies that append to "
            "X-Forwarded-For (usually 1)",
        )
    elif trusted:
        yield note(
            "proxies",
            f"TRUSTED_PROXIES is {trusted}; with fewer in front anybody could write "
            "their own address into X-Forwarded-For.",
        )
    else:
        yield fine("proxies", "None is trusted; a client is who connects.")


def _redirected_probes() -> Iterator[Finding]:
    path = path_of("live").lstrip("/")
    exempt = any(re.search(p, path) for p in django_settings.SECURE_REDIRECT_EXEMPT)
    if not django_settings.SECURE_SSL_REDIRECT or not path or exempt:
        return
    prefix = path_of("health").lstrip("/")
    yield todo(
        "probes",
        "SECURE_SSL_REDIRECT answers a probe over plain HTTP with a redirect.",
        shown_by=f"`curl -i http://127.0.0.1:8000/{path}`",
        cure=f'SECURE_REDIRECT_EXEMPT = [r"^{prefix}(live|ready|startup)?/?$"]',
    )


def _collected() -> Iterator[Finding]:
    root = django_settings.STATIC_ROOT
    if not root or django_settings.DEBUG:
        return
    if not (Path(root) / STYLE).is_file():
        yield todo(
            "static files",
            "STATIC_ROOT does not have ours.",
            shown_by=call_project("collectstatic --dry-run"),
            cure=call_project("collectstatic"),
        )
