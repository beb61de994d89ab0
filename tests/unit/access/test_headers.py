"""Security headers. D5, A51"""

from __future__ import annotations

import pytest

from pulseboard.access.headers import content_security_policy, security_headers
from pulseboard.core.errors import ConfigError


def test_nothing_inline_and_nothing_foreign_by_default() -> None:
    headers = security_headers()

    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "Cache-Control" not in headers


def test_what_staff_see_is_stored_nowhere() -> None:
    assert security_headers(may_be_stored=False)["Cache-Control"] == "no-store"


def test_sources_are_added_per_directive() -> None:
    policy = content_security_policy({"IMG_SRC": ["https://cdn.example"]})

    assert "img-src 'self' data: https://cdn.example;" in policy
    assert "script-src 'self';" in policy


def test_allowed_ancestors_replace_none_in_both_headers() -> None:
    headers = security_headers({"frame-ancestors": ["https://intranet.example"]})

    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors https://intranet.example" in policy
    assert "X-Frame-Options" not in headers


@pytest.mark.parametrize(
    "extra",
    [
        {"script-src": ["'unsafe-inline'"]},
        {"script-src": ["'UNSAFE-eval'"]},
        {"script-src": ["https://a.example; report-uri https://b.example"]},
        {"script-src": ["https://a.example,https://b.example"]},
        {"script-src": ["https://a.example https://b.example"]},
        {"script-src": ["x\r\nSet-Cookie: a=b"]},
        {"script-src": [""]},
        {"report-uri": ["https://a.example"]},
        {"script-src 'self'; x": ["https://a.example"]},
    ],
)
def test_an_extra_that_would_weaken_or_break_the_policy_is_refused(
    extra: dict[str, list[str]],
) -> None:
    with pytest.raises(ConfigError, match="CSP_EXTRA"):
        content_security_policy(extra)
