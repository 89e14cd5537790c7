"""From an address and a person to what an administrator sees."""

from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.access import person
from accounts.models import Consortium, User
from modules import loader
from modules.loader.folder import Folder
from modules.models import Edition, Item, Resource, Upload
from modules.outline import ItemOutline, ModuleOutline


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


def edition(region: Consortium) -> Edition:
    """What the region's next cohort will read; 404 where nothing was loaded for it."""
    found = region.editions.defer("parts", "lists").select_related("course").newest().first()
    if found is None:
        raise Http404("No course was loaded for this region.")
    return found


def module(edition: Edition, slug: str) -> ModuleOutline:
    found = edition.outline.module_by_slug.get(slug)
    if found is None:
        raise Http404
    return found


def item(module: ModuleOutline, slug: str) -> tuple[ItemOutline, Item]:
    """An item's outline and its row with the texts."""
    found = next((item for item in module.items if item.slug == slug), None)
    if found is None:
        raise Http404
    return found, get_object_or_404(Item, pk=found.pk)


def resource(edition: Edition, slug: str) -> Resource:
    return get_object_or_404(edition.resources, slug=slug)


def latest_folder() -> Folder:
    """The course as it was loaded last: the newest upload, else the folder of the installation. Raises NotAFolder."""
    upload = Upload.objects.filter(state=Upload.State.LOADED).order_by("-loaded_at", "-pk").first()
    return loader.open_folder(Path(settings.CONTENT_DIR)) if upload is None else folder_of(upload)


def folder_of(upload: Upload) -> Folder:
    try:
        with upload.archive.open("rb") as archive:
            return loader.open_archive(archive)
    except FileNotFoundError as error:
        raise loader.NotAFolder("The uploaded file is no longer there; upload the folder again.") from error
