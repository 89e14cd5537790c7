from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from foundation.notices import actions
from foundation.notices.models import Mail


@admin.register(Mail)
class MailAdmin(admin.ModelAdmin[Mail]):
    """What became of each e-mail. Texts are not shown: they may hold links that sign somebody in."""

    list_display = ["created_at", "to", "subject", "state", "attempts", "sent_at", "error"]
    list_filter = ["state"]
    search_fields = ["to", "subject"]
    fields = ["created_at", "to", "subject", "state", "attempts", "send_after", "sent_at", "error"]
    readonly_fields = ["created_at", "to", "subject", "state", "attempts", "send_after", "sent_at", "error"]
    actions = ["try_again"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_delete_permission = has_add_permission

    @admin.action(description="Try to send again", permissions=["change"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        again = sum(actions.retry(mail=mail, now=timezone.now()) for mail in queryset)
        self.message_user(request, f"{again} of the chosen e-mails will be tried again; the others were not given up.")
