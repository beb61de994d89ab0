"""By mail, through the host's configured backend."""

from __future__ import annotations

import hashlib
import smtplib
from typing import Any, ClassVar

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from pulseboard.core.errors import NotifyError, Refused
from pulseboard.core.redaction import one_line
from pulseboard.notifiers.message import Message
from pulseboard.notifiers.notifier import Notifier

#: Seconds that one answer of the server may take; the outbox has its own deadline.
TIMEOUT_SECONDS = 10


class EmailNotifier(Notifier):
    kind: ClassVar[str] = "email"

    def send(self, message: Message) -> None:
        if not message.recipients:
            raise NotifyError("the channel has no recipients", permanent=True)
        try:
            # Not `mail.send()`: Django 6.1 wants no connection given to a message.
            _backend().send_messages([_mail(message)])
        except smtplib.SMTPRecipientsRefused as error:
            raise Refused(
                "the mail server refuses every recipient",
                permanent=all(code >= 500 for code, _ in error.recipients.values()),
            ) from None
        except smtplib.SMTPAuthenticationError:
            raise NotifyError("the mail server refuses our credentials") from None
        except smtplib.SMTPException as error:
            raise NotifyError(
                f"the mail server failed ({type(error).__name__})"
            ) from None
        except OSError as error:
            raise NotifyError(
                f"no connection to the mail server ({type(error).__name__})"
            ) from None


def _mail(message: Message) -> EmailMultiAlternatives:
    letter = EmailMultiAlternatives(
        one_line(message.subject, limit=200),
        message.body,
        to=list(message.recipients),
        headers=_headers(message),
    )
    letter.attach_alternative(message.html or _html(message), "text/html")
    return letter


def _html(message: Message) -> str:
    return render_to_string("pulseboard/notifiers/email.html", {"message": message})


def _backend() -> Any:
    mailers: Any = getattr(mail, "mailers", None)  # since Django 6.1
    backend: Any = mail.get_connection() if mailers is None else mailers.default
    if getattr(backend, "timeout", 0) is None:  # SMTP without EMAIL_TIMEOUT
        backend.timeout = TIMEOUT_SECONDS
    return backend


def _headers(message: Message) -> dict[str, str]:
    """Return ids that are the same for every attempt, threaded by alert."""
    root = _message_id(message.thread)
    headers = {"Auto-Submitted": "auto-generated", "X-Pulseboard-Key": message.key}
    headers |= {
        name: one_line(value, limit=900) for name, value in message.headers.items()
    }
    if message.first:
        return headers | {"Message-ID": root}
    return headers | {
        "Message-ID": _message_id(message.key),
        "In-Reply-To": root,
        "References": root,
    }


def _message_id(text: str) -> str:
    return f"<{hashlib.sha256(text.encode()).hexdigest()[:32]}@pulseboard.invalid>"
