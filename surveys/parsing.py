"""How a survey's file is read (docs/course-format.md, "A survey"), and what differs between two versions of it."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from cohorts.schedule import DAYS
from modules.itemkinds import Parsed
from modules.loader.source import Reading

WHEN = ("before", "end", "later")
TEXT_LIMIT, TEXTAREA_LIMIT = 200, 2_000
MOST_STEPS = 7
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_OF_ANY = ("id", "type", "text", "help", "required", "required_if")
Table = Mapping[str, Any]


def parse(reading: Reading) -> Parsed:
    """A survey's file: sections of questions with Markdown turned into HTML."""
    intro = reading.get("intro", str, "")
    data: dict[str, Any] = {
        "when": reading.get("when", str, among=WHEN),
        "required": reading.get("required", bool, True),
        "sections": [],
    }
    _opening(reading, data)
    due = reading.get("due", dict, {})
    if due:
        week = reading.get("week", int, table=due, where="due")
        data["due"] = {"week": week, "day": reading.get("day", str, among=DAYS, table=due, where="due")}
    scales = _scales(reading)
    for number, raw in enumerate(_tables(reading, "sections"), 1):
        data["sections"].append(_section(reading, raw, f"section {number}", scales))
    asked = [question for section in data["sections"] for question in section["questions"]]
    if not asked:
        reading.problem("The survey has no questions; expected [[sections]] with [[sections.questions]].")
    names = [question["id"] for question in asked]
    for name in _twice(names):
        reading.problem(f"The id {name!r} stands twice; each question has its own.", line=_last_line_of(reading, name))
    _check_conditions(reading, asked)
    reading.no_more_keys(known=("kind", "title", "minutes", "was", "outcomes"))
    return Parsed(body=reading.to_html(intro, line=reading.line_of("intro")) if intro else "", data=data)


def facts(data: dict[str, Any]) -> dict[str, Any]:
    """What lists may know: when it is asked, whether it is required and when it opens; never a question."""
    due = data.get("due")
    return {
        "dates": [{"key": "due", "label": "Answer by", "week": due["week"], "day": due["day"]}] if due else [],
        "when": data.get("when", "end"),
        "required": data.get("required", True),
        "opens_after_weeks": data.get("opens_after_weeks"),
        "open_weeks": data.get("open_weeks"),
        "questions": sum(len(section["questions"]) for section in data.get("sections", ())),
    }


def check_course(course: Any) -> None:
    """One survey of each moment, and an id that two surveys share has one scale: before and now are compared by it."""
    seen: dict[str, str] = {}
    steps: dict[str, tuple[str, list[str]]] = {}
    for item in course.of_kind("survey"):
        when = item.data["when"]
        if when in seen:
            item.reading.problem(f"{seen[when]} is the survey of “{when}” already; there is one of each.", near="when")
        seen[when] = item.key
        for question in (each for section in item.data["sections"] for each in section["questions"]):
            if "steps" not in question:
                continue
            key, others = steps.setdefault(question["id"], (item.key, question["steps"]))
            if others != question["steps"]:
                item.reading.problem(
                    f"question {question['id']}: {key} asks it on another scale; expected the same one.",
                    line=_last_line_of(item.reading, question["id"]),
                )


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What changed between two versions, in words for an administrator."""
    words = []
    if old.get("required", True) != new.get("required", True):
        words.append(f"It is {'required now' if new.get('required', True) else 'no longer required'}.")
    if (old.get("opens_after_weeks"), old.get("open_weeks")) != (new.get("opens_after_weeks"), new.get("open_weeks")):
        words.append("It opens or closes at another time.")
    if old.get("due") != new.get("due"):
        words.append("The due date changes.")
    before, after = (
        {question["id"]: question for section in data.get("sections", ()) for question in section["questions"]}
        for data in (old, new)
    )
    words += [f"Question “{name}” is new." for name in after if name not in before]
    words += [f"Question “{name}” goes." for name in before if name not in after]
    kept = [name for name in after if name in before]
    words += [f"Question “{name}” changes." for name in kept if before[name] != after[name]]
    if kept != [name for name in before if name in after]:
        words.append("The questions stand in another order.")
    if not words and old != new:
        words.append("The words around the questions change.")
    return words


def _opening(reading: Reading, data: dict[str, Any]) -> None:
    for key in ("opens_after_weeks", "open_weeks"):
        if key not in reading.head:
            continue
        data[key] = reading.get(key, int)
        if not 1 <= data[key] <= 60:
            reading.problem(f"{key} is {data[key]}; expected weeks from 1 to 60.", near=key)
        if data["required"]:
            reading.problem(
                f"{key} stands only with required = false: nobody could complete the course before that.", near=key
            )
    if "open_weeks" in data and "opens_after_weeks" not in data:
        reading.problem("open_weeks needs opens_after_weeks.", near="open_weeks")


def _scales(reading: Reading) -> dict[str, list[str]]:
    scales: dict[str, list[str]] = {}
    for raw in _tables(reading, "scales"):
        name = _id(reading, raw, "scale")
        where = f"scale {name}"
        if name in scales:
            reading.problem(f"{where} stands twice.", line=_last_line_of(reading, name))
        steps = reading.get("steps", list, table=raw, where=where)
        line = reading.line_of_table(raw)
        if not all(isinstance(step, str) and step.strip() for step in steps):
            reading.problem(f"{where}: steps is not a list of texts.", line=line)
            steps = []
        elif not 2 <= len(steps) <= MOST_STEPS:
            reading.problem(f"{where} has {len(steps)} steps; expected 2 to {MOST_STEPS}, lowest first.", line=line)
        for step in _twice(steps):
            reading.problem(f"{where}: the step {step!r} stands twice.", line=line)
        _no_more(reading, raw, ("id", "steps"), where)
        scales[name] = [reading.to_text(step, near=step) for step in steps]
    return scales


def _section(reading: Reading, raw: Table, where: str, scales: Mapping[str, list[str]]) -> dict[str, Any]:
    section: dict[str, Any] = {
        "title": reading.get("title", str, table=raw, where=where),
        "intro": _markdown(reading, raw, "intro", where),
        "questions": [],
    }
    _no_more(reading, raw, ("title", "intro", "questions"), where)
    for number, each in enumerate(_tables(reading, "questions", raw, where), 1):
        question = _question(reading, each, f"{where}, question {number}", scales)
        if question is not None:
            section["questions"].append(question)
    return section


def _question(reading: Reading, raw: Table, where: str, scales: Mapping[str, list[str]]) -> dict[str, Any] | None:
    """A question as JSON; None, with the problem noted, where not even its type is known."""
    name = _id(reading, raw, where)
    where = f"question {name}" if name else where
    kind = reading.get("type", str, among=tuple(_READERS), table=raw, where=where)
    text = _inline(reading, raw, "text", where)
    if kind not in _READERS:
        return None
    read, keys = _READERS[kind]
    _no_more(reading, raw, (*_OF_ANY, *keys), where)
    question: dict[str, Any] = {
        "id": name,
        "type": kind,
        "text": text,
        "help": _inline(reading, raw, "help", where) if "help" in raw else "",
        "required": reading.get("required", bool, False, table=raw, where=where),
    }
    if "required_if" in raw:
        question["required_if"] = _condition(reading, raw, where)
    return {**question, **read(reading, raw, where, scales)}


def _condition(reading: Reading, raw: Table, where: str) -> dict[str, Any]:
    table = reading.get("required_if", dict, table=raw, where=where)
    _no_more(reading, table, ("question", "in"), f"{where}, required_if")
    return {
        "question": reading.get("question", str, table=table, where=f"{where}, required_if"),
        "in": reading.get("in", list, table=table, where=f"{where}, required_if"),
    }


def _check_conditions(reading: Reading, asked: list[dict[str, Any]]) -> None:
    by_id = {question["id"]: question for question in asked}
    for question in asked:
        condition = question.get("required_if")
        if condition is None:
            continue
        other = by_id.get(condition["question"])
        line = _last_line_of(reading, question["id"])
        if other is None or other["type"] not in ("choice", "multi", "yesno"):
            reading.problem(
                f"question {question['id']}: required_if names {condition['question']!r}; expected the id of a choice, "
                "multi or yesno of this survey.",
                line=line,
            )
            continue
        codes = {option["code"] for option in other["options"]} if "options" in other else {"yes", "no"}
        for code in condition["in"]:
            if code not in codes:
                reading.problem(
                    f"question {question['id']}: required_if names {code!r}, which is no option of {other['id']}.",
                    line=line,
                )


def _steps(reading: Reading, raw: Table, where: str, scales: Mapping[str, list[str]]) -> dict[str, Any]:
    return {"steps": scales.get(reading.get("scale", str, among=tuple(scales), table=raw, where=where), [])}


def _pair(reading: Reading, raw: Table, where: str, scales: Mapping[str, list[str]]) -> dict[str, Any]:
    sides = {side: reading.get(side, str, table=raw, where=where) for side in ("before", "now")}
    return {**_steps(reading, raw, where, scales), **sides}


def _options(reading: Reading, raw: Table, where: str, scales: Mapping[str, list[str]]) -> dict[str, Any]:
    line = reading.line_of_table(raw)
    if "options_from" in raw:
        name = reading.get("options_from", str, table=raw, where=where)
        found = reading.course.options(name)
        if found is None:
            reading.problem(f"{where}: there is no list “{name}”.", line=line)
        if "options" in raw:
            reading.problem(f"{where}: expected options or options_from, not both.", line=line)
        return {"options": [{"code": str(each["code"]), "label": str(each["label"])} for each in found or ()]}
    options = []
    for table in _tables(reading, "options", raw, where):
        code = reading.get("code", str, table=table, where=f"{where}, option")
        label = reading.get("label", str, table=table, where=f"{where}, option")
        _no_more(reading, table, ("code", "label"), f"{where}, option {code}")
        options.append({"code": code, "label": label})
    if len(options) < 2:
        reading.problem(f"{where} has {len(options)} options; expected two or more.", line=line)
    for key in ("code", "label"):
        for value in _twice([option[key] for option in options]):
            reading.problem(f"{where}: the option {value!r} stands twice.", line=line)
    return {"options": options}


def _multi(reading: Reading, raw: Table, where: str, scales: Mapping[str, list[str]]) -> dict[str, Any]:
    found = _options(reading, raw, where, scales)
    if "max" in raw:
        found["max"] = reading.get("max", int, table=raw, where=where)
        if not 1 <= found["max"] <= len(found["options"]):
            reading.problem(f"{where}: max is {found['max']}; expected 1 to as many as there are options.", near="max")
    return found


def _typed(limit: int) -> Callable[[Reading, Table, str, Mapping[str, list[str]]], dict[str, Any]]:
    def read(reading: Reading, raw: Table, where: str, scales: Mapping[str, list[str]]) -> dict[str, Any]:
        chosen = reading.get("limit", int, limit, table=raw, where=where)
        if not 1 <= chosen <= 5_000:
            reading.problem(f"{where}: limit is {chosen}; expected characters from 1 to 5000.", near="limit")
        return {"limit": chosen}

    return read


def _number(reading: Reading, raw: Table, where: str, scales: Mapping[str, list[str]]) -> dict[str, Any]:
    least = reading.get("min", float, 0.0, table=raw, where=where)
    most = reading.get("max", float, table=raw, where=where)
    if not least <= most < 1_000_000_000:
        reading.problem(f"{where}: expected min, then a max that is not below it.", line=reading.line_of_table(raw))
    return {
        "min": least,
        "max": most,
        "whole": reading.get("whole", bool, True, table=raw, where=where),
        "unit": reading.get("unit", str, "", table=raw, where=where),
    }


_READERS: dict[
    str, tuple[Callable[[Reading, Table, str, Mapping[str, list[str]]], dict[str, Any]], tuple[str, ...]]
] = {
    "scale": (_steps, ("scale",)),
    "pair": (_pair, ("scale", "before", "now")),
    "yesno": (lambda reading, raw, where, scales: {}, ()),
    "choice": (_options, ("options", "options_from")),
    "multi": (_multi, ("options", "options_from", "max")),
    "text": (_typed(TEXT_LIMIT), ("limit",)),
    "textarea": (_typed(TEXTAREA_LIMIT), ("limit",)),
    "number": (_number, ("min", "max", "whole", "unit")),
}


# ---- Parts


def _id(reading: Reading, raw: Table, where: str) -> str:
    name: str = reading.get("id", str, table=raw, where=where)
    if name and not _ID.fullmatch(name):
        reading.problem(
            f"The id {name!r} is not one; expected small letters, digits and hyphens.", line=reading.line_of_table(raw)
        )
    return name


def _tables(reading: Reading, key: str, table: Table | None = None, where: str = "") -> list[Table]:
    rows = reading.get(key, list, [], table=table, where=where)
    if not all(isinstance(row, Mapping) for row in rows):
        words = f"{where}: {key}" if where else key
        reading.problem(f"{words} is not a list of tables.", line=reading.line_of_table(table) or reading.line_of(key))
    return [row for row in rows if isinstance(row, Mapping)]


def _inline(reading: Reading, table: Table, key: str, where: str) -> str:
    """One line of Markdown as HTML: it stands in a legend or a label."""
    filled = reading.get(key, str, table=table, where=where)
    line = reading.line_of_table(table)
    if not isinstance(table.get(key), str):
        return ""
    if not filled.strip():
        reading.problem(f"{where}: {key} is empty; expected a text.", line=line)
        return ""
    return reading.to_inline(" ".join(table[key].split()), line=reading.line_of(table[key]) or line)


def _markdown(reading: Reading, table: Table, key: str, where: str) -> str:
    reading.get(key, str, "", table=table, where=where)
    text = table.get(key)
    return reading.to_html(text) if isinstance(text, str) and text.strip() else ""


def _no_more(reading: Reading, table: Table, known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            reading.problem(f"{where}: “{key}” is not known here.", line=reading.line_of_table(table))


def _twice(values: list[str]) -> list[str]:
    return sorted({value for value in values if value and values.count(value) > 1})


def _last_line_of(reading: Reading, name: str) -> int:
    written = re.compile(rf"^\s*id\s*=\s*[\"']{re.escape(name)}[\"']")
    return max((number for number, line in enumerate(reading.raw.split("\n"), 1) if written.search(line)), default=0)
