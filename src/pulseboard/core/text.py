"""Numbers and times as people read them."""

from __future__ import annotations

import math
from datetime import timedelta

_BINARY = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")


def seconds_text(seconds: float) -> str:
    """Return a response time: ``0.6 ms``, ``143 ms``, ``1.2 s``."""
    if seconds < 0.01:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    return duration_text(seconds) if seconds >= 90 else f"{seconds:.0f} s"


def duration_text(duration: timedelta | float) -> str:
    """Return the two largest units of *duration* (or seconds): ``2 h 31 min``."""
    total = duration.total_seconds() if isinstance(duration, timedelta) else duration
    whole = max(0, int(total))
    if whole < 60:
        return f"{whole} s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if hours < 1:
        return f"{minutes} min"
    if days < 1:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    return f"{days} d {hours % 24} h" if hours % 24 else f"{days} d"


def bytes_text(count: float) -> str:
    """Return *count* bytes in binary units: ``512 bytes``, ``1.5 GiB``."""
    size, unit = float(count), 0
    while abs(size) >= 1024 and unit < len(_BINARY) - 1:
        size, unit = size / 1024, unit + 1
    # Three digits, but never as 1.02e+03.
    digits = f"{size:.0f}" if unit == 0 or abs(size) >= 99.95 else f"{size:.3g}"
    return f"{digits} {_BINARY[unit]}"


def percent_text(ratio: float, *, decimals: int = 2) -> str:
    """
    Return *ratio* (0 to 1) as a percentage, floored.

    Anything short of 1 prints below 100 %: 99.995 % is not all of it.
    """
    scale = 10**decimals
    # The product of an exact ratio may fall a hair short: 0.29 * 100 is 28.999…
    floored = math.floor(ratio * 100 * scale + 1e-9) / scale
    if ratio < 1:
        floored = min(floored, 100 - 1 / scale)
    text = f"{floored:.{decimals}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


def reading_text(name: str, value: float) -> str:
    """Return the reading *name* for people, in the unit its name ends with."""
    if name.endswith("_seconds"):
        return seconds_text(value)
    if name.endswith("_bytes"):
        return bytes_text(value)
    if name.endswith("_ratio"):
        return f"{value:.0%}" if value >= 0.1 or value == 0 else f"{value:.1%}"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}".replace(",", "\u202f")
    return f"{value:.3g}"


def reading_label(name: str) -> str:
    """Return *name* as words without its unit: ``disk_free_bytes`` → ``disk free``."""
    for unit in ("_seconds", "_bytes", "_ratio", "_total"):
        name = name.removesuffix(unit)
    return name.replace("_", " ")
