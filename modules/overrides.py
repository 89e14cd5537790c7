"""What each state and region replaces, adds and sets in the course, and which of its facts come to an end."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Consortium
from modules import facts
from modules.facts import Ageing
from modules.loader.composed import LAYER
from modules.loader.folder import Folder
from modules.loader.source import take_apart
from modules.models import Edition, Item, Resource

NOTICE = datetime.timedelta(days=90)
_VALUES = {"state.toml", "region.toml"}


@dataclass(frozen=True)
class Replaced:
    """A file of a layer: the path that it stands for, its title, and whether a wider layer has one there, too."""

    path: str
    title: str
    is_new: bool


@dataclass
class Layer:
    """A state or a region of the folder. `values` are the texts that its own file sets."""

    kind: str
    slug: str
    state: str = ""
    values: dict[str, str] = field(default_factory=dict)
    files: list[Replaced] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.values.get("name", self.slug)


@dataclass(frozen=True)
class Change:
    """A value that an administrator set over the region's file."""

    name: str
    was: Any
    now: Any


@dataclass(frozen=True)
class Due:
    """A fact that has expired or soon will, and the page that bears it: `module/item`, or a resource's slug."""

    fact: Ageing
    title: str
    item: str = ""
    resource: str = ""
    is_expired: bool = False
    days: int = 0


def layers(folder: Folder) -> list[Layer]:
    """The states, then the regions of a folder, each with what it replaces and adds."""
    found: dict[tuple[str, str], Layer] = {}
    inner: list[tuple[Layer, str, str]] = []
    for path in sorted([*folder.texts, *folder.bitmaps]):
        match = LAYER.fullmatch(path)
        if match is None:
            continue
        layer = found.setdefault((match[1], match[2]), Layer(match[1], match[2]))
        if match[3] in _VALUES:
            head = _head(folder, path)
            layer.state = str(head.get("state", "")) if match[1] == "regions" else ""
            layer.values = {key: value for key, value in head.items() if isinstance(value, str)}
        else:
            inner.append((layer, match[3], path))
    paths = {*folder.texts, *folder.bitmaps}
    for layer, name, path in inner:
        wider = [name, f"states/{layer.state}/{name}"] if layer.state else [name]
        layer.files.append(Replaced(name, str(_head(folder, path).get("title", "")), not paths.intersection(wider)))
    return sorted(found.values(), key=lambda layer: (layer.kind != "states", layer.name, layer.slug))


def _head(folder: Folder, path: str) -> dict[str, Any]:
    if not path.endswith((".md", ".toml")) or path not in folder.texts:
        return {}
    source = take_apart(path, folder.texts[path], [])
    return dict(source.head) if source else {}


def changes(region: Consortium) -> list[Change]:
    """What an administrator set, beside what the region's file says; tables of values by each of their names."""
    return [
        Change(name, was, now)
        for key, value in sorted(region.overrides.items())
        for name, was, now in _apart(key.replace("_", " "), region.values.get(key), value)
    ]


def _apart(name: str, was: Any, now: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(was, dict) and isinstance(now, dict):
        for key in sorted({*was, *now}):
            if was.get(key) != now.get(key):
                yield from _apart(f"{name}, {str(key).replace('_', ' ')}", was.get(key), now.get(key))
    elif isinstance(now, list):
        yield name, _listed(was), _listed(now)
    else:
        yield name, was, now


def _listed(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def due(today: datetime.date) -> dict[int, list[Due]]:
    """Facts of every region's newest edition that have expired or will within 90 days, soonest first, by region."""
    current = Edition.objects.current()
    found: dict[int, list[Due]] = {}
    items = Item.objects.filter(module__edition__in=current, body__contains="data-expires=").order_by("pk")
    for title, body, module, slug, region in items.values_list(
        "title", "body", "module__slug", "slug", "module__edition__consortium_id"
    ):
        for fact in _ending(body, today):
            found.setdefault(region, []).append(_due(fact, today, title, item=f"{module}/{slug}"))
    resources = Resource.objects.filter(edition__in=current, body__contains="data-expires=").order_by("pk")
    for title, body, slug, region in resources.values_list("title", "body", "slug", "edition__consortium_id"):
        for fact in _ending(body, today):
            found.setdefault(region, []).append(_due(fact, today, title, resource=slug))
    return {region: sorted(each, key=lambda one: (one.fact.expires, one.title)) for region, each in found.items()}


def _ending(body: str, today: datetime.date) -> Iterator[Ageing]:
    return (fact for fact in facts.ageing(body) if fact.last_day <= today + NOTICE)


def _due(fact: Ageing, today: datetime.date, title: str, *, item: str = "", resource: str = "") -> Due:
    return Due(fact, title, item, resource, fact.is_expired(today), (fact.last_day - today).days)
