"""
Django settings for a host that is only us: made from one TOML file.

The top level of the file holds the settings of Pulseboard in lower case; the table
``[server]`` holds what only a server of its own needs. All that is made (database,
secret key, logs) lies beside the file.
"""

from __future__ import annotations

import os
import secrets
from argparse import Namespace
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from pydantic import StrictInt

from pulseboard.conf import FILE_VARIABLE, lower_keys, read_file
from pulseboard.core.errors import ConfigError, UsageError
from pulseboard.core.options import build

DEFAULT_NAME = "pulseboard.toml"
SETTINGS_VARIABLE = "DJANGO_SETTINGS_MODULE"
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
SMTP_TIMEOUT_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """
    The table ``[server]``. Relative paths are relative to the file.

    Args:
        bind: Address and port to serve on; port 0 takes a free one.
        database: Path of the SQLite file; by default beside the TOML file.
        allowed_hosts: Names this server answers to, beside the loopback ones and
            the host of `public_url`.
        admin_password_file: Holds the first password of ``admin``; without it one
            is made and printed once.
        email_host: Mail server for alerts; without one no mail is sent. The others
            of ``email_`` say how to talk to it.
    """

    bind: str = "127.0.0.1:8765"
    database: str = ""
    allowed_hosts: list[str] = field(default_factory=list)
    admin_password_file: str = ""
    email_host: str = ""
    email_port: StrictInt = 25
    email_user: str = ""
    email_password_file: str = ""
    email_encryption: Literal["none", "starttls", "tls"] = "none"
    email_from: str = "pulseboard@localhost"

    def __post_init__(self) -> None:
        address_of(self.bind)
        if "://" in self.database:
            raise ConfigError("database: expected the path of an SQLite file")


@dataclass(frozen=True, slots=True)
class File:
    """The TOML file, absolute, and the places beside it."""

    path: Path

    def beside(self, name: str) -> Path:
        """Return *name* as a path, relative to the file's folder."""
        return self.path.parent / name

    @property
    def database(self) -> Path:
        return self.path.with_suffix(".sqlite3")

    @property
    def secret_key(self) -> Path:
        return self.path.with_suffix(".secret-key")


def chosen_file(options: Namespace) -> Path | None:
    """
    Return the file to run by; None when a Django project is meant, or nothing.

    Raises:
        UsageError: ``up`` was asked for, and there is no file.
    """
    named = os.environ.get(FILE_VARIABLE)
    if options.verb == "up":
        path = Path(options.file or named or DEFAULT_NAME)
        if not path.is_file():
            raise UsageError(
                f"no file {path}; write one (it may be empty) or name another: "
                "`pulseboard up FILE.toml`"
            )
        return path
    if SETTINGS_VARIABLE in os.environ:
        return None
    if named:
        return Path(named)
    return Path(DEFAULT_NAME) if Path(DEFAULT_NAME).is_file() else None


def configure(path: Path) -> None:
    """
    Configure Django for the file at *path*, before `django.setup`.

    Raises:
        ConfigError: The file cannot be read, or its table ``[server]`` is wrong.
    """
    file = File(path.resolve())
    os.environ[FILE_VARIABLE] = str(file.path)
    os.environ.pop(SETTINGS_VARIABLE, None)
    values = read_file(str(file.path))
    options = server_options(values)
    settings = django_values(file, options, values)
    _make_private(settings["DATABASES"]["default"]["NAME"])
    django_settings.configure(**settings)


def server_options(values: dict[str, Any]) -> ServerOptions:
    """Return the checked table ``[server]`` of the file's *values*."""
    server = lower_keys(values.get("server", {}), "server")
    return build(ServerOptions, server, where="server")


def address_of(bind: str) -> tuple[str, int]:
    """Return host and port of *bind*, or raise ConfigError."""
    host, _, port = bind.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise ConfigError(f"bind: expected an address such as '127.0.0.1:8765': {bind}")
    return host, int(port)


def django_values(
    file: File, options: ServerOptions, values: dict[str, Any]
) -> dict[str, Any]:
    """Return Django's settings for *file*, whose content is *values*."""
    public = urlsplit(str(values.get("public_url", "")))
    is_secure = public.scheme == "https"
    return {
        "BASE_DIR": file.path.parent,
        "SECRET_KEY": kept_secret(file.secret_key),
        "ALLOWED_HOSTS": _allowed_hosts(options, public.hostname),
        "CSRF_TRUSTED_ORIGINS": [f"https://{public.netloc}"] if is_secure else [],
        "CSRF_COOKIE_SECURE": is_secure,
        "SESSION_COOKIE_SECURE": is_secure,
        "SESSION_COOKIE_NAME": "pulseboard_session",
        "DATABASES": {"default": _database(file, options)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "INSTALLED_APPS": _APPS,
        "MIDDLEWARE": _MIDDLEWARE,
        "TEMPLATES": [_TEMPLATES],
        "ROOT_URLCONF": "pulseboard.setup.urls",
        "LOGIN_URL": "admin:login",
        "LOGIN_REDIRECT_URL": "pulseboard:dashboard",
        "STATIC_URL": "/static/",
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "AUTH_PASSWORD_VALIDATORS": [{"NAME": _LONG_PASSWORDS}],
        **_mail(file, options),
    }


def kept_secret(path: Path) -> str:
    """Return the secret in *path*, made once, readable by its owner only."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_secret(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
    secret = secrets.token_urlsafe(50)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(secret)
    return secret


def first_line(path: Path) -> str:
    """Return the first line of *path*, stripped; raises ConfigError without one."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ConfigError(f"{path}: cannot be read: {reason}") from None
    if not lines or not lines[0].strip():
        raise ConfigError(f"{path}: expected something on the first line")
    return lines[0].strip()


def _make_private(path: Path) -> None:
    """Make the file for its owner only: it will hold digests of passwords."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None


def _read_secret(path: Path) -> str:
    secret = first_line(path)
    if len(secret) < 50:
        raise ConfigError(f"{path}: too short; remove the file to get a new one")
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    return secret


def _allowed_hosts(options: ServerOptions, public_host: str | None) -> list[str]:
    host, _ = address_of(options.bind)
    bound = f"[{host}]" if ":" in host else host
    known = [*LOOPBACK, bound, *options.allowed_hosts]
    return list(dict.fromkeys([*known, public_host] if public_host else known))


def _database(file: File, options: ServerOptions) -> dict[str, Any]:
    path = file.beside(options.database) if options.database else file.database
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            "timeout": 20,
        },
    }


def _mail(file: File, options: ServerOptions) -> dict[str, Any]:
    kept = options.email_password_file
    backend = "smtp" if options.email_host else "dummy"
    return {
        "EMAIL_BACKEND": f"django.core.mail.backends.{backend}.EmailBackend",
        "EMAIL_HOST": options.email_host,
        "EMAIL_PORT": options.email_port,
        "EMAIL_HOST_USER": options.email_user,
        "EMAIL_HOST_PASSWORD": first_line(file.beside(kept)) if kept else "",
        "EMAIL_USE_TLS": options.email_encryption == "starttls",
        "EMAIL_USE_SSL": options.email_encryption == "tls",
        "EMAIL_TIMEOUT": SMTP_TIMEOUT_SECONDS,
        "DEFAULT_FROM_EMAIL": options.email_from,
    }


_APPS = [
    "pulseboard",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
_MIDDLEWARE = [
    "pulseboard.middleware.PulseboardMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
_LONG_PASSWORDS = "django.contrib.auth.password_validation.MinimumLengthValidator"
_TEMPLATES = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ]
    },
}
