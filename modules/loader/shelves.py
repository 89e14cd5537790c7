"""What stands beside the modules of a course: sources, lists, what kinds keep for the whole course, and the toolbox."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from modules import itemkinds
from modules.loader import inline, region
from modules.loader.composed import (
    ORDER,
    Composed,
    Resource,
    check_length,
    check_values,
    expect,
    filled,
    plain,
    reading_of,
    texts,
)
from modules.loader.source import Problem, Reading


def read_sources(course: Composed) -> None:
    if not course.layers.has("sources.toml"):
        return
    reading = expect(course, "sources.toml")
    if reading is None:
        return
    check_values(course, reading.path)
    for mark, source in reading.head.items():
        if not isinstance(source, Mapping):
            reading.problem(f"“{mark}” is no source; expected [{mark}] with text, url and read.", near=mark)
            continue
        entry = {"text": reading.get("text", str, table=source, where=mark).rstrip(".")}
        entry["url"] = reading.get("url", str, "", table=source, where=mark)
        entry["read"] = reading.get("read", str, "", table=source, where=mark)
        if not region.is_address(entry["url"]):
            reading.problem(f"{mark}: url is {entry['url']!r}; expected https://… or nothing.", near=f"[{mark}]")
        if entry["read"] and not inline.MONTH.fullmatch(entry["read"]):
            reading.problem(f"{mark}: read is {entry['read']!r}; expected a month such as 2026-10.", near=f"[{mark}]")
        for key in source:
            if key not in ("text", "url", "read"):
                reading.problem(f"{mark}: “{key}” is not known here.", near=f"[{mark}]")
        course.sources[mark] = entry


def read_lists(course: Composed) -> None:
    if not course.layers.has("lists.toml"):
        return
    reading = expect(course, "lists.toml")
    if reading is None:
        return
    check_values(course, reading.path)
    for name, options in reading.head.items():
        if not isinstance(options, list):
            reading.problem(f"“{name}” is no list; expected [[{name}]] with code and label.", near=name)
            continue
        region.check_options(reading, name, options)
        course.lists[name] = [filled(course, plain(option)) for option in options if isinstance(option, Mapping)]
    stages = {stage.get("code") for stage in course.lists.get("stages", [])}
    for option in course.lists.get("activity_types", []):
        if option.get("group") not in stages:
            reading.problem(
                f"activity_types: {option.get('code')}: group is {option.get('group')!r}; expected a code of stages.",
                near=f'"{option.get("code")}"',
            )


def read_parts(course: Composed) -> None:
    """What kinds keep for the whole course. A file is missed only where the course has an item of its kind."""
    for kind in itemkinds.all_kinds():
        for name, path, parse in kind.parts:
            if path.endswith("/"):
                course.parts[name] = list(_read_folder(course, path, parse))
            elif course.layers.has(path):
                reading = expect(course, path)
                if reading is not None:
                    check_values(course, reading.path)
                    course.parts[name] = parse(reading)
            elif course.of_kind(kind.name):
                expect(course, path)


def _read_folder(course: Composed, folder: str, parse: Callable[[Reading], Any]) -> Iterator[dict[str, Any]]:
    slugs: set[str] = set()
    for path in course.layers.names(folder):
        slug = ORDER.sub("", path.removeprefix(folder).removesuffix(".toml"))
        reading = expect(course, path)
        if reading is None:
            continue
        if slug in slugs:
            reading.problem(f"The slug “{slug}” stands twice in {folder}.")
        slugs.add(slug)
        check_values(course, reading.path)
        yield {"slug": slug, **parse(reading)}


def _resource_names(course: Composed) -> Iterator[tuple[str, str]]:
    for path in course.layers.names("toolbox/"):
        yield path, ORDER.sub("", path.removeprefix("toolbox/").removesuffix(".md"))


def list_resources(course: Composed) -> None:
    for path, slug in _resource_names(course):
        if slug in course.resource_slugs:
            course.problems.append(
                Problem(course.layers.path(path), 1, f"The slug “{slug}” stands twice in the toolbox.")
            )
        course.resource_slugs.add(slug)


def read_resources(course: Composed) -> None:
    for path, slug in _resource_names(course):
        source = course.layers.source(path)
        if source is None:
            continue
        check_values(course, source.path)
        reading = reading_of(course, source, place="resource")
        resource = Resource(
            slug=slug,
            title=reading.get("title", str),
            audience=texts(reading, "audience", optional=True),
            purpose=reading.get("purpose", str, ""),
            needs_approval=reading.get("approval", bool, False),
            body=reading.to_html(reading.text),
            reading=reading,
        )
        reading.no_more_keys()
        check_length(reading, "title", resource.title, 150)
        check_length(reading, "purpose", resource.purpose, 300)
        if not source.text.strip():
            reading.problem("The resource has no text.", line=reading.text_line)
        course.resources.append(resource)
