"""Our own scripts and styles, and the admin's, served by the standalone server."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

#: Nothing here is larger than this; whatever were is not ours.
MOST_BYTES = 8 * 2**20


def _tag(request: HttpRequest, name: str) -> str:
    there = _found(name).stat()
    return f'"{there.st_mtime_ns:x}-{there.st_size:x}"'


@require_safe
@condition(etag_func=_tag)
def static_file(request: HttpRequest, name: str) -> HttpResponse:
    """
    Answer with the file *name* of an installed app.

    The finders look below the folders called ``static`` and refuse to leave them.
    """
    path = _found(name)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    response = HttpResponse(path.read_bytes(), content_type=kind)
    # Names do not change with the content, so browsers ask each time.
    response["Cache-Control"] = "no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _found(name: str) -> Path:
    path = finders.find(name)
    if not isinstance(path, str):
        raise Http404("no such file")
    file = Path(path)
    if not file.is_file() or file.stat().st_size > MOST_BYTES:
        raise Http404("no such file")
    return file
