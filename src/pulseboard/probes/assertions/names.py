"""What a condition may speak about, by name, and what each of them is."""

from __future__ import annotations

import enum


class Sort(enum.Enum):
    """What sort of value a subject has, which decides what may be said of it."""

    NUMBER = "a number"
    DURATION = "a duration"
    TEXT = "text"
    BODY = "the body"
    BOOLEAN = "true or false"
    LIST = "a list"
    ADDRESS = "an address"
    JSON = "JSON"
    ANY = "a value"


#: Subjects with a name of their own. ``json…`` and ``header.…`` are read apart.
SUBJECTS: dict[str, Sort] = {
    "status": Sort.NUMBER,
    "time.total": Sort.DURATION,
    "time.dns": Sort.DURATION,
    "time.connect": Sort.DURATION,
    "time.tls": Sort.DURATION,
    "time.first_byte": Sort.DURATION,
    "time.transfer": Sort.DURATION,
    "cert.days": Sort.NUMBER,
    "cert.issuer": Sort.TEXT,
    "cert.subject": Sort.TEXT,
    "cert.serial": Sort.TEXT,
    "cert.fingerprint": Sort.TEXT,
    "cert.names": Sort.LIST,
    "cert.trusted": Sort.BOOLEAN,
    "domain.days": Sort.NUMBER,
    "redirect.url": Sort.TEXT,
    "redirect.count": Sort.NUMBER,
    "dns.rcode": Sort.TEXT,
    "dns.records": Sort.LIST,
    "connected": Sort.BOOLEAN,
    "ip": Sort.ADDRESS,
    "size": Sort.NUMBER,
    "body": Sort.BODY,
}

#: Heads of subjects that go on after a dot or bracket.
JSON, HEADER = "json", "header"

#: First parts of the names that a kind of probe gives to what only it sees.
KINDS = (
    "dns",
    "domain",
    "grpc",
    "http",
    "imap",
    "journey",
    "metric",
    "mysql",
    "postgresql",
    "redis",
    "scrape",
    "smtp",
    "step",
    "tcp",
    "tls",
    "websocket",
)

#: Never quoted: where a service stands is not for the public.
SECRETIVE = frozenset(
    {
        "ip",
        "body",
        "redirect.url",
        "dns.records",
        "cert.names",
        "cert.subject",
        "header.location",
        "header.set-cookie",
    }
)

#: What ``is`` may ask for.
TYPES = ("text", "number", "list", "object", "true", "false", "null")
