"""
Errors pulseboard raises on purpose.

PulseboardError
├── ConfigError        the host configured or declared something wrongly
├── Blocked            the guard refused a target (see guard.errors)
├── CommandFailed      a command found trouble it expects; it exits 1
├── ConnectFailed      a target could not be reached (see guard.errors)
├── NotApplicable      a check has nothing to ask about here (see checks.check)
├── NotifyError        a notifier could not deliver (``permanent`` stops retries)
│   └── Refused        the server refuses these recipients; others may get theirs
├── Problem            a call was refused or failed (see core.problem)
├── Unavailable        who calls cannot be known now (see access.errors)
└── UsageError         a command was called wrongly; it exits 2
"""

from __future__ import annotations

from datetime import timedelta


class PulseboardError(Exception):
    """Root of every error a caller may want to catch."""


class ConfigError(PulseboardError):
    """The host configured or declared something wrongly; the message says what."""


class NotifyError(PulseboardError):
    """
    A notification was not delivered.

    Args:
        message: Safe to show on the dashboard: no URL, token or address.
        permanent: True when retrying cannot help, such as a revoked token.
        wait: How long to leave the receiver alone, at least.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        wait: timedelta = timedelta(0),
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.wait = wait


class Refused(NotifyError):
    """These recipients do not take it; others may take theirs."""


class UsageError(PulseboardError):
    """A command was called wrongly; the message says what would have been right."""


class CommandFailed(PulseboardError):
    """A command cannot do its work; the message is one sentence that says why."""
