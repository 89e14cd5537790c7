"""What must hold after any fault (`manage.py check_invariants`)."""

import hashlib
from collections.abc import Iterator

from django.core.files.storage import default_storage

from modules.models import Upload


def problems() -> Iterator[str]:
    """Sentences, one for each thing that is not as it must be. The database's constraints hold most of it."""
    for upload in Upload.objects.filter(state=Upload.State.LOADED).order_by("pk"):
        # A change of a region's values composes from the newest of these.
        try:
            with upload.archive.open("rb") as archive:
                found = hashlib.sha256(archive.read()).hexdigest()
        except FileNotFoundError:
            yield f"Upload {upload.pk} was loaded, and its file is gone."
            continue
        if found != upload.sha256:
            yield f"The file of upload {upload.pk} is not the one that was loaded."
    yield from _broken_pictures()


def _broken_pictures() -> Iterator[str]:
    if not default_storage.exists("pictures"):
        return
    for name in sorted(default_storage.listdir("pictures")[1]):
        with default_storage.open(f"pictures/{name}") as picture:
            if hashlib.sha256(picture.read()).hexdigest() != name.partition(".")[0]:
                yield f"The picture {name} is not what its name says: it was cut off."
