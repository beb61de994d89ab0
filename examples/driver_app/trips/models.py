from django.conf import settings
from django.db import models
from django.utils import timezone


class Trip(models.Model):
    class Status(models.TextChoices):
        PENDING = "pending", "Pending: asked for, not begun"
        UNDER_WAY = "under_way", "Under way"
        FINISHED = "finished", "Finished"

    driver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="trips"
    )
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.PENDING
    )
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    distance_metres = models.PositiveIntegerField(
        default=0, help_text="Driven so far, in metres, as in 12500."
    )

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [
            # How many are pending, and which are under way for too long?
            models.Index(fields=["status", "started_at"], name="trip_status_started")
        ]

    def __str__(self) -> str:
        return f"{self.driver}: {self.get_status_display()}"
