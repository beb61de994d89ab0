"""
A short cut ahead of a WSGI application: the public page without Django::

    from pulseboard.wsgi import short_cut

    application = short_cut(get_wsgi_application())
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pulseboard.statuspage.kept import (
    NOT_KEPT,
    OFFERED,
    Answer,
    Keeper,
    Key,
    varies_by_visitor,
)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


def short_cut(application: Application) -> Application:
    """
    Return *application* with the public pages answered ahead of it.

    What it keeps was answered by the application once, host's headers and all, and is
    forgotten as soon as the page changes. It also starts the runner of the process.
    """
    # Django is set up by now, and was not yet when the host imported this module.
    from pulseboard.runner import embedded
    from pulseboard.statuspage.store import revision

    keeper = Keeper(revision)
    embedded.arm()

    def respond(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return application(environ, start_response)
        key = _key(environ)
        kept = keeper.get(key)
        if kept is not None:
            return _answered(kept, environ, start_response)
        if environ["REQUEST_METHOD"] == "HEAD" or "HTTP_IF_NONE_MATCH" in environ:
            return application(environ, start_response)
        listener, seen = _Listener(environ, start_response), keeper.seen
        found = application(environ, listener.start)
        answer = listener.answer(found)
        if answer is None:
            return found
        keeper.keep(key, answer, seen, environ[OFFERED])
        return _Closing([answer.body], found)

    return respond


def _key(environ: Environ) -> Key:
    """Return what tells one answer from another."""
    return (
        environ.get("SCRIPT_NAME"),
        environ.get("PATH_INFO"),
        environ.get("QUERY_STRING"),
        environ.get("wsgi.url_scheme"),
        environ.get("HTTP_HOST"),
        environ.get("HTTP_ACCEPT_LANGUAGE"),
        environ.get("HTTP_ACCEPT_ENCODING"),
        environ.get("HTTP_X_FORWARDED_HOST"),
        environ.get("HTTP_X_FORWARDED_PROTO"),
        environ.get("HTTP_AUTHORIZATION"),
    )


def _answered(
    kept: Answer, environ: Environ, start_response: StartResponse
) -> Iterable[bytes]:
    headers = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in kept.headers
    ]
    asked = environ.get("HTTP_IF_NONE_MATCH", "")
    if kept.etag and kept.etag.decode("latin-1") in asked:
        dropped = ("content-length", "content-type", "content-encoding")
        start_response(
            "304 Not Modified", [h for h in headers if h[0].lower() not in dropped]
        )
        return [b""]
    start_response("200 OK", headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else kept.body]


class _Listener:
    """Hears how an answer begins, and keeps it if the view offered it."""

    def __init__(self, environ: Environ, start_response: StartResponse) -> None:
        self._environ, self._start_response = environ, start_response
        self._status = ""
        self._headers: list[tuple[str, str]] = []

    def start(
        self, status: str, headers: list[tuple[str, str]], *rest: object
    ) -> object:
        self._status, self._headers = status, headers
        return self._start_response(status, headers, *rest)

    def answer(self, found: Iterable[bytes]) -> Answer | None:
        """Return the whole of *found* when the view offered it, else None."""
        if OFFERED not in self._environ or not self._status.startswith("200 "):
            return None
        names = {name.lower(): value for name, value in self._headers}
        if "set-cookie" in names or varies_by_visitor(names.get("vary", "")):
            return None
        if getattr(found, "streaming", False):
            return None
        headers = tuple(
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in self._headers
            if name.lower().encode("latin-1") not in NOT_KEPT
        )
        etag = names.get("etag", "").encode("latin-1")
        return Answer(200, headers, b"".join(found), etag)


class _Closing:
    """Parts of an answer whose response must still be closed."""

    def __init__(self, parts: list[bytes], found: Iterable[bytes]) -> None:
        self._parts, self._found = parts, found

    def __iter__(self) -> Any:
        return iter(self._parts)

    def close(self) -> None:
        close = getattr(self._found, "close", None)
        if close is not None:
            close()
