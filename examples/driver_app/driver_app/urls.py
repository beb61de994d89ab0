from django.contrib import admin
from django.urls import include, path

from driver_app.views import api_root

urlpatterns = [
    path("", api_root, name="api-root"),
    path("admin/", admin.site.urls),
    path("health/", include("pulseboard.urls")),
    path("api/v1/auth/", include("accounts.urls")),
    path("api/v1/trips/", include("trips.urls")),
]
