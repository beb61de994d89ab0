"""Whether the mail server takes our mail."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from pulseboard.checks.builtin._mail import mail_server
from pulseboard.checks.check import GradedCheck, NotApplicable
from pulseboard.checks.registry import check
from pulseboard.checks.smtp import MailRefusal, greet
from pulseboard.checks.wording import limit_text
from pulseboard.core.errors import ConfigError
from pulseboard.core.outcome import Outcome, Reason, unknown
from pulseboard.core.status import Status
from pulseboard.core.text import seconds_text


@check("mail", every="1m", timeout="10s", group="External services")
@dataclass(frozen=True, kw_only=True)
class Mail(GradedCheck):
    """
    A visit to the server Django sends mail through, without sending any.

    Connects, changes to TLS and logs in as Django would, says NOOP and leaves. Does
    not apply when no server is configured or another backend than SMTP sends.

    Args:
        warning_above: Seconds for the whole visit; default 2.
        critical_above: Seconds for the whole visit; no limit by default.
        answer_within_seconds: When to give up; default 8. Shorter than the timeout.

    Statuses: healthy, warning and critical by the time; critical when a step fails;
    unknown when mail was switched to another backend since the start.
    """

    warning_above: float | None = 2.0
    answer_within_seconds: float = 8.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.answer_within_seconds > 0:
            raise ConfigError("expected answer_within_seconds above 0")

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        mail_server()
        return {"": {}}

    def run(self) -> Outcome:
        try:
            server = mail_server()
        except NotApplicable as reason:
            return unknown(str(reason))
        began = time.monotonic()
        try:
            greet(server, within_seconds=self.answer_within_seconds)
        except MailRefusal as refusal:
            return Outcome(Status.CRITICAL, str(refusal), reason=Reason.ERROR)
        return self._outcome(time.monotonic() - began)

    def _outcome(self, took_seconds: float) -> Outcome:
        limit = limit_text(self.limits(), took_seconds, seconds_text)
        return Outcome(
            self.grade(took_seconds),
            f"ready for mail in {seconds_text(took_seconds)}{limit}",
            {"mail_seconds": took_seconds},
        )
