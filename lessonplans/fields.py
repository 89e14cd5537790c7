"""What may stand in a field: how a value is kept while people write, and what is wrong with it before they may submit.

Keeping is generous (a text that is too long stays as it was typed, with a problem beside it), submitting is not.
Nothing here reads a clock or a database,
and `problems` raises for no JSON whatever.
"""

import math
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from lessonplans.template import CELLS, COLLEGES, TEXTS, Field, Template

Data = Mapping[str, Any]
TEXT_CAP = 20_000  # characters kept of one text, whatever its limit; beyond, nothing is kept and the person is told
CODE_CAP = 200
LIST_CAP = 100
PATTERN_CAP = 200  # longer texts are not matched: no pattern is for them
EMAIL = re.compile(r"[^@\s<>,;\"()]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}\Z")
OTHER = "other"


class Unstorable(ValueError):
    """This cannot be kept at all; the words are for the person."""


def empty(value: Any, depth: int = 5) -> bool:
    """Whether nothing was answered: blanks and empty rows count as nothing, zero is an answer. No answer nests deeper
    than `depth`.
    """
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return depth > 0 and all(empty(each, depth - 1) for each in value.values())
    if isinstance(value, list):
        return depth > 0 and all(empty(each, depth - 1) for each in value)
    return value is None


# -- keeping


def keep(field: Field, raw: Any) -> Any:
    """The value as it is stored. Raises Unstorable where shape or size is wrong, or a database could not hold it."""
    try:
        return _KEEPERS[field.type](field, raw)
    except Unstorable:
        raise
    except (TypeError, AttributeError, ValueError, OverflowError):
        raise Unstorable(f"“{field.label}” did not arrive whole.") from None


def _text(field: Field, raw: Any) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise TypeError
    if len(raw) > TEXT_CAP:
        raise Unstorable(f"“{field.label}” has {len(raw):,} characters, more than can be kept. Shorten it.")
    if "\x00" in raw or any("\ud800" <= character <= "\udfff" for character in raw):
        raise Unstorable(
            f"“{field.label}” has a character that cannot be stored. Delete unusual symbols near where you last pasted."
        )
    return raw.replace("\r\n", "\n").replace("\r", "\n")


def _code(field: Field, raw: Any) -> str:
    code = _text(field, raw)
    if len(code) > CODE_CAP:
        raise TypeError
    return code


def _select(field: Field, raw: Any) -> Any:
    if isinstance(raw, Mapping):
        if not field.other:
            raise TypeError
        return {OTHER: _text(field, raw.get(OTHER))}
    return _code(field, raw)


def _codes(field: Field, raw: Any) -> list[str]:
    kept = [_code(field, each) for each in _items(raw)]
    return [code for code in dict.fromkeys(kept) if code]


def _items(raw: Any) -> list[Any]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise TypeError
    if len(raw) > LIST_CAP:
        raise Unstorable(f"There are more than {LIST_CAP} entries in one list.")
    return raw


def _stage(field: Field, raw: Any) -> dict[str, str]:
    raw = {} if raw is None else raw
    return {"primary": _code(field, raw.get("primary")), "secondary": _code(field, raw.get("secondary"))}


def _number(field: Field, raw: Any) -> Any:
    if isinstance(raw, bool):
        raise TypeError
    if isinstance(raw, int | float):
        return _finite(raw) if math.isfinite(raw) and abs(raw) < 1e12 else str(raw)
    typed = _code(field, raw)
    try:
        number = float(typed.strip().replace(",", ""))
    except ValueError:
        return typed
    return _finite(number) if math.isfinite(number) and abs(number) < 1e12 else typed


def _finite(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number


def _rows(field: Field, raw: Any) -> list[str]:
    return _trimmed([_text(field, each) for each in _items(raw)])


def _trimmed(rows: list[Any]) -> list[Any]:
    """Without the empty rows at the end, which the form always offers."""
    while rows and empty(rows[-1]):
        rows.pop()
    return rows


def _keyed(field: Field, raw: Any) -> dict[str, str]:
    raw = {} if raw is None else raw
    if len(raw) > LIST_CAP:
        raise TypeError
    return {_code(field, key): _text(field, value) for key, value in raw.items() if not empty(value)}


def _table(field: Field, raw: Any) -> list[dict[str, Any]]:
    return _trimmed(
        [{column.key: keep(column, row.get(column.key)) for column in field.columns} for row in _items(raw)]
    )


def _rubric(field: Field, raw: Any) -> list[dict[str, Any]]:
    rows = [
        {
            "criterion": _text(field, row.get("criterion")),
            "levels": _trimmed([_text(field, level) for level in _items(row.get("levels"))]),
        }
        for row in _items(raw)
    ]
    return _trimmed(rows)


def _checklist(field: Field, raw: Any) -> dict[str, dict[str, str]]:
    raw = {} if raw is None else raw
    if len(raw) > LIST_CAP:
        raise TypeError
    kept = {
        _code(field, key): {"state": _code(field, row.get("state")), "note": _text(field, row.get("note"))}
        for key, row in raw.items()
    }
    return {key: row for key, row in kept.items() if not empty(row)}


def _product(field: Field, raw: Any) -> None:
    raise Unstorable(f"“{field.label}” is computed.")


_KEEPERS: dict[str, Callable[[Field, Any], Any]] = {
    "text": _text,
    "textarea": _text,
    "select": _select,
    "multi": _codes,
    "stage": _stage,
    "number": _number,
    "rows": _rows,
    "keyed": _keyed,
    "table": _table,
    "rubric": _rubric,
    "checklist": _checklist,
    "people": _rows,
    "resources": _codes,
    "product": _product,
}


# -- judging


def validate(template: Template, data: Any, *, resources: Collection[str] | None = None) -> dict[str, list[str]]:
    """Field key → what is wrong with what is written there. Empty fields are no problem here (see completeness).
    `resources`: slugs of the toolbox, if they matter.
    """
    answers: Data = data if isinstance(data, Mapping) else {}
    found = {
        field.key: problems(field, answers.get(field.key), answers, template, resources)
        for field in template.fields.values()
    }
    return {key: messages for key, messages in found.items() if messages}


def problems(
    field: Field, value: Any, data: Data, template: Template, resources: Collection[str] | None = None
) -> list[str]:
    """What is wrong with one answer, in words for the person; none for an empty one."""
    if field.type == "product" or empty(value):
        return []
    try:
        value = keep(field, value)
    except Unstorable as error:
        return [str(error)]
    if empty(value):
        return []
    if field.type in CELLS:
        return _cell_problems(field, value)
    if field.type == "rows":
        return _count_problems(field, value, "line", "lines") + _long(field, value)
    if field.type == "multi":
        return _multi_problems(field, value, data, template)
    return (
        _OTHERS[field.type](field, value)
        if field.type in _OTHERS
        else _by_context(field, value, data, template, resources)
    )


def _cell_problems(field: Field, value: Any) -> list[str]:
    if field.type in TEXTS:
        return _long(field, [value]) + _pattern_problems(field, value)
    if field.type == "number":
        return _number_problems(field, value)
    if isinstance(value, Mapping):
        return _long(Field(field.key, "text", field.label, limit=field.limit or 120), [value[OTHER]])
    return [] if value in field.labels else ["Choose one from the list; what stood here is not on it any more."]


def _long(field: Field, texts: list[str]) -> list[str]:
    over = max((len(text) - field.limit for text in texts), default=0)
    return (
        [f"Shorten this by {over:,} character{'s' if over > 1 else ''}; the limit is {field.limit:,}."]
        if field.limit and over > 0
        else []
    )


def _pattern_problems(field: Field, value: str) -> list[str]:
    if not field.pattern:
        return []
    text = value.strip()
    fits = len(text) <= PATTERN_CAP and re.fullmatch(field.pattern.removeprefix("^").removesuffix("$"), text, re.ASCII)
    return [] if fits else [field.pattern_help or "This is not written as expected."]


def _number_problems(field: Field, value: Any) -> list[str]:
    if not isinstance(value, int | float):
        return ["Write a number, such as 12 or 1.5."]
    if field.whole and not float(value).is_integer():
        return ["Write a whole number."]
    if field.min is not None and value < field.min:
        return [f"This can't be less than {field.min:g}."]
    if field.max is not None and value > field.max:
        return [f"This can't be more than {field.max:g}."]
    if field.step and not math.isclose(value / field.step, round(value / field.step), abs_tol=1e-6):
        return [f"Write it in steps of {field.step:g}."]
    return []


def _count_problems(field: Field, value: list[Any], one: str, many: str) -> list[str]:
    count = sum(not empty(each) for each in value)
    if field.min is not None and count < field.min:
        what, verb = one if field.min == 1 else many, "is" if count == 1 else "are"
        return [f"Write at least {field.min:g} {what}; there {verb} {count}."]
    if field.max is not None and count > field.max:
        return [f"At most {field.max:g} {one if field.max == 1 else many} fit here; there are {count}."]
    return []


def _multi_problems(field: Field, value: list[str], data: Data, template: Template) -> list[str]:
    found = []
    known = {option.code: option for option in field.options}
    if any(code not in known for code in value):
        found.append("Choose from the list; something that stood here is not on it any more.")
    if field.min is not None and len(value) < field.min:
        found.append(f"Choose at least {field.min:g}.")
    if field.max is not None and len(value) > field.max:
        found.append(f"Choose at most {field.max:g}; you chose {len(value)}.")
    groups = chosen(data.get(field.filter_by)) if field.filter_by else set()
    strays = [
        known[code].label for code in value if field.filter_by and code in known and known[code].group not in groups
    ]
    if strays:
        by = template.fields[field.filter_by].label if field.filter_by in template.fields else field.filter_by
        found.append(f"“{strays[0]}” doesn't belong to what you chose under “{by}”.")
    return found


def code_or_words(value: Any) -> str:
    """An answer of type select as lists keep it: its code, or one's own words."""
    own = value.get(OTHER) if isinstance(value, Mapping) else value
    return own if isinstance(own, str) else ""


def chosen(value: Any) -> set[str]:
    """The codes in an answer of type select, multi or stage."""
    values = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else [value]
    return {each for each in values if isinstance(each, str) and each}


def _stage_problems(field: Field, value: dict[str, str]) -> list[str]:
    if any(code and code not in field.labels for code in value.values()):
        return ["Choose a stage from the list."]
    if not value["primary"]:
        return ["Choose the main stage before a second one."]
    return (
        ["The second stage is the same as the first; leave it empty."] if value["primary"] == value["secondary"] else []
    )


def _table_problems(field: Field, value: list[dict[str, Any]]) -> list[str]:
    found = _count_problems(field, value, "line", "lines")
    for number, row in enumerate(value, 1):
        if empty(row):
            continue
        for column in field.columns:
            if empty(row[column.key]):
                if column.required:
                    found.append(f"Line {number}: “{column.label}” is empty.")
            else:
                found += [
                    f"Line {number}, {column.label}: {problem}" for problem in _cell_problems(column, row[column.key])
                ]
    if field.one_of_each:
        have = {row[field.one_of_each] for row in value if isinstance(row.get(field.one_of_each), str)}
        lacking = [option.label for option in field.column_by_key[field.one_of_each].options if option.code not in have]
        if lacking:
            found.append(f"Add a line for “{'”, “'.join(lacking)}”.")
    return found


def _rubric_problems(field: Field, value: list[dict[str, Any]]) -> list[str]:
    rows = [row for row in value if not empty(row)]
    found = _count_problems(field, rows, "criterion", "criteria")
    for number, row in enumerate(value, 1):
        if empty(row):
            continue
        levels = [level for level in row["levels"] if not empty(level)]
        if empty(row["criterion"]):
            found.append(f"Criterion {number} has no name.")
        if not field.min_levels <= len(levels) <= field.max_levels:
            found.append(
                f"Criterion {number} needs {field.min_levels} to {field.max_levels} levels; it has {len(levels)}."
            )
        elif len(levels) != len(row["levels"]):
            found.append(f"Criterion {number} has an empty level between others.")
        found += [f"Criterion {number}: {problem}" for problem in _long(field, [row["criterion"], *levels])]
    return found


def _checklist_problems(field: Field, value: dict[str, dict[str, str]]) -> list[str]:
    states = {state.code for state in field.states}
    found = []
    unanswered = [option.label for option in field.options if not value.get(option.code, {}).get("state")]
    if unanswered:
        found.append(f"{len(unanswered)} of {len(field.options)} lines have no answer; the first is “{unanswered[0]}”.")
    if any(row["state"] and row["state"] not in states for row in value.values()) or any(
        key not in field.labels for key in value
    ):
        found.append("Choose an answer from the list in each line.")
    for option in field.options:
        found += [
            f"{option.label}: {problem}" for problem in _long(field, [value.get(option.code, {}).get("note", "")])
        ]
    return found


def _people_problems(field: Field, value: list[str]) -> list[str]:
    wrong = [each for each in value if not empty(each) and not EMAIL.match(each.strip())]
    return _count_problems(field, value, "address", "addresses") + [
        f"“{each[:80]}” is not an e-mail address." for each in wrong[:3]
    ]


_OTHERS: dict[str, Callable[[Field, Any], list[str]]] = {
    "stage": _stage_problems,
    "table": _table_problems,
    "rubric": _rubric_problems,
    "checklist": _checklist_problems,
    "people": _people_problems,
}


def _by_context(
    field: Field, value: Any, data: Data, template: Template, resources: Collection[str] | None
) -> list[str]:
    if field.type == "resources":
        known = resources is None or all(slug in resources for slug in value)
        return [] if known else ["Choose from the toolbox; something that stood here is not in it any more."]
    if field.type != "keyed":
        return []
    source = template.fields.get(field.keys_from)
    codes = [option.code for option in source.options if option.code in chosen(data.get(source.key))] if source else []
    found = [f"“{source.labels[code]}” has no text yet." for code in codes if source and empty(value.get(code))]
    return found + _long(field, [value.get(code, "") for code in codes])


def computed(field: Field, data: Data) -> float | int | None:
    """The product of number fields; None while one of them is missing or wrong."""
    result: float | int = 1
    for key in field.factors:
        value = data.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        result *= value
    return result


def first_values(template: Template, *, college: str, discipline: str) -> dict[str, Any]:
    """What the profile knows already: the college's slug, the discipline's code or own words."""
    values: dict[str, Any] = {}
    where = template.taken_from(COLLEGES)
    if where and college in where.labels:
        values[where.key] = college
    what = template.taken_from("region.disciplines")
    if what and discipline:
        if discipline in what.labels:
            values[what.key] = discipline
        elif what.other:
            values[what.key] = {OTHER: discipline}
    return values
