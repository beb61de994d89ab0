"""
The pages below the page: a service with its charts, receipts, months, incidents.

Pure like `page`: what was read goes in, plain values for the templates come out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from pulseboard.core.buckets import instant
from pulseboard.incidents.story import Story
from pulseboard.statuspage.chart import Drawing
from pulseboard.statuspage.chart import bars as bar_chart
from pulseboard.statuspage.chart import lines as line_chart
from pulseboard.statuspage.policy import Policy
from pulseboard.statuspage.receipt import Receipt, rule
from pulseboard.statuspage.sentences import (
    bar_sentence,
    is_bad,
    time_covered,
    uptime_sentence,
)
from pulseboard.statuspage.snapshot import Service, Snapshot
from pulseboard.statuspage.teller import (
    Choice,
    Instant,
    Mark,
    Teller,
    iso,
    mark_of,
)
from pulseboard.statuspage.text import Form, Moment, Text, _
from pulseboard.statuspage.texts import (
    WINDOWS,
    duration,
    percent,
    response,
    window_name,
)
from pulseboard.statuspage.told import StoryView, story_view

#: There are no pages of earlier ones.
FIRST_MONTH = date(2000, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartView:
    """A drawing with its labels; *sentence* says the same in words."""

    title: str
    sentence: str
    drawing: Drawing
    top: str
    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceView:
    """A service by itself."""

    service: Service
    mark: Mark
    since: Instant | None
    uptimes: tuple[tuple[str, str, str], ...]
    bad: tuple[str, ...]
    charts: tuple[ChartView, ...]
    stories: tuple[StoryView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    """What is behind one percentage."""

    service: Service
    percent: str
    window: str
    began: Instant
    ended: Instant
    sums: tuple[tuple[str, str], ...]
    rule: tuple[str, ...]
    lines: tuple[tuple[Mark, Instant, Instant, str], ...]
    more: int
    windows: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthView:
    """The incidents that began in one month."""

    name: str
    stories: tuple[StoryView, ...]
    earlier: Choice | None
    later: Choice | None


def service_view(
    service: Service,
    snapshot: Snapshot,
    charts: Iterable[ChartView],
    teller: Teller,
) -> ServiceView:
    """Return the page of *service*."""
    titles = {story.key: story.title for story in snapshot.stories}
    shows = snapshot.look.shows_uptime
    told = [story for story in snapshot.stories if story.concerns(service.slug)]
    return ServiceView(
        service=service,
        mark=mark_of(service.status, teller),
        since=_stamp(service.since, teller) if service.since else None,
        uptimes=tuple(_uptimes(service, teller)) if shows else (),
        bad=tuple(
            teller.say(bar_sentence(bar, teller.zone, titles, shows_uptime=shows))
            for bar in reversed(service.days)
            if is_bad(bar)
        ),
        charts=tuple(charts),
        stories=tuple(story_view(each, snapshot, teller) for each in told[:10]),
    )


def response_chart(
    name: str,
    points: Sequence[tuple[datetime, float | None, float | None]],
    teller: Teller,
) -> ChartView | None:
    """
    Return response times over the window *name*.

    Args:
        points: Time, median and p95 in seconds; None where nothing was measured.
    """
    medians = [median for _at, median, _p95 in points]
    drawing = line_chart(medians, [p95 for _at, _median, p95 in points])
    known = [median for median in medians if median is not None]
    if drawing is None or not known:
        return None
    sentence = _(
        "Median response time between %(least)s and %(most)s, last %(last)s.",
        least=response(min(known)),
        most=response(max(known)),
        last=response(known[-1]),
    )
    title = _("Response time, %(window)s", window=window_name(name))
    return _chart(title, sentence, drawing, response(drawing.top), points, name, teller)


def error_chart(
    name: str,
    shares: Sequence[tuple[datetime, float | None]],
    teller: Teller,
) -> ChartView | None:
    """Return the share of failed checks over the window *name*."""
    drawing = bar_chart([share for _at, share in shares])
    known = [share for _at, share in shares if share is not None]
    if drawing is None:
        return None
    sentence = _(
        "Error rate at most %(most)s, last %(last)s.",
        most=percent(max(known)),
        last=percent(known[-1]),
    )
    title = _("Error rate, %(window)s", window=window_name(name))
    return _chart(title, sentence, drawing, percent(drawing.top), shares, name, teller)


def receipt_view(service: Service, found: Receipt, teller: Teller) -> ReceiptView:
    """Return the page of a receipt."""
    ratio = found.ratio
    divided = found.divided
    sums: list[tuple[Text, float]] = [
        (_("Operational"), divided.up_seconds),
        (_("Degraded"), divided.degraded_seconds),
        (_("Outage"), divided.down_seconds),
        (_("Maintenance"), divided.maintenance_seconds),
        (_("No data"), divided.unknown_seconds),
    ]
    return ReceiptView(
        service=service,
        percent=teller.say(percent(ratio)) if ratio is not None else "-",
        window=teller.say(time_covered(service, found.window, teller.now)),
        began=_stamp(instant(found.span.began_ms), teller),
        ended=_stamp(instant(found.span.ended_ms), teller),
        sums=tuple(
            (teller.say(name), teller.say(_exactly(seconds))) for name, seconds in sums
        ),
        rule=tuple(rules(found.policy, teller)),
        lines=tuple(
            (
                mark_of(each.status, teller),
                _stamp(instant(each.began_ms), teller),
                _stamp(instant(each.ended_ms), teller),
                teller.say(_exactly((each.ended_ms - each.began_ms) / 1000)),
            )
            for each in found.stretches
        ),
        more=found.more,
        windows=tuple(
            Choice(
                name=teller.say(window_name(each)),
                url=teller.links.to("uptime", service.slug, window=each),
                is_chosen=each == found.window,
                value=each,
            )
            for each in WINDOWS
        ),
    )


def month_view(
    month: date, stories: Iterable[Story], snapshot: Snapshot, teller: Teller
) -> MonthView:
    """Return the page of *month* with *stories*, which began in it."""
    before, after = _shifted(month, -1), _shifted(month, 1)
    return MonthView(
        name=_month_name(month, teller),
        stories=tuple(story_view(each, snapshot, teller) for each in stories),
        earlier=_month_choice(before, teller) if before >= FIRST_MONTH else None,
        later=_month_choice(after, teller) if _has_begun(after, teller) else None,
    )


def month_bounds(
    month: date, now: datetime, zone: tzinfo
) -> tuple[datetime, datetime] | None:
    """
    Return when *month*, named by its first day, begins and ends in *zone*.

    The end is not part of it. None: there is no page of it, or not yet.
    """
    began = _midnight(month, zone)
    if month < FIRST_MONTH or began > now:
        return None
    return began, _midnight(_shifted(month, 1), zone)


def rules(policy: Policy, teller: Teller) -> Iterable[str]:
    """Return what a page counts, in sentences."""
    return (teller.say(each) for each in rule(policy))


def _uptimes(service: Service, teller: Teller) -> Iterable[tuple[str, str, str]]:
    """Yield name, percentage and address of the receipt for each window."""
    for window in WINDOWS:
        said = uptime_sentence(service, window, teller.now)
        ratio = service.uptimes.get(window)
        if said is not None and ratio is not None:
            url = teller.links.to("uptime", service.slug, window=window)
            yield teller.say(said), teller.say(percent(ratio)), url


def _chart(
    title: Text,
    sentence: Text,
    drawing: Drawing,
    top: Text,
    points: Sequence[tuple[datetime, *tuple[float | None, ...]]],
    name: str,
    teller: Teller,
) -> ChartView:
    form = Form.TIME if name == "24h" else Form.DAY
    return ChartView(
        title=teller.say(title),
        sentence=teller.say(sentence),
        drawing=drawing,
        top=teller.say(top),
        start=teller.say(Moment(points[0][0].astimezone(teller.zone), form)),
        end=teller.say(Moment(points[-1][0].astimezone(teller.zone), form)),
    )


def _stamp(at: datetime, teller: Teller) -> Instant:
    """Return *at* with its day, whatever day it is now."""
    local = at.astimezone(teller.zone)
    return Instant(iso(at), teller.say(Moment(local, Form.STAMP)))


def _exactly(seconds: float) -> Text:
    return duration(seconds) if seconds else _("none")


def _month_name(month: date, teller: Teller) -> str:
    at = datetime(month.year, month.month, 1, 12, tzinfo=teller.zone)
    return teller.say(Moment(at, Form.MONTH))


def _month_choice(month: date, teller: Teller) -> Choice:
    url = teller.links.to("history", f"{month:%Y-%m}")
    return Choice(name=_month_name(month, teller), url=url, is_chosen=False)


def _has_begun(month: date, teller: Teller) -> bool:
    return month_bounds(month, teller.now, teller.zone) is not None


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _shifted(month: date, by: int) -> date:
    count = month.year * 12 + month.month - 1 + by
    return date(count // 12, count % 12 + 1, 1)
