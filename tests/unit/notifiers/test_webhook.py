"""What machines and chats get. A30, A32, F54, F55."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.core.errors import Refused
from pulseboard.guard.answer import Response, Timings
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.notifiers.answered import PATIENCE, problem_with
from pulseboard.notifiers.retry import retry_after
from pulseboard.notifiers.slack import TEXT_LIMIT, escaped, payload
from pulseboard.notifiers.webhook import encoded, headers_of, shown_key

NOW = datetime(2026, 11, 21, 5, 30, tzinfo=UTC)
TEXTS = st.text(st.characters(), max_size=60)  # halves of letters, too


@given(st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS)))
def test_any_text_becomes_valid_json(document: dict[str, object]) -> None:
    """A32"""
    body = encoded(document)
    assert isinstance(json.loads(body.decode("utf-8")), dict)


def test_text_survives_as_it_was() -> None:
    text = '"},\\ \u0000 \u2028 é 🙂 </script>'
    assert json.loads(encoded({"text": text})) == {"text": text}


def test_what_is_signed_is_id_time_and_body() -> None:
    """X18: as the open form has it, so that existing libraries can check it."""
    key, old, body = b"k" * 32, b"o" * 32, b'{"a":1}'
    headers = headers_of("announcement-1:ab", body, [key, old], NOW)
    at = str(int(NOW.timestamp()))
    assert (headers["Webhook-Id"], headers["Webhook-Timestamp"]) == (
        "announcement-1:ab",
        at,
    )
    signed = f"announcement-1:ab.{at}.".encode() + body
    expected = [
        "v1,"
        + base64.b64encode(hmac.new(each, signed, hashlib.sha256).digest()).decode()
        for each in (key, old)
    ]
    assert headers["Webhook-Signature"].split(" ") == expected
    assert base64.b64decode(shown_key(key).removeprefix("whsec_")) == key


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("<!channel> now", "&lt;!channel&gt; now"),
        ("<http://evil|bank>", "&lt;http://evil|bank&gt;"),
        ("<@U123> & <#C1>", "&lt;@\u200bU123&gt; &amp; &lt;#C1&gt;"),
        ("@everyone, @here", "@\u200beveryone, @\u200bhere"),
        ("mail ann@example.org", "mail ann@example.org"),
        ("a\x00b\u202ec\nd", "abc\nd"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
    ],
)
def test_nothing_in_a_text_acts_in_a_chat(written: str, sent: str) -> None:
    """A30"""
    assert escaped(written) == sent


def test_only_our_links_are_links() -> None:
    """A30: the golden form of a message."""
    made = payload(
        "(X) Major outage: <!here>",
        ["<http://evil|bank> is *down*", ""],
        [("View | all", "https://status.example/i/1"), ("None", "")],
    )
    assert [each["text"]["text"] for each in made["blocks"]] == [
        "*(X) Major outage: &lt;!here&gt;*",
        "&lt;http://evil|bank&gt; is *down*",
        "<https://status.example/i/1|View / all>",
    ]
    assert all(each["text"]["verbatim"] for each in made["blocks"])
    assert (made["parse"], made["link_names"]) == ("none", False)


@given(TEXTS.map(lambda text: text * 200))
def test_no_block_is_longer_than_a_chat_takes(text: str) -> None:
    made = payload("x", [text], [])
    body = made["blocks"][-1]["text"]["text"]
    assert len(body) <= TEXT_LIMIT + 1
    assert (
        not body.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "").count("&")
    )


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("315360000", 3600),
        ("9" * 400, 3600),
        ("-5", 0),
        ("soon", 0),
        ("", 0),
        ("Sat, 21 Nov 2026 05:40:00 GMT", 600),
        ("Sat, 21 Nov 2026 05:20:00 GMT", 0),
        ("Sat, 21 Nov 2036 05:40:00 GMT", 3600),
        ("Sat, 99 Nov 2026 05:40:00 GMT", 0),
        ("٣", 0),
    ],
)
def test_a_receiver_is_left_alone_as_long_as_it_asks(header: str, seconds: int) -> None:
    """F54"""
    assert retry_after(header, NOW) == timedelta(seconds=seconds)


def _answer(status: int, **headers: str) -> Response:
    timings = Timings(
        resolve_seconds=0,
        connect_seconds=0,
        tls_seconds=None,
        wait_seconds=0,
        body_seconds=0,
        total_seconds=0,
    )
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(
        status=status, headers=pairs, body=b"", truncated=False, timings=timings
    )


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(301, False), (400, False), (404, True), (410, True), (401, True), (500, False)],
)
def test_what_says_that_it_is_gone_is_tried_few_times(
    status: int, permanent: bool
) -> None:
    """F55, A11: a redirect is no delivery."""
    problem = problem_with(_answer(status), NOW)
    assert problem is not None
    assert problem.permanent == permanent
    assert problem.wait == (PATIENCE if permanent else timedelta(0))


def test_success_and_pauses_are_understood() -> None:
    """F54"""
    assert problem_with(_answer(204), NOW) is None
    problem = problem_with(_answer(429, retry_after="30"), NOW)
    assert problem is not None
    assert problem.wait == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("seen", "permanent"),
    [(ConnectFailed(Failure.REFUSED), False), (Blocked(), True), (KeyError("x"), True)],
)
def test_no_answer_is_a_problem(seen: Exception, permanent: bool) -> None:
    """F51, A02"""
    problem = problem_with(seen, NOW)
    assert isinstance(problem, Refused)
    assert problem.permanent == permanent
