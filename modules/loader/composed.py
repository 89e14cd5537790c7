"""The course as one region reads it, and the folder behind it: three layers, the most particular file first."""

import datetime
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from modules.loader import markdown, pictures, values
from modules.loader.folder import SLUG, Folder
from modules.loader.source import Problem, Reading, Source, take_apart

LAYER = re.compile(rf"(states|regions)/({SLUG})/(.+)")
ORDER = re.compile(r"^\d+-")


@dataclass
class Item:
    """An item as a region reads it."""

    module: str
    slug: str
    kind: str
    title: str
    minutes: int
    was: str
    reading: Reading
    body: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.module}/{self.slug}"

    def content(self) -> dict[str, Any]:
        names = ("slug", "kind", "title", "minutes", "was", "body", "data")
        return {name: getattr(self, name) for name in names}


@dataclass
class Module:
    slug: str
    title: str
    summary: str
    week: int
    outcomes: list[dict[str, str]]
    requires: list[str]
    removed: list[str]
    reading: Reading
    items: list[Item] = field(default_factory=list)

    def content(self) -> dict[str, Any]:
        names = ("slug", "title", "summary", "week", "outcomes", "requires")
        return {**{name: getattr(self, name) for name in names}, "items": [item.content() for item in self.items]}


@dataclass
class Resource:
    slug: str
    title: str
    audience: list[str]
    purpose: str
    needs_approval: bool
    body: str
    reading: Reading

    def content(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "reading"}


@dataclass
class Composed:
    """The course as one region reads it. Item kinds see it as `reading.course`, and whole in `check_course`."""

    slug: str
    layers: "Layers"
    problems: list[Problem]
    file: dict[str, Any] = field(default_factory=dict)
    region: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    course: dict[str, Any] = field(default_factory=dict)
    declared_minutes: int | None = None
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    sources: dict[str, dict[str, str]] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)
    modules: list[Module] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    resource_slugs: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    shown: dict[str, bytes] = field(default_factory=dict)
    head: Reading | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What stands behind {{ … }}."""
        return {"region": self.region, "state": self.state, "course": self.course}

    @property
    def items(self) -> list[Item]:
        return [item for module in self.modules for item in module.items]

    def of_kind(self, kind: str) -> list[Item]:
        return [item for item in self.items if item.kind == kind]

    def options(self, name: str) -> list[dict[str, Any]] | None:
        """The options behind `options_from`: a list of lists.toml or, after `region.`, of the region."""
        source: Mapping[str, Any] = self.region if name.startswith("region.") else self.lists
        found = source.get(name.removeprefix("region."))
        return found if isinstance(found, list) else None

    def figure(self, name: str) -> pictures.Figure | None:
        return self.layers.figures.get(self.layers.path(f"figures/{name}.svg"))

    def picture(self, name: str) -> pictures.Picture | None:
        picture = self.layers.bitmaps.get(self.layers.path(f"images/{name}"))
        if picture is not None:
            self.shown[picture.name] = picture.content
        return picture

    def is_refused(self, name: str) -> bool:
        """Whether a picture is there and has been told to be wrong: that it is missing would be untrue."""
        return any(problem.path == self.layers.path(name) for problem in self.layers.course.problems)

    def content(self) -> dict[str, Any]:
        """Everything an edition is made of; equal content makes no new edition."""
        return {
            **{
                name: self.course[name]
                for name in ("slug", "title", "version", "description", "activity_category", "minutes")
            },
            "region": self.region,
            "lists": self.lists,
            "parts": self.parts,
            "modules": [module.content() for module in self.modules],
            "resources": [resource.content() for resource in self.resources],
        }


@dataclass
class Layers:
    """One region's sight of the folder: under each path the most particular file."""

    course: "CourseFolder"
    region: str
    state: str
    is_national: ClassVar[bool] = False

    @property
    def figures(self) -> dict[str, pictures.Figure]:
        return self.course.figures

    @property
    def bitmaps(self) -> dict[str, pictures.Picture]:
        return self.course.bitmaps

    def path(self, name: str) -> str:
        folder = self.course.folder
        candidates = (f"regions/{self.region}/{name}", f"states/{self.state}/{name}", name)
        found = [path for path in candidates if path in folder.texts or path in folder.bitmaps]
        # What a more particular file replaces is of use too: in other regions, or as what it keeps to.
        self.course.used.update(found)
        return found[0] if found else name

    def source(self, name: str) -> Source | None:
        return self.course.source(self.path(name))

    def has(self, name: str) -> bool:
        return self.path(name) in self.course.folder.texts

    def names(self, under: str) -> list[str]:
        """The files in a folder over all layers, each once, in order."""
        found = set()
        for path in self.course.folder.texts:
            layer = LAYER.fullmatch(path)
            if layer and (layer[1], layer[2]) not in (("states", self.state), ("regions", self.region)):
                continue
            name = layer[3] if layer else path
            if name.startswith(under):
                found.add(name)
        return sorted(found)


class NationalLayer(Layers):
    """The folder as no state and no region would change it; its values are still those of a region."""

    is_national = True

    def path(self, name: str) -> str:
        return name

    def names(self, under: str) -> list[str]:
        return sorted(path for path in self.course.folder.texts if path.startswith(under))


@dataclass
class CourseFolder:
    """The folder with what was already taken apart, and the problems of its files."""

    folder: Folder
    problems: list[Problem] = field(default_factory=list)
    sources: dict[str, Source | None] = field(default_factory=dict)
    figures: dict[str, pictures.Figure] = field(default_factory=dict)
    bitmaps: dict[str, pictures.Picture] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def source(self, path: str) -> Source | None:
        if path not in self.sources:
            raw = self.folder.texts.get(path)
            self.sources[path] = take_apart(path, raw, self.problems) if raw is not None else None
        return self.sources[path]

    def check_pictures(self) -> None:
        for path, text in self.folder.texts.items():
            if path.endswith(".svg"):
                try:
                    self.figures[path] = pictures.figure(text)
                except pictures.Refused as error:
                    line = next(
                        (
                            n
                            for n, words in enumerate(text.split("\n"), 1)
                            if error.near and error.near.lower() in words.lower()
                        ),
                        1,
                    )
                    self.problems.append(Problem(path, error.line or line, str(error)))
        for path, content in self.folder.bitmaps.items():
            try:
                self.bitmaps[path] = pictures.picture(content)
            except pictures.Refused as error:
                self.problems.append(Problem(path, 0, str(error)))

    def regions(self) -> list[str]:
        return sorted(
            {path.split("/")[1] for path in [*self.folder.texts, *self.folder.bitmaps] if path.startswith("regions/")}
        )

    def states(self) -> list[str]:
        return sorted(
            {path.split("/")[1] for path in [*self.folder.texts, *self.folder.bitmaps] if path.startswith("states/")}
        )


def reading_of(course: Composed, source: Source, place: str = "") -> Reading:
    return Reading(
        path=source.path,
        head=source.head,
        text=source.text,
        raw=source.raw,
        course=course,
        problems=course.problems,
        render=markdown.render,
        fill=lambda reading, text, line: values.filled(reading.course.values, text),
        text_line=source.text_line,
        notes={"place": place},
    )


def expect(course: Composed, name: str) -> Reading | None:
    source = course.layers.source(name)
    path = course.layers.path(name)
    if source is None:
        if path not in course.layers.course.folder.texts and not any(
            problem.path == path for problem in course.layers.course.problems
        ):
            course.problems.append(Problem(path, 0, "This file is missing."))
        return None
    return reading_of(course, source)


def check_values(course: Composed, path: str) -> None:
    if course.layers.is_national:
        return  # a text of this layer owes no region its values, only an edition does
    course.problems += values.missing(path, course.layers.course.folder.texts.get(path, ""), course.values, course.slug)


def texts(reading: Reading, key: str, *, optional: bool = False) -> list[str]:
    found = reading.get(key, list, []) if optional else reading.get(key, list)
    for text in found:
        if not isinstance(text, str):
            reading.problem(f"{key}: {text!r} is no text; expected a list of texts.", near=key)
    return [text for text in found if isinstance(text, str)]


def check_length(reading: Reading, key: str, text: str, limit: int) -> None:
    if len(text) > limit:
        reading.problem(f"{key} has {len(text)} characters; expected at most {limit}.", near=key)


def filled(course: Composed, value: Any) -> Any:
    if isinstance(value, str):
        return values.filled(course.values, value)
    if isinstance(value, dict):
        return {key: filled(course, each) for key, each in value.items()}
    return [filled(course, each) for each in value] if isinstance(value, list) else value


def plain(value: Any) -> Any:
    """TOML as JSON: dates become texts."""
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else value


def digest(content: Any) -> str:
    """SHA-256 of something as JSON, the same whatever the order of its keys."""
    return hashlib.sha256(
        json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()
