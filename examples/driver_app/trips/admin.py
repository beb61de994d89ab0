from django.contrib import admin

from driver_app.admin_site import ModelAdmin
from trips.models import Trip


@admin.register(Trip)
class TripAdmin(ModelAdmin):
    list_display = ["driver", "status", "asked_at", "started_at", "distance_metres"]
    list_filter = ["status"]
    list_select_related = ["driver"]
    raw_id_fields = ["driver"]
