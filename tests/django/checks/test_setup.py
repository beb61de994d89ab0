"""Django's own set-up: debug pages and secret key. X4"""

from __future__ import annotations

import pytest
from django.test import override_settings
from pytest_django import Settings

from pulseboard.checks.builtin.debug import Debug
from pulseboard.checks.builtin.secret_key import SecretKey
from pulseboard.core.status import Status

GOOD = "".join(map(chr, range(40, 100)))


@pytest.mark.parametrize(
    ("debug", "public_url", "hosts", "status"),
    [
        (False, "https://example.org", ["*"], Status.HEALTHY),
        (False, "", ["*"], Status.HEALTHY),
        (True, "", [], Status.HEALTHY),
        (True, "http://localhost:8000", ["localhost"], Status.HEALTHY),
        (True, "", ["localhost", "example.org"], Status.WARNING),
        (True, "http://localhost:8000", ["*"], Status.WARNING),
        (True, "https://example.org", [], Status.CRITICAL),
        (True, "HTTPS://example.org", ["*"], Status.CRITICAL),
    ],
)
def test_debug_pages_are_worst_in_production(
    settings: Settings, debug: bool, public_url: str, hosts: list[str], status: Status
) -> None:
    settings.DEBUG = debug
    settings.ALLOWED_HOSTS = hosts
    settings.PULSEBOARD = {"PUBLIC_URL": public_url}

    assert Debug().run().status is status


@pytest.mark.parametrize(
    ("key", "summary"),
    [
        (GOOD, "long and varied enough"),
        (GOOD.encode(), "long and varied enough"),
        ("abcde" * 10, "long and varied enough"),
        (GOOD[:49], "SECRET_KEY has 49 characters, expected at least 50"),
        ("abcd" * 13, "SECRET_KEY has fewer than 5 different characters"),
        (f"django-insecure-{GOOD}", "SECRET_KEY is the one made with the project"),
        ("", "SECRET_KEY is not set"),
    ],
)
def test_a_key_that_can_be_guessed_is_told(
    settings: Settings, key: str | bytes, summary: str
) -> None:
    settings.SECRET_KEY = key
    settings.DEBUG, settings.ALLOWED_HOSTS = True, ["example.org"]
    fine = summary == "long and varied enough"

    outcome = SecretKey().run()

    assert outcome.summary == summary
    assert outcome.status is (Status.HEALTHY if fine else Status.WARNING)
    with override_settings(DEBUG=False):
        status = SecretKey().run().status
    assert status is (Status.HEALTHY if fine else Status.CRITICAL)


def test_a_weak_key_is_fine_while_developing(settings: Settings) -> None:
    settings.SECRET_KEY = "short"
    settings.DEBUG, settings.ALLOWED_HOSTS = True, []

    assert SecretKey().run().status is Status.HEALTHY


def test_fallbacks_can_be_guessed_too(settings: Settings) -> None:
    settings.SECRET_KEY = GOOD
    settings.SECRET_KEY_FALLBACKS = [GOOD, "short"]

    outcome = SecretKey().run()

    assert outcome.status is Status.CRITICAL
    assert outcome.summary == "1 of SECRET_KEY_FALLBACKS can be guessed"


def test_the_key_itself_is_never_shown(settings: Settings) -> None:
    settings.SECRET_KEY = "hunter2"

    assert "hunter2" not in SecretKey().run().summary
