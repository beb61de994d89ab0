"""The rows of channels that settings declare."""

from __future__ import annotations

from pulseboard.conf import get_settings
from pulseboard.notifiers.models import Channel

MAIL = "E-mail"
LOG = "Log"


def synchronize_channels() -> None:
    """Make the rows of the channels that settings declare."""
    settings = get_settings()
    _declare(LOG, "log", [], "built in", enabled=True)
    _declare(
        MAIL,
        "email",
        list(settings.alert_email_recipients),
        "PULSEBOARD.ALERT_EMAIL_RECIPIENTS",
        enabled=bool(settings.alert_email_recipients),
    )


def _declare(
    name: str, kind: str, recipients: list[str], source: str, *, enabled: bool
) -> None:
    wanted = {
        "kind": kind,
        "recipients": recipients,
        "source": source,
        "enabled": enabled,
    }
    row = Channel.objects.filter(name=name).first()
    if row is None:
        Channel.objects.bulk_create(
            [Channel(name=name, **wanted)], ignore_conflicts=True
        )
    elif any(getattr(row, key) != value for key, value in wanted.items()):
        Channel.objects.filter(pk=row.pk).update(**wanted)
