"""
Test now: one try of an endpoint that may not be stored yet, told in sentences.

The same plan and the same try as in earnest; nothing is recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pulseboard.core.redaction import one_line, redact
from pulseboard.core.status import Status
from pulseboard.core.text import duration_text, seconds_text
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.guard.target import parse_url
from pulseboard.guard.verdict import Trust
from pulseboard.probes.assertions.conditions import Conditions
from pulseboard.probes.attempt import Tried, ask_once
from pulseboard.probes.facts import Facts, Phases
from pulseboard.probes.own_address import is_own
from pulseboard.probes.plan import Plan
from pulseboard.probes.probe import Probe, Try, known_kinds

LONGEST = timedelta(seconds=10)
#: Of the body, when somebody asks to see it.
SNIPPET_LENGTH = 256

WORDS = {
    Status.HEALTHY: "Would be recorded as Healthy",
    Status.WARNING: "Would be recorded as Warning",
    Status.CRITICAL: "Would be recorded as Critical",
    Status.UNKNOWN: "Would be recorded as Unknown",
}
BLOCKED = (
    "The target is not allowed: it is a private address, or a port of no use for this "
    "kind. ALLOWED_NETWORKS in the settings allows a network; an administrator can "
    "let this one endpoint reach private targets."
)
NEXT_STEPS = {
    Failure.NAME: "The name was not found. Check its spelling, and whether this server "
    "can resolve it.",
    Failure.RESOLVER: "Names cannot be resolved just now. Check the name servers of "
    "this server and of the name.",
    Failure.REFUSED: "The connection was refused. Check the port, and whether the "
    "service is running.",
    Failure.UNREACHABLE: "The target cannot be reached from this server. Check routes "
    "and firewalls.",
    Failure.NO_ADDRESS: "The name has no address of that IP version. Choose the other, "
    "or any.",
    Failure.CERTIFICATE: "The certificate is not valid for the target.",
    Failure.NOT_YET_VALID: "The certificate is not valid yet. Check the clocks.",
    Failure.WRONG_HOST: "The certificate is for another host. Check the name in the "
    "URL.",
    Failure.SELF_SIGNED: "The certificate is signed by itself only. Give it under "
    "authorities to trust it.",
    Failure.UNTRUSTED: "The certificate was issued by an unknown authority. Give that "
    "under authorities, or check that the server sends the whole chain.",
    Failure.NOT_TLS: "The target does not speak TLS on this port. Try http://.",
    Failure.CLIENT_CERTIFICATE: "The target wants a client certificate that it knows. "
    "Set one under More.",
    Failure.OCCUPIED: "This application is served by one worker, which is busy with "
    "this test, so nothing was asked. Save it: the runner asks between requests. More "
    "workers or threads make it testable.",
    Failure.REDIRECT: "The redirects lead nowhere: too many, or to another kind of "
    "address.",
}
STATUS_STEPS = {
    401: "It wants a sign-in (401). Add a header or a login under More, or expect 401.",
    403: "It refuses us (403). Add a header or a login under More, or expect 403.",
    404: "Nothing is at this address (404). Check the path.",
    405: "It takes another method (405). Choose it under More.",
    429: "It has been asked too often (429). Ask it less often.",
}
PHASES = (
    ("DNS", "dns_seconds"),
    ("connect", "connect_seconds"),
    ("TLS", "tls_seconds"),
    ("first byte", "first_byte_seconds"),
    ("rest", "transfer_seconds"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """
    What a test found, for the person who asked for it.

    Args:
        sentence: What is the matter and what to do next; empty when all is well.
        lines: What was seen, one fact a line.
        final_url: Where redirects led; empty without any.
        snippet: The beginning of the body, without what looks like a secret.
    """

    status: str
    verdict: str
    sentence: str
    lines: tuple[str, ...] = ()
    final_url: str = ""
    snippet: str = ""


async def try_out(plan: Plan, *, show_body: bool = False) -> Trial:
    """Ask *plan* once, for at most `LONGEST`; return what to say of it."""
    plan = replace(plan, timeout=min(plan.timeout, LONGEST))
    tried = await ask_once(plan)
    seen = tried.seen
    ended = None
    if isinstance(seen, ConnectFailed) and seen.failure is Failure.EXPIRED:
        ended = await _ended_at(plan)
    return Trial(
        status=tried.outcome.status.value,
        verdict=WORDS[tried.outcome.status],
        sentence=sentence_for(tried, plan, ended),
        lines=tuple(_lines(seen, plan)) if isinstance(seen, Facts) else (),
        final_url=_final_url(seen) if isinstance(seen, Facts) else "",
        snippet=_snippet(seen) if show_body and isinstance(seen, Facts) else "",
    )


def sentence_for(tried: Tried, plan: Plan, ended_at: datetime | None = None) -> str:
    """
    Return what is the matter and what to do; empty when all is well.

    Args:
        ended_at: When the certificate of the target ended, as far as is known.
    """
    seen = tried.seen
    if isinstance(seen, Blocked):
        return BLOCKED
    if isinstance(seen, ConnectFailed):
        return _failure(seen.failure, plan, ended_at)
    if tried.outcome.status is Status.HEALTHY:
        return ""
    if seen is not None and seen.status in STATUS_STEPS:
        return STATUS_STEPS[seen.status]
    if seen is not None and 300 <= (seen.status or 0) < 400:
        return f"It redirects ({seen.status}). Ask where it leads to, or expect that."
    return f"{tried.outcome.summary.rstrip('.')}."


def _failure(failure: Failure, plan: Plan, ended_at: datetime | None) -> str:
    if failure is Failure.TIMEOUT:
        limit = seconds_text(plan.timeout.total_seconds())
        if is_own(plan.target):
            return (
                f"Timed out after {limit}. See what this path waits for; and if all "
                "workers are busy, this application needs more of them."
            )
        return f"Timed out after {limit}. Check firewalls, or allow it more time."
    if failure is Failure.EXPIRED:
        ago = "" if ended_at is None else f" {_ago(plan.clock() - ended_at)}"
        return f"The certificate expired{ago}. Renew it on the server."
    return NEXT_STEPS.get(failure) or str(failure.value)


def _ago(age: timedelta) -> str:
    days = age.days
    if days >= 1:
        return f"{days} {'day' if days == 1 else 'days'} ago"
    return f"{duration_text(age)} ago"


async def _ended_at(plan: Plan) -> datetime | None:
    """Return when the certificate ended, by looking at it without trusting it."""
    probe = _looker(plan)
    if probe is None:
        return None
    try:
        facts = await probe.ask(Try(trust=plan.trust, timeout_seconds=3.0))
    except (Blocked, ConnectFailed):
        return None
    return facts.certificate.not_after if facts.certificate else None


def _looker(plan: Plan) -> Probe | None:
    asked = plan.prepare()
    known: dict[str, object] = {"verify_tls": False}
    if url := getattr(asked, "url", ""):
        place = parse_url(str(url), Trust.CODE)
        known |= {"host": place.host, "port": place.port}
    elif hasattr(asked, "host") and hasattr(asked, "port"):
        known |= {"host": asked.host, "port": asked.port}
    else:
        return None
    return known_kinds()["tls"](**known)


def _lines(seen: Facts, plan: Plan) -> Iterator[str]:
    """Yield what was seen. What the server said is hostile: cut, and on one line."""
    answer = one_line(redact(seen.summary), limit=100) or "Answered"
    yield f"{answer} in {seconds_text(seen.total_seconds)}"
    if phases := _phases(seen.phases):
        yield phases
    if seen.certificate is not None:
        left = seen.certificate.not_after - plan.clock()
        trusted = "" if seen.certificate.trusted else ", not verified"
        yield f"Certificate valid for {max(0, left.days)} days{trusted}"
    if seen.expires_at is not None:
        yield f"Registered for {max(0, (seen.expires_at - plan.clock()).days)} days"
    if seen.redirects:
        yield f"{seen.redirects} {'redirect' if seen.redirects == 1 else 'redirects'}"
    yield from _judged(seen, plan)


def _phases(phases: Phases) -> str:
    took = [
        f"{word} {seconds_text(value)}"
        for word, name in PHASES
        if (value := getattr(phases, name)) is not None
    ]
    return ", ".join(took)


def _judged(seen: Facts, plan: Plan) -> Iterator[str]:
    """Yield each condition, and whether it holds."""
    now = plan.clock()
    for each in plan.conditions.items:
        broken = Conditions((each,)).judge(seen, now=now)
        yield f"{broken[0].said}: no" if broken else f"{each.said}: yes"


def _final_url(seen: Facts) -> str:
    return one_line(seen.location, limit=2048) if seen.redirects else ""


def _snippet(seen: Facts) -> str:
    text = seen.body[: 4 * SNIPPET_LENGTH].decode("utf-8", "replace")
    return one_line(redact(text), limit=SNIPPET_LENGTH)
