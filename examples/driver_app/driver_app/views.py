from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe


@require_safe
def api_root(request: HttpRequest) -> JsonResponse:
    """Name the doors of this API."""
    names = ["register", "login", "oauth-applications", "trips"]
    links = {name: request.build_absolute_uri(reverse(name)) for name in names}
    return JsonResponse({"service": "Driver app", "links": links})
