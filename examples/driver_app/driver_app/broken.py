"""What the demo breaks on purpose: a view that fails as views do."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class BreakOnRequest:
    """Raises for the paths listed in `BROKEN_PATHS`, a file that need not exist."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in _broken():
            raise RuntimeError("broken on purpose by the demo")
        return self.get_response(request)


def _broken() -> list[str]:
    try:
        return list(settings.BROKEN_PATHS.read_text().split())
    except FileNotFoundError:
        return []
