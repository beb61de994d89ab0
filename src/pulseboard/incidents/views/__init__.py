"""
Subscribing, for visitors: pages that work without JavaScript or cookies.

    status-page/subscribe             GET a form (?by=webhook, ?by=slack), POST asks
    status-page/confirm/<token>       GET a button, POST confirms
    status-page/subscription/<token>  GET what is chosen, POST changes it
    status-page/unsubscribe/<token>   GET a button, POST leaves (one-click, RFC 8058)

Nothing changes by GET: scanners of mail, and chats that preview, follow links.
Django's CSRF token is not asked for: these pages set no cookie, and act on nothing
that a browser sends by itself. What acts is the signed token in the address.
"""

from django.urls import URLPattern, re_path

from pulseboard.incidents.views.links import confirm, subscription, unsubscribe
from pulseboard.incidents.views.subscribing import subscribe

TOKEN = r"(?P<token>[A-Za-z0-9._:-]{1,200})"  # noqa: S105  (a pattern of addresses)

#: To be included under the namespace ``pulseboard``.
patterns: list[URLPattern] = [
    re_path(r"^status-page/subscribe/?$", subscribe, name="subscribe"),
    re_path(rf"^status-page/confirm/{TOKEN}/?$", confirm, name="confirm"),
    re_path(rf"^status-page/unsubscribe/{TOKEN}/?$", unsubscribe, name="unsubscribe"),
    re_path(
        rf"^status-page/subscription/{TOKEN}/?$", subscription, name="subscription"
    ),
]
