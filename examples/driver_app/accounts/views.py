from django.contrib.auth import authenticate
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from oauth2_provider.models import Application

from accounts.forms import LoginForm, RegistrationForm
from accounts.models import User
from accounts.tokens import issue_token
from driver_app.requests import json_body, token_required


@csrf_exempt
@require_POST
def register(request: HttpRequest) -> JsonResponse:
    form = RegistrationForm(json_body(request))
    if not form.is_valid():
        return JsonResponse({"errors": form.errors.get_json_data()}, status=400)
    return _signed_in(form.save(), status=201)


@csrf_exempt
@require_POST
def login(request: HttpRequest) -> JsonResponse:
    form = LoginForm(json_body(request))
    if not form.is_valid():
        return JsonResponse({"errors": form.errors.get_json_data()}, status=400)
    user = authenticate(request, **form.cleaned_data)
    if user is None:
        return JsonResponse({"error": "wrong name or password"}, status=401)
    return _signed_in(user, status=200)


@require_safe
@token_required
def oauth_applications(request: HttpRequest) -> JsonResponse:
    """List the caller's OAuth applications; staff see all. Never their secrets."""
    found = Application.objects.order_by("pk")
    if not request.user.is_staff:
        found = found.filter(user=request.user)
    fields = ("id", "name", "client_id", "client_type", "authorization_grant_type")
    return JsonResponse({"applications": list(found.values(*fields)[:100])})


def _signed_in(user: User, status: int) -> JsonResponse:
    token = issue_token(user)
    body = {
        "user": user.username,
        "token": token.token,
        "expires_at": token.expires.isoformat(),
    }
    return JsonResponse(body, status=status)
