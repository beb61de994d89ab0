from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin

from accounts.models import User
from driver_app.admin_site import ModelAdmin


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    fieldsets = (*DjangoUserAdmin.fieldsets, ("Driver", {"fields": ["phone_number"]}))
