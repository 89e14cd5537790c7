"""Where finished documents lie: a folder, or an object store where `STORAGES["documents"]` names one.

A file appears under its name complete or not at all. In a folder that takes a temporary file, fsync and rename; an
object store's put is atomic by itself.
"""

import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

TEMPORARY = ".part"
STALE_SECONDS = 3600


def _object_store() -> Storage | None:
    return storages["documents"] if "documents" in settings.STORAGES else None


def _folder() -> Path:
    return Path(settings.DOCUMENTS_DIR)


def write(path: str, data: bytes) -> None:
    """Keep these bytes under this name, all of them or (OSError) none."""
    store = _object_store()
    if store is not None:
        if not store.exists(path):
            store.save(path, ContentFile(data))
        return
    target = _folder() / path
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f"{target.name}.{uuid.uuid4().hex}{TEMPORARY}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name itself must survive a power cut, too
    finally:
        os.close(folder)


def read(path: str) -> IO[bytes]:
    """The file, open for reading; FileNotFoundError where it is gone."""
    store = _object_store()
    if store is not None:
        return store.open(path, "rb")
    return (_folder() / path).open("rb")


def exists(path: str) -> bool:
    """Whether the file of a finished document is there."""
    store = _object_store()
    return store.exists(path) if store is not None else (_folder() / path).is_file()


def delete(path: str) -> None:
    """Forget a file that no row names."""
    store = _object_store()
    if store is not None:
        store.delete(path)
    else:
        (_folder() / path).unlink(missing_ok=True)


def stale() -> Iterator[Path]:
    """Temporary files that a worker left behind when it died, older than an hour."""
    if _object_store() is not None or not _folder().exists():
        return
    for path in sorted(_folder().rglob(f"*{TEMPORARY}")):
        try:
            age = time.time() - path.stat().st_mtime
        except FileNotFoundError:  # written to its end, or taken away, since the folder was read
            continue
        if age > STALE_SECONDS:
            yield path
