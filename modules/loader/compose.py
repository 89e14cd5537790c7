"""From a folder to the course as each region reads it: three layers, values filled in, all checked."""

import datetime
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from modules import itemkinds
from modules.loader import markdown, pictures, region, values
from modules.loader.folder import SLUG, Folder
from modules.loader.source import Problem, Reading, Source, take_apart

RESERVED = {
    "plan", "board", "roster", "reviews", "announcements", "settings", "finish", "documents", "people", "nudge",
    "drafts",
}  # fmt: skip
SLUG_LIMIT = 50
_LAYER = re.compile(rf"(states|regions)/({SLUG})/(.+)")
_LISTING = ("course.toml", "module.toml", "region.toml", "regions")
_ORDER = re.compile(r"^\d+-")


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

    def content(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass
class Composed:
    """The course as one region reads it. Item kinds see it as `reading.course`, and whole in `check_course`."""

    slug: str
    layers: "_Layers"
    problems: list[Problem]
    file: dict[str, Any] = field(default_factory=dict)
    region: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    course: dict[str, Any] = field(default_factory=dict)
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
class _Layers:
    """One region's sight of the folder: under each path the most particular file."""

    course: "CourseFolder"
    region: str
    state: str

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
            layer = _LAYER.fullmatch(path)
            if layer and (layer[1], layer[2]) not in (("states", self.state), ("regions", self.region)):
                continue
            name = layer[3] if layer else path
            if name.startswith(under):
                found.add(name)
        return sorted(found)


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


def courses(folder: Folder, overrides: Mapping[str, Mapping[str, Any]]) -> tuple[list[Composed], list[Problem]]:
    """The course for every region of the folder, and everything that is wrong with it, sorted by place.

    `overrides`: what administrators changed, by region's slug; stands before the region's file.
    """
    files = CourseFolder(folder)
    files.problems += folder.problems
    files.check_pictures()
    found = [_compose(files, name, overrides.get(name, {})) for name in files.regions()]
    if not found and not folder.problems:
        files.problems.append(Problem("regions", 0, "There is no region; expected regions/<region>/region.toml."))
    _check_states(files)
    problems = {problem for course in found for problem in course.problems} | set(files.problems)
    if not any(problem.path.endswith(_LISTING) for problem in problems):
        # Where a file that lists others is broken, these would all seem to be of no use.
        problems |= _unused(files, {course.layers.state for course in found})
    return found, sorted(problems)


def _reading(course: Composed, source: Source, place: str = "") -> Reading:
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


def _expect(course: Composed, name: str) -> Reading | None:
    source = course.layers.source(name)
    path = course.layers.path(name)
    if source is None:
        if path not in course.layers.course.folder.texts and not any(
            problem.path == path for problem in course.layers.course.problems
        ):
            course.problems.append(Problem(path, 0, "This file is missing."))
        return None
    return _reading(course, source)


def _compose(files: CourseFolder, name: str, overrides: Mapping[str, Any]) -> Composed:
    layers = _Layers(files, name, "")
    course = Composed(name, layers, [])
    _read_region(course, overrides)
    _read_course(course)
    for reading in (module.reading for module in course.modules):
        _check_values(course, reading.path)
    _read_sources(course)
    found = files.source(f"regions/{name}/region.toml")
    if found is not None:
        region.check(_with(_reading(course, found), course.region))
    _read_lists(course)
    _list_resources(course)
    _read_parts(course)
    for item in course.items:
        _parse(course, item)
    _read_resources(course)
    if not course.problems and not files.problems:
        for kind in itemkinds.all_kinds():
            if kind.check_course is not None and course.of_kind(kind.name):
                kind.check_course(course)
    return course


def _with(reading: Reading, head: Mapping[str, Any]) -> Reading:
    """The region's file with what administrators changed standing before it."""
    # Dates are texts in an edition; the file still has real ones to check.
    reading.head = {**head, **{key: reading.head[key] for key in ("terms", "holidays") if key in reading.head}}
    return reading


def _read_region(course: Composed, overrides: Mapping[str, Any]) -> None:
    source = course.layers.course.source(f"regions/{course.slug}/region.toml")
    course.layers.course.used.add(f"regions/{course.slug}/region.toml")
    if source is None:
        if f"regions/{course.slug}/region.toml" not in course.layers.course.folder.texts:
            course.problems.append(
                Problem(f"regions/{course.slug}/region.toml", 0, "This file is missing; expected the region's values.")
            )
        return
    course.file = plain(source.head)
    course.file["colleges"] = region.colleges(course.file)
    course.region = {**course.file, **overrides}
    state = str(source.head.get("state", ""))
    course.layers.state = state
    path = f"states/{state}/state.toml"
    course.layers.course.used.add(path)
    found = course.layers.course.source(path)
    if found is not None:
        course.state = plain(found.head)
    elif state and path not in course.layers.course.folder.texts:
        course.problems.append(
            Problem(
                source.path,
                _reading(course, source).line_of("state"),
                f"There is no {path}; expected the values of the state.",
            )
        )
    course.problems += values.missing(source.path, source.raw, course.values, course.slug)


def _read_course(course: Composed) -> None:
    reading = _expect(course, "course.toml")
    if reading is None:
        return
    course.head = reading
    # Its own texts may use the region's values, not the course's.
    for key in ("slug", "title", "version"):
        course.course[key] = reading.get(key, str)
    for key in ("description", "activity_category"):
        course.course[key] = reading.get(key, str, "")
    slugs = _texts(reading, "modules")
    _texts(reading, "removed", optional=True)
    reading.no_more_keys()
    if course.course["slug"] and not re.fullmatch(SLUG, course.course["slug"]):
        reading.problem(f"slug is {course.course['slug']!r}; expected small letters, digits, hyphens.", near="slug")
    if not slugs:
        reading.problem("There is no module; expected modules = [ … ].", near="modules")
    for number, slug in enumerate(slugs):
        if slug in slugs[:number]:
            reading.problem(f"The module “{slug}” stands twice.", near=f'"{slug}"')
        elif slug in RESERVED:
            reading.problem(
                f"“{slug}” cannot be a module: it is part of an address. Reserved are {', '.join(sorted(RESERVED))}.",
                near=f'"{slug}"',
            )
        elif not re.fullmatch(SLUG, slug) or len(slug) > SLUG_LIMIT:
            reading.problem(
                f"“{slug}” is no slug; expected small letters, digits, hyphens, at most {SLUG_LIMIT}.", near=f'"{slug}"'
            )
        elif not course.layers.has(f"modules/{slug}/module.toml"):
            reading.problem(f"There is no modules/{slug}/module.toml.", near=f'"{slug}"')
        else:
            _read_module(course, slug)
    _check_requires(course)
    course.course["minutes"] = sum(item.minutes for item in course.items)
    course.course["hours"] = f"{round(course.course['minutes'] / 60, 1):g}"
    course.addresses = {module.slug for module in course.modules} | {item.key for item in course.items}
    _check_values(course, reading.path)


def _read_module(course: Composed, slug: str) -> None:
    reading = _expect(course, f"modules/{slug}/module.toml")
    if reading is None:
        return
    get = reading.get
    outcomes = [outcome for outcome in get("outcomes", list, []) if isinstance(outcome, Mapping)]
    module = Module(
        slug=slug,
        title=get("title", str),
        summary=get("summary", str, ""),
        week=get("week", int),
        outcomes=[
            {
                "slug": get("slug", str, table=each, where="outcomes"),
                "text": get("text", str, table=each, where="outcomes"),
            }
            for each in outcomes
        ],
        requires=_texts(reading, "requires", optional=True),
        removed=_texts(reading, "removed", optional=True),
        reading=reading,
    )
    if module.week < 1 and "week" in reading.head:
        reading.problem(f"week is {module.week}; expected 1 or more.", near="week")
    _limit(reading, "title", module.title, 150)
    _limit(reading, "summary", module.summary, 400)
    codes = [outcome["slug"] for outcome in module.outcomes]
    for code in codes:
        if codes.count(code) > 1:
            reading.problem(f"The outcome “{code}” stands twice.", near=f'"{code}"')
    for name in _texts(reading, "items"):
        _read_item(course, module, name)
    reading.no_more_keys()
    _check_renamed(module)
    course.modules.append(module)


def _read_item(course: Composed, module: Module, name: str) -> None:
    """Its head; the text is parsed when all modules are known."""
    here = module.reading
    slug, _, ending = name.rpartition(".")
    slug = _ORDER.sub("", slug)
    if "/" in name or "\\" in name or name.startswith("."):
        here.problem(f"“{name}” leads out of the module's folder; expected the name of a file in it.", near=f'"{name}"')
        return
    if ending not in ("md", "toml") or not re.fullmatch(SLUG, slug) or len(slug) > SLUG_LIMIT:
        here.problem(
            f"“{name}” is no item; expected a name of small letters, digits, hyphens that ends in .md or .toml.",
            near=f'"{name}"',
        )
        return
    if any(item.slug == slug for item in module.items):
        here.problem(f"The slug “{slug}” stands twice in this module.", near=f'"{name}"')
        return
    path = f"modules/{module.slug}/{name}"
    if not course.layers.has(path):
        if not any(problem.path.endswith(path) for problem in course.layers.course.problems):
            here.problem(f"There is no {path}.", near=f'"{name}"')
        return
    source = course.layers.source(path)
    if source is None:
        return
    reading = _reading(course, source, place="item")
    item = Item(
        module=module.slug,
        slug=slug,
        kind=reading.get("kind", str),
        title=reading.get("title", str),
        minutes=reading.get("minutes", int),
        was=reading.get("was", str, ""),
        reading=reading,
    )
    if item.kind and item.kind not in {kind.name for kind in itemkinds.all_kinds()}:
        names = ", ".join(sorted(kind.name for kind in itemkinds.all_kinds()))
        reading.problem(f"The kind “{item.kind}” is not known; expected one of {names}.", near="kind")
    if item.minutes < 1 and "minutes" in source.head:
        reading.problem(f"minutes is {item.minutes}; expected 1 or more.", near="minutes")
    _limit(reading, "title", item.title, 200)
    outcomes = _texts(reading, "outcomes", optional=True)
    for code in outcomes:
        if code not in {outcome["slug"] for outcome in module.outcomes}:
            reading.problem(f"The module has no outcome “{code}”.", near=f'"{code}"')
    item.data["outcomes"] = outcomes
    _check_layer(course, reading, path)
    module.items.append(item)


def _check_layer(course: Composed, reading: Reading, path: str) -> None:
    """What replaces a file keeps its kind and minutes, so that hours are the same everywhere."""
    national = course.layers.course.source(path) if reading.path != path else None
    for key in ("kind", "minutes"):
        if national is not None and national.head.get(key) != reading.head.get(key):
            reading.problem(
                f"{key} is {reading.head.get(key)!r}; expected {national.head.get(key)!r} as in {path} before.",
                near=key,
            )


def _check_renamed(module: Module) -> None:
    slugs = {item.slug for item in module.items}
    olds = [item.was for item in module.items if item.was]
    for item in module.items:
        if item.was == item.slug:
            item.reading.problem(
                f"was is “{item.was}”, the item's own slug; expected the slug it had before.", near="was"
            )
        elif item.was in slugs:
            item.reading.problem(f"was is “{item.was}”, and this module still has an item of that slug.", near="was")
        elif item.was and olds.count(item.was) > 1:
            item.reading.problem(f"Two items say that they were “{item.was}”.", near="was")


def _check_requires(course: Composed) -> None:
    requires = {module.slug: module.requires for module in course.modules}
    for module in course.modules:
        for slug in module.requires:
            if slug not in requires:
                module.reading.problem(f"requires: there is no module “{slug}”.", near="requires")
        path = _cycle(module.slug, requires)
        if path:
            module.reading.problem(
                f"requires goes in a circle: {' → '.join(path)}. Nobody could open any of them.", near="requires"
            )


def _cycle(start: str, requires: Mapping[str, list[str]]) -> list[str]:
    """The way from a module over its requirements back to it, or nothing."""
    ways, seen = [[start]], set()
    while ways:
        way = ways.pop()
        for slug in requires.get(way[-1], []):
            if slug == start:
                return [*way, start]
            if slug not in seen:
                seen.add(slug)
                ways.append([*way, slug])
    return []


def _read_sources(course: Composed) -> None:
    if not course.layers.has("sources.toml"):
        return
    reading = _expect(course, "sources.toml")
    if reading is None:
        return
    _check_values(course, reading.path)
    for mark, source in reading.head.items():
        if not isinstance(source, Mapping):
            reading.problem(f"“{mark}” is no source; expected [{mark}] with text, url and read.", near=mark)
            continue
        entry = {"text": reading.get("text", str, table=source, where=mark).rstrip(".")}
        entry["url"] = reading.get("url", str, "", table=source, where=mark)
        entry["read"] = reading.get("read", str, "", table=source, where=mark)
        if not region.is_address(entry["url"]):
            reading.problem(f"{mark}: url is {entry['url']!r}; expected https://… or nothing.", near=f"[{mark}]")
        if entry["read"] and not markdown.MONTH.fullmatch(entry["read"]):
            reading.problem(f"{mark}: read is {entry['read']!r}; expected a month such as 2026-10.", near=f"[{mark}]")
        for key in source:
            if key not in ("text", "url", "read"):
                reading.problem(f"{mark}: “{key}” is not known here.", near=f"[{mark}]")
        course.sources[mark] = entry


def _read_lists(course: Composed) -> None:
    if not course.layers.has("lists.toml"):
        return
    reading = _expect(course, "lists.toml")
    if reading is None:
        return
    _check_values(course, reading.path)
    for name, options in reading.head.items():
        if not isinstance(options, list):
            reading.problem(f"“{name}” is no list; expected [[{name}]] with code and label.", near=name)
            continue
        region.check_options(reading, name, options)
        course.lists[name] = [_filled(course, plain(option)) for option in options if isinstance(option, Mapping)]
    stages = {stage.get("code") for stage in course.lists.get("stages", [])}
    for option in course.lists.get("activity_types", []):
        if option.get("group") not in stages:
            reading.problem(
                f"activity_types: {option.get('code')}: group is {option.get('group')!r}; expected a code of stages.",
                near=f'"{option.get("code")}"',
            )


def _read_parts(course: Composed) -> None:
    """What kinds keep for the whole course. A file is missed only where the course has an item of its kind."""
    for kind in itemkinds.all_kinds():
        for name, path, parse in kind.parts:
            if course.layers.has(path):
                reading = _expect(course, path)
                if reading is not None:
                    _check_values(course, reading.path)
                    course.parts[name] = parse(reading)
            elif course.of_kind(kind.name):
                _expect(course, path)


def _parse(course: Composed, item: Item) -> None:
    _check_values(course, item.reading.path)
    kinds = {kind.name: kind for kind in itemkinds.all_kinds()}
    if item.kind in kinds:
        parsed = kinds[item.kind].parse(item.reading)
        item.body = parsed.body
        item.data = {**item.data, **parsed.data}


def _resource_names(course: Composed) -> Iterator[tuple[str, str]]:
    for path in course.layers.names("toolbox/"):
        yield path, _ORDER.sub("", path.removeprefix("toolbox/").removesuffix(".md"))


def _list_resources(course: Composed) -> None:
    for path, slug in _resource_names(course):
        if slug in course.resource_slugs:
            course.problems.append(
                Problem(course.layers.path(path), 1, f"The slug “{slug}” stands twice in the toolbox.")
            )
        course.resource_slugs.add(slug)


def _read_resources(course: Composed) -> None:
    for path, slug in _resource_names(course):
        source = course.layers.source(path)
        if source is None:
            continue
        _check_values(course, source.path)
        reading = _reading(course, source, place="resource")
        resource = Resource(
            slug=slug,
            title=reading.get("title", str),
            audience=_texts(reading, "audience", optional=True),
            purpose=reading.get("purpose", str, ""),
            needs_approval=reading.get("approval", bool, False),
            body=reading.to_html(reading.text),
        )
        reading.no_more_keys()
        _limit(reading, "title", resource.title, 150)
        _limit(reading, "purpose", resource.purpose, 300)
        if not source.text.strip():
            reading.problem("The resource has no text.", line=reading.text_line)
        course.resources.append(resource)


def _check_values(course: Composed, path: str) -> None:
    course.problems += values.missing(path, course.layers.course.folder.texts.get(path, ""), course.values, course.slug)


def _check_states(files: CourseFolder) -> None:
    """A new state gives every key that another one has: pages of the national layer refer to them."""
    heads = {}
    for state in files.states():
        path = f"states/{state}/state.toml"
        source = files.source(path)
        if source is not None:
            heads[path] = set(source.head)
        elif path not in files.folder.texts:
            files.problems.append(Problem(path, 0, "This file is missing; expected the values of the state."))
    every = set().union(*heads.values())
    for path, keys in heads.items():
        files.problems += [
            Problem(path, 1, f"“{key}” is missing; another state has it.") for key in sorted(every - keys)
        ]


def _unused(files: CourseFolder, states: set[str]) -> set[Problem]:
    found = set()
    for path in files.folder.texts:
        layer = _LAYER.fullmatch(path)
        is_idle = layer is not None and layer[1] == "states" and layer[2] not in states
        if path not in files.used and path != "README.md" and not path.endswith(".svg") and not is_idle:
            message = (
                "Nothing refers to this file; expected its name in a module's items, or its module in course.toml."
            )
            found.add(Problem(path, 0, message))
    return found


def _texts(reading: Reading, key: str, *, optional: bool = False) -> list[str]:
    found = reading.get(key, list, []) if optional else reading.get(key, list)
    for text in found:
        if not isinstance(text, str):
            reading.problem(f"{key}: {text!r} is no text; expected a list of texts.", near=key)
    return [text for text in found if isinstance(text, str)]


def _limit(reading: Reading, key: str, text: str, limit: int) -> None:
    if len(text) > limit:
        reading.problem(f"{key} has {len(text)} characters; expected at most {limit}.", near=key)


def _filled(course: Composed, value: Any) -> Any:
    if isinstance(value, str):
        return values.filled(course.values, value)
    if isinstance(value, dict):
        return {key: _filled(course, each) for key, each in value.items()}
    return [_filled(course, each) for each in value] if isinstance(value, list) else value


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
