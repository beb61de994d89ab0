"""Security headers for every answer of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pulseboard.core.errors import ConfigError

NONE = "'none'"

#: Scripts and styles come from our own files only; nothing is inline.
DIRECTIVES: dict[str, tuple[str, ...]] = {
    "default-src": ("'self'",),
    "script-src": ("'self'",),
    "style-src": ("'self'",),
    "img-src": ("'self'", "data:"),
    "font-src": ("'self'",),
    "connect-src": ("'self'",),
    "object-src": (NONE,),
    "base-uri": (NONE,),
    "form-action": ("'self'",),
    "frame-ancestors": (NONE,),
}

#: Directives that a host may add sources to.
EXTENDABLE = frozenset(DIRECTIVES) | {
    "child-src",
    "frame-src",
    "manifest-src",
    "media-src",
    "worker-src",
}

#: One source: no white space, and nothing that ends a directive, policy or header.
SOURCE = re.compile(r"[!-+\--:<-~]{1,500}", re.ASCII)


def content_security_policy(extra: Mapping[str, Sequence[str]] | None = None) -> str:
    """
    Return the policy, `DIRECTIVES` with the sources of *extra* (``CSP_EXTRA``) added.

    Raises:
        ConfigError: A directive is unknown, or a source malformed or unsafe.
    """
    policy = dict(DIRECTIVES)
    for written, sources in (extra or {}).items():
        directive = written.lower().replace("_", "-")
        if directive not in EXTENDABLE:
            raise ConfigError(
                f"CSP_EXTRA: unknown directive {written!r}; expected one of "
                f"{', '.join(sorted(EXTENDABLE))}"
            )
        policy[directive] = _with(policy.get(directive, ("'self'",)), sources, written)
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items())


def security_headers(
    extra: Mapping[str, Sequence[str]] | None = None, *, may_be_stored: bool = True
) -> dict[str, str]:
    """
    Return the headers of a page or an answer.

    Args:
        extra: ``CSP_EXTRA``.
        may_be_stored: False for what only staff may see: no cache keeps it.
    """
    policy = content_security_policy(extra)
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    # The old header knows no list of ancestors; it would forbid what the policy allows.
    if f"frame-ancestors {NONE}" in policy:
        headers["X-Frame-Options"] = "DENY"
    if not may_be_stored:
        headers["Cache-Control"] = "no-store"
    return headers


def _with(
    default: Sequence[str], added: Sequence[str], directive: str
) -> tuple[str, ...]:
    for source in added:
        if not SOURCE.fullmatch(source):
            raise ConfigError(f"CSP_EXTRA.{directive}: expected one source each")
        if "unsafe-" in source.lower():
            raise ConfigError(f"CSP_EXTRA.{directive}: 'unsafe-…' is refused")
    kept = [source for source in default if source != NONE or not added]
    return tuple(dict.fromkeys([*kept, *added]))
