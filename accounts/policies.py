from allauth.mfa.models import Authenticator

from accounts.models import User


def is_page_beyond_accounts(path: str) -> bool:
    """False for the pages where a person signs in, signs out and sets up a second factor."""
    return not path.startswith(("/accounts/", "/static/", "/healthz", "/readyz"))


def lacks_second_factor(user: User) -> bool:
    """Whether this person must have a second factor and has none: staff roles and administrators see other people's
    records.
    """
    has_role = user.has_role if hasattr(user, "has_role") else user.roles.exists()
    if not (user.is_superuser or has_role):
        return False
    return not Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
