"""What may happen to a trip: it is asked for, begins and ends."""

from django.utils import timezone

from accounts.models import User
from trips.models import Trip


def ask(driver: User) -> Trip:
    return Trip.objects.create(driver=driver)


def begin(trip_id: int, driver: User) -> bool:
    """Begin a pending trip of *driver*; false when it is not one any more."""
    return _move(
        trip_id,
        driver,
        Trip.Status.PENDING,
        status=Trip.Status.UNDER_WAY,
        started_at=timezone.now(),
    )


def finish(trip_id: int, driver: User, distance_metres: int) -> bool:
    """End a trip of *driver* that is under way; false when it is not."""
    return _move(
        trip_id,
        driver,
        Trip.Status.UNDER_WAY,
        status=Trip.Status.FINISHED,
        distance_metres=distance_metres,
    )


def _move(trip_id: int, driver: User, old: str, **new: object) -> bool:
    """Change the trip only while it is still *old*: two callers cannot both win."""
    found = Trip.objects.filter(pk=trip_id, driver=driver, status=old)
    return found.update(**new) == 1
