"""What an answer is worth, for every type and any answer."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledgechecks import scoring
from tests.knowledgechecks.conftest import QUESTIONS, RIGHT, WRONG

BY_TYPE = {question["type"]: question for question in QUESTIONS}
ids = st.sampled_from(
    [row["id"] for q in QUESTIONS for key in ("options", "pairs", "choices", "steps") for row in q.get(key, ())]
)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | ids
anything = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(ids | st.text(), inner), max_leaves=12)
questions = st.sampled_from(QUESTIONS)


@given(questions, anything)
def test_any_answer_is_worth_something_between_nothing_and_the_whole_point(question, answer):
    assert 0 <= scoring.score(question, answer) <= 1
    assert isinstance(scoring.lacks(question, answer), str)


@given(questions, anything)
def test_an_answer_is_stored_in_one_form_only(question, answer):
    try:
        once = scoring.tidy(question, answer)
    except ValueError:
        return
    assert scoring.tidy(question, once) == once
    assert scoring.score(question, once) == scoring.score(question, answer)


@given(st.dictionaries(st.sampled_from(list(RIGHT)) | st.text(), anything))
def test_a_whole_check_is_graded_whatever_was_sent(answers):
    grade = scoring.grade(QUESTIONS, answers)
    assert len(grade.results) == len(QUESTIONS)
    assert 0 <= grade.percent <= 100


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q["type"])
def test_the_right_answer_is_worth_the_point_and_a_wrong_one_is_not(question):
    assert scoring.score(question, RIGHT[question["id"]]) == 1
    assert scoring.lacks(question, RIGHT[question["id"]]) == ""
    assert scoring.score(question, WRONG[question["id"]]) == 0
    assert scoring.score(question, None) == 0
    assert scoring.lacks(question, None) == "not answered"


@given(st.sets(st.sampled_from("abcd")), st.sampled_from("abcd"))
def test_one_more_right_option_never_costs_and_one_more_wrong_one_never_gains(chosen, another):
    question = BY_TYPE["multiple"]
    before = scoring.score(question, sorted(chosen))
    after = scoring.score(question, sorted({*chosen, another}))
    assert after >= before if another in "ab" else after <= before


@given(st.sets(st.sampled_from([pair["id"] for pair in BY_TYPE["match"]["pairs"]])))
def test_each_pair_that_is_right_counts(rows):
    question = BY_TYPE["match"]
    answer = {row: (RIGHT["stages"] if row in rows else WRONG["stages"])[row] for row in RIGHT["stages"]}
    assert scoring.score(question, answer) == Fraction(len(rows), 3)


def test_choosing_everything_is_worth_nothing():
    assert scoring.score(BY_TYPE["multiple"], ["a", "b", "c", "d"]) == 0
    assert scoring.score(BY_TYPE["multiple"], ["a"]) == Fraction(1, 2)
    assert scoring.score(BY_TYPE["multiple"], ["a", "b", "c"]) == Fraction(1, 2)


def test_two_steps_exchanged_leave_a_third():
    tour, project, apprenticeship = (step["id"] for step in BY_TYPE["order"]["steps"])
    assert scoring.score(BY_TYPE["order"], {tour: 1, project: 3, apprenticeship: 2}) == Fraction(1, 3)
    assert scoring.lacks(BY_TYPE["order"], {tour: 1, project: 1}) == "each step needs a place of its own"


@pytest.mark.parametrize(
    "typed", ["28", " 28 ", "28.0", "28 students", "28 Students.", "about 28", "２８", "+28", 28, 28.0]
)
def test_a_number_may_be_typed_in_many_ways(typed):
    assert scoring.score(BY_TYPE["number"], typed) == 1


@pytest.mark.parametrize(
    "typed", ["", "27", "-28", "28%5", "40 × 0.7 = 28", "twenty-eight", "2,8", "NaN", "inf", "1e400", "2" * 200, "−28"]
)
def test_what_is_not_that_number_is_not_right(typed):
    assert scoring.score(BY_TYPE["number"], typed) == 0


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("10,500", 10500),
        ("$10,500.50", 10500.5),
        ("1,234,567", 1234567),
        ("10,50", None),
        ("1,0000", None),
        (".5", 0.5),
        ("5.", 5),
    ],
)
def test_thousands_are_read_as_americans_write_them(typed, number):
    found = scoring.number_in(typed)
    assert (None if found is None else float(found)) == number


@given(st.integers(-50, 50), st.integers(0, 20))
def test_a_tolerance_reaches_to_both_sides_and_no_further(off, tolerance):
    question = {**BY_TYPE["number"], "tolerance": tolerance}
    assert scoring.score(question, str(28 + off)) == (abs(off) <= tolerance)


@pytest.mark.parametrize("typed", ["for", "FOR", " For. ", "“for”", "learning-for-work", "Learning  for work!"])
def test_a_text_is_compared_without_case_marks_and_spaces(typed):
    assert scoring.score(BY_TYPE["text"], typed) == 1


@pytest.mark.parametrize("typed", ["", "...", "forwork", "for all", "x" * 201])
def test_another_text_is_not_right(typed):
    assert scoring.score(BY_TYPE["text"], typed) == 0


def test_a_score_is_rounded_down_so_that_nobody_reads_a_pass_mark_they_missed():
    grade = scoring.Grade((scoring.Result("a", Fraction(7999, 10000)),))
    assert grade.percent == 79.9
    assert not grade.reaches(80)
    assert scoring.Grade((scoring.Result("a", Fraction(4, 5)),)).reaches(80)
