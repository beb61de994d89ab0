"""What ``manage.py check`` says about pulseboard. These are not health checks."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Advice
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from pulseboard.access.headers import content_security_policy
from pulseboard.checks.configured import plan_of
from pulseboard.conf import Settings, build_settings
from pulseboard.core.errors import ConfigError
from pulseboard.core.redaction import one_line
from pulseboard.monitors import registry
from pulseboard.probes.configured import declared_of as endpoints_of

TAG = "pulseboard"
MIDDLEWARE = "pulseboard.middleware.PulseboardMiddleware"
SEE = "See the settings page of the documentation."

#: Names that other health dashboards use, and what ours is called.
FOREIGN_NAMES = {
    "HEALTH_DASHBOARD_REFRESH_INTERVAL": "REFRESH_EVERY (a duration, not milliseconds)",
    "HEALTH_SERVICE_MAX_WORKERS": "MAX_WORKERS",
    "HEALTH_SERVICE_CACHE_TIMEOUT": "CACHE_FOR",
    "HEALTH_SERVICE_CRITICAL_CACHE_TIMEOUT": "CRITICAL_CACHE_FOR",
    "HEALTH_METRICS_RETENTION_DAYS": "KEEP_METRICS_FOR",
    "METRICS_RETENTION_DAYS": "KEEP_METRICS_FOR",
}


@register(TAG)
def check_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E001: a setting is wrong; one line for each."""
    settings, problems = build_settings()
    messages: list[CheckMessage] = [_error(problem, "E001") for problem in problems]
    if settings is not None:
        messages += [_error(problem, "E001") for problem in _related(settings)]
    return messages


@register(TAG)
def check_host(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W001 to W004: the host works, but not as well as it could."""
    settings, _ = build_settings()
    if settings is None or not settings.enabled:
        return []
    return [*_foreign_names(), *_middleware(), *_sqlite(), *_time_zone()]


def _related(settings: Settings) -> Iterable[str]:
    """Return what is wrong in the parts that rooms make objects of."""
    try:
        content_security_policy(settings.csp_extra)
    except ConfigError as error:
        yield f"PULSEBOARD.{error}"
    for network in settings.allowed_networks:
        try:
            ip_network(network)
        except ValueError:
            yield (
                f"PULSEBOARD.ALLOWED_NETWORKS: expected networks such as "
                f"'10.0.0.0/8', got {network!r}"
            )
    for recipient in settings.alert_email_recipients:
        if not _is_mail_address(recipient):
            yield (
                "PULSEBOARD.ALERT_EMAIL_RECIPIENTS: expected mail addresses such as "
                f"'ops@example.org', got {one_line(recipient, limit=50)!r}"
            )
    alias = settings.status_page_storage
    if alias and alias not in django_settings.STORAGES:
        known = ", ".join(sorted(map(repr, django_settings.STORAGES)))
        yield (
            "PULSEBOARD.STATUS_PAGE_STORAGE: expected an alias of STORAGES "
            f"({known}), got {one_line(alias, limit=50)!r}"
        )
    yield from plan_of(settings).problems
    yield from endpoints_of(settings).problems
    yield from registry.problems()


def _is_mail_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _foreign_names() -> Iterable[CheckMessage]:
    for theirs, ours in FOREIGN_NAMES.items():
        if hasattr(django_settings, theirs):
            yield _warning(
                f"{theirs} is not read; ours is PULSEBOARD['{ours.split()[0]}']",
                f"Move the value to {ours}.",
                "W001",
            )


def _middleware() -> Iterable[CheckMessage]:
    if MIDDLEWARE not in django_settings.MIDDLEWARE:
        yield _warning(
            f"{MIDDLEWARE} is not in MIDDLEWARE",
            "Without it no request is counted, and checks run only where "
            "`manage.py pulseboard run` does.",
            "W002",
        )


def _sqlite() -> Iterable[CheckMessage]:
    database: Any = django_settings.DATABASES.get("default", {})
    if not str(database.get("ENGINE", "")).endswith("sqlite3"):
        return
    mode = str(database.get("OPTIONS", {}).get("transaction_mode", "")).upper()
    if mode not in ("IMMEDIATE", "EXCLUSIVE") and not django_settings.DEBUG:
        yield _warning(
            "SQLite begins transactions as DEFERRED",
            "Set OPTIONS to {'transaction_mode': 'IMMEDIATE', 'init_command': "
            "'PRAGMA journal_mode=WAL'}: several processes then wait for each "
            "other, where now some of their writes fail with 'database is locked'.",
            "W003",
        )


def _time_zone() -> Iterable[CheckMessage]:
    if not django_settings.USE_TZ:
        yield _warning(
            "USE_TZ is off",
            "Times of one hour a year are ambiguous then; pulseboard shows UTC.",
            "W004",
        )


def _error(text: str, number: str) -> Error:
    return Error(text, hint=SEE, id=f"{TAG}.{number}")


def _warning(text: str, hint: str, number: str) -> Advice:
    return Advice(text, hint=hint, id=f"{TAG}.{number}")
