"""X5: what each condition says of what was seen."""

from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.probes.assertions.parse import (
    default_conditions,
    expected_status,
    parse_conditions,
)
from pulseboard.probes.assertions.syntax import Severity
from pulseboard.probes.facts import Certificate, Facts, Phases

NOW = datetime(2026, 5, 17, 12, 0, tzinfo=UTC)

BODY = b"""{
 "status": "UP", "count": 3, "ratio": 0.25, "ready": true, "error": null,
 "items": [{"id": 1, "ok": true}, {"id": "2", "ok": true}],
 "mixed": [{"ok": true}, {"ok": false}], "none": [], "tags": ["blue", 7],
 "a b": {"c-d": 1}, "updated": "2026-05-17T11:55:00Z", "epoch": 1779019200,
 "spelled": "3", "limit": 5
}"""

SEEN = Facts(
    total_seconds=0.25,
    summary="200 OK",
    phases=Phases(
        dns_seconds=0.001, connect_seconds=0.01, tls_seconds=0.02, transfer_seconds=0.1
    ),
    status=200,
    headers=(
        ("content-type", "application/json; charset=utf-8"),
        ("last-modified", "Sun, 17 May 2026 11:50:00 GMT"),
        ("x-queue", "12"),
    ),
    body=BODY,
    address="10.1.2.3",
    location="https://accounts.example/login",
    redirects=1,
    certificate=Certificate(
        issuer="CN=R3,O=Let us",
        subject="CN=example",
        names=("example.org", "www.example.org"),
        not_before=NOW - timedelta(days=70),
        not_after=NOW + timedelta(days=20),
    ),
    expires_at=NOW + timedelta(days=40),
    records=("192.0.2.7", "v=spf1 -all"),
    values={"dns.rcode": "NOERROR", "grpc.status": "SERVING", "tcp.matched": True},
)

HOLDS = """
status == 200
status != 404
status < 300
status <= 200
status > 199
status >= 200
status in 200-299, 304
status not in 500-599
status exists
connected == true
connected != false
time.total < 500ms
time.total <= 0.25s
time.total > 0.2s
time.dns < 5ms
time.connect < 1s
time.tls < 1m
time.transfer < 1h
time.transfer < 1d
time.first_byte not exists
ip == 10.1.2.3
ip != 10.1.2.4
ip in 10.0.0.0/8
ip in ::1, 10.1.2.3
ip not in 192.168.0.0/16
ip like "10.*"
cert.days > 14
cert.days < 20.5
cert.issuer contains "R3"
cert.issuer like "CN=R3*"
cert.subject exists
cert.names contains www.example.org
cert.names length == 2
cert.trusted == true
domain.days > 30
redirect.url contains "/login"
redirect.count == 1
dns.rcode == NOERROR
dns.rcode in NOERROR, NXDOMAIN
dns.records contains 192.0.2.7
dns.records like "v=spf1*"
dns.records length == 2
grpc.status == SERVING
tcp.matched == true
header.content-type contains json
header.Content-Type like "application/json*"
header.x-queue < 20
header.x-missing not exists
header.x-queue == 12
header.last-modified age < 15m
size > 100
size < 1000
body contains "UP"
body does not contain "DOWN"
body not contains DOWN
body like "*\\"status\\"*"
body not like "*DOWN*"
body length > 10
body exists
json is object
json.status == "UP"
json.status == UP
json.status != DOWN
json.status in UP, DEGRADED
json.status not in DOWN, "BROKEN"
json.status like "U*"
json.status length == 2
json.status contains "P"
json.count == 3
json.count > 2
json.count in 1-5
json.count is number
json.ratio == 0.25
json.spelled == 3
json.spelled < 4
json.spelled is text
json.count == json.spelled
json.count < json.limit
json.count != json.limit
json.status exists
json.missing not exists
json.missing does not exist
json.error is null
json.error exists
json.ready is true
json.ready == true
json.ready is not false
json.items is list
json.items length == 2
json.items length >= 1
json.items[0].id == 1
json.items[1].id == 2
json.items[-1].id == "2"
json.items[0].id exists
json.items[2] not exists
json.items[*].ok == true
json.items[*].id exists
json.items[*].error not exists
json.none[*].error not exists
any json.mixed[*].ok == false
json.tags contains blue
json.tags contains 7
json["a b"]["c-d"] == 1
json["a b"].c-d == 1
json.updated age < 10m
json.updated age >= 5m
json.epoch age < 1h
warning: status == 200
critical: status == 200
  status == 200   # as usual
# nothing but a comment
"""

BROKEN = """
status == 404 -> status == 404: got 200
status in 201-299, 304 -> status in 201-299, 304: got 200
status not in 200-299 -> status not in 200-299: got 200
connected == false -> connected == false: got true
time.total < 250ms -> time.total < 250ms: got 250 ms
time.first_byte < 1s -> time.first_byte < 1s: missing
ip == 10.9.9.9 -> ip == [hidden]: got something else
ip in 192.168.0.0/16 -> ip in [hidden]: got something else
cert.days > 20 -> cert.days > 20: got 20
cert.names contains other.example -> cert.names contains [hidden]: it does not
domain.days > 60 -> domain.days > 60: got 40
redirect.url contains "/home" -> redirect.url contains "/home": it does not
redirect.url == "x" -> redirect.url == "x": got something else
dns.rcode == NXDOMAIN -> dns.rcode == NXDOMAIN: got "NOERROR"
dns.records contains 192.0.2.8 -> dns.records contains [hidden]: it does not
header.x-missing exists -> header.x-missing exists: missing
header.x-missing contains a -> header.x-missing contains a: missing
header.content-type < 5 -> header.content-type < 5: it is text, no number
body contains "DOWN" -> body contains "DOWN": it does not
body does not contain "UP" -> body does not contain "UP": it does
body == "ok" -> body == "ok": got something else
json.status == "DOWN" -> json.status == "DOWN": got "UP"
json.count == "3" -> json.count == "3": got 3
json.count is text -> json.count is text: it is number
json.ready == "true" -> json.ready == "true": got true
json.ready == 1 -> json.ready == 1: got true
json.error == 0 -> json.error == 0: got null
json.items == 2 -> json.items == 2: got a list of 2
json["a b"] == 1 -> json["a b"] == 1: got an object
json.count length > 1 -> json.count length > 1: it is a number, which has no length
json.items length > 3 -> json.items length > 3: got 2
json.missing.deeper == 1 -> json.missing.deeper == 1: missing
json.items[7].id exists -> json.items[7].id exists: missing
json.status not exists -> json.status not exists: it is there
json.mixed[*].ok == true -> json.mixed[*].ok == true: got false at [1]
json.none[*].ok == true -> json.none[*].ok == true: there are none
any json.items[*].ok == false -> any json.items[*].ok == false: none of 2
any json.none[*].ok == true -> any json.none[*].ok == true: there are none
json.status[*] exists -> json.status[*] exists: missing at [0]
json.count == json.x -> json.count == json.x: there is nothing to compare it with
json.status age < 1h -> json.status age < 1h: it is text, no date and time
json.updated age < 4m -> json.updated age < 4m: got "2026-05-17T11:55:00Z"
json.count contains 3 -> json.count contains 3: it is a number, neither text nor a list
json.count < json.status -> json.count < json.status: it is text, no number
grpc.code == 0 -> grpc.code == 0: missing
"""


def _lines(text):
    return [line for line in text.splitlines() if line]


def said(text, seen=SEEN):
    return [each.said for each in parse_conditions(text).judge(seen, now=NOW)]


@pytest.mark.parametrize("line", _lines(HOLDS))
def test_a_condition_that_holds(line):
    """X5"""
    assert said(line) == []


@pytest.mark.parametrize("line", _lines(BROKEN))
def test_a_condition_that_is_broken_says_what_came(line):
    """X5"""
    condition, _, sentence = line.partition(" -> ")

    assert said(condition) == [sentence]


def test_each_broken_line_is_told_with_its_number_and_severity():
    """X5"""
    broken = parse_conditions(
        "# two are broken\nstatus == 500\nstatus == 200\nwarning: time.total < 1ms\n"
    ).judge(SEEN, now=NOW)

    assert [(each.line, each.severity) for each in broken] == [
        (2, Severity.CRITICAL),
        (4, Severity.WARNING),
    ]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html>", "not well-formed"),
        (b"", "not well-formed"),
        (b'{"a": NaN}', "NaN or Infinity in it"),
        (b'{"a": -Infinity}', "NaN or Infinity in it"),
        (b'{"a": 1e999}', "a number too large"),
        (b'{"a": 1, "a": 2}', "a key twice in one object"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a number too long"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_unsound_json_breaks_the_condition_in_words(body, why):
    """A23, X5"""
    seen = Facts(total_seconds=0.1, body=body)

    assert said("json.a == 1", seen) == [
        f"json.a == 1: the body is no sound JSON: {why}"
    ]


def test_a_condition_that_cannot_be_judged_is_broken_even_when_negated():
    """X5"""
    seen = Facts(total_seconds=0.1, body=b"<html>")

    assert len(said("json.error not exists\njson.a != 1", seen)) == 2


def test_a_body_that_was_cut_is_no_json_and_larger_than_any_limit():
    """A12, X5"""
    seen = Facts(total_seconds=0.1, body=b'{"a": 1}', truncated=True)

    assert said("json.a == 1\nsize < 1000000\nsize > 1000000", seen) == [
        "json.a == 1: the body is no sound JSON: longer than what was read",
        "size < 1000000: got more than was read",
    ]


def test_the_json_of_a_lone_surrogate_is_compared_and_never_said():
    """A23"""
    seen = Facts(total_seconds=0.1, body=b'{"a": "\\ud800x"}')

    (sentence,) = said("json.a == b", seen)

    assert sentence.encode() == b'json.a == b: got "x"'


def test_an_address_is_matched_in_its_network_whatever_its_family():
    """X5"""
    seen = Facts(total_seconds=0.1, address="::ffff:10.0.0.1")

    assert said("ip in 10.0.0.0/8\nip not in fe80::/10", seen) == []


def test_without_a_certificate_its_conditions_are_broken():
    """X39, X5"""
    seen = Facts(total_seconds=0.1)

    assert said("cert.days > 14\ncert.days not exists", seen) == [
        "cert.days > 14: missing"
    ]


def test_regular_expressions_are_read_by_re2():
    """A22, X5"""
    text = 'body matches /"count": [0-9]+/\nbody does not match /failed|broken/i'

    assert said(text) == []
    assert said("header.x-queue matches /^[a-z]+$/") == [
        "header.x-queue matches /^[a-z]+$/: it does not"
    ]


def test_expected_statuses_are_codes_and_ranges():
    """S2"""
    conditions = expected_status("200-299, 401,403")

    assert [each.said for each in conditions.items] == ["status in 200-299, 401, 403"]
    assert conditions.judge(Facts(total_seconds=1, status=401), now=NOW) == []
    assert len(conditions.judge(Facts(total_seconds=1, status=402), now=NOW)) == 1


def test_only_http_expects_a_status_when_nobody_says_more():
    """S2"""
    assert len(default_conditions("http").items) == 1
    assert default_conditions("tcp").items == ()


def test_conditions_are_added_in_order():
    """S2"""
    both = expected_status("200") + parse_conditions("time.total < 1s")

    assert [each.line for each in both.items] == [0, 1]
    assert both.names == {"status", "time.total"}
