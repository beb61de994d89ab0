"""Refusals as values of RFC 9457, ``application/problem+json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulseboard.core.errors import PulseboardError
from pulseboard.core.redaction import one_line

PROBLEM_TYPE = "application/problem+json"

TITLES = {
    400: "Bad request",
    401: "Sign-in needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    412: "Precondition failed",
    413: "Body too large",
    415: "Unsupported media type",
    429: "Too many requests",
    500: "Internal error",
    502: "Bad gateway",
    503: "Not available now",
    504: "Took too long",
}

#: So many wrong names or values are told at once.
ERRORS_SHOWN = 20


class Problem(PulseboardError):
    """
    A call was refused or failed. Adapters turn it into an answer.

    Args:
        status: HTTP status, 400 to 599.
        detail: A sentence for the caller. No host, address, token or input in it.
        errors: Pairs of name and sentence, for what was wrong in the request.
        headers: Sent along, such as ``Retry-After``.
        reference: Id under which the log holds the traceback.
    """

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        errors: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        reference: str = "",
    ) -> None:
        super().__init__(detail or TITLES.get(status, "Refused"))
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)[:ERRORS_SHOWN]
        self.headers = dict(headers or {})
        self.reference = reference

    def body(self) -> dict[str, object]:
        """Return the members of the problem document."""
        body: dict[str, object] = {
            "type": "about:blank",
            "title": TITLES.get(self.status, "Refused"),
            "status": self.status,
        }
        if self.detail:
            body["detail"] = self.detail
        if self.errors:
            body["errors"] = [
                {"name": one_line(name, limit=100), "message": one_line(message)}
                for name, message in self.errors
            ]
        if self.reference:
            body["reference"] = self.reference
        return body
