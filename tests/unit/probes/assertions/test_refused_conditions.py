"""X5: what is wrong with a line, and where."""

import pytest

from pulseboard.core.errors import ConfigError
from pulseboard.probes.assertions import patterns
from pulseboard.probes.assertions.parse import expected_status, parse_conditions
from pulseboard.probes.assertions.paths import LONGEST_PATH

REFUSED = r"""
stats == 200 -> column 1: * got 'stats == 200'; did you mean 'status'?
tme.total < 1s -> column 1: * did you mean 'time.total'?
domain.day > 3 -> column 1: * did you mean 'domain.days'?
foo == 1 -> column 1: expected what the condition is about*
== 200 -> column 1: expected what the condition is about*
header == 1 -> column 7: expected the name of a header*
status -> column 7: expected ==, !=, <, <=, >, >=, in, exists after status*
status = 200 -> column 8: expected == != < <= > or >=, got '='
status === 200 -> column 8: expected == != < <= > or >=, got '==='
status is 200 -> column 8: status is a number, of which 'is' says nothing*
status "200" -> column 8: expected ==*
status == "200" -> column 11: expected a number without quotes, got '"200"'
status == OK -> column 11: expected a number without quotes, got 'OK'
status == 200,201 -> column 14: expected the end of the line, *several values need 'in'
status in 200, -> column 15: expected a number without quotes, got the end of the line
status in 299-200 -> column 11: expected a number without quotes, got '299-200'
status contains 2 -> column 8: status is a number, of which 'contains' says nothing*
status in 200-299 304 -> column 19: expected the end of the line, got '304'*
warn: status == 200 -> column 1: *got 'warn:'; did you mean 'warning'?
any status == 200 -> column 1: expected a path with [*] after 'any'
any json.a == 200 -> column 1: expected a path with [*] after 'any'
time.total < 500 -> column 14: expected a duration such as 500ms, 2s or 5m, got '500'
time.total < 5w -> column 14: expected a duration*
time.total in 1s, 2s -> column 12: time.total is a duration, of which 'in' says nothing*
connected == maybe -> column 14: expected true or false, got 'maybe'
ip == localhost -> column 7: expected an address or a network*got 'localhost'
ip in 10.0.0.1/8 -> column 7: expected an address or a network*
json. == 1 -> column 6: expected a key after the dot, got '== 1'
json[ == 1 -> column 5: expected an index, * or a "key" in the brackets
json[0 == 1 -> column 7: expected ], got '== 1'
json["a == 1 -> column 6: expected a closing double quote
json.a contans x -> column 8: expected ==*; did you mean 'contains'?
json.a == John Smith -> column 16: *got 'Smith'; a text of several words needs*
json.a == -> column 10: expected a value, got the end of the line
json.a == "b\x" -> column 14: expected one of \" \\ \n \t \r after a backslash
json.a is string -> column 11: expected one of text, number*got 'string'
json.a length 3 -> column 15: expected a comparison after length*got '3'
json.a not length > 3 -> column 8: expected length without 'not'
json.a == json.b[*] -> column 11: [*] can stand on the left only
json.a < "b" -> column 10: expected a number without quotes, got '"b"'
json.a does exist -> column 8: expected ==*
json fits schema -> column 11: there is no schema to fit; set json_schema
json fits it -> column 11: expected 'schema' after 'fits'
body matches ok -> column 14: expected a pattern between slashes*
body matches /(/ -> column 14: expected a regular expression that RE2 can read
body matches /(?=a)/ -> column 14: expected a regular expression that RE2 can read
body age < 5m -> column 6: body is the body, of which 'age' says nothing*
"""


@pytest.mark.parametrize(
    "line", [line for line in REFUSED.splitlines() if line], ids=str
)
def test_a_line_is_refused_with_its_place(line):
    """X5"""
    text, _, expected = line.partition(" -> ")

    with pytest.raises(ConfigError) as caught:
        parse_conditions(f"# first\n{text}")

    message = str(caught.value)
    assert message.startswith("line 2, ")
    pieces = expected.split("*") if "*" in expected.replace("[*]", "") else [expected]
    for piece in pieces:
        assert piece.strip() in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("#" * 4001, "expected at most 4,000 characters"),
        ("\n" * 50, "expected at most 50 lines"),
        ("json" + ".a" * (LONGEST_PATH + 1) + " exists", "at most 32 steps"),
        ("status in " + ",".join(["200"] * 101), "at most 100 values"),
        (f"body matches /{'a' * 201}/", "at most 200 characters"),
    ],
)
def test_what_is_too_long_is_refused(text, message):
    """A21, A22"""
    with pytest.raises(ConfigError, match=message):
        parse_conditions(text)


def test_what_is_just_short_enough_is_read():
    """A21, A22"""
    parse_conditions("#" * 4000)
    parse_conditions("\n" * 49)
    parse_conditions("json" + ".a" * LONGEST_PATH + " exists")
    parse_conditions(f"body matches /{'a' * 200}/")


def test_a_regular_expression_without_re2_names_the_extra(monkeypatch):
    """A22: nothing falls back to a matcher that can be made slow."""
    monkeypatch.setitem(__import__("sys").modules, "re2", None)

    with pytest.raises(ConfigError, match=r"pip install 'pulseboard\[re2\]'"):
        parse_conditions("body matches /ok/")


@pytest.mark.parametrize(
    "text", ["", "abc", "200-", "99", "600", "299-200", "200;201", "20x", "200,,201"]
)
def test_a_wrong_list_of_statuses_is_refused(text):
    """S2"""
    with pytest.raises(ConfigError, match="expected codes and ranges"):
        expected_status(text)


def test_a_message_shows_hostile_text_on_one_line_and_cut():
    """A34"""
    with pytest.raises(ConfigError) as caught:
        parse_conditions("status == \x1b[31m\u202e" + "x" * 3000)

    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


def test_the_limit_of_a_pattern_is_the_one_of_the_docs():
    """A22"""
    assert patterns.LONGEST_PATTERN == 200
    assert patterns.LONGEST_TEXT == 64 * 1024
