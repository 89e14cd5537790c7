"""The knowledge check as a kind of item: how its file is read, what lists may know, what differs."""

import hashlib
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from cohorts.completion import Need
from cohorts.schedule import DAYS
from knowledgechecks import scoring
from modules import itemkinds
from modules.itemkinds import ItemKind, Parsed
from modules.loader.source import Reading
from modules.outline import ItemOutline

PASS = 80
TYPES = ("single", "multiple", "truefalse", "match", "order", "number", "text", "scenario")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ONE_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*)</p>", re.DOTALL)
_OF_ANY = ("id", "type", "text")


def register() -> None:
    """Called once from `AppConfig.ready()`."""
    itemkinds.register(
        ItemKind(name="check", label="Knowledge check", parse=parse, facts=facts, differences=differences)
    )


def needs(item: ItemOutline) -> tuple[Need, ...]:
    return (Need("passed", 1, f"Pass with {item.facts['pass']} percent"),)


def facts(data: dict[str, Any]) -> dict[str, Any]:
    """What lists may know: the date, the pass mark, how many questions; never a question, let alone its key."""
    due = data.get("due")
    return {
        "dates": [{"key": "due", "label": "Pass by", "week": due["week"], "day": due["day"]}] if due else [],
        "pass": data.get("pass", PASS),
        "questions": len(data.get("questions", [])),
    }


def parse(reading: Reading) -> Parsed:
    """A check's file: its questions with Markdown turned into HTML and every key checked."""
    intro = reading.get("intro", str, "")
    mark = reading.get("pass", int, PASS)
    if not 1 <= mark <= 100:
        reading.problem(f"pass is {mark}; expected per cent from 1 to 100.", near="pass")
    data: dict[str, Any] = {"pass": mark, "questions": []}
    due = reading.get("due", dict, {})
    if due:
        week = reading.get("week", int, table=due, where="due")
        data["due"] = {"week": week, "day": reading.get("day", str, among=DAYS, table=due, where="due")}
    seen: set[str] = set()
    for number, raw in enumerate(_tables(reading, "questions"), 1):
        question = _question(reading, raw, number)
        if question is None:
            continue
        if question["id"] in seen:
            reading.problem(
                f"The id {question['id']!r} stands twice; each question has its own.",
                line=_last_line_of(reading, question["id"]),
            )
        seen.add(question["id"])
        data["questions"].append(question)
    if not reading.head.get("questions"):
        reading.problem("The check has no questions; expected [[questions]].")
    reading.no_more_keys(known=("kind", "title", "minutes", "was", "outcomes"))
    return Parsed(body=reading.to_html(intro, line=reading.line_of("intro")) if intro else "", data=data)


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What changed between two versions, in words for an administrator."""
    words = []
    if old.get("pass") != new.get("pass"):
        words.append(f"The pass mark changes from {old.get('pass')} to {new.get('pass')} percent.")
    if old.get("due") != new.get("due"):
        words.append("The due date changes.")
    before = {question["id"]: question for question in old.get("questions", [])}
    after = {question["id"]: question for question in new.get("questions", [])}
    words += [f"Question “{name}” is new." for name in after if name not in before]
    words += [f"Question “{name}” goes." for name in before if name not in after]
    kept = [name for name in after if name in before]
    words += [
        f"Question “{name}”: {_what_changed(before[name], after[name])}."
        for name in kept
        if before[name] != after[name]
    ]
    if kept != [name for name in before if name in after]:
        words.append("The questions stand in another order.")
    return words


def _what_changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    if old["type"] != new["type"]:
        return f"its type changes from {old['type']} to {new['type']}"
    changed = []
    if old["text"] != new["text"]:
        changed.append("its text")
    if _key(old) != _key(new):
        changed.append("its right answer")
    if _choosable(old) != _choosable(new):
        changed.append("what one can choose")
    return f"{' and '.join(changed) or 'its feedback'} changes"


def _key(question: Mapping[str, Any]) -> Any:
    return question.get("accept") or (scoring.right_answer(question), question.get("tolerance"))


def _choosable(question: Mapping[str, Any]) -> Any:
    rows = [
        row.get("text", row.get("left"))
        for key in ("options", "pairs", "choices", "steps")
        for row in question.get(key, ())
    ]
    return rows, question.get("unit")


# ---- One question


def _question(reading: Reading, raw: Mapping[str, Any], number: int) -> dict[str, Any] | None:
    """A question as JSON; None, with the problem noted, where not even its type is known."""
    name = reading.get("id", str, table=raw, where=f"question {number}")
    if name and not _ID.fullmatch(name):
        reading.problem(
            f"The id {name!r} is not one; expected small letters, digits and hyphens.", line=reading.line_of_table(raw)
        )
    where = f"question {name}" if name else f"question {number}"
    kind = reading.get("type", str, among=TYPES, table=raw, where=where)
    text = _html(reading, raw, "text", where)
    if kind not in TYPES:
        return None
    read, keys = _READERS[kind]
    for key in raw:
        if key not in (*_OF_ANY, *keys):
            reading.problem(f"{where}: “{key}” is not known here.", line=reading.line_of_table(raw))
    return {"id": name, "type": kind, "text": text, **read(reading, raw, where)}


def _options(reading: Reading, raw: Mapping[str, Any], where: str) -> dict[str, Any]:
    options: list[dict[str, Any]] = []
    for table in _tables(reading, "options", raw, where):
        option = {
            "id": reading.get("id", str, table=table, where=f"{where}, option"),
            "text": _html(reading, table, "text", f"{where}, option", inline=True),
            "right": reading.get("right", bool, False, table=table, where=f"{where}, option"),
            "feedback": _html(reading, table, "feedback", f"{where}, option", inline=True),
        }
        _no_more(reading, table, ("id", "text", "right", "feedback"), f"{where}, option {option['id']}")
        options.append(option)
    line = reading.line_of_table(raw)
    if len(options) < 2:
        reading.problem(f"{where} has {len(options)} options; expected two or more.", line=line)
    for name in _twice([option["id"] for option in options]):
        reading.problem(f"{where}: the option {name!r} stands twice.", line=line)
    for text in _twice([option["text"] for option in options]):
        reading.problem(f"{where}: two options say {text!r}.", line=line)
    right = sum(option["right"] for option in options)
    if raw.get("type") == "multiple" and not right:
        reading.problem(f"{where} has no right option; expected right = true at one or more.", line=line)
    if raw.get("type") != "multiple" and right != 1:
        reading.problem(f"{where} has {right} right options; expected right = true at exactly one.", line=line)
    return {"options": options}


def _truefalse(reading: Reading, raw: Mapping[str, Any], where: str) -> dict[str, Any]:
    return {
        "right": reading.get("right", bool, table=raw, where=where),
        "feedback": _feedback(reading, raw, where, ("true", "false")),
    }


def _match(reading: Reading, raw: Mapping[str, Any], where: str) -> dict[str, Any]:
    pairs: list[dict[str, Any]] = []
    choices: dict[str, str] = {}
    for table in _tables(reading, "pairs", raw, where):
        left = _html(reading, table, "left", f"{where}, pair", inline=True)
        right = reading.get("right", str, table=table, where=f"{where}, pair")
        choices[_mark(right)] = right
        pairs.append(
            {
                "id": _mark(left),
                "left": left,
                "right": _mark(right),
                "feedback": _html(reading, table, "feedback", f"{where}, pair", inline=True),
            }
        )
        _no_more(reading, table, ("left", "right", "feedback"), f"{where}, pair")
    line = reading.line_of_table(raw)
    if len(pairs) < 2:
        reading.problem(f"{where} has {len(pairs)} pairs; expected two or more.", line=line)
    elif len(choices) < 2:
        reading.problem(
            f"{where}: all pairs have the same right side; expected at least two to choose from.", line=line
        )
    for left in _twice([pair["left"] for pair in pairs]):
        reading.problem(f"{where}: {left!r} stands twice on the left.", line=line)
    # By their words, because the order of the pairs would tell which belongs where.
    return {
        "pairs": pairs,
        "choices": [
            {"id": name, "text": text}
            for name, text in sorted(choices.items(), key=lambda choice: choice[1].casefold())
        ],
    }


def _order(reading: Reading, raw: Mapping[str, Any], where: str) -> dict[str, Any]:
    steps = []
    for text in _texts(reading, "steps", raw, where):
        markup = reading.to_inline(text, line=reading.line_of(text) or reading.line_of_table(raw))
        steps.append({"id": _mark(markup), "text": markup})
    line = reading.line_of_table(raw)
    if len(steps) < 2:
        reading.problem(f"{where} has {len(steps)} steps; expected two or more.", line=line)
    for text in _twice([step["text"] for step in steps]):
        reading.problem(f"{where}: the step {text!r} stands twice.", line=line)
    return {"steps": steps, "feedback": _feedback(reading, raw, where)}


def _number(reading: Reading, raw: Mapping[str, Any], where: str) -> dict[str, Any]:
    line = reading.line_of_table(raw)
    answer = reading.get("answer", float, table=raw, where=where)
    tolerance = reading.get("tolerance", float, 0.0, table=raw, where=where)
    if not math.isfinite(answer) or not math.isfinite(tolerance) or tolerance < 0:
        reading.problem(f"{where}: expected a finite answer, and a tolerance of 0 or more.", line=line)
        answer, tolerance = 0.0, 0.0
    return {
        "answer": _whole(answer),
        "tolerance": _whole(tolerance),
        "unit": reading.get("unit", str, "", table=raw, where=where),
        "feedback": _feedback(reading, raw, where),
    }


def _text(reading: Reading, raw: Mapping[str, Any], where: str) -> dict[str, Any]:
    accepted = [reading.to_text(text, near=text) for text in _texts(reading, "accept", raw, where)]
    if not accepted:
        reading.problem(f"{where} accepts nothing; expected a list of right answers.", line=reading.line_of_table(raw))
    for text in accepted:
        if not scoring.plain_words(text):
            reading.problem(f"{where} accepts {text!r}, which has no letter or digit.", line=reading.line_of_table(raw))
    return {"accept": accepted, "feedback": _feedback(reading, raw, where)}


_READERS: dict[str, tuple[Callable[[Reading, Mapping[str, Any], str], dict[str, Any]], tuple[str, ...]]] = {
    "single": (_options, ("options",)),
    "scenario": (_options, ("options",)),
    "multiple": (_options, ("options",)),
    "truefalse": (_truefalse, ("right", "feedback")),
    "match": (_match, ("pairs",)),
    "order": (_order, ("steps", "feedback")),
    "number": (_number, ("answer", "tolerance", "unit", "feedback")),
    "text": (_text, ("accept", "feedback")),
}


# ---- Parts of questions


def _tables(
    reading: Reading, key: str, table: Mapping[str, Any] | None = None, where: str = ""
) -> list[Mapping[str, Any]]:
    rows = reading.get(key, list, [], table=table, where=where)
    if not all(isinstance(row, Mapping) for row in rows):
        reading.problem(
            f"{f'{where}: ' if where else ''}{key} is not a list of tables.",
            line=reading.line_of_table(table) or reading.line_of(key),
        )
    return [row for row in rows if isinstance(row, Mapping)]


def _texts(reading: Reading, key: str, table: Mapping[str, Any], where: str) -> list[str]:
    rows = reading.get(key, list, [], table=table, where=where)
    if not all(isinstance(row, str) and row.strip() for row in rows):
        reading.problem(f"{where}: {key} is not a list of texts.", line=reading.line_of_table(table))
    return [row for row in rows if isinstance(row, str) and row.strip()]


def _html(reading: Reading, table: Mapping[str, Any], key: str, where: str, *, inline: bool = False) -> str:
    """Markdown of a table as HTML; what is one paragraph comes without it, so that it can stand in a legend."""
    line = reading.line_of_table(table)
    filled = reading.get(key, str, table=table, where=where)
    text = table.get(key)
    if not isinstance(text, str):
        return ""
    if not filled.strip():
        reading.problem(f"{where}: {key} is empty; expected a text.", line=line)
        return ""
    at = reading.line_of(text.strip().split("\n")[0]) or line
    if inline:
        return reading.to_inline(" ".join(text.split()), line=at)
    markup = reading.to_html(text, line=at).strip()
    only = _ONE_PARAGRAPH.fullmatch(markup)
    return only[1] if only else markup


def _feedback(
    reading: Reading, raw: Mapping[str, Any], where: str, keys: tuple[str, str] = ("right", "wrong")
) -> dict[str, str]:
    table = reading.get("feedback", dict, table=raw, where=where)
    if not table:
        return dict.fromkeys(keys, "")
    _no_more(reading, table, keys, f"{where}, feedback")
    return {key: _html(reading, table, key, f"{where}, feedback", inline=True) for key in keys}


def _no_more(reading: Reading, table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            reading.problem(f"{where}: “{key}” is not known here.", line=reading.line_of_table(table))


def _twice(values: list[Any]) -> list[Any]:
    return sorted({value for value in values if value and values.count(value) > 1})


def _last_line_of(reading: Reading, name: str) -> int:
    written = re.compile(rf"^\s*id\s*=\s*[\"']{re.escape(name)}[\"']")
    return max((number for number, line in enumerate(reading.raw.split("\n"), 1) if written.search(line)), default=0)


def _whole(number: float) -> int | float:
    return int(number) if number == int(number) else number


def _mark(text: str) -> str:
    """An id that says nothing: where a row stands in the file would give its place away."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]
