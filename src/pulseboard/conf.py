"""
Settings of pulseboard: declared once, checked once, then read as attributes.

Three doors to the same plain data, the later winning key by key: the ``PULSEBOARD``
dict of Django's settings, a TOML file named by ``PULSEBOARD_FILE``, and environment
variables ``PULSEBOARD_…``. Settings stand below every room; a room makes its own
objects from its part.
"""

from __future__ import annotations

import functools
import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from django.conf import settings as django_settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from pydantic import BeforeValidator, ConfigDict, StrictFloat, StrictInt, with_config

from pulseboard.core.duration import parse_duration
from pulseboard.core.errors import ConfigError
from pulseboard.core.limits import Limits
from pulseboard.core.options import build, refuse_unknown

Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Secret = str | Callable[[], str] | None

PREFIX = "PULSEBOARD_"
#: Environment variables of ours that are no settings.
FILE_VARIABLE = "PULSEBOARD_FILE"
NOT_SETTINGS = {FILE_VARIABLE}

#: What Kubernetes puts into every container beside a service named ``pulseboard``.
SERVICE_LINK = re.compile(
    r"PULSEBOARD_(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?)"
)

BOOLEANS = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(
    ("0", "false", "no", "off"), False
)

#: Key, default warning, default critical and what one unit of it is in house units.
THRESHOLDS: dict[str, tuple[float, float, float]] = {
    "api_response_time": (500, 2000, 0.001),  # milliseconds
    "database_query_time": (100, 500, 0.001),  # milliseconds
    "memory_usage": (80, 95, 0.01),  # percent
    "cpu_usage": (80, 95, 0.01),  # percent
    "error_rate": (1, 5, 1.0),  # errors per minute
    "disk_usage": (85, 95, 0.01),  # percent
}


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One pair of `ALERT_THRESHOLDS`, in the unit people write (ms, percent)."""

    warning: StrictInt | StrictFloat | None = None
    critical: StrictInt | StrictFloat | None = None


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """Calls allowed per client and minute."""

    read: StrictInt = 300
    write: StrictInt = 60
    run: StrictInt = 5
    test: StrictInt = 3
    sign_in: StrictInt = 10

    def __post_init__(self) -> None:
        for each in fields(self):
            if getattr(self, each.name) < 1:
                raise ConfigError(f"expected {each.name.upper()} of at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    Everything the host application may configure, as plain values.

    The reference page of the documentation describes each; a test compares.
    """

    enabled: bool = True
    service_name: str = "pulseboard"
    public_url: str = ""
    runner: Literal["embedded", "process"] = "embedded"
    tick_every: Duration = timedelta(seconds=1)
    check_every: Duration = timedelta(seconds=30)
    check_timeout: Duration = timedelta(seconds=2)
    probe_timeout: Duration = timedelta(seconds=10)
    max_workers: int = 4
    cache_for: Duration = timedelta(seconds=60)
    critical_cache_for: Duration = timedelta(seconds=10)
    refresh_every: Duration = timedelta(seconds=30)
    status_page_storage: str = ""
    checks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    external_services: Mapping[str, Any] = field(default_factory=dict, repr=False)
    endpoints: Mapping[str, Any] | list[Any] = field(default_factory=dict, repr=False)
    alert_thresholds: Mapping[str, Threshold] = field(default_factory=dict)
    alert_email_recipients: list[str] = field(default_factory=list)
    alert_cooldown: Duration = timedelta(hours=1)
    publish_incidents_after: Duration | None = None
    keep_metrics_for: Duration = timedelta(days=7)
    keep_samples_for: Duration = timedelta(days=90)
    keep_hours_for: Duration = timedelta(days=730)
    keep_alerts_for: Duration = timedelta(days=365)
    keep_audit_for: Duration = timedelta(days=365)
    keep_notifications_for: Duration = timedelta(days=30)
    keep_logs_for: Duration = timedelta(days=30)
    log_dir: str = ""
    response_time_header: bool = True
    token: Secret = field(default=None, repr=False)
    allowed_networks: list[str] = field(default_factory=list)
    trusted_proxies: int = 0
    rate_limits: RateLimits = field(default_factory=RateLimits)
    csp_extra: Mapping[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_durations(self)
        _check_ranges(self)
        refuse_unknown(self.alert_thresholds, THRESHOLDS, where="ALERT_THRESHOLDS")
        for name in self.alert_thresholds:
            self.limits_of(name)
        for directive, sources in self.csp_extra.items():
            if any("unsafe-" in source for source in sources):
                raise ConfigError(f"CSP_EXTRA.{directive}: 'unsafe-…' is refused")

    def limits_of(self, name: str) -> Limits:
        """
        Return the limits under *name* of `ALERT_THRESHOLDS` in house units.

        Raises:
            ConfigError: Warning lies above critical.
        """
        warning, critical, unit = THRESHOLDS[name]
        set_here = self.alert_thresholds.get(name, Threshold())
        if set_here.warning is not None:
            warning = set_here.warning
        if set_here.critical is not None:
            critical = set_here.critical
        if not 0 <= warning <= critical:
            raise ConfigError(
                f"ALERT_THRESHOLDS.{name}: expected 0 <= warning <= critical, "
                f"got {warning:g} and {critical:g}"
            )
        return Limits(warning_above=warning * unit, critical_above=critical * unit)

    def secret_token(self) -> str:
        """Return the settings token, empty when there is none."""
        token = self.token() if callable(self.token) else self.token
        return token or ""

    def log_folder(self) -> Path:
        """Return `LOG_DIR`, by default ``logs`` below the host's ``BASE_DIR``."""
        base = getattr(django_settings, "BASE_DIR", None) or Path.cwd()
        return Path(self.log_dir) if self.log_dir else Path(base) / "logs"


def _check_durations(settings: Settings) -> None:
    for each in fields(Settings):
        value = getattr(settings, each.name)
        if isinstance(value, timedelta) and value <= timedelta(0):
            raise ConfigError(
                f"{each.name.upper()}: expected more than zero, got {value}"
            )


def _check_ranges(settings: Settings) -> None:
    if not 1 <= settings.max_workers <= 64:
        raise ConfigError(f"MAX_WORKERS: expected 1 to 64, got {settings.max_workers}")
    if not 0 <= settings.trusted_proxies <= 16:
        raise ConfigError(
            f"TRUSTED_PROXIES: expected 0 to 16, got {settings.trusted_proxies}"
        )
    if settings.tick_every > timedelta(seconds=10):
        raise ConfigError("TICK_EVERY: expected at most 10s, a stop is noticed at 30s")


def build_settings() -> tuple[Settings | None, list[str]]:
    """
    Return the settings and every problem in them, key by key.

    Returns:
        None for the settings when there is a problem. With several, each is found:
        the sound keys are judged without the others.
    """
    try:
        values = written_values()
    except ConfigError as error:
        return None, [str(error)]
    problems = []
    for key, value in values.items():
        try:
            _built({key: value})
        except ConfigError as error:
            problems.append(str(error))
    if problems:
        return None, problems
    try:
        return _built(values), []
    except ConfigError as error:
        return None, [str(error)]


def _built(values: Mapping[str, Any]) -> Settings:
    return build(Settings, values, where="PULSEBOARD", show=str.upper)


@functools.cache
def get_settings() -> Settings:
    """
    Return the settings of this process.

    A function, not a module constant: nothing may read Django's settings on import.

    Raises:
        ConfigError: A name is unknown, a value has the wrong type or range.
    """
    return _built(written_values())


def written_values() -> dict[str, Any]:
    """
    Return what the host wrote, lower-case keys, from all three doors.

    Raises:
        ConfigError: One of them is not a mapping, or the file cannot be read.
    """
    values = lower_keys(getattr(django_settings, "PULSEBOARD", {}), "PULSEBOARD")
    if path := os.environ.get(FILE_VARIABLE):
        # The file may also hold what only the standalone server reads ([server]).
        values |= {
            key: value for key, value in read_file(path).items() if key != "server"
        }
    values |= from_environment(os.environ)
    if isinstance(limits := values.get("rate_limits"), Mapping):
        values["rate_limits"] = lower_keys(limits, "RATE_LIMITS")
    return values


def read_file(path: str) -> dict[str, Any]:
    """Return the TOML file at *path* with lower-case keys, or raise ConfigError."""
    try:
        with open(path, "rb") as file:
            return lower_keys(tomllib.load(file), path)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(f"{path}: cannot be read as TOML: {reason}") from None


def from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return settings from ``PULSEBOARD_KEY`` variables; unknown keys stay in."""
    hints = get_type_hints(Settings, include_extras=True)
    return {
        name: _from_text(text, hints.get(name))
        for variable, text in environment.items()
        if variable.startswith(PREFIX)
        and variable not in NOT_SETTINGS
        and not SERVICE_LINK.fullmatch(variable)
        for name in [variable.removeprefix(PREFIX).lower()]
    }


def _from_text(text: str, kind: Any) -> Any:
    """Return *text* as plain data of the shape *kind* asks for, else as it is."""
    origin = get_origin(kind) or kind
    if origin is list:
        return [part.strip() for part in text.split(",") if part.strip()]
    if origin is bool:
        return BOOLEANS.get(text.strip().lower(), text)
    if origin is int:
        return int(text) if text.strip().lstrip("-").isdecimal() else text
    if origin is Mapping or Mapping in get_args(kind) or origin is RateLimits:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return text


def lower_keys(values: object, where: str) -> dict[str, Any]:
    """Return the mapping *values* with lower-case names, or raise ConfigError."""
    if not isinstance(values, Mapping):
        raise ConfigError(f"{where}: expected a mapping, got {type(values).__name__}")
    return {str(name).lower(): value for name, value in values.items()}


@receiver(setting_changed)
def forget_settings(*, setting: str, **kwargs: Any) -> None:
    """Read again after `override_settings`, in our tests and in the host's."""
    if setting == "PULSEBOARD":
        get_settings.cache_clear()
