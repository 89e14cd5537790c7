import tomllib
from types import SimpleNamespace
from typing import Any

import pytest

from lessonplans import parsing, template
from tests.lessonplans.conftest import CONTENT, PARTS, reading_of
from tests.samples import SAMPLES


def problems_of(path: str, change: Any, parser: Any = parsing.parse_template) -> list[str]:
    head = tomllib.loads((CONTENT / path).read_text())
    change(head)
    reading = reading_of(path, head)
    parser(reading)
    return [problem.message for problem in reading.problems]


def field(head: dict[str, Any], key: str) -> dict[str, Any]:
    return next(each for section in head["sections"] for each in section["fields"] if each["key"] == key)


def test_the_course_s_own_template_and_rubric_have_no_mistake() -> None:
    for path, parser in (("template", parsing.parse_template), ("rubric", parsing.parse_rubric)):
        reading = reading_of(f"lesson-plan/{path}.toml")
        parser(reading)  # type: ignore[operator]
        assert reading.problems == []


def test_the_template_has_all_sections_and_types() -> None:
    course = template.template_of(PARTS["lesson-plan"])
    assert "".join(section.letter for section in course.sections) == "ABCDEFGHIJK"
    assert {each.type for each in course.fields.values()} == set(template.TYPES)
    assert len(course.fields["checklist"].options) == 13
    assert course.fields["outreach_plan"].required_if == ("partner_status", ("idea", "contacted"))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda head: field(head, "title").pop("label"), "field title: label is missing"),
        (lambda head: field(head, "title").update(type="poem"), "type is 'poem'; expected one of text"),
        (lambda head: field(head, "title").update(colour="red"), "“colour” is not known here"),
        (lambda head: field(head, "title").pop("limit"), "limit is missing"),
        (lambda head: field(head, "title").update(limit="long"), "limit is 'long'; expected a whole number"),
        (lambda head: field(head, "skills").update(options_from="skils"), "options_from is 'skils'; expected one of"),
        (lambda head: field(head, "sector").update(options_from="region.x"), "expected a list of the region"),
        (lambda head: field(head, "skill_evidence").update(keys_from="title"), "keys_from names 'title'"),
        (lambda head: field(head, "planned_reach").update(factors=["title"]), "factors names 'title'"),
        (lambda head: field(head, "steps").update(one_of_each="week"), "one_of_each is 'week'"),
        (lambda head: field(head, "skills").update(min=5), "min is greater than max"),
        (lambda head: field(head, "program_code").update(pattern="^(a+)+$"), "pattern must run from ^ to $"),
        (lambda head: field(head, "program_code").update(pattern="^(a{1,9}){1,9}$"), "pattern must run from ^ to $"),
        (lambda head: field(head, "program_code").update(pattern="a"), "pattern must run from ^ to $"),
        (lambda head: field(head, "program_code").update(pattern="^(a$"), "not a regular expression"),
        (lambda head: head["sections"].append(head["sections"][0]), "Section 'A' stands twice"),
        (lambda head: field(head, "college").update(key="title"), "The key 'title' stands twice"),
        (lambda head: head.update(sections=[]), "The template has no sections"),
        (lambda head: head.update(sections=["A"]), "expected tables"),
        (lambda head: field(head, "title").update(key="headline"), "has no field title"),
        (lambda head: field(head, "checklist").update(options=["a"]), "is no option"),
    ],
)
def test_each_mistake_in_a_template_is_named(change: Any, expected: str) -> None:
    assert any(expected in message for message in problems_of("lesson-plan/template.toml", change))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda head: head.update(approve_at=7), "approve_at is 7"),
        (lambda head: head["criteria"][0].update(descriptors=["one"]), "expected one for each of 3 levels"),
        (lambda head: head["criteria"][1].update(key="outcomes"), "the key is not one, or stands twice"),
        (lambda head: head.update(criteria=[]), "The rubric has no criteria"),
    ],
)
def test_each_mistake_in_a_rubric_is_named(change: Any, expected: str) -> None:
    messages = problems_of("lesson-plan/rubric.toml", change, parsing.parse_rubric)
    assert any(expected in message for message in messages)


def step(**head: Any) -> Any:
    base = {"fields": ["title"], "intro": "Write.", "due": {"week": 1, "day": "sunday"}}
    reading = reading_of("modules/what-wbl-is/plan.toml", {**base, **head})
    parsed = parsing.parse_step(reading)
    return SimpleNamespace(data=parsed.data, body=parsed.body, reading=reading)


def test_a_step_is_read_as_the_sample_says() -> None:
    assert step().data == SAMPLES["plan"]
    assert step().body == "<p>Write.</p>"
    assert parsing.facts(step().data)["dates"] == [{"key": "due", "label": "Finish by", "week": 1, "day": "sunday"}]


def test_a_step_names_fields_of_the_template_and_one_step_submits() -> None:
    def check(*steps: Any) -> list[str]:
        parsing.check_course(SimpleNamespace(parts=PARTS, of_kind=lambda kind: list(steps)))
        return [problem.message for each in steps for problem in each.reading.problems]

    assert check(step(), step(submit=True)) == []
    assert "names 'nonsense'" in check(step(fields=["nonsense"]), step(submit=True))[0]
    assert "names 'planned_reach'" in check(step(fields=["planned_reach"]), step(submit=True))[0]
    assert "No plan step has submit = true" in check(step())[0]
    assert "2 plan steps have submit = true" in check(step(submit=True), step(submit=True))[0]


def test_differences_between_two_editions_are_words() -> None:
    old = {"fields": ["title", "college"], "submit": False}
    new = {"fields": ["title", "stage"], "submit": True}
    assert parsing.differences(old, new) == [
        "asks for “stage” too",
        "no longer asks for “college”",
        "is done when the plan is approved",
    ]
