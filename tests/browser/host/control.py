"""What the tests ask of the host from outside: scenes, and a session."""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from tests.browser.host import public, rows


@csrf_exempt
def scene(request: HttpRequest, name: str) -> HttpResponse:
    {**rows.SCENES, **public.SCENES}[name]()
    return HttpResponse(name)


@csrf_exempt
def sign_in(request: HttpRequest, name: str) -> HttpResponse:
    user = User.objects.get(username=name)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponse(name)


@csrf_exempt
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponse("out")
