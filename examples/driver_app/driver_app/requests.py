"""What the views of every app here share: JSON in, a signed-in caller."""

import functools
import json
from collections.abc import Callable
from typing import Any

from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, JsonResponse

View = Callable[..., HttpResponse]


def json_body(request: HttpRequest) -> dict[str, Any]:
    """Return the object in the body; whatever else is there counts as empty."""
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):  # deep nesting is no ValueError
        return {}
    return body if isinstance(body, dict) else {}


def token_required(view: View) -> View:
    """Let callers in who bring ``Authorization: Bearer <token>``; else 401."""

    @functools.wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (user := authenticate(request=request)):
            return JsonResponse({"error": "sign in first"}, status=401)
        request.user = user
        return view(request, *args, **kwargs)

    return checked
