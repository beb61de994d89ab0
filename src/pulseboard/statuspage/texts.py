"""Numbers and times as the page says them."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, tzinfo

from pulseboard.statuspage.text import Form, Moment, Number, Text, _, ngettext

#: The most that anything short of whole may print.
MOST_PERCENT = 99.99

#: Windows of uptime, in the order they are shown.
WINDOWS: dict[str, timedelta] = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
    "365d": timedelta(days=365),
}


def percent(ratio: float) -> Text:
    """
    Return *ratio* (0 to 1) as ``99.97%``, floored; ``100%`` only when whole.
    """
    if ratio >= 1:
        return _("%(percent)s%%", percent=Number(100))
    # The product of an exact ratio may fall a hair short: 0.29 * 100 is 28.999…
    floored = math.floor(ratio * 10_000 + 1e-7) / 100
    return _("%(percent)s%%", percent=Number(min(floored, MOST_PERCENT), 2))


def duration(seconds: float) -> Text:
    """Return the two largest units: ``2 h 31 min``."""
    whole = max(0, int(seconds))
    if whole < 60:
        return _("%(seconds)s s", seconds=Number(whole))
    minutes, hours, days = whole // 60, whole // 3600, whole // 86_400
    if hours < 1:
        return _("%(minutes)s min", minutes=Number(minutes))
    if days < 1:
        return _pair(
            _("%(hours)s h", hours=Number(hours)),
            _("%(minutes)s min", minutes=Number(minutes % 60)),
            minutes % 60,
        )
    return _pair(
        ngettext("%(count)s day", "%(count)s days", days),
        _("%(hours)s h", hours=Number(hours % 24)),
        hours % 24,
    )


def response(seconds: float) -> Text:
    """Return ``0.6 ms``, ``143 ms`` or ``1.2 s``."""
    milliseconds = seconds * 1000
    if milliseconds < 9.95:
        return _("%(count)s ms", count=Number(milliseconds, 1))
    if milliseconds < 999.5:
        return _("%(count)s ms", count=Number(milliseconds))
    decimals = 1 if seconds < 9.95 else 0
    return _("%(count)s s", count=Number(seconds, decimals))


def window_name(window: str) -> Text:
    """Return how a key of `WINDOWS` reads: ``24 hours``."""
    if window.endswith("h"):
        return ngettext("%(count)s hour", "%(count)s hours", int(window[:-1]))
    return ngettext("%(count)s day", "%(count)s days", int(window[:-1]))


def time_of(at: datetime, now: datetime, zone: tzinfo) -> Moment:
    """Return *at* in *zone*, with its day unless that is today."""
    local = at.astimezone(zone)
    today = local.date() == now.astimezone(zone).date()
    return Moment(local, Form.TIME if today else Form.STAMP)


def zone_name(name: str, at: datetime, zone: tzinfo) -> str:
    """Return ``Europe/Madrid (UTC+1)``, the offset being that of *at*."""
    offset = at.astimezone(zone).utcoffset() or timedelta(0)
    minutes = int(offset.total_seconds() // 60)
    if minutes == 0 and name == "UTC":
        return "UTC"
    sign, minutes = ("-" if minutes < 0 else "+"), abs(minutes)
    rest = f":{minutes % 60:02}" if minutes % 60 else ""
    return f"{name} (UTC{sign}{minutes // 60}{rest})"


def _pair(larger: Text, smaller: Text, rest: int) -> Text:
    if not rest:
        return larger
    return _("%(larger)s %(smaller)s", larger=larger, smaller=smaller)
