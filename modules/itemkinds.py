"""The kinds of items a course may have. Higher apps register theirs; the loader asks them to read and compare files."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modules.loader.source import Reading


@dataclass(frozen=True)
class Parsed:
    """What a kind made of an item's file: HTML that is safe to send, and its data as JSON."""

    body: str
    data: dict[str, Any]


@dataclass(frozen=True)
class ItemKind:
    """One kind of item.

    `parse(reading)` reads one file and reports what is wrong through `reading.problem(…)`; it never raises for an
    author's mistake. `check_course(course)` looks across files, after all were read without a problem (a plan step
    names fields of the template): `course.of_kind(name)` gives items, each with its `reading`. `parts` names the
    course-wide files the kind reads, as (name, path, parse); what `parse(reading)` returns stands in
    `course.parts[name]`. A path that ends in a slash is a folder of TOML files: what each of them gave stands in a
    list, with its `slug`. `facts(data)` gives the light values that lists need; never a key of answers.
    `differences(old, new)` says in words for an administrator what changed between two versions of an item's data.
    """

    name: str
    label: str
    parse: Callable[["Reading"], Parsed]
    facts: Callable[[dict[str, Any]], dict[str, Any]] = lambda data: {}
    differences: Callable[[dict[str, Any], dict[str, Any]], list[str]] = lambda old, new: []
    parts: tuple[tuple[str, str, Callable[["Reading"], Any]], ...] = ()
    check_course: Callable[[Any], None] | None = None


_kinds: dict[str, ItemKind] = {}


def register(kind: ItemKind) -> None:
    """Called from a kind's app when it is ready. Raises ValueError if another app has the name."""
    if _kinds.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"The item kind {kind.name!r} is registered twice.")


def get(name: str) -> ItemKind:
    return _kinds[name]


def all_kinds() -> tuple[ItemKind, ...]:
    return tuple(_kinds.values())
