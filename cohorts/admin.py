from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.access import person
from accounts.admin import UserAdmin
from accounts.models import Role, User
from cohorts import actions
from foundation.audit import actions as audit

RIGHTS = ("email", "is_active", "is_staff", "is_superuser")


@admin.register(Role)
class RoleAdmin(admin.ModelAdmin[Role]):
    """Who may facilitate, works for a consortium, speaks for a college. Given and taken, never changed; audited."""

    list_display = ["user", "kind", "consortium", "college", "granted_at", "granted_by"]
    list_filter = ["kind", "consortium"]
    list_select_related = ["user", "consortium", "college", "granted_by"]
    search_fields = ["user__email", "user__last_name"]
    autocomplete_fields = ["user"]
    fields = ["user", "kind", "consortium", "college"]

    def has_change_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Role, form: forms.ModelForm[Role], change: bool) -> None:
        granted = actions.grant_role(
            user=obj.user,
            consortium=obj.consortium,
            kind=obj.kind,
            college=obj.college,
            by=person(request),
            now=timezone.now(),
        )
        obj.pk = granted.pk

    def delete_model(self, request: HttpRequest, obj: Role) -> None:
        actions.revoke_role(role=obj, by=person(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Role]) -> None:
        for role in queryset.select_related("user", "consortium", "college"):
            actions.revoke_role(role=role, by=person(request))


admin.site.unregister(User)


@admin.register(User)
class AuditedUserAdmin(UserAdmin):
    """The page of `accounts`, which knows no audit, with every change of rights, and of who signs in, written down."""

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        changed = {name: getattr(obj, name) for name in RIGHTS if name in form.changed_data}
        if changed:
            audit.record(actor=person(request), action="person.rights", subject=obj, **changed)
