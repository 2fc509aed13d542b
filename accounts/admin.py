"""People, as an administrator sees them."""

from django.contrib import admin

from .models import User


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    """Find a person, correct their language, country and zone, and give them their groups."""

    list_display = ("email", "language", "country", "is_active", "is_staff")
    list_filter = ("language", "country", "is_staff", "groups")
    search_fields = ("email", "external_id")
    filter_horizontal = ("groups", "user_permissions")
    readonly_fields = ("password", "last_login", "date_joined", "erased_at")
    ordering = ("email", "pk")
