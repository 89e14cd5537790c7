"""What changes between two editions, in words for an administrator. Both sides as `Composed.content` gives them."""

import difflib
import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from modules import itemkinds

Content = Mapping[str, Any]
_TAG = re.compile(r"<[^>]+>")
_CHANGES_SHOWN = 200
_CHANGES_TOLD = 6  # of one text or table
_WORDS_TOLD = 60
_QUOTE = 12


def between(old: Content | None, new: Content) -> list[dict[str, Any]]:
    """Each change as {change, what, title, details}; `change` is added, removed, renamed or changed."""
    if old is None:
        return [
            _entry(
                "added",
                "course",
                new["title"],
                [f"{len(new['modules'])} modules, {len(new['resources'])} resources, {_hours(new)} hours."],
            )
        ]
    found = [*_course(old, new), *_modules(old, new), *_resources(old, new)]
    return found[:_CHANGES_SHOWN]


def _course(old: Content, new: Content) -> Iterator[dict[str, Any]]:
    details = [f"{name}: “{old[key]}” is now “{new[key]}”." for key, name in _NAMES.items() if old[key] != new[key]]
    if old["minutes"] != new["minutes"]:
        details.append(f"{_hours(old)} hours are now {_hours(new)}.")
    order = [module["slug"] for module in old["modules"] if module["slug"] in _by_slug(new["modules"])]
    if order != [module["slug"] for module in new["modules"] if module["slug"] in _by_slug(old["modules"])]:
        details.append("The order of the modules is different.")
    if details:
        yield _entry("changed", "course", new["title"], details)
    for key, what in (("region", "values of the region"), ("lists", "lists"), ("parts", "lesson plan and other parts")):
        names = sorted(name for name in {*old[key], *new[key]} if old[key].get(name) != new[key].get(name))
        if names:
            yield _entry("changed", what, "", _all(old[key], new[key], names))


_NAMES = {
    "title": "Title",
    "version": "Version",
    "description": "Description",
    "activity_category": "Activity category",
}


def _all(old: Content, new: Content, names: list[str]) -> list[str]:
    return [line for name in names for line in _value(name.replace("_", " "), old.get(name), new.get(name))]


def _value(name: str, old: Any, new: Any) -> list[str]:
    """What changed in a value; in a table of values, each by its name."""
    if isinstance(old, dict) and isinstance(new, dict) and len({*old, *new}) <= _CHANGES_TOLD:
        return [
            line
            for key in sorted({*old, *new})
            if old.get(key) != new.get(key)
            for line in _value(f"{name}, {key}", old.get(key), new.get(key))
        ]
    if isinstance(old, str | int) and isinstance(new, str | int) and len(f"{old}{new}") < 200:
        return [f"{name}: “{old}” is now “{new}”."]
    return [f"{name} is new." if old is None else f"{name} is gone." if new is None else f"{name} is different."]


def _modules(old: Content, new: Content) -> Iterator[dict[str, Any]]:
    before, after = _by_slug(old["modules"]), _by_slug(new["modules"])
    for slug, module in before.items():
        if slug not in after:
            yield _entry("removed", "module", module["title"], [f"With {len(module['items'])} items."])
    for slug, module in after.items():
        if slug not in before:
            yield _entry("added", "module", module["title"], [f"With {len(module['items'])} items."])
            continue
        keys = {
            "title": "title",
            "summary": "summary",
            "week": "week",
            "outcomes": "outcomes",
            "requires": "requirements",
        }
        details = [f"The {name} changed." for key, name in keys.items() if before[slug][key] != module[key]]
        if details:
            yield _entry("changed", "module", module["title"], details)
        yield from _items(before[slug], module)


def _items(old: Content, new: Content) -> Iterator[dict[str, Any]]:
    before, after = _by_slug(old["items"]), _by_slug(new["items"])
    renamed = {item["was"]: item for item in after.values() if item["was"] in before and item["slug"] not in before}
    for slug, item in before.items():
        if slug not in after and slug not in renamed:
            yield _entry("removed", "item", f"{new['title']}: {item['title']}", [])
    for slug, item in after.items():
        title = f"{new['title']}: {item['title']}"
        origin = before.get(slug) or (before[item["was"]] if renamed.get(item["was"]) is item else None)
        if origin is None:
            yield _entry("added", "item", title, [f"{item['minutes']} minutes."])
            continue
        details = _item(origin, item)
        if slug not in before:
            yield _entry("renamed", "item", title, [f"It was {item['was']}; what people completed is kept.", *details])
        elif details:
            yield _entry("changed", "item", title, details)
    order = [slug for slug in before if slug in after]
    if order != [slug for slug in after if slug in before]:
        yield _entry("changed", "module", new["title"], ["The order of the items is different."])


def _item(old: Content, new: Content) -> list[str]:
    details = []
    if old["title"] != new["title"]:
        details.append(f"The title was “{old['title']}”.")
    if old["minutes"] != new["minutes"]:
        details.append(f"{old['minutes']} minutes are now {new['minutes']}.")
    if old["kind"] != new["kind"]:
        return [*details, f"The kind was {old['kind']} and is now {new['kind']}."]
    if old["body"] != new["body"]:
        details += of_words(old["body"], new["body"])
    if old["data"] != new["data"]:
        said = itemkinds.get(new["kind"]).differences(old["data"], new["data"])
        details += said or ["Its settings are different."]
    return details


def _resources(old: Content, new: Content) -> Iterator[dict[str, Any]]:
    before, after = _by_slug(old["resources"]), _by_slug(new["resources"])
    for slug, resource in before.items():
        if slug not in after:
            yield _entry("removed", "resource", resource["title"], [])
    for slug, resource in after.items():
        if slug not in before:
            yield _entry("added", "resource", resource["title"], [])
        elif before[slug] != resource:
            is_text = before[slug]["body"] != resource["body"]
            yield _entry(
                "changed",
                "resource",
                resource["title"],
                of_words(before[slug]["body"], resource["body"]) if is_text else ["Its head is different."],
            )


def of_words(old: str, new: str) -> list[str]:
    """How a text changed: where little did, the words themselves."""
    before, after = (html.unescape(_TAG.sub(" ", text)).split() for text in (old, new))
    if before == after:
        return ["The form of the text is different, its words are the same."]
    if len(set(before) ^ set(after)) > _WORDS_TOLD:
        return [f"The text is different: {len(before)} words are now {len(after)}."]
    steps = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    changes = [(_quoted(before[a:b]), _quoted(after[c:d])) for kind, a, b, c, d in steps if kind != "equal"]
    told = [f"{was} is now {now or 'gone'}." if was else f"New: {now}" for was, now in changes]
    return [*told[:_CHANGES_TOLD], *([f"And {len(told) - _CHANGES_TOLD} more."] if len(told) > _CHANGES_TOLD else [])]


def _quoted(words: list[str]) -> str:
    shown = " ".join(words[:_QUOTE]) + (" …" if len(words) > _QUOTE else "")
    return f"“{shown}”" if words else ""


def _by_slug(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {entry["slug"]: entry for entry in entries}


def _hours(content: Content) -> str:
    return f"{round(content['minutes'] / 60, 1):g}"


def _entry(change: str, what: str, title: str, details: list[str]) -> dict[str, Any]:
    return {"change": change, "what": what, "title": title, "details": details}
