"""What is good and bad for trips; Pulseboard finds this file by its name."""

from datetime import timedelta

from django.utils import timezone

import pulseboard
from trips.models import Trip

LONGEST = timedelta(hours=12)


@pulseboard.metric(
    "trips_pending",
    title="Pending trips",
    group="Trips",
    warning_above=50,
    critical_above=200,
)
def trips_pending() -> int:
    return Trip.objects.filter(status=Trip.Status.PENDING).count()


@pulseboard.check("forgotten_trips", title="Forgotten trips", group="Trips", every="1m")
def forgotten_trips() -> pulseboard.Outcome:
    """Warn about trips under way for longer than anyone drives."""
    under_way = Trip.objects.filter(status=Trip.Status.UNDER_WAY)
    forgotten = under_way.filter(started_at__lt=timezone.now() - LONGEST).count()
    if forgotten:
        return pulseboard.warning(
            f"{forgotten} under way for more than 12 hours", forgotten_trips=forgotten
        )
    return pulseboard.healthy("None is under way for too long", forgotten_trips=0)
