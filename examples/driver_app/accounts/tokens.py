import secrets
from datetime import timedelta

from django.utils import timezone
from oauth2_provider.models import AccessToken

from accounts.models import User

LIFETIME = timedelta(days=1)


def issue_token(user: User) -> AccessToken:
    """Return a new token of *user*; OAuth clients and our own app use the same."""
    return AccessToken.objects.create(
        user=user,
        token=secrets.token_urlsafe(32),
        expires=timezone.now() + LIFETIME,
        scope="read write",
    )
