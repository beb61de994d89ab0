from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A driver, or someone of the staff."""

    phone_number = models.CharField(
        max_length=20,
        blank=True,
        help_text="With country code, as in +41 44 000 00 00.",
    )
