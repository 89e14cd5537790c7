"""A discussion in the course's files: what is read from it, and what is said about mistakes."""

import tomllib

import pytest

from discussions import kinds
from modules.loader.source import Reading
from tests.samples import SAMPLES

HEAD = """
post_words = 100
replies = 2
reply_words = 40
post_by = { week = 1, day = "thursday" }
reply_by = { week = 1, day = "sunday" }
advice = "Reply to someone else."
model_post = "A first post."
"""


def reading(head=HEAD, text="What happened?"):
    return Reading(
        path="modules/first/talk.md",
        head=tomllib.loads(head),
        text=text,
        raw=f"+++\n{head}+++\n{text}",
        course=None,
        problems=[],
        render=lambda reading, markdown, line, inline: f"<p>{markdown}</p>",
        fill=lambda reading, text, line: text,
    )


def test_a_prompt_and_its_rules_are_read():
    read = reading()
    parsed = kinds.parse(read)
    assert read.problems == []
    assert parsed.body == "<p>What happened?</p>"
    assert set(parsed.data) == set(SAMPLES["discussion"])
    assert kinds.facts(parsed.data) == {
        "dates": [
            {"key": "post_by", "label": "Post by", "fact": "posted", "week": 1, "day": "thursday"},
            {"key": "reply_by", "label": "Reply by", "fact": "replied", "week": 1, "day": "sunday"},
        ],
        "post_words": 100,
        "replies": 2,
        "reply_words": 40,
    }


@pytest.mark.parametrize(
    ("old", "new", "message", "line"),
    [
        ("replies = 2", "replies = 12", "replies is 12; expected a number from 0 to 6.", 3),
        ("post_words = 100", 'post_words = "100"', "post_words is '100'; expected a whole number.", 2),
        ("post_words = 100", "", "post_words is missing; expected a whole number.", 0),
        ('day = "sunday"', 'day = "Sunday"', "reply_by: day is 'Sunday'; expected one of monday, tuesday", 6),
        ('week = 1, day = "thursday"', 'week = 0, day = "thursday"', "post_by: week is 0; weeks count from 1.", 5),
        ('reply_by = { week = 1, day = "sunday" }', "", "reply_by is missing; expected a table", 0),
        ('advice = "', 'advise = "', "“advise” is not known here.", 7),
    ],
)
def test_a_mistake_is_told_with_its_line(old, new, message, line):
    read = reading(HEAD.replace(old, new))
    kinds.parse(read)
    found = [problem for problem in read.problems if message in problem.message]
    assert found, read.problems
    if line:
        assert found[0].line == line + 1


def test_an_empty_prompt_is_a_mistake():
    read = reading(text="  \n")
    kinds.parse(read)
    assert [problem.message for problem in read.problems] == ["The prompt has no text."]


def test_differences_are_said_in_words():
    old = kinds.parse(reading()).data
    new = old | {"replies": 3, "reply_by": {"week": 2, "day": "monday"}, "advice": "Other."}
    assert kinds.differences(old, new) == [
        "replies: 2 → 3",
        "reply by: week 1, Sunday → week 2, Monday",
        "The advice is different.",
    ]
