"""A34, A35: what strangers wrote never reaches the terminal as an order."""

from __future__ import annotations

import io
import json
import os
import pty

import pytest

from pulseboard.core.screen import Screen

HOSTILE = "a\x1b[31mred\x1b[0m\x1b]0;title\x07\r\nb\u202ec\x9bd\u2028e"


def test_on_a_terminal_sequences_are_taken_out() -> None:
    ours, theirs = pty.openpty()
    with open(theirs, "w") as terminal:
        Screen(terminal, io.StringIO()).line(HOSTILE)
        shown = os.read(ours, 1000).decode()
    os.close(ours)
    assert shown == "ared  b c d e\r\n"


def test_elsewhere_they_are_made_visible_and_nothing_is_lost() -> None:
    out = io.StringIO()
    Screen(out, out).line(HOSTILE)
    assert out.getvalue() == (
        "a\\x1b[31mred\\x1b[0m\\x1b]0;title\\x07\\x0d\\x0ab\\u202ec\\x9bd\\u2028e\n"
    )


def test_a_document_is_plain_ascii() -> None:
    out = io.StringIO()
    Screen(out, out).document({"text": HOSTILE})
    assert out.getvalue().isascii()
    assert "\x1b" not in out.getvalue()
    assert json.loads(out.getvalue()) == {"text": HOSTILE}


@pytest.mark.parametrize("text", ["Größe 86 %", "naïve → done", "日本"])
def test_ordinary_text_stays(text) -> None:
    out = io.StringIO()
    Screen(out, out).line(text)
    assert out.getvalue() == f"{text}\n"
