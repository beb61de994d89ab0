"""N14: the checks of a project serve its pytest as they serve its dashboard."""

from __future__ import annotations

import textwrap

import pytest

pytest_plugins = ["pytester"]

SETTINGS = """
SECRET_KEY = "tests-only"
USE_TZ = True
INSTALLED_APPS = ["pulseboard", "shop"]
MIDDLEWARE = ["pulseboard.middleware.PulseboardMiddleware"]
ROOT_URLCONF = "shop.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.db"}}
"""

CHECKS = """
import pulseboard
from pulseboard import Outcome

@pulseboard.check("till")
def till():
    return pulseboard.healthy("the till is open", coins=3)

@pulseboard.check("stock")
def stock():
    return pulseboard.critical("the shelves are empty")

@pulseboard.check("scale")
def scale():
    return pulseboard.unknown("the scale is switched off")

@pulseboard.check("prices")
def prices():
    from pulseboard.models import Maintenance
    return pulseboard.healthy(f"{Maintenance.objects.count()} rows")
"""


@pytest.fixture
def shop(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A small project whose tests run in a process of their own."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "shop.settings")
    pytester.mkpydir("shop")
    for name, text in {
        "settings.py": SETTINGS,
        "health_checks.py": CHECKS,
        "urls.py": "from django.urls import include, path\n"
        'urlpatterns = [path("health/", include("pulseboard.urls"))]\n',
    }.items():
        (pytester.path / "shop" / name).write_text(text)
    pytester.makeini("[pytest]\npythonpath = .\n")
    return pytester


def run(shop: pytest.Pytester, test: str, *options: str) -> pytest.RunResult:
    shop.makepyfile(textwrap.dedent(test))
    return shop.runpytest_subprocess(*options)


def test_the_fixture_returns_outcomes_by_name(shop):
    result = run(
        shop,
        """
        import pulseboard

        def test_shop(pulseboard_health):
            outcomes = pulseboard_health("till", "stock")
            assert {n: o.status.value for n, o in outcomes.items()} == {
                "till": "healthy", "stock": "critical"}
            assert outcomes["till"].readings == {"coins": 3}

        def test_all(pulseboard_health):
            assert {"till", "stock", "scale", "database"} <= set(pulseboard_health())

        def test_not_the_real_database(pulseboard_health):
            from django.db import connection
            assert "memory" in connection.settings_dict["NAME"]
        """,
    )
    result.assert_outcomes(passed=3)


def test_a_check_sees_the_rows_of_its_test(shop):
    result = run(
        shop,
        """
        from datetime import UTC, datetime
        from pulseboard.models import Maintenance

        def test_rows(pulseboard_health):
            Maintenance.objects.create(
                title="cellar", starts_at=datetime(2026, 1, 1, tzinfo=UTC),
                ends_at=datetime(2026, 1, 2, tzinfo=UTC))
            assert pulseboard_health("prices")["prices"].summary == "1 rows"
        """,
    )
    result.assert_outcomes(passed=1)


def test_assert_healthy_fails_with_the_summaries(shop):
    result = run(
        shop,
        """
        from pulseboard import Status
        from pulseboard.testing import assert_healthy

        def test_bad():
            assert_healthy("till", "stock", "scale")

        def test_good():
            assert_healthy("till")
            assert_healthy("till", "scale", at_worst=Status.WARNING)
        """,
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "E*scale is unknown: the scale is switched off",
            "E*stock is critical: the shelves are empty",
        ]
    )


def test_a_name_nobody_declared_is_refused(shop):
    result = run(
        shop,
        """
        from pulseboard.testing import assert_healthy

        def test_typing_error():
            assert_healthy("til")
        """,
    )
    result.stdout.fnmatch_lines(["E*no such check: til"])


def test_the_option_makes_each_declared_check_a_test(shop):
    result = run(
        shop,
        "def test_other(): pass",
        "--pulseboard-checks",
        "-rs",
        "-k",
        "till or stock or scale or database or other",
    )
    result.assert_outcomes(passed=3, failed=1, skipped=1, deselected=deselected(result))
    result.stdout.fnmatch_lines(["*check stock*", "stock is critical: the shelves*"])
    result.stdout.fnmatch_lines(["SKIPPED*scale is unknown: the scale is switched off"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*plugin.py:*: AssertionError*")


def test_the_marker_chooses_the_checks_alone(shop):
    result = run(
        shop,
        "def test_other(): pass",
        "--pulseboard-checks",
        "-m",
        "pulseboard_check",
        "-k",
        "till or other",
        "--strict-markers",
    )
    result.assert_outcomes(passed=1, deselected=deselected(result))


def test_without_the_option_there_are_no_such_tests(shop):
    run(shop, "def test_other(): pass").assert_outcomes(passed=1)


def test_without_django_settings_the_option_says_what_is_missing(pytester, monkeypatch):
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE")
    result = run(
        pytester, "def test_other(): pass", "--pulseboard-checks", "-p", "no:django"
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*set DJANGO_SETTINGS_MODULE*"])


def test_the_runner_does_not_start_in_tests_of_any_kind(shop):
    """Without pytest-django nothing else tells that these are tests."""
    result = run(
        shop,
        """
        import threading
        import django
        from django.core.wsgi import get_wsgi_application
        import pulseboard

        def test_application():
            get_wsgi_application()
            from pulseboard.runner import embedded
            pulseboard.start()
            assert not embedded.is_alive()
            assert "pulseboard runner" not in {t.name for t in threading.enumerate()}
        """,
        "-p",
        "no:django",
        "-W",
        "ignore",
    )
    result.assert_outcomes(passed=1)


def test_the_plugin_loads_no_framework(pytester):
    result = run(
        pytester,
        """
        import sys

        def test_modules():
            assert "pulseboard.testing.plugin" in sys.modules
            assert not {"django", "pydantic", "httpx2", "psutil"} & set(sys.modules)
        """,
        "-p",
        "no:django",
        "-p",
        "no:xdist",
        "-p",
        "no:hypothesispytest",
    )
    result.assert_outcomes(passed=1)


def deselected(result: pytest.RunResult) -> int:
    return result.parseoutcomes().get("deselected", 0)
