"""Whether somebody would hear of trouble."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings as django_settings

from pulseboard.conf import get_settings
from pulseboard.core.door import call
from pulseboard.core.errors import NotifyError
from pulseboard.notifiers.channels.email import EmailNotifier
from pulseboard.notifiers.message import Message
from pulseboard.notifiers.models import Channel
from pulseboard.notifiers.store import waiting
from pulseboard.setup.finding import Finding, fine, note, todo

#: Backends that send nothing, and what they do instead.
SILENT = {
    "console": "prints mail",
    "dummy": "throws mail away",
    "filebased": "writes mail to files",
    "locmem": "keeps mail in memory",
}
SEND_TEST = "doctor --send-test you@example.org"


def examine() -> Iterator[Finding]:
    """Yield whether mail has recipients and a backend that sends."""
    if not get_settings().alert_email_recipients:
        yield todo(
            "email",
            "ALERT_EMAIL_RECIPIENTS is empty: alerts reach the log and nobody else.",
            cure="set ALERT_EMAIL_RECIPIENTS to ['you@example.org']",
        )
    silent = _silent_backend()
    if silent:
        yield todo(
            "email",
            f"EMAIL_BACKEND {silent}.",
            shown_by=call(SEND_TEST),
            cure="set an EMAIL_BACKEND that sends ([server] email_host for `up`)",
        )
    elif get_settings().alert_email_recipients:
        yield fine("email", f"Configured; {call(SEND_TEST)} proves that it arrives.")
    if str(django_settings.DEFAULT_FROM_EMAIL) == "webmaster@localhost":
        yield note(
            "email",
            "Mail comes from webmaster@localhost, which many servers refuse.",
            cure="set DEFAULT_FROM_EMAIL",
        )


def send_test(address: str) -> Iterator[Finding]:
    """Send a mail to *address* through the configured backend, and say how it went."""
    now = datetime.now(UTC)
    service = get_settings().service_name
    message = Message(
        key=f"test-{int(now.timestamp())}",
        thread=f"test-{int(now.timestamp())}",
        subject=f"[{service}] Test: mail from Pulseboard arrives",
        body=f"Sent by `doctor` at {now:%Y-%m-%d %H:%M:%S} UTC. Nothing is wrong.\n",
        severity="info",
        recipients=(address,),
        first=True,
    )
    try:
        EmailNotifier().send(message)
    except NotifyError as error:
        yield todo(
            "email",
            f"The test mail was not sent: {error}.",
            shown_by=call(SEND_TEST),
            cure="check EMAIL_HOST, EMAIL_PORT and the sign-in of the mail server",
        )
    else:
        yield fine("email", "The test mail was handed over; see whether it arrives.")


def examine_outbox() -> Iterator[Finding]:
    """Yield what could not be delivered."""
    dead = int(waiting(datetime.now(UTC))["outbox_dead"])
    if dead:
        yield todo(
            "outbox",
            f"{dead} notifications reached nobody.",
            shown_by=call("status"),
            cure="mend the channel, then look at Notifications in the admin",
        )
    for channel in Channel.objects.filter(enabled=True).exclude(last_error=""):
        yield todo(
            "channel",
            f"{channel.name}: {channel.last_error}.",
            shown_by=call(SEND_TEST),
            cure="mend the channel; waiting messages are sent then",
        )


def _silent_backend() -> str:
    module = _backend().lower()
    return next((does for name, does in SILENT.items() if f".{name}." in module), "")


def _backend() -> str:
    """Return the dotted name of the backend; from Django 6.1 on it is in MAILERS."""
    mailers = getattr(django_settings, "MAILERS", None)
    if mailers:
        return str(mailers.get("default", {}).get("BACKEND", ""))
    return str(django_settings.EMAIL_BACKEND)
