"""Loggers that cannot hurt who logs."""

from __future__ import annotations

import contextlib
import logging


class PatientLogger(logging.Logger):
    """
    A logger whose callers do not learn that a handler raised.

    Most handlers keep their own errors to themselves. The host's might not, and must
    not end a check, the runner or an answer with what it could not write.
    """

    def callHandlers(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(Exception):
            super().callHandlers(record)


def get_logger(name: str) -> logging.Logger:
    """Return the logger *name*, patient from now on whoever asked for it first."""
    logger = logging.getLogger(name)
    logger.__class__ = PatientLogger
    return logger
