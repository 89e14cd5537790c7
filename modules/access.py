"""From an address and a person to what an administrator sees."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.access import person
from accounts.models import Consortium, User
from modules.models import Upload


def administrator(request: HttpRequest) -> User:
    """Who asks, if it is an administrator; 403 for everybody else who is signed in."""
    user = person(request)
    if not user.is_superuser:
        raise PermissionDenied("The course and its regions belong to administrators.")
    return user


def region(slug: str) -> Consortium:
    return get_object_or_404(Consortium, slug=slug)


def upload(pk: int) -> Upload:
    return get_object_or_404(Upload.objects.select_related("uploaded_by", "loaded_by"), pk=pk)
