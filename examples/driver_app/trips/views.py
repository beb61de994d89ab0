from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from driver_app.requests import json_body, token_required
from trips import dispatch
from trips.models import Trip

PAGE = 50
LONGEST_METRES = 10_000_000


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@token_required
def trips(request: HttpRequest) -> JsonResponse:
    """List the caller's latest trips, or ask for a new one."""
    if request.method == "POST":
        return JsonResponse(_shown(dispatch.ask(request.user)), status=201)
    latest = Trip.objects.filter(driver=request.user)[:PAGE]
    return JsonResponse({"trips": [_shown(trip) for trip in latest]})


@csrf_exempt
@require_POST
@token_required
def begin(request: HttpRequest, trip_id: int) -> JsonResponse:
    return _answer(dispatch.begin(trip_id, request.user))


@csrf_exempt
@require_POST
@token_required
def finish(request: HttpRequest, trip_id: int) -> JsonResponse:
    metres = json_body(request).get("distance_metres")
    if not isinstance(metres, int) or not 0 <= metres <= LONGEST_METRES:
        return JsonResponse({"error": "distance_metres is missing"}, status=400)
    return _answer(dispatch.finish(trip_id, request.user, metres))


def _shown(trip: Trip) -> dict[str, object]:
    return {
        "id": trip.pk,
        "status": trip.status,
        "asked_at": trip.asked_at.isoformat(),
        "started_at": trip.started_at.isoformat() if trip.started_at else None,
        "distance_metres": trip.distance_metres,
    }


def _answer(moved: bool) -> JsonResponse:
    if not moved:
        return JsonResponse({"error": "this trip cannot do that now"}, status=409)
    return JsonResponse({"moved": True})
