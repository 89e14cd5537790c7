"""An author writes a check: what is taken from the file, and every mistake with its line. The course's own checks, as
regions read them, have a key to everything, explain every answer, and can't be guessed.
"""

import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from knowledgechecks import kinds, scoring
from modules import loader
from modules.loader import markdown, values
from modules.loader.source import Problem, Reading, take_apart
from tests.samples import SAMPLES

SAMPLE = (Path(__file__).parent / "sample.toml").read_text()
CONTENT = Path(__file__).resolve().parents[2] / "modules" / "content"
# The course's two, and one in a state without pages of its own: it reads the checks that states may word anew.
REGIONS = ("san-diego-imperial", "lakes-and-prairie", "elsewhere")
MODULES, QUESTIONS, PASS = 7, 60, 80
# Of a region's true/false questions, neither answer is right in more.
ONE_ANSWER = 0.7


class Course:
    values = {"region": {"short_name": "Lakes & <Prairie>", "stage_labels": {"FOR": "Career Training"}}}


def read(raw: str) -> tuple[dict[str, Any], list[Problem]]:
    problems: list[Problem] = []
    source = take_apart("check.toml", raw, problems)
    assert source is not None, problems
    reading = Reading(
        path=source.path,
        head=source.head,
        text=source.text,
        raw=source.raw,
        course=Course(),
        problems=problems,
        render=markdown.render,
        fill=lambda reading, text, line: values.filled(reading.course.values, text),
    )
    return kinds.parse(reading).data, problems


def test_the_sample_is_what_the_parser_makes_of_its_file():
    assert read(SAMPLE) == (SAMPLES["check"], [])


@pytest.fixture(scope="module")
def courses():
    """Region → its checks by module, in the course's order."""
    folder = loader.open_folder(CONTENT)
    texts = folder.texts
    region = texts["regions/lakes-and-prairie/region.toml"]
    texts["regions/elsewhere/region.toml"] = region.replace('state = "north-marsh"', 'state = "plain"')
    texts["states/plain/state.toml"] = texts["states/north-marsh/state.toml"]
    found, problems = loader.read(folder)
    assert problems == []
    return {course.slug: {item.module: item for item in course.of_kind("check")} for course in found}


@pytest.fixture(params=REGIONS)
def checks(request, courses):
    return courses[request.param]


@pytest.fixture
def questions(checks):
    return [question for check in checks.values() for question in check.data["questions"]]


def answers_explained(question):
    """The feedback on each answer that one can give."""
    rows = question.get("options") or question.get("pairs")
    return [row["feedback"] for row in rows] if rows else list(question["feedback"].values())


def test_every_module_has_a_check_whose_questions_have_a_key(checks):
    assert len(checks) == MODULES
    for check in checks.values():
        asked = check.data["questions"]
        assert [each["id"] for each in asked] == [each["id"] for each in tomllib.loads(check.reading.raw)["questions"]]
        right = {question["id"]: scoring.right_answer(question) for question in asked}
        assert all(not scoring.lacks(question, right[question["id"]]) for question in asked)
        assert scoring.grade(asked, right).percent == 100
        assert check.data["pass"] == PASS
        assert not re.search(r"\{\{|\[@|:::|\]\(", json.dumps(check.data)), "a value or a mark is left"


def test_every_answer_to_the_course_s_questions_is_explained_in_words_of_its_own(questions):
    for question in questions:
        explained = answers_explained(question)
        assert all(len(words.split()) > 3 for words in explained), question["id"]
        assert len(set(explained)) == len(explained), question["id"]


def test_the_course_asks_enough_and_the_first_two_modules_in_all_ways(checks, questions):
    assert len(questions) >= QUESTIONS
    first_two = list(checks.values())[:2]
    assert {each["type"] for check in first_two for each in check.data["questions"]} == set(kinds.TYPES)


def test_the_course_s_questions_have_enough_to_choose_from(questions):
    for question in questions:
        options = question.get("options", ())
        right = sum(option["right"] for option in options)
        match question["type"]:
            case "single" | "scenario":
                enough = len(options) == 4 and right == 1
            case "multiple":
                enough = len(options) >= 4 and 2 <= right < len(options)
            case "match":
                enough = len(question["pairs"]) >= 4 and len(question["choices"]) >= 3
            case "order":
                enough = len(question["steps"]) >= 3
            case _:
                continue
        assert enough, question["id"]


def test_whoever_answers_true_throughout_or_false_does_not_get_far(questions):
    right = Counter(question["right"] for question in questions if question["type"] == "truefalse")
    assert max(right.values()) <= ONE_ANSWER * right.total()


def test_a_state_s_wording_of_a_check_keeps_ids_types_and_what_is_true(courses):
    """Whoever changes an answer in one layer has to change it in all."""

    def of(region):
        return {
            (module, question["id"]): (question["type"], question.get("right"))
            for module, check in courses[region].items()
            for question in check.data["questions"]
        }

    for region in REGIONS:
        assert of("elsewhere").items() <= of(region).items()


def test_values_of_the_region_stand_in_texts_and_in_accepted_answers():
    raw = SAMPLE.replace('"for", "learning for work"', '"for", "{{ region.stage_labels.FOR }}"')
    data, problems = read(raw.replace("Which word rules out", "{{ region.short_name }}: which word rules out"))
    assert problems == []
    assert data["questions"][0]["text"].startswith("Lakes &amp; &lt;Prairie&gt;: which")
    assert data["questions"][6]["accept"] == ["for", "Career Training"]
    assert scoring.score(data["questions"][6], "career training.") == 1


def test_nothing_of_a_question_is_among_the_facts_for_lists():
    facts = kinds.facts(SAMPLES["check"])
    assert facts == {
        "dates": [{"key": "due", "label": "Pass by", "week": 1, "day": "sunday"}],
        "pass": 80,
        "questions": 8,
    }


def test_markup_of_an_author_is_made_safe():
    data, _ = read(SAMPLE.replace("Pay is no part of it.", "<script>alert(1)</script> [x](javascript:alert(1))"))
    feedback = data["questions"][0]["options"][0]["feedback"]
    assert "<script" not in feedback
    assert 'href="javascript' not in feedback


MISTAKES = [
    ('type = "single"', 'type = "essay"', "expected one of single, multiple"),
    ('id = "several"', 'id = "one"', "stands twice"),
    ('id = "several"', 'id = "Two Words"', "small letters, digits and hyphens"),
    ('id = "several"\n', "", "id is missing"),
    (', right = true, feedback = "It goes on', ', feedback = "It goes on', "0 right options"),
    ('"paid", feedback', '"paid", right = true, feedback', "2 right options"),
    ('right = true, feedback = "It goes on', 'right = "yes", feedback = "It goes on', "expected true or false"),
    ('text = "paid", feedback = "Pay is no part of it."', 'text = "paid"', "feedback is missing"),
    ('feedback = "Pay is no part of it."', 'feedback = " "', "feedback is empty"),
    ('{ id = "b", text = "sustained"', '{ id = "a", text = "sustained"', "'a' stands twice"),
    ('{ id = "b", text = "sustained"', '{ id = "b", text = "paid"', "two options say"),
    ('{ id = "b", text = "FOR", feedback = "Nobody is trained." },', "", "has 1 options"),
    ('"paid", feedback', '"paid", points = 2, feedback', "“points” is not known here"),
    ("right = false\n", "right = 0\n", "expected true or false"),
    ('true = "The belief is common.", ', "", "true is missing"),
    ('right = "THROUGH", feedback = "One makes."', 'right = "ABOUT", feedback = "One makes."', "same right side"),
    ('left = "Career fair"', 'left = "Job shadow"', "stands twice on the left"),
    ('["Tour", "Project", "Apprenticeship"]', '["Tour"]', "has 1 steps"),
    ('["Tour", "Project", "Apprenticeship"]', '["Tour", "Tour"]', "stands twice"),
    ('["Tour", "Project", "Apprenticeship"]', '["Tour", 2, "Project"]', "not a list of texts"),
    ("answer = 28", 'answer = "28"', "expected a number"),
    ("answer = 28", "answer = inf", "finite"),
    ("tolerance = 0", "tolerance = -1", "tolerance of 0 or more"),
    ('accept = ["for", "learning for work"]', "accept = []", "accepts nothing"),
    ('accept = ["for", "learning for work"]', 'accept = ["…"]', "no letter or digit"),
    ("pass = 80", "pass = 0", "from 1 to 100"),
    ('day = "sunday"', 'day = "someday"', "expected one of monday"),
    ("pass = 80", "pass = 80\npas = 1", "“pas” is not known here"),
    ('unit = "students"', 'unit = "students"\nunits = 1', "“units” is not known here"),
]


@pytest.mark.parametrize(("old", "new", "words"), MISTAKES, ids=[words for _, _, words in MISTAKES])
def test_each_mistake_is_found_at_its_question(old, new, words):
    assert old in SAMPLE
    raw = SAMPLE.replace(old, new, 1)
    _, problems = read(raw)
    found = [problem for problem in problems if words in problem.message]
    assert found, problems
    line = SAMPLE[: SAMPLE.index(old)].count("\n") + 1
    assert all(abs(problem.line - line) <= 9 for problem in found), (found, line)


@pytest.mark.parametrize(
    "questions",
    ["", "questions = 3", "questions = [1, 2]", "questions = [{}]", 'questions = [{type = "single", options = 1}]'],
)
def test_whatever_stands_for_questions_there_are_words_and_no_crash(questions):
    head = 'kind = "check"\ntitle = "A"\nminutes = 1\n'
    _, problems = read(head + questions + "\n")
    assert problems


def test_what_differs_between_two_editions_is_said_in_words():
    old = SAMPLES["check"]
    assert kinds.differences(old, old) == []
    raw = (
        SAMPLE.replace("pass = 80", "pass = 70")
        .replace('week = 1, day = "sunday"', 'week = 2, day = "sunday"')
        .replace("answer = 28", "answer = 30")
        .replace("It must be off campus.", "It may be off campus.")
        .replace("Pay is no part of it.", "Pay is another matter.")
        .replace('text = "off campus"', 'text = "abroad"')
        .replace('id = "interviews"', 'id = "guests"')
    )
    assert kinds.differences(old, read(raw)[0]) == [
        "The pass mark changes from 80 to 70 percent.",
        "The due date changes.",
        "Question “guests” is new.",
        "Question “interviews” goes.",
        "Question “one”: its feedback changes.",
        "Question “several”: what one can choose changes.",
        "Question “campus”: its text changes.",
        "Question “working”: its right answer changes.",
    ]
