"""Options of probes, refused with the name of the field at the front."""

from __future__ import annotations

import contextlib
import re
import ssl
from collections.abc import Collection, Iterator

from pulseboard.core.errors import ConfigError
from pulseboard.guard.target import parse_host, parse_port
from pulseboard.guard.verdict import Trust

TEXT_LENGTH = 1000
PEM_LENGTH = 256 * 1024

_ESCAPE = re.compile(r"\\(r|n|t|0|\\|x[0-9a-fA-F]{2})")
_ESCAPED = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\"}


@contextlib.contextmanager
def naming(field: str) -> Iterator[None]:
    """Put *field* and a colon before the message of a `ConfigError`."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(f"{field}: {error}") from None


def check_host(host: str, field: str = "host") -> None:
    """Refuse what is no host; whether it may be asked is judged when it is."""
    with naming(field):
        parse_host(host, Trust.CODE)


def check_port(port: int, field: str = "port") -> None:
    """Refuse what is no port."""
    with naming(field):
        parse_port(port)


def check_text(text: str, field: str, limit: int = TEXT_LENGTH) -> None:
    """Refuse more than *limit* characters."""
    if len(text) > limit:
        raise ConfigError(f"{field}: expected at most {limit} characters")


def check_line(text: str, field: str, limit: int = TEXT_LENGTH) -> None:
    """Refuse what is not one line of printable ASCII, or longer than *limit*."""
    check_text(text, field, limit)
    if not text.isascii() or (text and not text.isprintable()):
        raise ConfigError(f"{field}: expected plain ASCII text on one line")


def check_choice(value: object, choices: Collection[object], field: str) -> None:
    """Refuse what is none of *choices*."""
    if value not in choices:
        listed = ", ".join(str(each) for each in choices)
        raise ConfigError(f"{field}: expected one of {listed}")


def check_authorities(pem: str, field: str = "authorities") -> None:
    """Refuse what is no list of certificates in PEM; empty is fine."""
    check_text(pem, field, PEM_LENGTH)
    if not pem:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError):
        raise ConfigError(f"{field}: expected certificates in PEM") from None


def unescaped(text: str) -> bytes:
    r"""Return *text* as bytes, ``\r \n \t \0 \\`` and ``\x1f`` read as letters."""

    def letter(found: re.Match[str]) -> str:
        name = found[1]
        return _ESCAPED.get(name) or chr(int(name[1:], 16))

    # Latin-1 keeps \xff one byte; other letters have no byte of their own.
    read = _ESCAPE.sub(letter, text)
    try:
        return read.encode("latin-1")
    except UnicodeEncodeError:
        return read.encode("utf-8")
