"""The mail server Django sends through."""

from __future__ import annotations

from typing import Any

from django.conf import settings as django_settings
from django.core import mail
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.utils import DNS_NAME

from pulseboard.checks.check import NotApplicable
from pulseboard.checks.smtp import MailServer

#: Any of these makes a mail server the host's wish instead of Django's default.
WISHES = ("EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER")


def mail_server() -> MailServer:
    """
    Return the server Django sends mail through.

    Raises:
        NotApplicable: None is configured, or mail leaves another way.
    """
    if not _is_configured():
        raise NotApplicable("no mail server is configured")
    backend = _backend()
    if not isinstance(backend, EmailBackend):
        kind = type(backend).__module__.rpartition(".")[2]
        raise NotApplicable(f"mail is sent by the backend {kind!r}, not over SMTP")
    return MailServer(
        host=backend.host,
        port=int(backend.port),
        starttls=bool(backend.use_tls),
        implicit_tls=bool(backend.use_ssl),
        username=backend.username or "",
        password=backend.password or "",
        context=backend.ssl_context if backend.use_tls or backend.use_ssl else None,
        local_name=str(DNS_NAME),
    )


def _is_configured() -> bool:
    if getattr(django_settings, "MAILERS", None):
        return True
    host: Any = django_settings  # the lazy object has more than its stub says
    return any(host.is_overridden(name) for name in WISHES)


def _backend() -> Any:
    # Django 6.1 names several; asking for the old one is deprecated from there on.
    mailers: Any = getattr(mail, "mailers", None)
    return mail.get_connection() if mailers is None else mailers.default
