from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from modules.models import Edition, Upload


class ReadOnly(admin.ModelAdmin[Any]):
    """Editions come from folders and never change; here they can only be looked at."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Edition)
class EditionAdmin(ReadOnly):
    list_display = ["title", "version", "consortium", "number", "minutes", "created_at", "frozen_at"]
    list_filter = ["consortium"]
    list_select_related = ["consortium"]


@admin.register(Upload)
class UploadAdmin(ReadOnly):
    list_display = ["name", "state", "uploaded_at", "uploaded_by", "loaded_at"]
    list_select_related = ["uploaded_by"]
