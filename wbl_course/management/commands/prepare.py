"""Bring an installation to the state of this code: tables, cache, course; if asked, static files and demonstration."""

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Migrate, make the cache table and load the default course. Run again, it changes only what is out of date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--collectstatic", action="store_true", help="also collect static files when they changed")
        parser.add_argument("--demo", action="store_true", help="also make the demonstration (only where DEBUG is on)")

    def handle(self, *args: Any, **options: Any) -> None:
        make_folders()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        if options["collectstatic"]:
            collect_static()
        call_command("load_course", str(settings.CONTENT_DIR))
        if options["demo"] and settings.DEBUG:
            call_command("demo")


def make_folders() -> None:
    folders = [settings.DATA_DIR, Path(settings.MEDIA_ROOT), settings.DOCUMENTS_DIR]
    if not settings.REDIS_URL:
        folders += [settings.BROKER_DIR, settings.BROKER_DIR / "control"]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)


def collect_static() -> None:
    """Hashing and compressing every file takes seconds; names, sizes and times tell whether that was done already."""
    found = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            found.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if stamp.exists() and stamp.read_text() == found.hexdigest():
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(found.hexdigest())
