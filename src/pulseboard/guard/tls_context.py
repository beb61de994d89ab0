"""
How TLS is spoken: whom we trust, and who we say we are.

Making a context takes milliseconds, so they are kept.
"""

from __future__ import annotations

import functools
import importlib.util
import ssl
import tempfile

from pulseboard.core.errors import ConfigError

PEM_MARK = "-----BEGIN "


@functools.cache
def default_tls() -> ssl.SSLContext:
    """Return the context that verifies with the usual authorities."""
    return _usual()


@functools.lru_cache(maxsize=64)
def client_tls(
    *,
    verify: bool = True,
    authorities: str = "",
    certificate: str = "",
    key: str = "",
    protocols: tuple[str, ...] = (),
) -> ssl.SSLContext:
    """
    Return a context to connect with.

    Args:
        verify: False takes any certificate.
        authorities: Certificates to trust in place of the usual ones.
        certificate: Of ours, with those between it and its authority.
        key: Of *certificate*; empty: it is in there. Each of the three is text in
            PEM or the path of such a file.
        protocols: Offered to the server (ALPN), the preferred one first.

    Raises:
        ConfigError: Beginning with the name of the argument at fault.
    """
    if verify and not (authorities or certificate or protocols):
        return default_tls()
    context = _trusting(authorities) if verify else _trusting_all()
    if certificate:
        _identify(context, certificate, key)
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


def check_http2() -> None:
    """Raise ConfigError when HTTP/2 cannot be spoken."""
    if importlib.util.find_spec("h2") is None:
        raise ConfigError(
            "http2: needs the package h2; install pulseboard with the extra 'http2'"
        )


def is_pem(text: str) -> bool:
    """Return whether *text* is PEM itself, not the path of a file."""
    return PEM_MARK in text


def _usual() -> ssl.SSLContext:
    """Return a new context; the authorities of the environment do not count."""
    import httpx2  # takes its time

    return httpx2.create_ssl_context(trust_env=False)


def _trusting_all() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _trusting(authorities: str) -> ssl.SSLContext:
    if not authorities:
        return _usual()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if is_pem(authorities):
            context.load_verify_locations(cadata=authorities)
        else:
            context.load_verify_locations(cafile=authorities)
    except (OSError, ValueError):
        raise ConfigError("authorities: expected certificates in PEM") from None
    return context


def _identify(context: ssl.SSLContext, certificate: str, key: str) -> None:
    try:
        if not is_pem(certificate):
            return context.load_cert_chain(certificate, key or None, password="")
        # The library reads files only; this one is ours alone, and soon gone.
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(f"{certificate}\n{key}\n")
            file.flush()
            context.load_cert_chain(file.name, password="")
    except (OSError, ValueError):
        raise ConfigError(
            "client_certificate: expected a certificate and its key in PEM, the key "
            "without a password"
        ) from None
