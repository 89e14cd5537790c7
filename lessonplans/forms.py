"""The plan's form: fields as the page draws them, and values as a browser sends them without a script.

Names: `f.<key>` for one value or many of one name, `f.<key>.<part>` for the parts of an answer,
`f.<key>.<row>.<part>` for rows.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as each_time
from typing import Any

from django.http import QueryDict

from lessonplans import completeness, fields
from lessonplans.template import Field, Option, Template

ROWS = ("rows", "people")


@dataclass
class Choice:
    """An option on the page."""

    option: Option
    is_chosen: bool
    note: str = ""
    state: str = ""


@dataclass
class ShownField:
    """A field with everything its template draws."""

    field: Field
    value: Any
    problems: list[str]
    is_required: bool
    comments: list[Any] = each_time(default_factory=list)
    choices: list[Choice] = each_time(default_factory=list)
    groups: list[tuple[str, list[Choice]]] = each_time(default_factory=list)
    rows: list[Any] = each_time(default_factory=list)
    blank: Any = None
    other: str = ""

    @property
    def mark(self) -> str:
        return mark(self.field, self.value)

    @property
    def name(self) -> str:
        return f"f.{self.field.key}"

    @property
    def id(self) -> str:
        return f"id-{self.field.key}"

    @property
    def template_name(self) -> str:
        part = {"people": "rows", "resources": "multi", "textarea": "text", "number": "text"}.get(
            self.field.type, self.field.type
        )
        return f"lessonplans/fields/_{part}.html"

    @property
    def is_group(self) -> bool:
        """Whether it has several controls, so that its name is a legend."""
        return self.field.type not in ("text", "textarea", "number", "product") and not (
            self.field.type == "select" and not self.field.other
        )

    @property
    def described_by(self) -> str:
        return " ".join(
            f"{self.id}-{part}" for part, there in (("help", self.field.help), ("problem", self.problems)) if there
        )


def shown(
    template: Template,
    keys: Iterable[str],
    data: Mapping[str, Any],
    *,
    resources: Mapping[str, str],
    comments: Mapping[str, list[Any]] | None = None,
    problems: Mapping[str, list[str]] | None = None,
) -> list[ShownField]:
    """The fields of a form, in the template's order of the keys given."""
    wrong = fields.validate(template, data) if problems is None else problems
    return [
        _shown(
            template,
            template.fields[key],
            data,
            resources,
            wrong.get(key, []),
            (comments or {}).get(f"field:{key}", []),
        )
        for key in keys
        if key in template.fields
    ]


def _shown(
    template: Template,
    what: Field,
    data: Mapping[str, Any],
    resources: Mapping[str, str],
    wrong: list[str],
    comments: list[Any],
) -> ShownField:
    value: Any = fields.computed(what, data) if what.type == "product" else _kept(what, data.get(what.key))
    found = ShownField(what, value, wrong, completeness.is_required(what, data), comments)
    options = (
        tuple(Option(slug, title) for slug, title in resources.items()) if what.type == "resources" else what.options
    )
    chosen = fields.chosen(value) if what.type in ("select", "multi", "stage", "resources") else set()
    if what.type == "select" and isinstance(value, Mapping):
        found.other, chosen = value.get(fields.OTHER, ""), {fields.OTHER}
    if what.type == "stage":
        chosen = {value["primary"]}
    found.choices = [Choice(option, option.code in chosen) for option in options]
    if what.filter_by and (by := template.fields.get(what.filter_by)):
        found.groups = [
            (option.code, [c for c in found.choices if c.option.group == option.code]) for option in by.options
        ]
        found.rows = [
            (by.labels[code], code, choices, code in fields.chosen(data.get(by.key)))
            for code, choices in found.groups
            if choices
        ]
    elif what.type in ROWS:
        found.rows = _padded(value, what, "")
    elif what.type == "keyed" and (source := template.fields.get(what.keys_from)):
        picked = fields.chosen(data.get(source.key))
        found.choices = [
            Choice(option, option.code in picked, note=value.get(option.code, "")) for option in source.options
        ]
    elif what.type == "table":
        found.blank = _cells(what, {})
        found.rows = [_cells(what, row) for row in _padded(value, what, {})]
    elif what.type == "rubric":
        width = min(what.max_levels, max([what.min_levels, *(len(row["levels"]) for row in value)]))
        found.blank = {"criterion": "", "levels": [""] * width}
        rows = _padded(value, what, {"criterion": "", "levels": []})
        found.rows = [
            {"criterion": row["criterion"], "levels": [*row["levels"], *[""] * (width - len(row["levels"]))]}
            for row in rows
        ]
    elif what.type == "checklist":
        answers = [(option, value.get(option.code, {})) for option in what.options]
        found.choices = [
            Choice(option, False, answer.get("note", ""), answer.get("state", "")) for option, answer in answers
        ]
    return found


def _kept(what: Field, value: Any) -> Any:
    """The stored value in its shape, or an empty one."""
    try:
        return fields.keep(what, value)
    except fields.Unstorable:
        return fields.keep(what, None)


def mark(what: Field, value: Any) -> str:
    """A short name of a value: the form carries it, so that what was left alone is known from what was changed."""
    return hashlib.sha256(
        json.dumps(_kept(what, value) if what.type != "product" else value, sort_keys=True).encode()
    ).hexdigest()[:16]


def _padded(rows: list[Any], what: Field, blank: Any) -> list[Any]:
    """The rows with room for more: up to the least number, then one, so that the form grows without a script too."""
    least = max(int(what.min or 1), len(rows) + 1)
    most = max(int(what.max or fields.LIST_CAP), len(rows))
    return [*rows, *[blank for _ in range(min(least, most) - len(rows))]]


def _cells(what: Field, row: Mapping[str, Any]) -> list[tuple[Field, Any]]:
    return [(column, row.get(column.key, "")) for column in what.columns]


def read(template: Template, keys: Iterable[str], post: QueryDict) -> dict[str, Any]:
    """Field key → value as the form sent it. A field of which the form has nothing is left alone, unless its boxes
    may all be empty.
    """
    found: dict[str, Any] = {}
    for key in keys:
        what = template.fields.get(key)
        if what is not None and what.type != "product":
            found[key] = _read(what, f"f.{key}", post)
    return found


def _read(what: Field, name: str, post: QueryDict) -> Any:
    match what.type:
        case "multi" | "resources" | "rows" | "people":
            return post.getlist(name)
        case "stage":
            return {part: post.get(f"{name}.{part}", "") for part in ("primary", "secondary")}
        case "select":
            return (
                {fields.OTHER: post.get(f"{name}.other", "")}
                if what.other and post.get(name) == fields.OTHER
                else post.get(name, "")
            )
        case "keyed":
            return {part.removeprefix(f"{name}."): post.get(part, "") for part in post if part.startswith(f"{name}.")}
        case "table":
            return [
                {column.key: post.get(f"{name}.{row}.{column.key}", "") for column in what.columns}
                for row in _rows(name, post)
            ]
        case "rubric":
            return [
                {"criterion": post.get(f"{name}.{row}.criterion", ""), "levels": post.getlist(f"{name}.{row}.levels")}
                for row in _rows(name, post)
            ]
        case "checklist":
            return {
                option.code: {part: post.get(f"{name}.{option.code}.{part}", "") for part in ("state", "note")}
                for option in what.options
            }
    return post.get(name, "")


def _rows(name: str, post: QueryDict) -> list[int]:
    """The numbers of the rows that were sent, in order."""
    numbers = {part[len(name) + 1 :].partition(".")[0] for part in post if part.startswith(f"{name}.")}
    return sorted(int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 4)[
        : fields.LIST_CAP
    ]


def read_notes(post: QueryDict) -> dict[str, Any]:
    """A review's notes from its form: `n.<key>`; ratings become numbers."""
    notes: dict[str, Any] = {}
    for part in post:
        if part.startswith("n."):
            key, value = part.removeprefix("n."), post.get(part, "")
            notes[key] = (
                int(value)
                if key.startswith("score:") and value.isascii() and value.isdigit() and len(value) < 4
                else value
            )
    return notes


def whole_number(text: str | None) -> int:
    """A version from a hidden field; 0 for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
