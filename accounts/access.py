from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User


def person(request: HttpRequest) -> User:
    """Who asks. The middleware lets only signed-in people through; a page made public by mistake is refused here."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
