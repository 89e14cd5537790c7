from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction

from accounts.models import User, new_calendar_secret


@transaction.atomic
def join(*, email: str, password: str, profile: dict[str, Any]) -> User:
    """Make an account for someone who came by a link mailed to this address, which proves that it is theirs."""
    user = User.objects.create_user(email, password, **profile)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@transaction.atomic
def save_profile(*, user: User, profile: dict[str, Any]) -> User:
    """Change a person's own words about themselves: names, college, position, discipline, time zone."""
    for name, value in profile.items():
        setattr(user, name, value)
    user.save(update_fields=list(profile))
    return user


@transaction.atomic
def confirm_address(*, user: User) -> None:
    """Someone followed a link mailed to the address they sign in with: it is theirs."""
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})


@transaction.atomic
def move_address(*, user: User) -> None:
    """The account has another address, on an administrator's word: the old one opens it no longer, by no new password
    either.
    """
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    confirm_address(user=user)


@transaction.atomic
def renew_calendar_secret(*, user: User) -> User:
    """A new calendar address; the old one stops at once."""
    user.calendar_secret = new_calendar_secret()
    user.save(update_fields=["calendar_secret"])
    return user


def forget_ended_sessions() -> None:
    """Take the rows of sessions away that have ended: nothing else does, and each sign-in makes one."""
    SessionStore.clear_expired()
