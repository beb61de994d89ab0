"""Whether the services we depend on answer us."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.mail.utils import DNS_NAME

from pulseboard.checks.builtin._mail import mail_server
from pulseboard.checks.check import Check, NotApplicable
from pulseboard.checks.registry import check
from pulseboard.checks.services import (
    HttpService,
    Named,
    SmtpService,
    secret_text,
    services_from,
)
from pulseboard.checks.smtp import MailServer, greet
from pulseboard.conf import get_settings
from pulseboard.core.errors import PulseboardError
from pulseboard.core.outcome import Outcome, Reason, unknown
from pulseboard.core.status import Status
from pulseboard.core.text import seconds_text
from pulseboard.guard.verdict import Trust

#: Only the status counts; of the body no more than this is read.
MOST_BYTES = 65_536
#: We give up a little before the runner does, to say what was the matter.
SHARE_OF_TIMEOUT = 0.9
REFUSALS = (401, 403)
TOO_MANY = 429


@check("external", group="External services")
@dataclass(frozen=True, kw_only=True)
class External(Check):
    """
    One entry of `EXTERNAL_SERVICES`: whether the service answers and knows us.

    ``external:twilio`` is the entry called "Twilio"; its options stand in the entry.

    Args:
        preset: What was asked: http, token_api, twilio, africastalking or smtp.

    Statuses: healthy; warning when the answer is slow or the service limits our
    requests (429); critical when it refuses our credentials (401, 403), answers with
    another status than expected, or not at all; unknown when Django's mail server is
    meant and there is none.
    """

    service: HttpService | SmtpService = field(repr=False)
    preset: str = ""

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        found = services_from(get_settings().external_services)
        if not found:
            raise NotApplicable("EXTERNAL_SERVICES is empty")
        return {label: _preset_options(named) for label, named in found.items()}

    def run(self) -> Outcome:
        began = time.monotonic()
        within_seconds = self.service.timeout.total_seconds() * SHARE_OF_TIMEOUT
        if isinstance(self.service, SmtpService):
            return self._greeted(self.service, within_seconds, began)
        return self._asked(self.service, within_seconds, began)

    def _greeted(
        self, service: SmtpService, within_seconds: float, began: float
    ) -> Outcome:
        try:
            greet(_server(service), within_seconds=within_seconds)
        except NotApplicable as reason:
            return unknown(str(reason))
        except PulseboardError as error:
            return _failed(str(error))
        return self._in_time("ready for mail", time.monotonic() - began)

    def _asked(
        self, service: HttpService, within_seconds: float, began: float
    ) -> Outcome:
        from pulseboard.guard import http  # its library takes megabytes: at use

        try:
            request = service.request()
            response = http.request(
                request.method,
                request.url,
                headers=request.headers,
                trust=Trust.CODE,
                timeout_seconds=within_seconds,
                max_bytes=MOST_BYTES,
            )
        except PulseboardError as error:
            return _failed(str(error))
        took_seconds = time.monotonic() - began
        code = response.status
        if service.expects(code):
            return self._in_time(f"answered {code}", took_seconds)
        return _unexpected(code, took_seconds)

    def _in_time(self, what: str, took_seconds: float) -> Outcome:
        limit_seconds = self.service.slow_after.total_seconds()
        took = seconds_text(took_seconds)
        readings = {"response_seconds": took_seconds}
        if took_seconds <= limit_seconds:
            return Outcome(Status.HEALTHY, f"{what} in {took}", readings)
        limit = seconds_text(limit_seconds)
        return Outcome(Status.WARNING, f"{what} in {took}, limit {limit}", readings)


def _preset_options(named: Named) -> dict[str, object]:
    return {
        "service": named.service,
        "preset": named.preset,
        "title": named.title,
        "every": named.service.every,
        "timeout": named.service.timeout,
    }


def _server(service: SmtpService) -> MailServer:
    if not service.host:
        return mail_server()
    return MailServer(
        host=service.host,
        port=service.port_or_default(),
        starttls=service.uses_starttls(),
        implicit_tls=service.ssl,
        username=service.username,
        password=secret_text(service.password),
        local_name=str(DNS_NAME),
    )


def _unexpected(code: int, took_seconds: float) -> Outcome:
    readings = {"response_seconds": took_seconds}
    if code in REFUSALS:
        return Outcome(
            Status.CRITICAL,
            f"The service refuses our credentials ({code}).",
            readings,
            reason=Reason.ERROR,
        )
    if code == TOO_MANY:
        return Outcome(
            Status.WARNING, f"The service limits our requests ({code}).", readings
        )
    return Outcome(
        Status.CRITICAL, f"The service answered {code}.", readings, reason=Reason.ERROR
    )


def _failed(sentence: str) -> Outcome:
    return Outcome(Status.CRITICAL, sentence, reason=Reason.ERROR)
