from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from modules import checking, loader
from modules.checking import prose


class Command(BaseCommand):
    help = "Look through a course folder for what would spoil it: findings fail, warnings don't. Loads nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "path", nargs="?", type=Path, default=None, help="the course folder; without it the default course"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["path"] or settings.CONTENT_DIR)
        try:
            report = checking.check(loader.open_folder(path), timezone.localdate())
        except loader.NotAFolder as error:
            raise CommandError(str(error)) from error
        for finding in report.findings:
            self.stdout.write(str(finding))
        if report.warnings:
            self.stdout.write("\nWarnings:")
        for warning in report.warnings:
            self.stdout.write(str(warning))
        if not prose.can_grade():
            self.stdout.write("\nThe reading level was not measured: that needs the tools of `make setup-dev`.")
        for course in report.courses:
            minutes = course.course.get("minutes", 0)
            self.stdout.write(f"{course.slug}: {len(course.items)} items, {minutes} minutes ({minutes / 60:.1f} hours)")
        if report.findings:
            raise CommandError(f"{len(report.findings)} findings, {len(report.warnings)} warnings.")
        self.stdout.write(f"No findings, {len(report.warnings)} warnings.")
