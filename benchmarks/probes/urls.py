"""Where alerts link to."""

from django.urls import include, path

urlpatterns = [path("health/", include("pulseboard.urls"))]
