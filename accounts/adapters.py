from functools import cache
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Role, User


@cache
def _people() -> QuerySet[User]:
    """Composed once: each request asks for its person, and putting this together took longer than the answer."""
    roles = Role.objects.filter(user=OuterRef("pk"))
    return (
        User.objects.select_related("college")
        .annotate(
            has_role=Exists(roles),
            may_facilitate=Exists(roles.filter(kind=Role.Kind.FACILITATOR)),
            may_report=Exists(roles.exclude(kind=Role.Kind.FACILITATOR)),
        )
        .filter(is_active=True)
        .order_by()
    )


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """Sign-in by e-mail; the person of a request arrives in one query with college and what kinds of role they hold."""

    def get_user(self, user_id: int) -> User | None:
        return next(iter(_people().filter(pk=user_id)), None)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Nobody signs up by themselves: people come by invitation.

    Links in mail start with the configured address, not with a request's host.
    """

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is closed. Your facilitator or your consortium’s staff can open it again.",
        "duplicate_email": "That is your address already.",
        "email_password_mismatch": "This e-mail address and password don’t go together.",
        "email_taken": "Another account has this e-mail address.",
        "enter_current_password": "That isn’t your current password.",
        "incorrect_code": "That code isn’t right. Look for the newest one.",
        "incorrect_password": "That isn’t your password.",
        "rate_limited": "That was a lot at once. Wait a few minutes, then try again.",
        "too_many_login_attempts": "That was too many tries. Wait a few minutes, or have a code sent.",
        "unknown_email": "No account has this e-mail address.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return str(settings.SITE_URL) + path.replace("UID-KEY", quote(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return str(settings.SITE_URL) + reverse("account_confirm_email", args=[emailconfirmation.key])
