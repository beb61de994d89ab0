"""The admin class of this project: Unfold's where it is installed, else Django's."""

from django.conf import settings

if settings.HAS_UNFOLD:
    from unfold.admin import ModelAdmin
else:
    from django.contrib.admin import ModelAdmin

__all__ = ["ModelAdmin"]
