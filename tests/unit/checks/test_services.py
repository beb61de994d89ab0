"""What an entry of `EXTERNAL_SERVICES` means. M1, S1"""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest

from pulseboard.checks.services import (
    HttpService,
    SmtpService,
    label_of,
    service_from,
    services_from,
)
from pulseboard.core.errors import ConfigError

SECRET = "hunter2-hunter2"


def http(entry: object) -> HttpService:
    _, service = service_from("Payments", entry)
    assert isinstance(service, HttpService)
    return service


def smtp(entry: object) -> SmtpService:
    _, service = service_from("E-mail", entry)
    assert isinstance(service, SmtpService)
    return service


def test_the_example_of_the_documentation_is_enough() -> None:
    found = services_from(
        {
            "Twilio": {"url": "https://api.example.org/me", "token": SECRET},
            "E-mail": "smtp",
        }
    )

    assert {label: (each.title, each.preset) for label, each in found.items()} == {
        "twilio": ("Twilio", "token_api"),
        "e-mail": ("E-mail", "smtp"),
    }


def test_a_token_goes_into_its_header() -> None:
    entry = {"url": "https://api.example.org/", "token": SECRET}

    assert http(entry).request().headers == {"Authorization": f"Bearer {SECRET}"}
    assert http({**entry, "header": "X-Api-Key"}).request().headers == {
        "X-Api-Key": SECRET
    }


def test_a_secret_may_be_fetched_when_it_is_needed() -> None:
    service = http({"url": "https://api.example.org/", "token": lambda: SECRET})

    assert service.request().headers == {"Authorization": f"Bearer {SECRET}"}


def test_twilio_is_asked_for_the_account() -> None:
    request = http({"account_sid": "AC1", "token": SECRET}).request()

    assert request.url == "https://api.twilio.com/2010-04-01/Accounts/AC1.json"
    kind, _, pair = request.headers["Authorization"].partition(" ")
    assert (kind, base64.b64decode(pair).decode()) == ("Basic", f"AC1:{SECRET}")


def test_africastalking_is_asked_for_the_user() -> None:
    entry = {"preset": "africastalking", "username": "acme & co", "api_key": SECRET}
    request = http(entry).request()

    assert request.url == (
        "https://api.africastalking.com/version1/user?username=acme+%26+co"
    )
    assert request.headers["apiKey"] == SECRET
    sandbox = http({**entry, "username": "sandbox"}).request()
    assert sandbox.url.startswith("https://api.sandbox.africastalking.com/")


@pytest.mark.parametrize(
    ("expect", "code", "fine"),
    [
        ([], 200, True),
        ([], 399, True),
        ([], 199, False),
        ([], 400, False),
        ([404], 404, True),
        ([404], 200, False),
    ],
)
def test_expected_codes(expect: list[int], code: int, fine: bool) -> None:
    service = http({"url": "https://example.org", "expect": expect})

    assert service.expects(code) is fine


@pytest.mark.parametrize(
    ("entry", "port", "starttls"),
    [
        ({"host": "mail.example.org"}, 587, True),
        ({"host": "mail.example.org", "ssl": True}, 465, False),
        ({"host": "mail.example.org", "starttls": False}, 25, False),
        ({"host": "mail.example.org", "port": 2525}, 2525, True),
    ],
)
def test_mail_servers_have_the_usual_ports(
    entry: dict[str, Any], port: int, starttls: bool
) -> None:
    service = smtp(entry)

    assert (service.port_or_default(), service.uses_starttls()) == (port, starttls)


def test_keys_may_be_upper_case_and_durations_are_written() -> None:
    service = http({"URL": "https://example.org", "SLOW_AFTER": "5s"})

    assert service.slow_after == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("smpt", r"EXTERNAL_SERVICES\.Payments\.preset.*did you mean 'smtp'"),
        (5, r"EXTERNAL_SERVICES\.Payments: expected a preset, a URL or a mapping"),
        ({"preset": "twillio"}, r"Payments\.preset.*did you mean 'twilio'"),
        ({"urll": "https://x.org", "token": "t"}, r"Payments: .*did you mean 'url'"),
        ({"token": "t"}, r"Payments: url: expected an address"),
        ({"url": "ftp://x.org"}, "begins with https://"),
        ({"url": "https://x.org:port"}, "begins with https://"),
        ({"url": "https://x.org/ y"}, "begins with https://"),
        ({"url": "https://x.org", "method": "POST"}, r"Payments\.method.*'GET' or"),
        ({"url": "https://x.org", "expect": [99]}, "status codes from 100 to 599"),
        ({"url": "https://x.org", "expect": ["200"]}, r"Payments\.expect"),
        ({"url": "https://x.org", "timeout": "0s"}, "timeout: expected more than zero"),
        ({"url": "https://x.org", "every": 60}, r"Payments\.every.*'90s'"),
        ({"url": "https://x.org", "token": ""}, "token: expected"),
        ({"url": "https://x.org", "token": "a\r\nX: y"}, "token: expected"),
        ({"url": "https://x.org", "token": "t", "header": "A: b"}, "header: expected"),
        ({"host": "m.org", "port": "25"}, r"Payments\.port"),
        ({"host": "m.org", "port": 0}, "port: expected 1 to 65535"),
        ({"host": "m.org", "ssl": True, "starttls": True}, "got both"),
        ({"preset": "smtp", "port": 25}, "host: expected a name"),
    ],
)
def test_wrong_entries_are_refused_with_their_name(entry: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        service_from("Payments", entry)


def test_two_names_that_look_alike_are_refused() -> None:
    with pytest.raises(ConfigError, match="'SMS!' and 'sms' would both be called"):
        services_from({"sms": "https://a.org", "SMS!": "https://b.org"})


@pytest.mark.parametrize(
    ("title", "label"),
    [("Africa's Talking", "africa-s-talking"), ("Pošta 2", "pošta-2")],
)
def test_labels(title: str, label: str) -> None:
    assert label_of(title) == label


@pytest.mark.parametrize("title", ["", "!!!", "x" * 65])
def test_names_without_a_label_are_refused(title: str) -> None:
    with pytest.raises(ConfigError, match="expected a name"):
        label_of(title)


@pytest.mark.parametrize(
    "entry",
    [
        {"url": f"https://x.org/?key={SECRET}", "token": SECRET},
        {"account_sid": SECRET, "token": SECRET},
        {"preset": "africastalking", "username": SECRET, "api_key": SECRET},
        {"host": SECRET, "username": SECRET, "password": SECRET},
    ],
)
def test_secrets_stay_out_of_repr_and_messages(entry: dict[str, object]) -> None:
    _, service = service_from("Payments", entry)

    assert SECRET not in repr(service)
    with pytest.raises(ConfigError) as caught:
        service_from("Payments", {**entry, "timeout": SECRET})
    assert SECRET not in str(caught.value)
