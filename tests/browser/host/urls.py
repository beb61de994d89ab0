from __future__ import annotations

from django.contrib import admin
from django.http import HttpResponse
from django.urls import include, path
from tests.browser.host import control

urlpatterns = [
    # The admin names no icon, so the browser asks for this one.
    path("favicon.ico", lambda request: HttpResponse(status=204)),
    path("control/scene/<name>", control.scene),
    path("control/sign-in/<name>", control.sign_in),
    path("control/sign-out", control.sign_out),
    path("admin/", admin.site.urls),
    path("health/", include("pulseboard.urls")),
]
