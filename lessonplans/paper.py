"""A plan as one reads it: sections with their answers in words, as plain JSON. The screen, the review, the gallery
and the PDF draw the same.
"""

from collections.abc import Collection, Mapping
from typing import Any

from lessonplans import completeness, fields
from lessonplans.template import COLLEGES, Field, PlanCourse, Rubric, Template

Entry = dict[str, Any]


def sections(
    template: Template,
    data: Mapping[str, Any],
    *,
    resources: Mapping[str, str],
    gaps: str = "",
    without: Collection[str] = (),
) -> list[dict[str, Any]]:
    """The sections that say something, each with `blocks`: runs of short answers (`entries`) and `table`s between them.

    `gaps` keeps unanswered fields, to be shown as such: those that are still "needed", or "all"; `without` leaves
    fields out; `resources` gives titles of the toolbox by slug.
    """
    found = []
    for section in template.sections:
        blocks: list[dict[str, Any]] = []
        for field in section.fields:
            if field.key in without:
                continue
            shown = entry(field, data, template, resources)
            if shown["kind"] == "empty":
                needed = completeness.is_required(field, data)
                if not (gaps == "all" or (gaps == "needed" and needed)):
                    continue
                shown["text"] = "Not yet answered" if needed else "Left empty"
            if shown["kind"] in ("table", "rubric", "checklist"):
                blocks.append({"table": shown})
            elif blocks and "entries" in blocks[-1]:
                blocks[-1]["entries"].append(shown)
            else:
                blocks.append({"entries": [shown]})
        if blocks:
            found.append({"letter": section.letter, "title": section.title, "blocks": blocks})
    return found


def entry(field: Field, data: Mapping[str, Any], template: Template, resources: Mapping[str, str]) -> Entry:
    """One answer in words. `kind` says how it is drawn: text, list, pairs, table, rubric, checklist or empty."""
    drawn: Entry = {"kind": "empty"}
    try:
        value = fields.computed(field, data) if field.type == "product" else fields.keep(field, data.get(field.key))
    except fields.Unstorable:
        value = None
    if not fields.empty(value):
        drawn = _drawn(field, value, data, template, resources)
    return {"key": field.key, "label": field.label, **drawn}


def _drawn(
    field: Field, value: Any, data: Mapping[str, Any], template: Template, resources: Mapping[str, str]
) -> Entry:
    match field.type:
        case "multi":
            return _list([field.labels.get(code, code) for code in value])
        case "stage":
            return {
                "kind": "text",
                "text": " and ".join(
                    field.labels.get(code, code) for code in (value["primary"], value["secondary"]) if code
                ),
            }
        case "rows" | "people":
            return _list([row for row in value if not fields.empty(row)])
        case "resources":
            return _list([resources.get(slug, slug) for slug in value])
        case "keyed":
            return _pairs(field, value, data, template)
        case "table":
            return _table(field, value)
        case "rubric":
            return _rubric(value)
        case "checklist":
            return _checklist(field, value)
    return {"kind": "text", "text": _plain(field, value)}


def _plain(field: Field, value: Any) -> str:
    """A cell or a short answer in words."""
    if fields.empty(value):
        return ""
    if field.type == "select":
        return str(value.get(fields.OTHER, "") if isinstance(value, Mapping) else field.labels.get(value, value))
    if isinstance(value, int | float):
        return f"{value:,.12g}"
    return str(value).strip()


def _list(items: list[str]) -> Entry:
    return {"kind": "list", "items": [item.strip() for item in items]}


def _pairs(field: Field, value: Mapping[str, str], data: Mapping[str, Any], template: Template) -> Entry:
    source = template.fields.get(field.keys_from)
    codes = (
        [option.code for option in source.options if option.code in fields.chosen(data.get(source.key))]
        if source
        else []
    )
    pairs = [{"term": source.labels[code], "text": value[code].strip()} for code in codes if source and value.get(code)]
    return {"kind": "pairs", "pairs": pairs} if pairs else {"kind": "empty"}


def _table(field: Field, value: list[Mapping[str, Any]]) -> Entry:
    return {
        "kind": "table",
        "head": [column.label for column in field.columns],
        "numeric": [column.type == "number" for column in field.columns],
        "rows": [
            [_plain(column, row.get(column.key)) for column in field.columns] for row in value if not fields.empty(row)
        ],
    }


def _rubric(value: list[Mapping[str, Any]]) -> Entry:
    rows = [row for row in value if not fields.empty(row)]
    width = max(len(row["levels"]) for row in rows)
    heads = {
        1: ["Level"],
        2: ["Strong", "Not yet"],
        3: ["Strong", "Good", "Not yet"],
        4: ["Strong", "Good", "Developing", "Not yet"],
    }
    return {
        "kind": "rubric",
        "head": ["Criterion", *heads.get(width, [f"Level {number}" for number in range(width, 0, -1)])],
        "rows": [[row["criterion"], *row["levels"], *[""] * (width - len(row["levels"]))] for row in rows],
    }


def _checklist(field: Field, value: Mapping[str, Mapping[str, str]]) -> Entry:
    states = {state.code: state.label for state in field.states}
    nothing = {"state": "", "note": ""}
    answers = [(option.label, value.get(option.code, nothing)) for option in field.options]
    rows = [[label, states.get(each["state"], "Not answered yet"), each["note"].strip()] for label, each in answers]
    head = ["What has to be settled", "Answer", "Note"]
    width = 3 if any(row[2] for row in rows) else 2
    return {"kind": "checklist", "head": head[:width], "rows": [row[:width] for row in rows]}


def words(shown: Entry) -> list[str]:
    """An entry as lines of text, for comparing two versions."""
    match shown["kind"]:
        case "text":
            return str(shown["text"]).splitlines()
        case "list":
            return list(shown["items"])
        case "pairs":
            return [f"{pair['term']}: {pair['text']}" for pair in shown["pairs"]]
        case "table" | "rubric" | "checklist":
            return [" · ".join(cell for cell in row if cell) for row in shown["rows"]]
    return []


def differences(
    template: Template, old: Mapping[str, Any], new: Mapping[str, Any], *, resources: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Fields that say something else in two versions: {key, label, section, old: lines, new: lines}."""
    found = []
    for field in template.fields.values():
        before, after = (words(entry(field, data, template, resources)) for data in (old, new))
        if before != after:
            found.append(
                {"key": field.key, "label": field.label, "section": field.section, "old": before, "new": after}
            )
    return found


def heading(
    course: PlanCourse, data: Mapping[str, Any], *, author: str, college: str, cohort: str, status: str, dated: str
) -> dict[str, Any]:
    """The head of the paper: the title, then facts that have a value. An empty author is left out with the college."""
    shown = {
        field.key: _in_words(course.template, field, data)
        for field in course.template.fields.values()
        if field.type in ("select", "stage", "text")
    }
    where = course.template.taken_from(COLLEGES)
    what = course.template.taken_from("region.disciplines")
    stage = data.get("stage")
    primary = stage.get("primary", "") if isinstance(stage, Mapping) else ""
    facts = [
        ("Author", author),
        ("College", (shown.get(where.key, "") if where else "") or college if author else ""),
        ("Course", shown.get("course_code_title", "")),
        ("Discipline", shown.get(what.key, "") if what else ""),
        ("Cohort", cohort),
        ("Status", status),
        ("Date", dated),
    ]
    return {
        "title": shown.get("title", "") or "Untitled plan",
        "facts": [{"label": label, "text": text} for label, text in facts if text],
        "stage": primary if isinstance(primary, str) else "",
        "stage_words": shown.get("stage", ""),
    }


def _in_words(template: Template, field: Field, data: Mapping[str, Any]) -> str:
    return " ".join(words(entry(field, data, template, {})))


def judgement(rubric: Rubric, scores: Mapping[str, Any], comments: Mapping[str, str]) -> list[dict[str, str]]:
    """The facilitator's rubric as it was filled in: {criterion, level, descriptor, comment} for each row with a
    rating or a comment.
    """
    found = []
    for criterion in rubric.criteria:
        chosen = [
            (level, words)
            for level, words in zip(rubric.levels, criterion.descriptors, strict=False)
            if level.points == scores.get(criterion.key)
        ]
        level, descriptor = (chosen[0][0].label, chosen[0][1]) if chosen else ("", "")
        comment = comments.get(f"criterion:{criterion.key}", "")
        if level or comment:
            found.append({"criterion": criterion.title, "level": level, "descriptor": descriptor, "comment": comment})
    return found
