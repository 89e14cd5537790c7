"""A backup is a folder: the database as one file, documents and media as they are, a manifest with the hash of each.

A live SQLite file must not be copied (three of three plain copies were malformed); `VACUUM INTO` writes a whole one
while people work. The database is taken first and the files after it, so every file that the database knows is there.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

MANIFEST = "manifest.json"
FORMAT = 1


class BackupError(Exception):
    """Why it cannot be done, as a sentence for the person at the terminal."""


def folders() -> dict[str, Path]:
    return {"documents": Path(settings.DOCUMENTS_DIR), "media": Path(settings.MEDIA_ROOT)}


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_in(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def back_up(target: Path, *, now: datetime) -> dict[str, Any]:
    """Write a backup into `target`, which must be empty or not there; the manifest comes last and makes it complete."""
    if target.exists() and any(target.iterdir()):
        raise BackupError(f"{target} is not empty; a backup needs a folder of its own.")
    target.mkdir(parents=True, exist_ok=True)
    database = target / ("database.sqlite3" if connection.vendor == "sqlite" else "database.dump")
    if connection.vendor == "sqlite":
        back_up_sqlite(database)
    else:
        postgres("pg_dump", "--format=custom", "--no-owner", f"--file={database}")
    for name, folder in folders().items():
        copy_files(folder, target / name)
    manifest = {
        "format": FORMAT,
        "made_at": now.isoformat(timespec="seconds"),
        "database": connection.vendor,
        "files": {str(path.relative_to(target)): digest(path) for path in files_in(target)},
    }
    aside = target / f"{MANIFEST}.writing"
    aside.write_text(json.dumps(manifest, indent=1))
    aside.rename(target / MANIFEST)
    return manifest


def copy_files(source: Path, target: Path) -> None:
    """Copy the files of a folder in which people go on working: one that is removed meanwhile is left out."""
    for path in files_in(source):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(path, copy)
        except FileNotFoundError:
            copy.unlink(missing_ok=True)


def back_up_sqlite(copy: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(copy)])
    check_sqlite(copy)


def check_sqlite(path: Path) -> None:
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        verdict = [row[0] for row in database.execute("PRAGMA integrity_check")]
        orphans = database.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{path} is damaged: {error}") from error
    finally:
        database.close()
    if verdict != ["ok"] or orphans:
        raise BackupError(f"{path} is damaged: {'; '.join(verdict)}; rows without their parent: {len(orphans)}")


def read_manifest(source: Path) -> dict[str, Any]:
    """The manifest of a complete, undamaged backup."""
    try:
        manifest: dict[str, Any] = json.loads((source / MANIFEST).read_text())
    except FileNotFoundError:
        raise BackupError(f"{source} has no {MANIFEST}: it is no backup, or one that did not finish.") from None
    if manifest["format"] != FORMAT:
        raise BackupError(f"This backup has format {manifest['format']}; this program reads format {FORMAT}.")
    found = {str(path.relative_to(source)): path for path in files_in(source) if path.name != MANIFEST}
    if found.keys() != manifest["files"].keys():
        changed = sorted(found.keys() ^ manifest["files"].keys())
        raise BackupError(f"Files are missing or were added since the backup was made: {', '.join(changed[:5])}")
    damaged = [name for name, path in found.items() if digest(path) != manifest["files"][name]]
    if damaged:
        raise BackupError(f"Files changed since the backup was made: {', '.join(damaged[:5])}")
    return manifest


def restore(source: Path, *, force: bool) -> dict[str, Any]:
    """Put back what a backup has. All is checked before anything is changed; people and worker must be stopped."""
    manifest = read_manifest(source)
    if manifest["database"] != connection.vendor:
        raise BackupError(f"The backup is of {manifest['database']}, this installation uses {connection.vendor}.")
    in_use = [str(folder) for folder in folders().values() if folder.exists() and any(files_in(folder))]
    if connection.introspection.table_names():
        in_use.insert(0, "the database")
    if in_use and not force:
        raise BackupError(f"Not empty: {', '.join(in_use)}. Nothing was changed; --force replaces what is there.")
    if connection.vendor == "sqlite":
        restore_sqlite(source / "database.sqlite3")
    else:
        restore_postgres(source / "database.dump")
    for name, folder in folders().items():
        replace_folder(source / name, folder)
    return manifest


def restore_sqlite(copy: Path) -> None:
    check_sqlite(copy)
    connection.close()
    target = Path(connection.settings_dict["NAME"])
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f"{target.name}.restoring")
    with copy.open("rb") as source, aside.open("wb") as file:
        shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(file.fileno())
    for ending in ("-wal", "-shm", "-journal"):  # they belong to the old file and would be played into the new one
        target.with_name(target.name + ending).unlink(missing_ok=True)
    aside.replace(target)


def restore_postgres(dump: Path) -> None:
    """In one transaction, so that a failure leaves what was there."""
    connection.close()
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "restore.sql"
        run(["pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(dump)])
        clear = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
        postgres(
            "psql", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", f"--command={clear}", f"--file={script}"
        )


def replace_folder(source: Path, target: Path) -> None:
    aside = target.with_name(f"{target.name}.restoring")
    shutil.rmtree(aside, ignore_errors=True)
    if source.exists():
        shutil.copytree(source, aside)
    else:
        aside.mkdir(parents=True)
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside.rename(target)


def postgres(*command: str) -> None:
    """Run one of PostgreSQL's own programs on our database; the password goes by the environment, hidden from `ps`."""
    values = connection.get_connection_params()
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    run(list(command), {env: str(values[key]) for key, env in names.items() if values.get(key)})


def run(command: list[str], env: dict[str, str] | None = None) -> None:
    try:
        result = subprocess.run(command, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise BackupError(
            f"{command[0]} is not installed; it comes with PostgreSQL's client (postgresql-client)."
        ) from None
    if result.returncode:
        raise BackupError(f"{command[0]} failed: {result.stderr.strip()}")
