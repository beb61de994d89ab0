"""What a bar and a service say in words: for those who read, and for the day panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.snapshot import Bar, Service, Trouble
from pulseboard.statuspage.text import Form, Listed, Moment, Number, Text, _, ngettext
from pulseboard.statuspage.texts import WINDOWS, duration, percent, window_name
from pulseboard.statuspage.words import WORDS

#: One second less would be "0 min" of trouble.
_SHORTEST = 1.0
_QUIET = frozenset({PublicStatus.OPERATIONAL, PublicStatus.NO_DATA})


def day_name(bar: Bar, zone: tzinfo) -> Moment:
    """Return what a bar is called: ``Tue 17 Nov``, or ``Tue 17 Nov, 14:00``."""
    form = Form.DAY if bar.hour is None else Form.STAMP
    return Moment(bar.began_at.astimezone(zone), form)


def bar_sentence(
    bar: Bar, zone: tzinfo, titles: Mapping[str, str], *, shows_uptime: bool = True
) -> Text:
    """
    Return a bar in words.

    Args:
        titles: Of incidents by key; those that are missing are not named.
    """
    said = _said(bar)
    parts: list[Text | str] = [said]
    if shows_uptime and bar.ratio is not None and bar.status not in _QUIET:
        parts.append(percent(bar.ratio))
    parts += [_times(each, zone) for each in bar.troubles if _is_partial(each, bar)]
    named = [titles[key] for key in bar.incidents if key in titles]
    if named:
        parts.append(_("incident: %(titles)s", titles=Listed(tuple(named))))
    return _("%(day)s: %(facts)s", day=day_name(bar, zone), facts=_joined(parts))


def is_bad(bar: Bar) -> bool:
    """Return whether *bar* belongs into the list of bad days."""
    return bar.status not in _QUIET or bool(bar.incidents)


def summary(service: Service) -> Text:
    """Return the bars of *service* as one sentence."""
    bad = sum(bar.affected_seconds >= _SHORTEST for bar in service.days)
    known = sum(bar.status is not PublicStatus.NO_DATA for bar in service.days)
    if not known:
        return _("No data in the last 90 days.")
    if not bad:
        return ngettext(
            "No trouble on %(count)s day.", "No trouble on %(count)s days.", known
        )
    return ngettext(
        "Trouble on %(count)s of %(known)s days, %(time)s in all.",
        "Trouble on %(count)s of %(known)s days, %(time)s in all.",
        bad,
        known=Number(known),
        time=duration(sum(bar.affected_seconds for bar in service.days)),
    )


def uptime_sentence(service: Service, window: str, now: datetime) -> Text | None:
    """Return the uptime of *window*: over as long as there was any data."""
    ratio = service.uptimes.get(window)
    if ratio is None:
        return None
    covered = time_covered(service, window, now)
    return _("%(percent)s over %(time)s", percent=percent(ratio), time=covered)


def time_covered(service: Service, window: str, now: datetime) -> Text:
    """Return how long *window* is, or the history of *service* if that is shorter."""
    return _young(service, window, now) or window_name(window)


def _young(service: Service, window: str, now: datetime) -> Text | None:
    """Return how long there have been data, None when that is the whole window."""
    if service.known_from is None:
        return None
    known = now - service.known_from
    if known >= WINDOWS[window]:
        return None
    days = known.days
    if days:
        return ngettext("%(count)s day", "%(count)s days", days)
    return duration(known.total_seconds())


def _said(bar: Bar) -> Text:
    """Return the status, and how long it was trouble: ``partial outage 47 min``."""
    word = WORDS[bar.status]
    if bar.status is PublicStatus.MAINTENANCE:
        seconds = bar.maintenance_seconds
    elif bar.status in _QUIET:
        return word
    else:
        seconds = bar.affected_seconds
    return _("%(status)s %(time)s", status=word, time=duration(seconds))


def _is_partial(trouble: Trouble, bar: Bar) -> bool:
    return (trouble.began_at, trouble.ended_at) != (bar.began_at, bar.ended_at)


def _times(trouble: Trouble, zone: tzinfo) -> Text:
    return _(
        "%(start)s to %(end)s",
        start=Moment(trouble.began_at.astimezone(zone)),
        end=Moment(trouble.ended_at.astimezone(zone)),
    )


def _joined(parts: Sequence[Text | str]) -> Text | str:
    joined = parts[0]
    for part in parts[1:]:
        joined = _("%(facts)s, %(fact)s", facts=joined, fact=part)
    return joined
