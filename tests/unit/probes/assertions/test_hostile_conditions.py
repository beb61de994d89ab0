"""A21, A22, A23: whatever is written or answered, it ends soon and in words."""

import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pulseboard.core.errors import ConfigError
from pulseboard.core.redaction import one_line
from pulseboard.probes.assertions.documents import MOST_VISITED, Budget
from pulseboard.probes.assertions.names import HEADER, JSON, SUBJECTS, TYPES
from pulseboard.probes.assertions.parse import parse_conditions
from pulseboard.probes.assertions.patterns import compile_pattern, is_found, is_like
from pulseboard.probes.assertions.predicates import OPERATORS, VERBS
from pulseboard.probes.assertions.quoting import piece
from pulseboard.probes.facts import Facts

NOW = datetime(2026, 5, 17, tzinfo=UTC)

WORDS = st.sampled_from(
    [
        *SUBJECTS,
        *OPERATORS,
        *VERBS,
        *TYPES,
        JSON,
        f"{HEADER}.etag",
        "json.a",
        "json[*].a",
        'json["a"]',
        "not",
        "does",
        "any",
        "warning:",
        '"a"',
        "1",
        "-1.5",
        "200-299",
        "500ms",
        "10.0.0.0/8",
        "/a+/",
        "schema",
        ",",
        "#",
        "true",
    ]
)
LINES = st.lists(WORDS | st.text(max_size=8), max_size=7).map(" ".join)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=12,
)


def judged(text, body=b"", **facts):
    return parse_conditions(text).judge(
        Facts(total_seconds=0.1, body=body, **facts), now=NOW
    )


def refusal(text):
    try:
        parse_conditions(text)
    except ConfigError as error:
        return str(error)
    return ""


@settings(max_examples=400, deadline=None)
@given(text=st.text(max_size=200) | st.lists(LINES, max_size=4).map("\n".join))
@example(text="\ud800 == 1")
@example(text="json[\x00")
@example(text="status == " + "9" * 30)
def test_any_text_is_read_or_refused(text):
    """A21"""
    assert refusal(text).isprintable()


@settings(max_examples=400, deadline=None)
@given(line=LINES, document=DOCUMENTS)
@example(line="json[*].a == 1", document=[[], {}])
@example(line="json.a age < 5m", document={"a": 1e300})
@example(line="json.a age < 5m", document={"a": "9999-12-31T23:59:59-14:00"})
@example(line="json.a == json", document={"a": [[]]})
def test_any_condition_judges_any_document(line, document):
    """A21, A23"""
    try:
        conditions = parse_conditions(line)
    except ConfigError:
        return
    body = json.dumps(document).encode("utf-8", "surrogatepass")

    for broken in conditions.judge(Facts(total_seconds=0.1, body=body), now=NOW):
        assert one_line(broken.said) == broken.said
        assert len(broken.said) <= 200


@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=200))
def test_any_bytes_are_judged(body):
    """A15, A23"""
    judged('json.a exists\nbody contains "a"\nbody == 1\nbody < 5', body)


def test_no_more_values_are_visited_than_the_budget_has():
    """A21"""
    wide = json.dumps([[1] * 200] * 200).encode()

    (broken,) = judged("json[*][*] == 1", wide)

    assert "more than 10,000 values to look at" in broken.said


def test_all_conditions_share_one_budget():
    """A21: fifty lines are not fifty budgets."""
    wide = json.dumps([1] * 3000).encode()

    broken = judged("\n".join(["json[*] == 1"] * 50), wide)

    assert len(broken) == 47


def test_a_budget_ends_at_its_last_value():
    budget = Budget(2)
    budget.spend()
    budget.spend()

    assert budget.left == 0
    assert MOST_VISITED == 10_000


def test_deep_equal_documents_are_not_compared_for_ever():
    """A21"""
    deep = (
        b'{"a":' + b"[" * 900 + b"]" * 900 + b',"b":' + b"[" * 900 + b"]" * 900 + b"}"
    )

    judged("json.a == json.b", deep)


BAD_PATTERNS = [
    f"{start}{repeat}{end}"
    for start in ("(a+)+", "(a|a)*", "(a|aa)+", "(.*a){12}", "([a-z]+)*", "(a*)*b?")
    for repeat in ("", "{1,8}")
    for end in ("$", "c", "!$")
] + ["^(([a-z])+.)+[A-Z]([a-z])+$", "(x+x+)+y", "a?" * 60 + "a" * 60, r"(\w+\s?)*$"]


@pytest.mark.parametrize("pattern", BAD_PATTERNS)
def test_no_pattern_is_slow(pattern):
    """A22: forty that send a backtracking matcher away for ever."""
    try:
        compiled = compile_pattern(pattern)
    except ConfigError:
        return  # RE2 would need too much memory for it

    is_found(compiled, "a" * 200_000 + "!")


def test_there_are_forty_bad_patterns():
    """A22"""
    assert len(BAD_PATTERNS) >= 40


def test_a_pattern_sees_64_kib_and_no_more():
    """A22"""
    compiled = compile_pattern("b")

    assert is_found(compiled, "a" * (64 * 1024 - 1) + "b")
    assert not is_found(compiled, "a" * (64 * 1024) + "b")


@given(
    text=st.text(alphabet="ab*", max_size=12),
    pattern=st.text(alphabet="ab*", max_size=8),
)
def test_wildcards_match_as_their_regular_expression_does(text, pattern):
    """X5"""
    expected = ".*".join(re.escape(each) for each in pattern.split("*"))

    assert is_like(text, pattern) == bool(re.fullmatch(expected, text, re.DOTALL))


@pytest.mark.parametrize(
    "text",
    [
        "db.internal.example:5432",
        "connect to 10.1.2.3 failed",
        "fe80::1 is down",
        "2001:db8:0:0:0:0:0:7",
        "http://user:pw@intranet/secret",
        "localhost:8000",
        "password=hunter2",
        "Bearer abcdefgh",
        "ops@example.org",
    ],
)
def test_what_a_server_says_is_quoted_without_addresses_and_secrets(text):
    """A18, A19"""
    quoted = piece(text)

    for word in ("internal", "10.1", "fe80", "2001", "intranet", "localhost"):
        assert word not in quoted
    for word in ("hunter2", "abcdefgh", "ops@"):
        assert word not in quoted


@pytest.mark.parametrize("text", ["12:30:45", "2026-05-17T12:00:00Z", "v1", "OK 3"])
def test_harmless_text_is_quoted_as_it_is(text):
    assert piece(text) == text


def test_markup_and_control_characters_end_up_on_one_short_line():
    """A18, A34"""
    quoted = piece("<script>\r\n\x1b[31m\u202e" + "x" * 500)

    assert quoted.isprintable()
    assert len(quoted) <= 40
