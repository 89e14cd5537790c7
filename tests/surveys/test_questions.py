"""What an answer is, for each type: kept while one writes, judged when one submits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import questions
from tests.surveys.conftest import FULL, LEAST, SAMPLE, read

ASKED = {question["id"]: question for question in questions.of(read(SAMPLE)[0])}

KEPT = [
    ("pages", 2, 2),
    ("pages", "2", 2),
    ("pages", "", None),
    ("explain", {"before": "1", "now": ""}, {"before": 1}),
    ("explain", {"before": "", "now": ""}, None),
    ("recommend", "no", "no"),
    ("quote", "named", "named"),
    ("barriers", ["room", "time", "room"], ["time", "room"]),
    ("barriers", [], None),
    ("students", 30, "30"),
    ("students", "thirty", "thirty"),
    ("why", "a\r\nb\rc", "a\nb\nc"),
    ("why", " ", " "),
]


@pytest.mark.parametrize(("name", "answer", "kept"), KEPT)
def test_an_answer_is_kept_in_one_form(name, answer, kept):
    assert questions.keep(ASKED[name], answer) == kept


NONE = [
    ("pages", 0), ("pages", 4), ("pages", "x"), ("pages", True), ("pages", 1.5), ("pages", [1]), ("pages", "²"),
    ("explain", [1, 2]), ("explain", {"then": 1}), ("explain", {"before": 9}), ("explain", {"before": {}}), ("explain", "1"),
    ("recommend", "maybe"), ("recommend", True), ("quote", "x"), ("quote", ["no"]), ("quote", {}.keys()),
    ("barriers", "time"), ("barriers", ["x"]), ("barriers", [["time"]]), ("barriers", {"time": 1}),
    ("why", ["a"]), ("why", "a\x00b"), ("why", "\ud800"), ("why", "x" * 20_001), ("students", True),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer"), NONE, ids=lambda value: repr(value)[:30])
def test_what_is_no_answer_is_refused_with_words(name, answer):
    with pytest.raises(ValueError, match=r"\w+"):
        questions.keep(ASKED[name], answer)


LACKS = [
    ("explain", None, "not answered"),
    ("explain", {"before": 1}, "choose a number for “Now” as well"),
    ("choose", None, ""),
    ("choose", {"now": 1}, "choose a number for “Before the course” as well"),
    ("pages", None, "not answered"),
    ("barriers", ["time", "money", "room"], "choose at most 2"),
    ("barriers", None, ""),
    ("quote-name", None, ""),
    ("quote-name", "x" * 21, "shorten this by 1 character"),
    ("why", " " + "x" * 1000 + " ", ""),
    ("why", "x" * 1012, "shorten this by 12 characters"),
    ("students", "thirty", "write a number, such as 2"),
    ("students", "2.5", "write a whole number"),
    ("students", "2001", "write a number from 0 to 2,000"),
    ("students", "1,200", ""),
    ("students", "1e3", "write a number, such as 2"),
    ("hours", "13.5", ""),
    ("hours", "-1", "write a number, such as 2"),
]


@pytest.mark.parametrize(("name", "answer", "words"), LACKS)
def test_what_keeps_an_answer_from_being_submitted_is_said(name, answer, words):
    assert questions.lacks(ASKED[name], {name: answer}) == words


@pytest.mark.parametrize(
    ("typed", "words"), [(None, "needs a few words"), ("\u200b \u3000", "needs a few words"), ("Pat", "")]
)
def test_a_name_is_asked_for_where_a_quote_may_bear_it(typed, words):
    assert questions.lacks(ASKED["quote-name"], {"quote": "named", "quote-name": typed}) == words
    assert questions.lacks(ASKED["quote-name"], {"quote": "no"}) == ""


def test_submitted_numbers_are_numbers_and_blanks_are_nothing():
    assert questions.final(ASKED["students"], "1,200") == 1200
    assert questions.final(ASKED["hours"], " 13.50 ") == 13.5
    assert questions.final(ASKED["why"], "\u200b") is None
    assert questions.final(ASKED["why"], " x ") == "x"
    assert questions.final(ASKED["pages"], 2) == 2


def test_answers_are_told_in_words():
    told = {name: questions.in_words(ASKED[name], answer) for name, answer in FULL.items()}
    assert told["explain"] == "Before the course: 1, Not at all; Now: 3, Very"
    assert told["pages"] == "2, Somewhat"
    assert (told["recommend"], told["quote"], told["barriers"]) == ("Yes", "Yes, by name", "Time; A room")
    assert questions.in_words(ASKED["pages"], None) == ""


def test_the_samples_lack_nothing():
    for answers in (FULL, LEAST):
        assert not any(questions.lacks(question, answers) for question in ASKED.values())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(ASKED)), JSON)
def test_whatever_is_sent_is_kept_or_refused_and_keeping_is_stable(name, answer):
    question = ASKED[name]
    try:
        kept = questions.keep(question, answer)
    except ValueError:
        return
    assert questions.keep(question, kept) == kept
    questions.in_words(question, kept)
    if not questions.lacks(question, {name: kept}):
        questions.final(question, kept)
