"""HTTP and HTTPS: one request, and whatever comes back."""

from __future__ import annotations

import base64
import functools
import http
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulseboard.core.errors import ConfigError
from pulseboard.guard.answer import Response
from pulseboard.guard.call import METHODS, REDIRECTS_LIMIT, Call, checked_call
from pulseboard.guard.dial import configured_networks
from pulseboard.guard.exchange import MAX_BYTES, MAX_BYTES_LIMIT, Route, fetch
from pulseboard.guard.request_headers import checked_headers
from pulseboard.guard.target import parse_host_and_port, parse_url
from pulseboard.guard.tls_context import check_http2, client_tls, is_pem
from pulseboard.guard.verdict import Network, Trust
from pulseboard.probes.certificates import read_certificate
from pulseboard.probes.checked import check_choice, check_text, naming
from pulseboard.probes.facts import Certificate, Facts, Phases
from pulseboard.probes.probe import Probe, Try, kind

BODY_LENGTH = 64 * 1024
SECRET_LENGTH = 4096
PEM_LENGTH = 256 * 1024
#: Longer certificates are read anew each time.
REMEMBERED_DER_BYTES = 8 * 1024


@kind("http")
@dataclass(frozen=True, kw_only=True)
class Http(Probe):
    """
    Args:
        headers: Sent besides the usual ones.
        body: Sent as UTF-8; as JSON when it is that and no header says otherwise.
        auth: ``user:password``, or ``Bearer TOKEN``.
        follow_redirects: Up to three, each vetted as the first address.
        verify_tls: Whether the certificate must be trusted.
        authorities: Certificates that are trusted in place of the usual ones. It
            and the next two are text in PEM or, from code, the path of such a file.
        client_certificate: That we show when asked.
        client_key: Its private key; may be in the same text.
        ip_version: 4 or 6 asks only such addresses; None any.
        http2: Offer it; needs the extra ``http2``.
        max_bytes: Of the decoded body, 1 to 1,048,576; more is not read.
        host_header: Asks for this host at the address of the URL; from code only.
    """

    url: str = field(repr=False)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: str = field(default="", repr=False)
    auth: str = field(default="", repr=False)
    follow_redirects: bool = True
    verify_tls: bool = True
    authorities: str = ""
    client_certificate: str = ""
    client_key: str = field(default="", repr=False)
    ip_version: int | None = None
    http2: bool = False
    max_bytes: int = MAX_BYTES
    host_header: str = ""

    def __post_init__(self) -> None:
        with naming("url"):
            parse_url(self.url, Trust.CODE)
        check_choice(self.method, METHODS, "method")
        with naming("headers"):
            checked_headers(self.headers, Trust.CODE)
        check_text(self.body, "body", BODY_LENGTH)
        check_text(self.auth, "auth", SECRET_LENGTH)
        _authorization(self.auth)
        check_choice(self.ip_version, (None, 0, 4, 6), "ip_version")
        if not 1 <= self.max_bytes <= MAX_BYTES_LIMIT:
            raise ConfigError(f"max_bytes: expected 1 to {MAX_BYTES_LIMIT}")
        if self.host_header:
            with naming("host_header"):
                parse_host_and_port(self.host_header, 80, Trust.CODE)
        self._check_tls()

    async def ask(self, one: Try) -> Facts:
        response = await fetch(
            *self._prepared(one.trust, configured_networks()),
            timeout_seconds=one.timeout_seconds,
            max_bytes=self.max_bytes,
            redirects=REDIRECTS_LIMIT if self.follow_redirects else 0,
        )
        return _facts(response, trusted=self.verify_tls)

    def _check_tls(self) -> None:
        for name in ("authorities", "client_certificate", "client_key"):
            check_text(getattr(self, name), name, PEM_LENGTH)
        if self.client_key and not self.client_certificate:
            raise ConfigError("client_key: expected a client_certificate with it")
        if is_pem(self.client_key) and not is_pem(self.client_certificate):
            raise ConfigError("client_key: expected a path as for the certificate")
        if self.http2:
            check_http2()
        if is_pem(self.authorities + self.client_certificate):
            _ = self._tls  # refuses what cannot be read

    def _prepared(
        self, trust: Trust, networks: Sequence[Network]
    ) -> tuple[Call, Route]:
        """Return what to ask and how to get there; made once, for it is the same."""
        for_whom = (trust, tuple(networks))
        if for_whom not in self._ready:
            self._ready.clear()
            self._ready[for_whom] = (
                self._call(trust, networks),
                Route(
                    trust=trust,
                    networks=networks,
                    tls=self._tls,
                    family=self.ip_version or 0,
                ),
            )
        return self._ready[for_whom]

    @functools.cached_property
    def _ready(
        self,
    ) -> dict[tuple[Trust, tuple[Network, ...]], tuple[Call, Route]]:
        return {}

    @functools.cached_property
    def _tls(self) -> ssl.SSLContext:
        return client_tls(
            verify=self.verify_tls,
            authorities=self.authorities,
            certificate=self.client_certificate,
            key=self.client_key,
            protocols=("h2", "http/1.1") if self.http2 else (),
        )

    def _call(self, trust: Trust, networks: Sequence[Network]) -> Call:
        if trust is not Trust.CODE:
            self._refuse_what_only_code_may()
        body = self.body.encode("utf-8", "replace")
        return checked_call(
            self.method,
            self.url,
            trust=trust,
            networks=networks,
            headers={**self._usual_headers(), **self.headers},
            body=body,
        )

    def _refuse_what_only_code_may(self) -> None:
        for name in ("authorities", "client_certificate", "client_key"):
            text = getattr(self, name)
            if text and not is_pem(text):
                raise ConfigError(f"{name}: expected text in PEM")
        if self.host_header:
            raise ConfigError("host_header: can be set in code only")

    def _usual_headers(self) -> dict[str, str]:
        """Return what the other options ask to be sent, unless *headers* does."""
        given = {name.lower() for name in self.headers}
        usual = {
            "host": self.host_header,
            "authorization": _authorization(self.auth),
            "content-type": _content_type(self.body),
        }
        return {
            name: value for name, value in usual.items() if value and name not in given
        }


def _authorization(auth: str) -> str:
    """Return the header for *auth*, which may be empty."""
    if not auth:
        return ""
    scheme, _, token = auth.partition(" ")
    if scheme.lower() == "bearer" and token:
        return f"Bearer {token.strip()}"
    login = token if scheme.lower() == "basic" and token else auth
    if ":" not in login:
        raise ConfigError("auth: expected 'user:password' or 'Bearer TOKEN'")
    return f"Basic {base64.b64encode(login.encode('utf-8', 'replace')).decode()}"


def _content_type(body: str) -> str:
    if not body:
        return ""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return "text/plain; charset=utf-8"
    return "application/json"


def _facts(response: Response, *, trusted: bool) -> Facts:
    timings = response.timings
    return Facts(
        total_seconds=timings.total_seconds,
        summary=_summary(response.status),
        phases=Phases(
            dns_seconds=timings.resolve_seconds,
            connect_seconds=timings.connect_seconds,
            tls_seconds=timings.tls_seconds,
            first_byte_seconds=timings.wait_seconds,
            transfer_seconds=timings.body_seconds,
        ),
        status=response.status,
        headers=response.headers,
        body=response.body,
        truncated=response.truncated,
        address=response.address,
        location=response.location,
        redirects=response.redirects,
        certificate=_certificate(response.certificate_der, trusted),
        values={"http.version": response.version},
    )


@functools.lru_cache(maxsize=1024)
def _summary(status: int) -> str:
    """Return *status* in words of ours; the server's may be anything."""
    try:
        return f"{status} {http.HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _certificate(der: bytes | None, trusted: bool) -> Certificate | None:
    if der is None:
        return None
    if len(der) > REMEMBERED_DER_BYTES:
        return read_certificate(der, trusted=trusted)
    return _remembered(der, trusted)


@functools.lru_cache(maxsize=1024)
def _remembered(der: bytes, trusted: bool) -> Certificate:
    """Read each certificate once: the same ones are shown again and again."""
    return read_certificate(der, trusted=trusted)
