from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.http import HttpRequest

from accounts import actions
from accounts.models import College, Consortium, User


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    ordering = ["last_name", "first_name"]
    list_display = ["email", "first_name", "last_name", "college", "is_active", "is_superuser"]
    list_select_related = ["college"]
    list_filter = ["is_active", "is_superuser", "college__consortium"]
    search_fields = ["email", "first_name", "last_name"]
    readonly_fields = ["last_login", "joined_at"]
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        (
            "Profile",
            {
                "fields": [
                    "first_name",
                    "last_name",
                    "college",
                    "position",
                    "discipline",
                    "is_career_education",
                    "time_zone",
                ]
            },
        ),
        ("Rights", {"fields": ["is_active", "is_staff", "is_superuser"]}),
        ("Times", {"fields": ["last_login", "joined_at"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "usable_password", "password1", "password2"]})]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        obj.email = obj.email.lower()  # as sign-in looks for it
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            actions.move_address(user=obj)


@admin.register(Consortium)
class ConsortiumAdmin(admin.ModelAdmin[Consortium]):
    list_display = ["short_name", "name", "time_zone"]
    fields = ["slug", "name", "short_name", "time_zone"]


@admin.register(College)
class CollegeAdmin(admin.ModelAdmin[College]):
    list_display = ["name", "district", "consortium"]
    list_filter = ["consortium"]
    list_select_related = ["consortium"]
