import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from wbl_course.demo import build, stage

SIGN_INS = ("participant", "classmate", "facilitator", "staff", "liaison", "admin")


class Command(BaseCommand):
    help = "Make the demonstration: two regions, a running and a finished cohort. The second time it only prints."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demonstration has known sign-ins, so it is only made where DEBUG is on.")
        note = Path(settings.DATA_DIR) / "demo-password"
        if not build.is_there():
            password = os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(9)
            build.build(now=timezone.now(), password=password)
            note.touch(mode=0o600)
            note.write_text(password)
        self.stdout.write("Sign in as")
        for name in SIGN_INS:
            self.stdout.write(f"  {name}@{stage.DOMAIN}")
        self.stdout.write(
            f"with the password {note.read_text()}" if note.exists() else "with the password chosen when it was made"
        )
