"""Reading the plan's files of a course folder: template, rubric and plan steps. Mistakes are reported with file and
line, never raised.
"""

import re
from collections.abc import Mapping
from typing import Any

from lessonplans.template import CELLS, TEXTS, TYPES
from modules.itemkinds import Parsed
from modules.loader.source import Reading

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
# Nothing that repeats without a bound, no repeated groups, no look-around or back reference: a match costs no more
# than the text is long.
PATTERN = re.compile(
    r"\^(?:\\[dws.\-/()]|\[(?:\\[dws\-]|[^\\\]\[])+\]|[A-Za-z0-9 _\-/:.]|\{\d{1,3}(?:,\d{1,3})?\}"
    r"|\((?!\?)|\)(?![{*+])|\||\?)*\$\Z"
)
COMMON = ("key", "type", "label", "help", "required", "required_if")
MORE = {
    "text": ("limit", "pattern", "pattern_help"),
    "textarea": ("limit", "pattern", "pattern_help"),
    "select": ("options", "options_from", "other", "limit"),
    "multi": ("options", "options_from", "min", "max", "filter_by"),
    "stage": ("options", "options_from"),
    "number": ("min", "max", "step", "whole"),
    "rows": ("min", "max", "limit"),
    "keyed": ("keys_from", "limit"),
    "table": ("columns", "min", "max", "one_of_each"),
    "rubric": ("min", "max", "min_levels", "max_levels", "limit"),
    "checklist": ("options", "options_from", "states", "limit"),
    "people": ("max",),
    "resources": (),
    "product": ("factors",),
}


def parse_step(reading: Reading) -> Parsed:
    """A plan step: which fields it asks for, and when. Its fields are checked by `check_course`, when the template
    has been read.
    """
    intro = reading.get("intro", str, "")
    keys = [key for key in reading.get("fields", list, []) if isinstance(key, str)]
    submit = reading.get("submit", bool, False)
    if not keys and not submit:
        reading.problem("fields is missing; expected a list of keys of the template.")
    if len(set(keys)) != len(keys):
        reading.problem("fields names a key twice.", near="fields")
    data: dict[str, Any] = {"fields": keys, "submit": submit}
    due = reading.get("due", dict, {})
    if due:
        week = reading.get("week", int, table=due, where="due")
        day = reading.get("day", str, among=DAYS, table=due, where="due")
        data["due"] = {"week": week, "day": day}
    reading.no_more_keys()
    return Parsed(body=reading.to_html(intro, line=reading.line_of("intro")), data=data)


def parse_template(reading: Reading) -> dict[str, Any]:
    """Sections with their fields, options filled in from the lists, as JSON."""
    sections: list[dict[str, Any]] = []
    seen: dict[str, str] = {}
    for raw in _tables(reading, "sections"):
        letter = reading.get("letter", str, table=raw, where="sections")
        if any(letter == section["letter"] for section in sections):
            reading.problem(f"Section {letter!r} stands twice.", near=f'"{letter}"')
        where = f"section {letter}"
        section: dict[str, Any] = {
            "letter": letter,
            "title": reading.get("title", str, table=raw, where=where),
            "intro": reading.get("intro", str, "", table=raw),
            "fields": [],
        }
        _unknown(reading, raw, ("letter", "title", "intro", "fields"), where)
        for entry in _tables(reading, "fields", raw):
            field = _field(reading, entry, TYPES)
            key = field["key"]
            if key in seen:
                reading.problem(f"The key {key!r} stands twice; it is also in section {seen[key]}.", near=f'"{key}"')
            seen[key] = letter
            section["fields"].append(field)
        sections.append(section)
    if not sections:
        reading.problem("The template has no sections; expected [[sections]].")
    elif not any(
        field["key"] == "title" and field["type"] == "text" for section in sections for field in section["fields"]
    ):
        reading.problem(
            "The template has no field title; expected one of type text, which reports and certificates print."
        )
    _check_references(reading, sections)
    reading.no_more_keys(known=("sections",))
    return {"sections": sections}


def _tables(reading: Reading, key: str, source: Mapping[str, Any] | None = None) -> list[Mapping[str, Any]]:
    rows = reading.get(key, list, [], table=source)
    wrong = [row for row in rows if not isinstance(row, Mapping)]
    if wrong:
        reading.problem(f"{key} is {wrong[0]!r}; expected tables.", near=key)
    return [row for row in rows if isinstance(row, Mapping)]


def _unknown(reading: Reading, table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            reading.problem(f"{where}: “{key}” is not known here.", near=key)


def _field(reading: Reading, raw: Mapping[str, Any], types: tuple[str, ...]) -> dict[str, Any]:
    """One field; keys that have their default are left out of the JSON."""
    key = reading.get("key", str, table=raw, where="field")
    near = f'"{key}"'
    where = f"field {key}"
    if not KEY.match(key):
        reading.problem(f"The key {key!r} is not one; expected small letters, digits and underscores.", near=near)
    kind = reading.get("type", str, table=raw, where=where)
    if kind not in types:
        reading.problem(f"{where}: type is {kind!r}; expected one of {', '.join(types)}.", near=near)
        kind = "text"
    _unknown(reading, raw, COMMON + MORE[kind], where)
    field: dict[str, Any] = {"key": key, "type": kind, "label": reading.get("label", str, table=raw, where=where)}
    for name, of, default in (
        ("help", str, ""), ("required", bool, False), ("pattern", str, ""), ("pattern_help", str, ""),
        ("other", bool, False),
        ("whole", bool, False),
        ("options_from", str, ""), ("filter_by", str, ""), ("keys_from", str, ""), ("one_of_each", str, ""),
        ("limit", int, 0), ("min_levels", int, 1), ("max_levels", int, 6), ("min", float, None), ("max", float, None),
        ("step", float, None),
    ):  # fmt: skip
        value = reading.get(name, of, default, table=raw, where=where)
        if value != default:
            field[name] = value
    if "required_if" in raw:
        field["required_if"] = _condition(reading, raw, where)
    if "factors" in MORE[kind]:
        field["factors"] = [str(factor) for factor in reading.get("factors", list, table=raw, where=where)]
    for name in ("options", "states"):
        if name in MORE[kind] and (name in raw or name == "states"):
            field[name] = _options(reading, reading.get(name, list, [], table=raw), f"{where}: {name}")
    if "options_from" in field:
        field["options"] = _listed(reading, field["options_from"], near=near, where=where)
    if "columns" in MORE[kind]:
        field["columns"] = [_field(reading, column, CELLS) for column in _tables(reading, "columns", raw)]
    _check_field(reading, field, near=near, where=where)
    return field


def _condition(reading: Reading, raw: Mapping[str, Any], where: str) -> dict[str, Any]:
    table = reading.get("required_if", dict, table=raw, where=where)
    return {
        "field": reading.get("field", str, table=table, where=f"{where}: required_if"),
        "in": [str(each) for each in reading.get("in", list, table=table, where=f"{where}: required_if")],
    }


def _options(reading: Reading, rows: list[Any], where: str) -> list[dict[str, str]]:
    options: list[dict[str, str]] = []
    for row in rows:
        if not isinstance(row, Mapping) or not isinstance(row.get("code", row.get("slug")), str):
            reading.problem(
                f"{where}: {row!r} is no option; expected {{ code, label }}.", near=where.rpartition(": ")[2]
            )
            continue
        code = row.get("code", row.get("slug"))
        option = {"code": code, "label": reading.to_text(str(row.get("label", row.get("name", code))))}
        for extra in ("group", "description"):
            if row.get(extra):
                option[extra] = reading.to_text(str(row[extra]))
        if any(code == other["code"] for other in options):
            reading.problem(f"{where}: the code {code!r} stands twice.", near=f'"{code}"')
        options.append(option)
    return options


def _listed(reading: Reading, name: str, *, near: str, where: str) -> list[dict[str, str]]:
    """The options of a list of `lists.toml` or of the region."""
    rows = reading.course.options(name)
    if not rows:
        expected = (
            "a list of the region"
            if name.startswith("region.")
            else f"one of {', '.join(sorted(reading.course.lists))}"
        )
        reading.problem(f"{where}: options_from is {name!r}; expected {expected}.", near=near)
        return []
    return _options(reading, rows, where)


def _check_field(reading: Reading, field: Mapping[str, Any], *, near: str, where: str) -> None:
    kind = field["type"]
    if kind in ("select", "multi", "stage", "checklist") and not field.get("options") and "options_from" not in field:
        reading.problem(f"{where}: options is missing; expected options or options_from.", near=near)
    if kind in TEXTS and not field.get("limit"):
        reading.problem(f"{where}: limit is missing; expected a number of characters.", near=near)
    if kind == "table" and not field["columns"]:
        reading.problem(f"{where}: columns is missing; expected [[sections.fields.columns]].", near=near)
    if kind == "checklist" and not field["states"]:
        reading.problem(f"{where}: states is missing; expected a list of {{ code, label }}.", near=near)
    if field.get("min") is not None and field.get("max") is not None and field["min"] > field["max"]:
        reading.problem(f"{where}: min is greater than max.", near=near)
    if pattern := field.get("pattern"):
        try:
            re.compile(pattern)
        except re.error as error:
            reading.problem(f"{where}: pattern is not a regular expression: {error}.", near="pattern")
        if not PATTERN.match(pattern):
            reading.problem(
                f"{where}: pattern must run from ^ to $ and repeat only single signs, a counted number of times: "
                "{2} or {1,20}.",
                near="pattern",
            )
    columns = {column["key"]: column for column in field.get("columns", ())}
    if (each := field.get("one_of_each")) and columns.get(each, {}).get("type") != "select":
        reading.problem(f"{where}: one_of_each is {each!r}; expected a column of type select.", near="one_of_each")


def _check_references(reading: Reading, sections: list[dict[str, Any]]) -> None:
    """Fields that other fields name must be there, and of a type that makes sense."""
    types = {field["key"]: field["type"] for section in sections for field in section["fields"]}
    for section in sections:
        for field in section["fields"]:
            wanted = [
                (field[name], name, kinds)
                for name, kinds in (("filter_by", ("stage", "select", "multi")), ("keys_from", ("multi",)))
                if name in field
            ]
            wanted += [(factor, "factors", ("number",)) for factor in field.get("factors", ())]
            if "required_if" in field:
                wanted.append((field["required_if"]["field"], "required_if", ("select", "multi", "stage")))
            for key, name, kinds in wanted:
                if types.get(key) not in kinds:
                    reading.problem(
                        f"field {field['key']}: {name} names {key!r}; "
                        f"expected the key of a field of type {' or '.join(kinds)}.",
                        near=name,
                    )


def parse_rubric(reading: Reading) -> dict[str, Any]:
    """Levels, the points that approve, and the criteria, as JSON."""
    levels = [
        {
            "points": reading.get("points", int, table=row, where="levels"),
            "label": reading.get("label", str, table=row, where="levels"),
        }
        for row in _tables(reading, "levels")
    ]
    approve_at = reading.get("approve_at", int)
    if approve_at not in [level["points"] for level in levels]:
        reading.problem(f"approve_at is {approve_at}; expected the points of one of the levels.", near="approve_at")
    criteria: list[dict[str, Any]] = []
    for row in _tables(reading, "criteria"):
        key = reading.get("key", str, table=row, where="criteria")
        where = f"criterion {key}"
        descriptors = [reading.to_text(str(each)) for each in reading.get("descriptors", list, table=row, where=where)]
        if len(descriptors) != len(levels):
            reading.problem(
                f"{where}: there are {len(descriptors)} descriptors; expected one for each of {len(levels)} levels.",
                near=f'"{key}"',
            )
        if not KEY.match(key) or any(key == other["key"] for other in criteria):
            reading.problem(f"{where}: the key is not one, or stands twice.", near=f'"{key}"')
        _unknown(reading, row, ("key", "title", "fields", "descriptors"), where)
        criteria.append(
            {
                "key": key,
                "title": reading.get("title", str, table=row, where=where),
                "fields": [str(each) for each in reading.get("fields", list, [], table=row)],
                "descriptors": descriptors,
            }
        )
    if not criteria:
        reading.problem("The rubric has no criteria; expected [[criteria]].")
    reading.no_more_keys(known=("levels", "criteria"))
    return {"levels": levels, "approve_at": approve_at, "criteria": criteria}


def check_course(course: Any) -> None:
    """Across files: steps and rubric name fields of the template, and one step ends with the approval."""
    template = course.parts.get("lesson-plan") or {}
    known = {field["key"]: field["type"] for section in template.get("sections", ()) for field in section["fields"]}
    steps = course.of_kind("plan")
    for step in steps:
        for key in step.data["fields"]:
            if known.get(key, "product") == "product":
                step.reading.problem(
                    f"fields names {key!r}; expected the key of a field that people fill in.", near=f'"{key}"'
                )
    submitting = [step for step in steps if step.data["submit"]]
    if len(submitting) != 1:
        at = submitting[1] if submitting else steps[-1]
        at.reading.problem(
            f"{len(submitting) or 'No'} plan step{'s have' if len(submitting) > 1 else ' has'} submit = true; "
            "expected one, the last: "
            "it is done when the plan is approved."
        )
    for criterion in (course.parts.get("rubric") or {}).get("criteria", ()):
        for key in criterion["fields"]:
            if key not in known:
                at = steps[-1]
                at.reading.problem(
                    f"lesson-plan/rubric.toml: criterion {criterion['key']} names the field {key!r}, "
                    "which the template lacks."
                )


def facts(data: dict[str, Any]) -> dict[str, Any]:
    """What lists and rules need of a plan step: its date, its fields, and whether it ends with the approval."""
    dates = [{"key": "due", "label": "Finish by", **data["due"]}] if data.get("due") else []
    return {"dates": dates, "fields": data.get("fields", []), "submit": data.get("submit", False)}


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """In words, what changed between two versions of a plan step."""
    before, after = old.get("fields", []), new.get("fields", [])
    words = [f"asks for “{key}” too" for key in after if key not in before] + [
        f"no longer asks for “{key}”" for key in before if key not in after
    ]
    if old.get("submit", False) != new.get("submit", False):
        words.append(
            "is done when the plan is approved" if new.get("submit") else "no longer waits for the plan's approval"
        )
    if old.get("due") != new.get("due"):
        words.append("is due at another time")
    return words
