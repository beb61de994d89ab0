"""Headers that a request of ours may carry."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pulseboard.core.errors import ConfigError
from pulseboard.guard.verdict import Trust

COUNT = 50
VALUE_LENGTH = 8192

NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", re.ASCII)
VALUE = re.compile(r"[\t -~]*", re.ASCII)

#: The connection's own, and the keys that metadata services ask for.
REFUSED = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "keep-alive",
        "metadata",
        "metadata-flavor",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-aws-ec2-metadata-token",
        "x-aws-ec2-metadata-token-ttl-seconds",
        "x-google-metadata-request",
    }
)

#: All that is sent on to another origin.
HARMLESS = ("accept", "accept-language", "user-agent")


def checked_headers(headers: Mapping[str, str], trust: Trust) -> dict[str, str]:
    """
    Return *headers* with lower-case names.

    Raises:
        ConfigError: One is malformed, given twice, or not for people to set.
    """
    if len(headers) > COUNT:
        raise ConfigError(f"expected at most {COUNT} headers, got {len(headers)}")
    checked: dict[str, str] = {}
    for name, value in headers.items():
        lower = name.lower()
        if not NAME.fullmatch(name) or lower in checked:
            raise ConfigError("expected each header once, with a plain name")
        if lower in REFUSED or (lower == "host" and trust is not Trust.CODE):
            raise ConfigError(f"the header {lower} cannot be set")
        if not VALUE.fullmatch(value) or len(value) > VALUE_LENGTH:
            raise ConfigError(f"expected plain text on one line as header {lower}")
        checked[lower] = value.strip()
    return checked
