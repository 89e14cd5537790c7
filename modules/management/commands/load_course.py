import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import floatformat, pluralize
from django.utils import timezone

from modules import actions
from modules.models import Upload


class Command(BaseCommand):
    help = "Check a course folder and make an edition for each region whose course changed. All or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "path", nargs="?", type=Path, default=None, help="the course folder; without it the default course"
        )
        parser.add_argument(
            "--force", action="store_true", help="load the default course even where an administrator uploaded one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        default = Path(settings.CONTENT_DIR)
        path = Path(options["path"] or default)
        upload = Upload.objects.filter(state=Upload.State.LOADED).order_by("-loaded_at").first()
        if upload is not None and path.resolve() == default.resolve() and not options["force"]:
            # Every start loads the default course; that must not undo what an administrator uploaded.
            self.stdout.write(f"The course of the upload “{upload.name}” stays; --force loads the default course.")
            return
        began = time.perf_counter()
        try:
            load = actions.load_instead_of_uploads if options["force"] else actions.load_folder
            loaded = load(path=path, now=timezone.now())
        except actions.NotAFolder as error:
            raise CommandError(str(error)) from error
        except actions.Refused as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            raise CommandError(f"{len(error.problems)} problems; nothing was loaded.") from error
        for each in loaded:
            number, changes = each.edition.number, len(each.changes)
            state = (
                f"unchanged, edition {number}"
                if not each.is_new
                else "first edition"
                if number == 1
                else f"edition {number}, {changes} change{pluralize(changes)}"
            )
            self.stdout.write(f"{each.consortium.slug}: {state}, {floatformat(each.edition.hours)} hours")
        if options["verbosity"] > 1:
            self.stdout.write(f"In {time.perf_counter() - began:.1f} seconds.")
