"""Reads a course folder: every mistake with its place, or the course as each region reads it.

Knows no database; `modules.actions` makes editions.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from modules import itemkinds
from modules.loader.compose import courses, national
from modules.loader.composed import Composed, digest
from modules.loader.folder import Folder, NotAFolder, from_archive, from_disk
from modules.loader.source import Problem, Reading

__all__ = ["Composed", "NotAFolder", "Problem", "Reading", "digest", "national", "open_archive", "open_folder", "read"]


def open_folder(path: Path) -> Folder:
    """The course folder on disk. Raises NotAFolder."""
    return from_disk(path, _parts())


def open_archive(archive: IO[bytes]) -> Folder:
    """The course folder in a ZIP. Raises NotAFolder, also for hostile archives."""
    return from_archive(archive, _parts())


def read(
    folder: Folder, overrides: Mapping[str, Mapping[str, Any]] | None = None
) -> tuple[list[Composed], list[Problem]]:
    """The course for every region, with all problems; where there is a problem, the courses are not to be used."""
    return courses(folder, overrides or {})


def _parts() -> frozenset[str]:
    return frozenset(path for kind in itemkinds.all_kinds() for _, path, _ in kind.parts)
