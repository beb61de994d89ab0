"""X6: what people write as the bytes to send and to expect."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.probes.checked import unescaped


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("PING\\r\\n", b"PING\r\n"),
        ("PING\r\n", b"PING\r\n"),
        ("\\x00\\xff", b"\x00\xff"),
        ("\\0\\t", b"\0\t"),
        ("\\\\n", b"\\n"),
        ("\\q", b"\\q"),
        ("é", "é".encode("latin-1")),
        ("✓", "✓".encode()),
        ("", b""),
    ],
)
def test_escapes_are_read_as_bytes(written: str, read: bytes) -> None:
    assert unescaped(written) == read


@given(st.binary(max_size=50))
def test_any_bytes_can_be_written(wanted: bytes) -> None:
    assert unescaped("".join(f"\\x{byte:02x}" for byte in wanted)) == wanted
