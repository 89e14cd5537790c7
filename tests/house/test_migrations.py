"""Migrations do not hurt a site that runs while they are applied: the old code meets the new tables for a minute."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython, RunSQL
from django_migration_linter import MigrationLinter

ROOT = Path(__file__).resolve().parents[2]
OURS = {config.label for config in apps.get_app_configs() if Path(config.path).parent in (ROOT, ROOT / "foundation")}


def migrations():
    loader = MigrationLoader(connection, ignore_no_migrations=True)
    return [migration for (app, _), migration in sorted(loader.disk_migrations.items()) if app in OURS]


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite rewrites the table for any change; no site is shared there"
)
@pytest.mark.django_db(transaction=True)
def test_the_linter_finds_nothing_that_hurts():
    linter = MigrationLinter(
        str(ROOT), include_apps=sorted(OURS), no_cache=True, no_output=True, ignore_initial_migrations=True
    )
    linter.lint_all_migrations()
    assert linter.nb_total > 0
    assert linter.nb_erroneous == 0


def test_every_migration_can_be_taken_back(db):
    one_way = [
        f"{migration.app_label}.{migration.name}"
        for migration in migrations()
        for operation in migration.operations
        if isinstance(operation, (RunPython, RunSQL)) and not operation.reversible
    ]
    assert one_way == []


def test_every_migration_has_a_name_that_says_what_it_does(db):
    names = [migration.name for migration in migrations()]
    assert names
    assert [name for name in names if re.search(r"_auto_|_alter_\w+_and_more|_initial_\d", name)] == []
