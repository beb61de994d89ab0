"""
The pytest plugin; pytest finds it by itself where pulseboard is installed.

The check that serves the dashboard also serves the tests of its project::

    def test_the_shop_can_sell(pulseboard_health):
        outcomes = pulseboard_health("database", "payments")
        assert outcomes["payments"].status is pulseboard.Status.HEALTHY

    @pytest.mark.django_db(transaction=True)
    def test_the_prices_are_right_after_an_import():
        run_import()
        pulseboard.testing.assert_healthy("prices", at_worst=Status.WARNING)

and ``pytest --pulseboard-checks`` adds each declared check as a test of its own,
which fails with the check's summary when it is critical and is skipped when the
answer is unknown. They carry the marker ``pulseboard_check``::

    pytest --pulseboard-checks -m pulseboard_check     the checks and no other tests

Nothing is recorded, nobody is told, and the runner never starts in a test process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pulseboard.core.errors import PulseboardError
from pulseboard.core.outcome import Outcome
from pulseboard.core.status import Status
from pulseboard.testing.asked import ask_checks, declared_names, sentence

MARKER = "pulseboard_check"
OPTION = "--pulseboard-checks"

Ask = Callable[..., dict[str, Outcome]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("pulseboard").addoption(
        OPTION,
        action="store_true",
        dest="pulseboard_checks",
        help="add each declared health check as a test; it fails when critical",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{MARKER}: a health check run as a test")


@pytest.hookimpl(tryfirst=True)  # before -k and -m choose
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    if config.option.pulseboard_checks:
        items += _collected(session)
    if config.pluginmanager.hasplugin("django"):
        _mark_as_users_of_the_database(items)


@pytest.fixture
def pulseboard_health() -> Ask:
    """
    Ask the named checks, or all, side by side; return outcomes by name.

    Where pytest-django is at work it comes with a test database whose changes are
    committed: checks run on threads of their own and see no open transaction.
    """
    return ask_checks


class DeclaredChecks(pytest.Collector):
    """All declared checks, in place of a file of tests."""

    def collect(self) -> Iterator[pytest.Item]:
        for name in declared_names():
            item = DeclaredCheck.from_parent(self, name=name, callobj=_test_of(name))
            item.add_marker(MARKER)
            yield item


class DeclaredCheck(pytest.Function):
    """One declared check, asked as a test."""

    def reportinfo(self) -> tuple[str, int | None, str]:
        return "pulseboard", None, f"check {self.name}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:  # type: ignore[override]
        """Return the check's own sentence; a traceback of ours would explain less."""
        if isinstance(excinfo.value, CheckIsCritical):
            return str(excinfo.value)
        return super().repr_failure(excinfo)


class CheckIsCritical(AssertionError):
    """A declared check is critical; the message is its summary."""


def _collected(session: pytest.Session) -> list[pytest.Item]:
    """Collect as pytest collects a file, so that its report counts them too."""
    try:
        declared_names()
    except PulseboardError as error:
        raise pytest.UsageError(f"{OPTION}: {error}") from error
    checks = DeclaredChecks.from_parent(session, name="pulseboard")
    report = session.ihook.pytest_make_collect_report(collector=checks)
    session.ihook.pytest_collectreport(report=report)
    return list(report.result)


def _mark_as_users_of_the_database(items: list[pytest.Item]) -> None:
    # pytest-django prepares databases by what is marked when collection ends; a
    # fixture asked for later would be given the real ones.
    for item in items:
        uses_checks = "pulseboard_health" in getattr(item, "fixturenames", ())
        if uses_checks and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.django_db(transaction=True))


def _test_of(name: str) -> Callable[[Ask], None]:
    def test(pulseboard_health: Ask) -> None:
        outcome = pulseboard_health(name)[name]
        if outcome.status is Status.CRITICAL:
            raise CheckIsCritical(sentence(name, outcome))
        if outcome.status is Status.UNKNOWN:
            pytest.skip(sentence(name, outcome))

    return test
