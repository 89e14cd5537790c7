"""An author writes a survey: what is taken from the file, and every mistake with its line."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from surveys import parsing, questions
from tests.surveys.conftest import SAMPLE, default_surveys, read, reading_of

CONTENT = Path(__file__).resolve().parents[2] / "modules" / "content" / "modules"
STEPS = ["Not at all", "Somewhat", "Very"]


def test_the_sample_is_read_whole():
    data, problems = read(SAMPLE)
    assert problems == []
    assert (data["when"], data["required"], data["due"]) == ("end", True, {"week": 2, "day": "sunday"})
    asked = {question["id"]: question for question in questions.of(data)}
    assert len(asked) == 11
    assert asked["explain"] == {
        "id": "explain",
        "type": "pair",
        "text": "explain what work-based learning is",
        "help": "",
        "required": True,
        "steps": STEPS,
        "before": "Before the course",
        "now": "Now",
    }
    assert asked["pages"]["text"] == "The pages were <em>useful</em>."
    assert asked["quote-name"]["required_if"] == {"question": "quote", "in": ["named"]}
    assert asked["discipline"]["options"] == [{"code": "geography", "label": "Geography"}]
    assert (asked["students"]["min"], asked["students"]["whole"], asked["hours"]["whole"]) == (0, True, False)


def test_what_lists_may_know_has_no_question():
    data, _ = read(SAMPLE)
    assert parsing.facts(data) == {
        "dates": [{"key": "due", "label": "Answer by", "week": 2, "day": "sunday"}],
        "when": "end",
        "required": True,
        "opens_after_weeks": None,
        "open_weeks": None,
        "questions": 11,
    }


def test_markup_of_an_author_is_made_safe():
    data, _ = read(SAMPLE.replace("choose a stage", "<script>alert(1)</script> [x](javascript:alert(1))"))
    text = data["sections"][0]["questions"][1]["text"]
    assert "<script" not in text
    assert 'href="javascript' not in text


MISTAKES = [
    ('when = "end"', 'when = "soon"', "expected one of before, end, later"),
    ('when = "end"\n', "", "when is missing"),
    ('when = "end"', 'when = "end"\nrequired = "yes"', "expected true or false"),
    ('when = "end"', 'when = "end"\nopens_after_weeks = 16', "stands only with required = false"),
    ('when = "end"', 'when = "end"\nrequired = false\nopen_weeks = 8', "needs opens_after_weeks"),
    ('when = "end"', 'when = "end"\nrequired = false\nopens_after_weeks = 100', "expected weeks from 1 to 60"),
    ('day = "sunday"', 'day = "someday"', "expected one of monday"),
    ('["Not at all", "Somewhat", "Very"]', '["Very"]', "has 1 steps"),
    ('["Not at all", "Somewhat", "Very"]', '["Very", "Very"]', "'Very' stands twice"),
    ('["Not at all", "Somewhat", "Very"]', '["Very", 2]', "not a list of texts"),
    ('id = "choose"', 'id = "explain"', "'explain' stands twice"),
    ('id = "choose"', 'id = "Choose It"', "small letters, digits and hyphens"),
    ('type = "yesno"', 'type = "maybe"', "expected one of scale, pair"),
    ('scale = "confidence"\nrequired = true\ntext = "The pages', 'scale = "mood"\nrequired = true\ntext = "The pages', "expected one of confidence"),
    ('now = "Now"\nrequired', "required", "now is missing"),
    ('text = "Why?"', 'text = " "', "text is empty"),
    ('text = "Why?"', 'text = "Why?"\npoints = 3', "“points” is not known here"),
    ('title = "The rest"', 'title = "The rest"\nnote = "x"', "“note” is not known here"),
    ('minutes = 15', 'minutes = 15\npass = 80', "“pass” is not known here"),
    ('question = "quote", in', 'question = "nobody", in', "expected the id of a choice"),
    ('in = ["named"]', 'in = ["anybody"]', "which is no option of quote"),
    ('{ code = "no", label = "No" }, ', "", "has 1 options"),
    ('code = "money"', 'code = "time"', "'time' stands twice"),
    ("max = 2\n", "max = 9\n", "expected 1 to as many as there are options"),
    ('"region.disciplines"', '"region.nothing"', "there is no list “region.nothing”"),
    ("limit = 20\n", "limit = 90000\n", "expected characters from 1 to 5000"),
    ("min = 0\nmax = 2000", "min = 9\nmax = 2", "a max that is not below it"),
    ("min = 0\nmax = 2000", "min = 0", "max is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words"), MISTAKES, ids=[words for _, _, words in MISTAKES])
def test_each_mistake_is_found_at_its_place(old, new, words):
    assert old in SAMPLE
    _, problems = read(SAMPLE.replace(old, new, 1))
    found = [problem for problem in problems if words in problem.message]
    assert found, problems
    line = SAMPLE[: SAMPLE.index(old)].count("\n") + 1
    assert all(abs(problem.line - line) <= 9 for problem in found), (found, line)


@pytest.mark.parametrize(
    "sections",
    [
        "",
        "sections = 3",
        "sections = [1]",
        "sections = [{}]",
        'sections = [{title = "A", questions = [{type = "pair"}]}]',
    ],
)
def test_whatever_stands_for_sections_there_are_words_and_no_crash(sections):
    _, problems = read(f'kind = "survey"\ntitle = "A"\nminutes = 1\nwhen = "end"\n{sections}\n')
    assert problems


def surveys_of(*raws):
    items = []
    for number, raw in enumerate(raws):
        reading = reading_of(raw, f"survey-{number}.toml")
        items.append(SimpleNamespace(key=f"m/survey-{number}", reading=reading, data=parsing.parse(reading).data))
    parsing.check_course(SimpleNamespace(of_kind=lambda kind: items))
    return [problem for item in items for problem in item.reading.problems]


def test_there_is_one_survey_of_each_moment():
    assert surveys_of(SAMPLE, SAMPLE.replace('when = "end"', 'when = "before"')) == []
    (problem,) = surveys_of(SAMPLE, SAMPLE)
    assert "m/survey-0 is the survey of “end” already" in problem.message
    assert problem.path == "survey-1.toml"


def test_a_question_of_two_surveys_has_one_scale():
    """Else a change from one to the other would compare nothing with nothing."""
    other = SAMPLE.replace('when = "end"', 'when = "before"').replace('"Somewhat", ', "")
    problems = surveys_of(SAMPLE, other)
    assert {problem.message.split(":")[0] for problem in problems} == {
        f"question {i}" for i in ("explain", "choose", "pages")
    }


def test_what_differs_between_two_editions_is_said_in_words():
    old, _ = read(SAMPLE)
    assert parsing.differences(old, old) == []
    raw = SAMPLE.replace('week = 2, day = "sunday"', 'week = 3, day = "sunday"').replace('"Why?"', '"Why so?"')
    assert parsing.differences(old, read(raw.replace('id = "hours"', 'id = "days"'))[0]) == [
        "The due date changes.",
        "Question “days” is new.",
        "Question “hours” goes.",
        "Question “why” changes.",
    ]
    assert parsing.differences(old, read(SAMPLE.replace("The rest", "And more"))[0]) == [
        "The words around the questions change."
    ]


def test_the_courses_own_surveys_have_no_mistakes():
    found = default_surveys()
    assert sorted(found) == ["finish-count-share/end-survey", "finish-count-share/follow-up", "what-wbl-is/pre-survey"]
    problems = surveys_of(*((CONTENT / f"{key}.toml").read_text() for key in found))
    assert problems == []


def asked_in(key):
    data, _ = read((CONTENT / f"{key}.toml").read_text())
    return {question["id"]: question for question in questions.of(data)}


def test_the_eight_items_of_confidence_are_asked_before_and_in_pairs_at_the_end():
    before, end = asked_in("what-wbl-is/pre-survey"), asked_in("finish-count-share/end-survey")
    pairs = {name: question for name, question in end.items() if question["type"] == "pair"}
    assert len(pairs) == 8
    assert all(before[name]["type"] == "scale" for name in pairs)
    assert all(before[name]["text"] == pair["text"] for name, pair in pairs.items())
    assert all(len(pair["steps"]) == 5 and pair["required"] for pair in pairs.values())


def test_the_end_survey_asks_what_the_reports_need():
    end = asked_in("finish-count-share/end-survey")
    assert sum(question["type"] == "scale" for question in end.values()) == 9
    assert (end["recommend"]["type"], end["recommend"]["required"]) == ("yesno", True)
    assert [option["code"] for option in end["quote"]["options"]] == ["no", "anonymous", "named"]
    assert not any(end[name]["required"] for name in ("role", "discipline", "discipline-words"))


def test_the_follow_up_is_only_offered():
    data, _ = read((CONTENT / "finish-count-share/follow-up.toml").read_text())
    assert (data["when"], data["required"], data["opens_after_weeks"]) == ("later", False, 16)
