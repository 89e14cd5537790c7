from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wbl_course import backups


class Command(BaseCommand):
    help = "Put back a backup. Stop web, worker and beat first; afterwards run `manage.py prepare`."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--force", action="store_true", help="replace a database and files that are there")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = backups.restore(options["folder"].resolve(), force=options["force"])
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored what was backed up at {manifest['made_at']}. Now run: manage.py prepare")
