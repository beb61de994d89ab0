from datetime import timedelta

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

import pulseboard
from accounts.models import User
from accounts.tokens import issue_token
from trips import dispatch, health_checks
from trips.models import Trip


class TripTests(TestCase):
    def setUp(self):
        self.driver = User.objects.create_user("ada")
        token = issue_token(self.driver).token
        self.headers = {"Authorization": f"Bearer {token}"}

    def post(self, url, body=None):
        return self.client.post(
            url, body or {}, content_type="application/json", headers=self.headers
        )

    def test_a_trip_is_asked_for_begins_and_ends(self):
        trip_id = self.post(reverse("trips")).json()["id"]
        assert self.post(reverse("begin-trip", args=[trip_id])).status_code == 200
        end = self.post(
            reverse("finish-trip", args=[trip_id]), {"distance_metres": 900}
        )
        assert end.status_code == 200
        trip = Trip.objects.get()
        assert (trip.status, trip.distance_metres) == ("finished", 900)

    def test_a_trip_begins_once(self):
        trip = dispatch.ask(self.driver)
        assert dispatch.begin(trip.pk, self.driver)
        assert not dispatch.begin(trip.pk, self.driver)

    def test_drivers_cannot_move_trips_of_others(self):
        trip = dispatch.ask(User.objects.create_user("grace"))
        answer = self.post(reverse("begin-trip", args=[trip.pk]))
        assert answer.status_code == 409


class HealthCheckTests(TestCase):
    def setUp(self):
        self.driver = User.objects.create_user("ada")

    def test_pending_trips_are_counted(self):
        dispatch.ask(self.driver)
        assert health_checks.trips_pending() == 1

    def test_a_trip_under_way_for_a_day_is_forgotten(self):
        trip = dispatch.ask(self.driver)
        dispatch.begin(trip.pk, self.driver)
        assert health_checks.forgotten_trips().status == pulseboard.Status.HEALTHY
        Trip.objects.update(started_at=timezone.now() - timedelta(days=1))
        assert health_checks.forgotten_trips().status == pulseboard.Status.WARNING
