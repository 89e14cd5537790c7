"""What must hold after any fault, asked of every app that knows: its `invariants.problems()` yields sentences."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Check what must hold after any fault; prints one line per problem and ends with 1 if there is any."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(problems())
        for problem in found:
            self.stdout.write(problem)
        if found:
            raise SystemExit(1)
        self.stdout.write("All invariants hold.")


def problems() -> Iterator[str]:
    for config in apps.get_app_configs():
        name = f"{config.name}.invariants"
        if find_spec(name) is not None:
            for problem in import_module(name).problems():
                yield f"{config.label}: {problem}"
