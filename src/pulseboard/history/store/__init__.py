"""
The one place that reads and writes the history.

::

    remember        runs in, as rows; HealthMetric when one is due
    note_confirmed  the intervals that uptime is computed from
    roll_up         closed hours packed, hours and days summarised
    prune           what is older than it is kept for
    series_points, recent_points, uptime_of, day_bars, intervals_of    out again
"""

from pulseboard.history.store.charts import recent_points, series_points
from pulseboard.history.store.confirmed import note_confirmed, note_first
from pulseboard.history.store.packed import roll_up
from pulseboard.history.store.pruned import prune
from pulseboard.history.store.runs import Known, remember
from pulseboard.history.store.uptimes import (
    DayBars,
    day_bars,
    intervals_of,
    uptime_of,
)

__all__ = [
    "DayBars",
    "Known",
    "day_bars",
    "intervals_of",
    "note_confirmed",
    "note_first",
    "prune",
    "recent_points",
    "remember",
    "roll_up",
    "series_points",
    "uptime_of",
]
