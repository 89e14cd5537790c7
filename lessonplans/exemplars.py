"""Reading the exemplars of a course folder: whole plans of invented classes, each read once against the rubric.

An exemplar is judged as a plan that somebody wants to submit, and answers what is optional too. Only what belongs to a
person stays out: college, co-authors, first term, sharing.
"""

from collections.abc import Mapping
from typing import Any

from lessonplans import fields
from lessonplans.template import COLLEGES, SHARING, TERMS, Field, Rubric, Template, rubric_of, template_of
from modules.loader.source import Reading

_PERSONAL = (COLLEGES, TERMS, SHARING)


def is_personal(field: Field) -> bool:
    """Whether only a person can answer it."""
    return field.type == "people" or field.options_from in _PERSONAL


def parse(reading: Reading) -> dict[str, Any]:
    """The plan's answers and its review, as JSON; empty where the course before it has problems."""
    plan, review = reading.get("plan", dict), reading.get("review", dict)
    reading.no_more_keys()
    if reading.problems:
        # The template and the lists it answers to are not sound, so nothing could be said of it.
        return {}
    template = template_of(reading.course.parts.get("lesson-plan") or {})
    rubric = rubric_of(reading.course.parts.get("rubric") or {})
    data = {}
    for key, value in _filled(reading, plan).items():
        field = template.fields.get(key)
        if field is None or field.type == "product":
            reading.problem(f"plan: “{key}” is not known here; expected keys of fields of the template.", near=key)
        elif is_personal(field):
            reading.problem(f"plan: {key} is for a person to answer; expected an exemplar without it.", near=key)
        else:
            data[key] = _chosen(reading, field, value)
    _check_answers(reading, template, data)
    return {"data": data, **_review(reading, rubric, review)}


def _filled(reading: Reading, value: Any) -> Any:
    """With the region's values in every text."""
    if isinstance(value, str):
        return reading.to_text(value)
    if isinstance(value, Mapping):
        return {key: _filled(reading, each) for key, each in value.items()}
    return [_filled(reading, each) for each in value] if isinstance(value, list) else value


def _chosen(reading: Reading, field: Field, value: Any) -> Any:
    """Regions have their own lists: `{ among = [codes], other = words }` is the first code that the region's list has,
    else the words.
    """
    if not (isinstance(value, Mapping) and "among" in value):
        return value
    codes, words = value["among"], value.get(fields.OTHER, "")
    if field.type != "select" or not isinstance(codes, list) or set(value) != {"among", fields.OTHER}:
        reading.problem(
            f"plan: {field.key} is not written as expected: {{ among = [codes], other = words }}, for a choice of one.",
            near=field.key,
        )
        return ""
    known = [code for code in codes if isinstance(code, str) and code in field.labels]
    return known[0] if known else {fields.OTHER: words}


def _check_answers(reading: Reading, template: Template, data: dict[str, Any]) -> None:
    for key, messages in fields.validate(template, data, resources=reading.course.resource_slugs).items():
        for message in messages:
            reading.problem(f"plan: {key}: {message}", near=key)
    for field in template.fields.values():
        answered = field.type == "product" or field.required_if or not fields.empty(data.get(field.key))
        if not answered and not is_personal(field):
            reading.problem(f"plan: {field.key} is missing; expected an answer to every field.", near="plan")


def _review(reading: Reading, rubric: Rubric, review: Mapping[str, Any]) -> dict[str, Any]:
    scores, comments = {}, {}
    overall = reading.get("overall", str, table=review, where="review")
    for key in review:
        if key != "overall" and key not in rubric.by_key:
            reading.problem(f"review: “{key}” is no criterion of the rubric.", near=key)
    for key in rubric.by_key:
        where = f"review.{key}"
        row = reading.get(key, dict, table=review, where="review")
        if not row:
            continue
        scores[key] = reading.get("points", int, table=row, where=where)
        comments[f"criterion:{key}"] = reading.get("comment", str, table=row, where=where)
        if scores[key] not in rubric.points or scores[key] < rubric.approve_at:
            reading.problem(
                f"{where}: points is {scores[key]}; expected {rubric.approve_at} or more, as the rubric has them.",
                near=f"[{where}]",
            )
        for name in row:
            if name not in ("points", "comment"):
                reading.problem(f"{where}: “{name}” is not known here.", near=f"[{where}]")
    return {"scores": scores, "comments": comments, "overall": overall}
