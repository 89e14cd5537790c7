from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from foundation.audit.models import Entry


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin[Entry]):
    list_display = ["at", "actor_name", "action", "subject", "consortium"]
    list_filter = ["action", "consortium"]
    search_fields = ["actor_name", "subject"]
    date_hierarchy = "at"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission
