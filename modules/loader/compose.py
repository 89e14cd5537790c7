"""From a folder to the course as each region reads it: modules and items read, values filled in, everything checked."""

import re
from collections.abc import Mapping
from typing import Any

from modules import itemkinds
from modules.loader import region, shelves, values
from modules.loader.composed import (
    LAYER,
    ORDER,
    Composed,
    CourseFolder,
    Item,
    Layers,
    Module,
    NationalLayer,
    check_length,
    check_values,
    expect,
    plain,
    reading_of,
    texts,
)
from modules.loader.folder import SLUG, Folder
from modules.loader.source import Problem, Reading

RESERVED = {
    "plan", "board", "roster", "reviews", "announcements", "settings", "finish", "documents", "people", "nudge",
    "drafts",
}  # fmt: skip
SLUG_LIMIT = 50
_LISTING = ("course.toml", "module.toml", "region.toml", "regions")


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


def national(folder: Folder) -> Composed | None:
    """The course of the national layer by itself, with the values of the first region; None where there is none."""
    files = CourseFolder(folder)
    files.check_pictures()
    name = next(iter(files.regions()), None)
    return _compose(files, name, {}, NationalLayer(files, name, "")) if name else None


def _compose(files: CourseFolder, name: str, overrides: Mapping[str, Any], layers: Layers | None = None) -> Composed:
    course = Composed(name, layers or Layers(files, name, ""), [])
    _read_region(course, overrides)
    _read_course(course)
    for reading in (module.reading for module in course.modules):
        check_values(course, reading.path)
    shelves.read_sources(course)
    found = files.source(f"regions/{name}/region.toml")
    if found is not None:
        region.check(_with(reading_of(course, found), course.region))
    shelves.read_lists(course)
    shelves.list_resources(course)
    shelves.read_parts(course)
    for item in course.items:
        _parse(course, item)
    shelves.read_resources(course)
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
                reading_of(course, source).line_of("state"),
                f"There is no {path}; expected the values of the state.",
            )
        )
    course.problems += values.missing(source.path, source.raw, course.values, course.slug)


def _read_course(course: Composed) -> None:
    reading = expect(course, "course.toml")
    if reading is None:
        return
    course.head = reading
    # Its own texts may use the region's values, not the course's.
    for key in ("slug", "title", "version"):
        course.course[key] = reading.get(key, str)
    for key in ("description", "activity_category"):
        course.course[key] = reading.get(key, str, "")
    slugs = texts(reading, "modules")
    texts(reading, "removed", optional=True)
    if "minutes" in reading.head:
        course.declared_minutes = reading.get("minutes", int)
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
    check_values(course, reading.path)


def _read_module(course: Composed, slug: str) -> None:
    reading = expect(course, f"modules/{slug}/module.toml")
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
        requires=texts(reading, "requires", optional=True),
        removed=texts(reading, "removed", optional=True),
        reading=reading,
    )
    if module.week < 1 and "week" in reading.head:
        reading.problem(f"week is {module.week}; expected 1 or more.", near="week")
    check_length(reading, "title", module.title, 150)
    check_length(reading, "summary", module.summary, 400)
    codes = [outcome["slug"] for outcome in module.outcomes]
    for code in codes:
        if codes.count(code) > 1:
            reading.problem(f"The outcome “{code}” stands twice.", near=f'"{code}"')
    for name in texts(reading, "items"):
        _read_item(course, module, name)
    reading.no_more_keys()
    _check_renamed(module)
    course.modules.append(module)


def _read_item(course: Composed, module: Module, name: str) -> None:
    """Its head; the text is parsed when all modules are known."""
    here = module.reading
    slug, _, ending = name.rpartition(".")
    slug = ORDER.sub("", slug)
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
    reading = reading_of(course, source, place="item")
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
    # What is only offered (`required = false`) may take none of the course's hours.
    least = 0 if source.head.get("required") is False else 1
    if item.minutes < least and "minutes" in source.head:
        reading.problem(f"minutes is {item.minutes}; expected {least} or more.", near="minutes")
    check_length(reading, "title", item.title, 200)
    outcomes = texts(reading, "outcomes", optional=True)
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


def _parse(course: Composed, item: Item) -> None:
    check_values(course, item.reading.path)
    kinds = {kind.name: kind for kind in itemkinds.all_kinds()}
    if item.kind in kinds:
        parsed = kinds[item.kind].parse(item.reading)
        item.body = parsed.body
        item.data = {**item.data, **parsed.data}


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
        layer = LAYER.fullmatch(path)
        is_idle = layer is not None and layer[1] == "states" and layer[2] not in states
        if path not in files.used and path != "README.md" and not path.endswith(".svg") and not is_idle:
            message = (
                "Nothing refers to this file; expected its name in a module's items, or its module in course.toml."
            )
            found.add(Problem(path, 0, message))
    return found
