"""The restore drill: write under load, back up, wipe, restore, compare, by the commands that a person types."""

import json
import os
import shutil
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from wbl_course import backups

ROOT = Path(__file__).resolve().parents[2]


class Installation:
    """One installation of its own: a data folder and a database, of the kind the suite runs on."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.env = {
            **os.environ,
            "DATA_DIR": str(folder),
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "wbl_course.settings",
            "WBL_TESTING": "1",
        }

    def manage(self, *command: str) -> subprocess.CompletedProcess[str]:
        arguments = [sys.executable, "manage.py", *command]
        return subprocess.run(arguments, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False)

    def python(self, code: str) -> str:
        result = self.manage("shell", "--no-imports", "--command", code)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def digest(self) -> str:
        """Every row of every table, as one hash."""
        return self.python(
            "import hashlib\n"
            "from django.apps import apps\n"
            "rows = [(m._meta.label, r) for m in apps.get_models() for r in m.objects.order_by('pk').values_list()]\n"
            "print(len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())"
        )


@pytest.fixture
def installations(tmp_path, db):
    """Two empty ones: where people work, and where the backup is tried out."""
    made = []
    urls = []
    for name in ("here", "there"):
        folder = tmp_path / name
        folder.mkdir()
        url = f"sqlite:///{folder / 'db.sqlite3'}"
        if connection.vendor == "postgresql":
            params = {key: value for key, value in connection.get_connection_params().items() if key in PARTS}
            database = f"{params['dbname']}_{name}_{uuid.uuid4().hex[:8]}"
            with psycopg.connect(**params, autocommit=True) as server:
                server.execute(f'CREATE DATABASE "{database}"')
            made.append((params, database))
            login = f"{params['user']}:{params['password']}@" if params.get("password") else f"{params['user']}@"
            url = f"postgres://{login}{params.get('host', '')}:{params.get('port', 5432)}/{database}"
        urls.append(url)
    yield [Installation(tmp_path / name, url) for name, url in zip(("here", "there"), urls, strict=True)]
    for params, database in made:
        with psycopg.connect(**params, autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


PARTS = {"dbname", "user", "password", "host", "port"}
WRITE = (
    "import sys\n"
    "from django.contrib.sessions.models import Session\n"
    "from django.utils import timezone\n"
    "for n in range(400):\n"
    "    Session.objects.create(session_key=f'load{n}', session_data='x' * 2000, expire_date=timezone.now())\n"
)


def test_a_backup_made_under_load_restores_to_the_same_rows_and_files(installations, tmp_path):
    here, there = installations
    assert here.manage("migrate", "--verbosity", "0").returncode == 0
    user = (
        "from accounts.models import User\nUser.objects.create_user(email='kept@example.org', password='correct horse')"
    )
    here.python(user)
    document = here.folder / "documents" / "ab" / "plan.pdf"
    document.parent.mkdir(parents=True)
    document.write_bytes(os.urandom(10_000))

    load = threading.Thread(target=here.python, args=[WRITE])
    load.start()
    backup = tmp_path / "backup"
    made = here.manage("backup", str(backup))
    load.join()
    assert made.returncode == 0, made.stderr

    # What was written while the backup ran is in it or not, but whole.
    restored = there.manage("restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    assert there.manage("migrate", "--check").returncode == 0
    assert (there.folder / "documents" / "ab" / "plan.pdf").read_bytes() == document.read_bytes()
    sign_in = "from accounts.models import User\nprint(User.objects.get().check_password('correct horse'))"
    assert there.python(sign_in) == "True"

    # At rest, both are the same to the last row.
    again = tmp_path / "again"
    assert here.manage("backup", str(again)).returncode == 0
    refused = there.manage("restore", str(again))
    assert refused.returncode != 0
    assert "Not empty: the database" in refused.stderr
    assert there.manage("restore", "--force", str(again)).returncode == 0
    assert there.digest() == here.digest()


def test_a_damaged_or_unfinished_backup_is_refused_before_anything_changes(installations, tmp_path):
    here, there = installations
    assert here.manage("migrate", "--verbosity", "0").returncode == 0
    backup = tmp_path / "backup"
    assert here.manage("backup", str(backup)).returncode == 0
    occupied = here.manage("backup", str(backup))
    assert "is not empty" in occupied.stderr

    manifest = json.loads((backup / "manifest.json").read_text())
    database = backup / next(name for name in manifest["files"] if name.startswith("database"))
    whole = database.read_bytes()
    database.write_bytes(whole[: len(whole) // 2])
    assert "Files changed since the backup was made: database" in there.manage("restore", str(backup)).stderr
    database.unlink()
    assert "Files are missing" in there.manage("restore", str(backup)).stderr
    (backup / "manifest.json").unlink()
    assert "did not finish" in there.manage("restore", str(backup)).stderr
    assert not (there.folder / "documents").exists()


def test_a_file_that_is_removed_meanwhile_does_not_end_the_backup(tmp_path, settings, monkeypatch):
    """`/readyz` writes and removes one in these folders each time it is asked."""
    settings.DOCUMENTS_DIR = documents = tmp_path / "documents"
    settings.MEDIA_ROOT = tmp_path / "media"
    (documents / "ab").mkdir(parents=True)
    for name in (".ready-1", "ab/plan.pdf"):
        (documents / name).write_bytes(b"words")
    copyfile = shutil.copyfile

    def late(source, *args, **kwargs):
        (documents / ".ready-1").unlink(missing_ok=True)
        return copyfile(source, *args, **kwargs)

    monkeypatch.setattr(shutil, "copyfile", late)
    for name in ("back_up_sqlite", "postgres"):  # of the files alone: a test runs in a transaction
        monkeypatch.setattr(backups, name, lambda *_: None)
    manifest = backups.back_up(tmp_path / "backup", now=timezone.now())
    assert list(manifest["files"]) == ["documents/ab/plan.pdf"]
