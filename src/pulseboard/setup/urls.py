"""URLs of the standalone server: our paths at the root, the admin, the files."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from pulseboard.setup.files import static_file

urlpatterns = [
    path("admin/", admin.site.urls),
    path("static/<path:name>", static_file),
    path("", include("pulseboard.urls")),
]
