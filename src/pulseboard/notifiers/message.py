"""What a notification says, made from one step of an alert. Pure text, no markup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pulseboard.alerts.judge import Step
from pulseboard.alerts.transition import Transition
from pulseboard.core.redaction import one_line
from pulseboard.core.text import duration_text

ORDER = ("info", "warning", "critical")
SYMBOL = {"info": "(i)", "warning": "/!\\", "critical": "(X)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """
    One message as a channel gets it.

    Args:
        key: The same for every attempt, so that a receiver can drop a repeat.
        thread: The same for all messages of one alert.
        first: Whether it opens its thread.
        html: Twin of the body; empty where the channel makes its own.
        headers: Of a mail, beside those that every mail has.
    """

    key: str
    thread: str
    subject: str
    body: str
    severity: str
    recipients: tuple[str, ...] = ()
    first: bool = False
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def subject_of(transition: Transition, service: str) -> str:
    """Return the subject; it carries the message: ``[Shop] Critical: Mail``."""
    return one_line(f"[{service}] {transition.headline}", limit=200)


def body_of(transition: Transition, link: str) -> str:
    """
    Return the text: what, since when, the last good result, where to look.

    Args:
        link: Address of the dashboard, empty when `PUBLIC_URL` is not set.
    """
    lines = [
        f"{_mark(transition)} {transition.headline}",
        "",
        one_line(f"{transition.title}: {transition.summary}", limit=400),
        f"Since {_time(transition.began_at)} ({duration_text(transition.lasted)}).",
    ]
    if transition.last_good and transition.step is not Step.CLOSE:
        lines.append(f"Last good: {one_line(transition.last_good, limit=300)}.")
    if link:
        lines += ["", f"Dashboard: {link}"]
    return "\n".join(lines) + "\n"


def is_wanted(severity: str, least: str) -> bool:
    """Return whether a channel that sends from *least* on sends *severity*."""
    return ORDER.index(severity) >= ORDER.index(least)


def _mark(transition: Transition) -> str:
    return "(v)" if transition.step is Step.CLOSE else SYMBOL[transition.severity]


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
