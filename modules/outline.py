"""The shape of an edition without its texts: what a list, a lock or a percentage needs.

An edition never changes, so its outline is read once a process.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from threading import Lock
from typing import Any, TypeVar

from modules import itemkinds
from modules.models import Edition, Item, Module

T = TypeVar("T")

_KEPT = 64
_outlines: OrderedDict[tuple[int, str], "Outline"] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class ItemOutline:
    """An item as lists show it. `facts` are light values its kind wants at hand, never texts or keys of answers."""

    pk: int
    module: str
    slug: str
    kind: str
    title: str
    minutes: int
    was: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        return f"{self.module}/{self.slug}"


@dataclass(frozen=True)
class ModuleOutline:
    pk: int
    slug: str
    position: int
    title: str
    summary: str
    week: int
    outcomes: tuple[dict[str, str], ...]
    requires: tuple[str, ...]
    items: tuple[ItemOutline, ...]

    @cached_property
    def minutes(self) -> int:
        return sum(item.minutes for item in self.items)


@dataclass(frozen=True)
class Outline:
    modules: tuple[ModuleOutline, ...]
    _worked_out: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """What follows from this outline and the key alone, worked out once a process; nobody may change it."""
        if key not in self._worked_out:
            self._worked_out[key] = work_out()
        found: T = self._worked_out[key]
        return found

    @cached_property
    def items(self) -> tuple[ItemOutline, ...]:
        return tuple(item for module in self.modules for item in module.items)

    @cached_property
    def by_key(self) -> dict[str, ItemOutline]:
        return {item.key: item for item in self.items}

    @cached_property
    def module_by_slug(self) -> dict[str, ModuleOutline]:
        return {module.slug: module for module in self.modules}

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Old key → key, for items that were renamed."""
        return {f"{item.module}/{item.was}": item.key for item in self.items if item.was}

    def of_kind(self, kind: str) -> Iterator[ItemOutline]:
        return (item for item in self.items if item.kind == kind)


def of(edition: Edition) -> Outline:
    """The edition's outline; two queries the first time, none after."""
    key = (edition.pk, edition.digest)
    with _lock:
        if key in _outlines:
            _outlines.move_to_end(key)
            return _outlines[key]
    outline = _read(edition)
    with _lock:
        _outlines[key] = outline
        while len(_outlines) > _KEPT:
            _outlines.popitem(last=False)
    return outline


@lru_cache(maxsize=512)
def data_of(pk: int, digest: str) -> Mapping[str, Any]:
    """An item's data, read once a process: what is saved often (a check's answers) needs it often, and under one
    digest it never changes. Nobody may change what they get.
    """
    data: Mapping[str, Any] = Item.objects.values_list("data", flat=True).get(pk=pk)
    return data


def _read(edition: Edition) -> Outline:
    items: dict[int, list[ItemOutline]] = {}
    rows = (
        Item.objects.filter(module__edition=edition)
        .select_related("module")
        .defer("body")
        .order_by("module__position", "position", "pk")
    )
    for row in rows:
        items.setdefault(row.module_id, []).append(
            ItemOutline(
                pk=row.pk,
                module=row.module.slug,
                slug=row.slug,
                kind=row.kind,
                title=row.title,
                minutes=row.minutes,
                was=row.was,
                facts=itemkinds.get(row.kind).facts(row.data),
            )
        )
    return Outline(
        modules=tuple(
            ModuleOutline(
                pk=module.pk,
                slug=module.slug,
                position=module.position,
                title=module.title,
                summary=module.summary,
                week=module.week,
                outcomes=tuple(module.outcomes),
                requires=tuple(module.requires),
                items=tuple(items.get(module.pk, [])),
            )
            for module in Module.objects.filter(edition=edition)
        )
    )
