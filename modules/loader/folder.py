"""A course folder as names and contents, from disk or from a ZIP, with what is wrong with its files themselves."""

import lzma
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from modules.loader.pictures import PICTURE_LIMIT
from modules.loader.source import Problem

FILES_LIMIT = 2_000
TOTAL_LIMIT = 20_000_000  # bytes, unpacked
TEXT_LIMIT = 500_000
RATIO_LIMIT = 100
BITMAPS = (".png", ".jpg", ".jpeg", ".webp")
SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_LAYER = re.compile(rf"(?:(?:states|regions)/{SLUG}/)?(.+)")
_KNOWN = re.compile(
    rf"course\.toml|sources\.toml|lists\.toml|README\.md"
    rf"|modules/{SLUG}/(?:module\.toml|{SLUG}\.(?:md|toml))"
    rf"|toolbox/{SLUG}\.md|figures/{SLUG}\.svg|images/[A-Za-z0-9_-]+\.(?:png|jpe?g|webp)"
)
_VALUES = re.compile(rf"states/{SLUG}/state\.toml|regions/{SLUG}/region\.toml")
_PART = re.compile(rf"(.+/){SLUG}\.toml")
CODECS = (zlib.error, lzma.LZMAError, struct.error)


class NotAFolder(ValueError):
    """What was given is no course folder at all, or a hostile archive; the words are for the person who gave it."""


@dataclass
class Folder:
    """Contents by path. `texts` are decoded files, `bitmaps` raw ones; `problems` what could not be read."""

    texts: dict[str, str] = field(default_factory=dict)
    bitmaps: dict[str, bytes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: str, content: bytes, parts: frozenset[str] = frozenset()) -> None:
        """Take a file in, or note why not. `parts` are the further paths that item kinds read."""
        inner = (_LAYER.fullmatch(path) or [path, path])[1]
        is_bitmap = path.lower().endswith(BITMAPS)
        if is_bitmap and len(content) > PICTURE_LIMIT:
            self.problem(path, f"The picture has {len(content) / 1_000_000:.1f} MB; expected at most 1 MB.")
        elif not (_VALUES.fullmatch(path) or _KNOWN.fullmatch(inner) or _is_part(inner, parts)):
            self.problem(
                path, "This file has no place in a course folder; see the list of files in docs/course-format.md."
            )
        elif is_bitmap:
            self.bitmaps[path] = content
        elif len(content) > TEXT_LIMIT:
            self.problem(path, f"The file has {len(content) // 1000} KB; expected at most {TEXT_LIMIT // 1000} KB.")
        elif text := self._decoded(path, content):
            self.texts[path] = text

    def problem(self, path: str, message: str, line: int = 0) -> None:
        self.problems.append(Problem(path, line, message))

    def _decoded(self, path: str, content: bytes) -> str:
        if content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
            self.problem(path, "The file starts with a byte order mark; expected UTF-8 without one.", 1)
            return ""
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            self.problem(
                path,
                "This character is not UTF-8; expected a text file in UTF-8.",
                content[: error.start].count(b"\n") + 1,
            )
            return ""
        if "\r" in text:
            self.problem(
                path,
                "The line ends as on Windows (CR LF); expected plain line ends (LF).",
                text[: text.index("\r")].count("\n") + 1,
            )
            return ""
        odd = re.search(r"[\x00-\x08\x0b-\x1f\x7f\ue000-\uf8ff]", text)
        if odd:
            self.problem(
                path,
                f"The character U+{ord(odd[0]):04X} cannot be shown; expected ordinary text.",
                text[: odd.start()].count("\n") + 1,
            )
            return ""
        return text or "\n"


def _is_part(path: str, parts: frozenset[str]) -> bool:
    """Whether an item kind reads it: as the file itself, or as one of a folder's."""
    in_folder = _PART.fullmatch(path)
    return path in parts or (in_folder is not None and in_folder[1] in parts)


def from_disk(root: Path, parts: frozenset[str]) -> Folder:
    """The folder at a path. Raises NotAFolder where no course is."""
    if not (root / "course.toml").is_file():
        raise NotAFolder(f"{root} has no course.toml; expected a course folder.")
    folder = Folder()
    real = root.resolve()
    count = total = 0
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if any(part.startswith(".") for part in PurePosixPath(name).parts):
            continue
        if not path.resolve().is_relative_to(real):
            folder.problem(name, "This path leaves the course folder; expected a file in it.")
        elif path.is_symlink():
            folder.problem(name, "This is a link to another file; expected the file itself.")
        elif path.is_file():
            count, total = count + 1, total + path.stat().st_size
            if count > FILES_LIMIT or total > TOTAL_LIMIT:
                raise NotAFolder(_too_much())
            folder.add(name, path.read_bytes(), parts)
    return folder


def from_archive(archive: IO[bytes], parts: frozenset[str]) -> Folder:
    """The folder in a ZIP, read without writing a file; one enclosing folder is looked through.

    Raises NotAFolder for what is no honest ZIP.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            entries = list(_honest(packed.infolist()))
            top = _enclosing([entry.filename for entry in entries])
            folder = Folder()
            left = TOTAL_LIMIT
            for entry in entries:
                name = entry.filename.removeprefix(top)
                with packed.open(entry) as file:
                    # What is declared may be a lie: never read more than what is left, and one byte to notice.
                    content = file.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise NotAFolder(_too_much())
                folder.add(name, content, parts)
    except NotAFolder:
        raise
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        OverflowError,
        *CODECS,
    ) as error:
        raise NotAFolder("This is not a whole ZIP file; expected a course folder packed as ZIP.") from error
    if "course.toml" not in folder.texts and not any(problem.path == "course.toml" for problem in folder.problems):
        raise NotAFolder("There is no course.toml in this ZIP; expected a course folder packed as ZIP.")
    return folder


def _honest(entries: list[zipfile.ZipInfo]) -> Iterator[zipfile.ZipInfo]:
    if len(entries) > FILES_LIMIT or sum(entry.file_size for entry in entries) > TOTAL_LIMIT:
        raise NotAFolder(_too_much())
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        path = PurePosixPath(name)
        shown = name[:80].encode("ascii", "backslashreplace").decode()
        if (
            not name
            or "\\" in name
            or "\0" in entry.orig_filename
            or path.is_absolute()
            or ":" in name
            or ".." in path.parts
        ):
            raise NotAFolder(f"“{shown}” leads out of the folder; nothing was unpacked.")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise NotAFolder(f"“{shown}” is a link to another file; nothing was unpacked.")
        if entry.flag_bits & 0x1:
            raise NotAFolder("The ZIP is protected by a password; expected an open one.")
        if entry.file_size > 10_000 and entry.file_size > RATIO_LIMIT * max(entry.compress_size, 1):
            raise NotAFolder(f"“{shown}” grows more than a hundredfold when unpacked; nothing was unpacked.")
        if name.casefold() in seen:
            raise NotAFolder(f"“{shown}” is twice in the ZIP; nothing was unpacked.")
        seen.add(name.casefold())
        if not entry.is_dir() and not any(part.startswith(".") or part == "__MACOSX" for part in path.parts):
            yield entry


def _enclosing(names: list[str]) -> str:
    """The one folder that everything is in, or nothing."""
    tops = {name.partition("/")[0] for name in names if "/" in name}
    if "course.toml" not in names and len(tops) == 1 and all("/" in name for name in names):
        return f"{tops.pop()}/"
    return ""


def _too_much() -> str:
    return f"There is too much in it; expected at most {FILES_LIMIT:,} files and {TOTAL_LIMIT // 1_000_000} MB."
