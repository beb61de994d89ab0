import os
from datetime import timedelta
from random import Random
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.models import User
from trips.models import Trip

NAMES = ["ada", "grace", "edsger", "barbara", "alan", "hedy", "dennis", "radia"]
TRIPS = 160
DAYS = 14


class Command(BaseCommand):
    help = "Migrates, then makes the admin, drivers and trips that are not there yet."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        password = os.environ["DRIVER_DEMO_PASSWORD"]
        admin = _account("admin", is_staff=True, is_superuser=True)
        drivers = [_account(name) for name in NAMES]
        for user in (admin, drivers[0]):  # the two who sign in
            if not user.check_password(password):
                user.set_password(password)
                user.save()
        if not Trip.objects.exists():
            Trip.objects.bulk_create(_trips(drivers))


def _account(name: str, **rights: bool) -> User:
    email = f"{name}@driver.example"
    defaults = {"email": email, "password": "!", **rights}
    return User.objects.get_or_create(username=name, defaults=defaults)[0]


def _trips(drivers: list[User]) -> list[Trip]:
    """Return finished trips of the last two weeks; the same in every demo."""
    random = Random(7)
    now = timezone.now()
    trips = []
    for _ in range(TRIPS):
        asked_at = now - timedelta(minutes=random.randrange(60, DAYS * 24 * 60))
        trips.append(
            Trip(
                driver=random.choice(drivers),
                status=Trip.Status.FINISHED,
                asked_at=asked_at,
                started_at=asked_at + timedelta(minutes=random.randrange(1, 10)),
                distance_metres=random.randrange(800, 60_000),
            )
        )
    return trips
