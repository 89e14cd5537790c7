import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessonplans import completeness, fields, merging, paper
from lessonplans.template import template_of
from tests.lessonplans.conftest import FULL, PARTS

TEMPLATE = template_of(PARTS["lesson-plan"])
KEYS = sorted(TEMPLATE.fields)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
# Values that look like answers and are wrong somewhere inside.
NEAR = st.fixed_dictionaries(
    {},
    optional={
        "primary": ANY_JSON, "secondary": ANY_JSON, "other": ANY_JSON, "criterion": ANY_JSON, "levels": ANY_JSON,
        "phase": ANY_JSON, "minutes": ANY_JSON, "state": ANY_JSON, "note": ANY_JSON, "ferpa": ANY_JSON, "analysis": ANY_JSON,
    },
)  # fmt: skip


def test_a_full_plan_has_no_problem_and_no_gap() -> None:
    assert fields.validate(TEMPLATE, FULL, resources={"continuum"}) == {}
    assert completeness.of(TEMPLATE, FULL).complete


@given(st.dictionaries(st.sampled_from(KEYS), ANY_JSON | NEAR | st.lists(NEAR, max_size=3), max_size=6) | ANY_JSON)
@settings(max_examples=300, deadline=None)
def test_no_json_makes_validation_or_the_paper_fail(data: Any) -> None:
    fields.validate(TEMPLATE, data)
    completeness.of(TEMPLATE, data, resources=())
    if isinstance(data, dict):
        paper.sections(TEMPLATE, data, resources={}, gaps="all")


@given(st.sampled_from(KEYS), ANY_JSON | NEAR | st.lists(NEAR, max_size=3))
@settings(max_examples=300, deadline=None)
def test_what_is_kept_is_kept_unchanged_a_second_time(key: str, raw: Any) -> None:
    field = TEMPLATE.fields[key]
    try:
        kept = fields.keep(field, raw)
    except fields.Unstorable:
        return
    json.dumps(kept, allow_nan=False)
    assert fields.keep(field, kept) == kept


@given(
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 5)),
    st.dictionaries(st.sampled_from("abc"), st.integers()),
    st.dictionaries(st.sampled_from("abc"), st.integers()),
    st.integers(0, 5),
)
def test_a_value_changed_since_is_never_written_over(
    versions: dict[str, int], current: dict[str, int], changes: dict[str, int], base: int
) -> None:
    clashing = merging.conflicts(current, versions, changes, base, {})
    for key in changes:
        assert (key in clashing) == (versions.get(key, 0) > base and current.get(key) != changes[key])


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("title", "x" * 121, "Shorten this by 1 character; the limit is 120."),
        ("program_code", "2206.0", "Write a"),
        ("program_code", "22.0600", ""),
        ("program_code", "9" * 5_000, "Write a"),
        ("college", "elsewhere", "Choose one from the list"),
        ("college", {"other": "Elsewhere"}, "did not arrive whole"),
        ("discipline", {"other": "x" * 121}, "Shorten this by 1"),
        ("stage", {"primary": "", "secondary": "FOR"}, "Choose the main stage"),
        ("stage", {"primary": "FOR", "secondary": "FOR"}, "is the same as the first"),
        ("stage", {"primary": "BEYOND", "secondary": ""}, "Choose a stage from the list"),
        ("activity_types", ["A1"], "doesn't belong to what you chose under “Stage on the continuum”"),
        ("activity_types", ["T1", "T2", "T3", "T4"], "Choose at most 3; you chose 4."),
        ("activity_types", ["Z9"], "not on it any more"),
        ("hours_per_student", "many", "Write a number"),
        ("hours_per_student", 0.1, "can't be less than 0.5"),
        ("hours_per_student", 301, "can't be more than 300"),
        ("hours_per_student", 1.1, "steps of 0.25"),
        ("sections_per_year", 1.5, "Write a whole number."),
        ("skill_evidence", {"analysis": "x"}, "“Collaboration” has no text yet."),
        ("skill_evidence", {"analysis": "x" * 301, "collaboration": "y"}, "Shorten this by 1 character"),
        ("course_slos", ["a"] * 6, "At most 5 lines fit here; there are 6."),
        ("reflection_prompts", ["a", " "], "Write at least 2 lines; there is 1."),
        ("steps", [FULL["steps"][0]] * 3, "Add a line for “During”, “After”."),
        ("steps", [{**FULL["steps"][0], "minutes": ""}, *FULL["steps"][1:]], "Line 1: “Minutes” is empty."),
        (
            "steps",
            [{**FULL["steps"][0], "minutes": 4}, *FULL["steps"][1:]],
            "Line 1, Minutes: This can't be less than 5.",
        ),
        ("student_rubric", FULL["student_rubric"][:2], "Write at least 3 criteria; there are 2."),
        ("student_rubric", [{"criterion": "A", "levels": ["a"]}] * 3, "Criterion 1 needs 3 to 4 levels; it has 1."),
        ("student_rubric", [{"criterion": "", "levels": ["a", "b", "c"]}] * 3, "Criterion 1 has no name."),
        ("checklist", {"ferpa": {"state": "yes", "note": ""}}, "12 of 13 lines have no answer"),
        ("checklist", {**FULL["checklist"], "ferpa": {"state": "maybe", "note": ""}}, "Choose an answer from the list"),
        ("co_authors", ["not an address"], "“not an address” is not an e-mail address."),
        ("co_authors", ["a@b.example"] * 6, "At most 5 addresses fit here"),
        ("toolbox_links", ["gone"], "something that stood here is not in it any more"),
    ],
)
def test_each_kind_of_field_says_what_is_wrong(key: str, value: Any, words: str) -> None:
    found = fields.validate(TEMPLATE, {**FULL, key: value}, resources={"continuum"}).get(key, [])
    assert any(words in each for each in found) if words else found == []


def test_what_is_missing_depends_on_the_other_answers() -> None:
    draft = {**FULL, "outreach_plan": "", "title": "  "}
    assert completeness.missing(TEMPLATE, draft) == ["title", "outreach_plan"]
    assert completeness.missing(TEMPLATE, {**draft, "partner_status": "agreed"}) == ["title"]


def test_an_empty_plan_lacks_every_required_field_and_zero_is_an_answer() -> None:
    lacking = completeness.missing(TEMPLATE, {"sections_per_year": 0})
    assert "sections_per_year" not in lacking
    assert "students_per_section" in lacking
    assert "co_authors" not in lacking
    assert "planned_reach" not in lacking


def test_planned_reach_is_computed() -> None:
    assert fields.computed(TEMPLATE.fields["planned_reach"], FULL) == 70
    assert fields.computed(TEMPLATE.fields["planned_reach"], {"sections_per_year": "two"}) is None


def test_pathological_text_is_matched_in_no_time() -> None:
    field = TEMPLATE.fields["program_code"]
    assert fields.problems(field, "1" * 20_000, {}, TEMPLATE)
