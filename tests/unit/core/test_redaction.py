"""Secrets do not survive (A60, A34)."""

from __future__ import annotations

import pytest

from pulseboard.core.redaction import one_line, redact

SECRET = "hunter2sEcr3t"


@pytest.mark.parametrize(
    "text",
    [
        f"postgres://app:{SECRET}@db.internal:5432/shop",
        f"redis://:{SECRET}@cache/0",
        f"https://api.example.com/v1?api_key={SECRET}&x=1",
        f"Authorization: Bearer {SECRET}",
        f"Authorization: Basic {SECRET}",
        f"password={SECRET}",
        f"connection failed: host=db password={SECRET} user=app",
        f"{{'token': '{SECRET}', 'a': 1}}",
        f'{{"client_secret": "{SECRET}"}}',
        f"PGPASSWORD: {SECRET}",
        f"Cookie: sessionid={SECRET}",
        f"mail {SECRET}@example.com bounced",
    ],
)
def test_secrets_are_taken_out_of_text_we_did_not_write(text):
    assert SECRET not in redact(text)


@pytest.mark.parametrize("hostile", ["\r\n", "\x1b[31m", "\u2028", "\u202e", "\x00"])
def test_one_record_is_one_line_without_control_characters(hostile):
    line = one_line(f"before{hostile}after")
    assert hostile not in line
    assert "\n" not in line


def test_long_text_is_cut():
    assert len(one_line("x" * 10**6)) == 200
    assert len(redact("x" * 10**6)) == 2000
