"""
External services as the host writes them in `EXTERNAL_SERVICES`.

A name people know, and a preset with its options: what an entry means is decided
here, asking is done elsewhere. Each preset is a small dataclass whose fields are its
options; `request` says what to send.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import quote, urlencode, urlsplit

from pydantic import BeforeValidator

from pulseboard.core.duration import parse_duration
from pulseboard.core.errors import ConfigError
from pulseboard.core.options import build, refuse_unknown

Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Secret = str | Callable[[], str]

WHERE = "PULSEBOARD.EXTERNAL_SERVICES"
FITS_HEADER = re.compile(r"[\x20-\x7e]*")


@dataclass(frozen=True, slots=True)
class Request:
    """What to send; its URL and headers may hold secrets."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Service:
    """
    Options of every preset.

    Args:
        every: Time between requests; default ``"1m"``.
        timeout: The longest a check may take; default ``"10s"``.
        slow_after: A later answer is a warning; default ``"2s"``.
    """

    every: Duration = timedelta(minutes=1)
    timeout: Duration = timedelta(seconds=10)
    slow_after: Duration = timedelta(seconds=2)

    def __post_init__(self) -> None:
        for name in ("every", "timeout", "slow_after"):
            if getattr(self, name) <= timedelta(0):
                raise ConfigError(f"{name}: expected more than zero")


@dataclass(frozen=True, kw_only=True)
class HttpService(Service):
    """
    An HTTP address that answers.

    Args:
        url: Begins with ``https://`` or ``http://``.
        method: ``GET`` or ``HEAD``.
        expect: Status codes that are fine; by default all from 200 to 399.
    """

    url: str = field(default="", repr=False)
    method: Literal["GET", "HEAD"] = "GET"
    expect: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_url(self.url)
        if not all(100 <= code <= 599 for code in self.expect):
            raise ConfigError("expect: expected status codes from 100 to 599")

    def request(self) -> Request:
        """Return what to send; secrets are fetched now."""
        return Request(self.method, self.url, self.headers())

    def headers(self) -> dict[str, str]:
        """Return the headers that say who we are."""
        return {}

    def expects(self, code: int) -> bool:
        """Return whether the status *code* is fine."""
        return code in self.expect if self.expect else 200 <= code < 400


@dataclass(frozen=True, kw_only=True)
class TokenApi(HttpService):
    """
    An HTTP API that wants a token.

    Args:
        token: The token, or a function that returns it.
        header: Header that carries it; in any but ``Authorization`` it stands alone.
    """

    token: Secret = field(default="", repr=False)
    header: str = "Authorization"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", self.header):
            raise ConfigError("header: expected the name of a header")
        _require(token=self.token)

    def headers(self) -> dict[str, str]:
        token = secret_text(self.token)
        alone = self.header.lower() != "authorization"
        return {self.header: token if alone else f"Bearer {token}"}


@dataclass(frozen=True, kw_only=True)
class Twilio(HttpService):
    """
    Twilio: reads the account itself.

    Args:
        account_sid: Begins with ``AC``.
        token: The account's auth token, or a function that returns it.
        url: Another address than the account's own.
    """

    account_sid: str = field(default="", repr=False)
    token: Secret = field(default="", repr=False)
    url: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not self.url:
            sid = quote(self.account_sid, safe="")
            url = f"https://api.twilio.com/2010-04-01/Accounts/{sid}.json"
            object.__setattr__(self, "url", url)
        super().__post_init__()
        _require(account_sid=self.account_sid, token=self.token)

    def headers(self) -> dict[str, str]:
        pair = f"{self.account_sid}:{secret_text(self.token)}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


@dataclass(frozen=True, kw_only=True)
class AfricasTalking(HttpService):
    """
    Africa's Talking: reads the user and its balance.

    Args:
        username: The application's user name; ``sandbox`` asks the sandbox.
        api_key: Its key, or a function that returns it.
        url: Another address than the product's own.
    """

    username: str = field(default="", repr=False)
    api_key: Secret = field(default="", repr=False)
    url: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not self.url:
            place = "api.sandbox" if self.username == "sandbox" else "api"
            url = f"https://{place}.africastalking.com/version1/user"
            object.__setattr__(self, "url", url)
        super().__post_init__()
        _require(username=self.username, api_key=self.api_key)

    def request(self) -> Request:
        joint = "&" if urlsplit(self.url).query else "?"
        query = urlencode({"username": self.username})
        return Request(self.method, f"{self.url}{joint}{query}", self.headers())

    def headers(self) -> dict[str, str]:
        key = secret_text(self.api_key)
        return {"apiKey": key, "Accept": "application/json"}


@dataclass(frozen=True, kw_only=True)
class SmtpService(Service):
    """
    A mail server: greeted and logged in to, without sending.

    Args:
        host: Its name; empty for the server Django sends mail through.
        port: Default 587 with STARTTLS, 465 with SSL, else 25.
        starttls: Change to TLS after the greeting; default yes, unless *ssl*.
        ssl: TLS from the first byte.
        username: Empty: no login.
        password: The password, or a function that returns it.
    """

    host: str = field(default="", repr=False)
    port: int | None = None
    starttls: bool | None = None
    ssl: bool = False
    username: str = field(default="", repr=False)
    password: Secret = field(default="", repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.ssl and self.starttls:
            raise ConfigError("expected one of starttls and ssl, got both")
        if self.port is not None and not 1 <= self.port <= 65535:
            raise ConfigError(f"port: expected 1 to 65535, got {self.port}")
        others = (self.port, self.starttls, self.ssl, self.username, self.password)
        if not self.host and any(others):
            raise ConfigError("host: expected a name beside the other options")

    def uses_starttls(self) -> bool:
        """Return whether to change to TLS after the greeting."""
        return not self.ssl if self.starttls is None else self.starttls

    def port_or_default(self) -> int:
        """Return the port, by default that of the kind of TLS."""
        if self.port is not None:
            return self.port
        if self.ssl:
            return 465
        return 587 if self.uses_starttls() else 25


PRESETS: dict[str, type[Service]] = {
    "africastalking": AfricasTalking,
    "http": HttpService,
    "smtp": SmtpService,
    "token_api": TokenApi,
    "twilio": Twilio,
}


@dataclass(frozen=True, slots=True)
class Named:
    """A service with the name people know and the preset it was made by."""

    title: str
    preset: str
    service: Service


def services_from(entries: Mapping[str, object]) -> dict[str, Named]:
    """
    Return label to service, for all of `EXTERNAL_SERVICES`.

    Raises:
        ConfigError: An entry is malformed, or two names make one label.
    """
    found: dict[str, Named] = {}
    for title, entry in entries.items():
        label = label_of(title)
        if label in found:
            raise ConfigError(
                f"{WHERE}: {title!r} and {found[label].title!r} would both be "
                f"called {label!r}"
            )
        preset, service = service_from(title, entry)
        found[label] = Named(title, preset, service)
    return found


def service_from(title: str, entry: object) -> tuple[str, Service]:
    """Return preset and service of one entry, or raise ConfigError."""
    where = f"{WHERE}.{title}"
    preset, options = _preset_and_options(entry, where)
    refuse_unknown([preset], PRESETS, where=f"{where}.preset")
    return preset, build(PRESETS[preset], options, where=where)


def label_of(title: str) -> str:
    """Return *title* as a label: ``Africa's Talking`` becomes ``africa-s-talking``."""
    label = re.sub(r"[^\w.-]+", "-", title.lower()).strip("-")
    if not label or len(label) > 64 or len(title) > 100:
        raise ConfigError(
            f"{WHERE}: expected a name of 1 to 64 characters with a letter, got "
            f"{title[:100]!r}"
        )
    return label


def secret_text(secret: Secret) -> str:
    """Return *secret* as text; a function is called."""
    text = secret() if callable(secret) else secret
    if not FITS_HEADER.fullmatch(text):
        raise ConfigError("expected a secret of printable ASCII characters")
    return text


def _preset_and_options(entry: object, where: str) -> tuple[str, dict[str, object]]:
    if isinstance(entry, str):
        is_url = entry.lower().startswith(("http://", "https://"))
        return ("http", {"url": entry}) if is_url else (entry, {})
    if not isinstance(entry, Mapping):
        raise ConfigError(
            f"{where}: expected a preset, a URL or a mapping, got "
            f"{type(entry).__name__}"
        )
    options = {str(key).lower(): value for key, value in entry.items()}
    preset = options.pop("preset", None) or _guessed(options)
    return str(preset), options


def _guessed(options: Mapping[str, object]) -> str:
    if "host" in options:
        return "smtp"
    if "account_sid" in options:
        return "twilio"
    return "token_api" if "token" in options else "http"


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname)
        parts.port  # noqa: B018  (raises when it is no number)
    except ValueError:
        valid = False
    if not valid or not FITS_HEADER.fullmatch(url) or " " in url:
        raise ConfigError("url: expected an address that begins with https://")


def _require(**options: Secret) -> None:
    for name, value in options.items():
        if not callable(value) and not (value and FITS_HEADER.fullmatch(value)):
            raise ConfigError(
                f"{name}: expected printable characters, got none or others"
            )
