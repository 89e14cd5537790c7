from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from wbl_course import backups


class Command(BaseCommand):
    help = "Write database, documents and media into a new folder, while people go on working."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = backups.back_up(options["folder"].resolve(), now=timezone.now())
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{options['folder']}: {manifest['database']}, {len(manifest['files'])} files, each with its hash."
        )
