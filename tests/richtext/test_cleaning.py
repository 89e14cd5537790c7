"""What people write is cleaned once, when it is saved: nothing runs, nothing loads, and their words stay."""

import re
import time

import nh3
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from foundation.richtext import cleaning
from tests.hostile.texts import HOSTILE_TEXTS, LEAKS, SCRIPTS

TAG = re.compile(r"</?([a-z0-9]+)")


def tags_of(markup):
    return set(TAG.findall(markup))


@pytest.mark.parametrize("hostile", HOSTILE_TEXTS, ids=lambda each: each.name)
def test_nothing_runs_and_the_words_stay(hostile):
    read = cleaning.read(hostile.text)
    without_text = re.sub(r">[^<]*<", "><", read.html)
    assert tags_of(read.html) <= cleaning.TAGS
    assert not [leak for leak in LEAKS if leak in without_text.lower()]
    assert "canary.invalid" not in without_text
    assert " on" not in without_text
    if hostile.shows:
        assert hostile.shows in read.text


def test_canary_without_the_allow_list_scripts_come_through(monkeypatch):
    everything = nh3.Cleaner(
        tags=cleaning.TAGS | {"img", "script"}, clean_content_tags=set(), attributes={"img": {"src", "onerror"}}
    )
    monkeypatch.setattr(cleaning, "_cleaner", everything)
    leaked = [each.name for each in SCRIPTS if any(leak in cleaning.read(each.text).html for leak in LEAKS)]
    assert leaked


@pytest.mark.parametrize(
    "unit",
    [
        "<blockquote>",
        "<div>",
        "<ul><li>",
        "<b><i>",
        "<table><tr><td>",
        "<a href=x>",
        "<",
        "&amp;",
        "<p class=MsoNormal><o:p>word </o:p></p>",
    ],
)
def test_half_a_megabyte_of_anything_is_cleaned_soon(unit):
    started = time.perf_counter()
    cleaning.read(unit * (cleaning.RAW_LIMIT // len(unit)))
    assert time.perf_counter() - started < 10


def test_nothing_nests_deeper_than_the_renderer_survives():
    markup = cleaning.clean("<blockquote>" * 400 + "deep")
    assert markup.count("<blockquote>") == markup.count("</blockquote>") == cleaning.DEPTH


@given(st.text(alphabet=st.sampled_from("<>/ab p=\"'&;!-[]scriptonerrorhrefjavascript:\n\u202e\u200b"), max_size=200))
@example("<br>")
@settings(max_examples=200, deadline=None)
def test_cleaning_again_changes_nothing(markup):
    once = cleaning.clean(markup)
    assert cleaning.clean(once) == once
    assert tags_of(once) <= cleaning.TAGS


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_plain_text_keeps_every_word(text):
    read = cleaning.paragraphs(text)
    kept = cleaning.text_of(read).split()
    assert kept == re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", text).replace("\xa0", " ").split()


def test_plain_text_becomes_paragraphs():
    assert cleaning.read("one\ntwo\n\nthree < four").html == "<p>one<br>two</p><p>three &lt; four</p>"


def test_words_of_a_table_do_not_run_together():
    assert (
        cleaning.read("<table><tr><td>Monday</td><td>Lab</td></tr><tr><td>Tuesday</td></tr></table>").text
        == "Monday Lab\nTuesday"
    )


def test_a_summary_does_not_run_into_what_it_opens():
    assert cleaning.read("<details><summary>More</summary>Words</details>").text == "More\nWords"


def test_headings_and_old_tags_become_ours():
    assert (
        cleaning.clean("<h1>Big</h1><p><b>bold</b> <i>slanted</i></p>")
        == "<h3>Big</h3><p><strong>bold</strong> <em>slanted</em></p>"
    )


@pytest.mark.parametrize(
    ("text", "words"), [("", 0), ("one", 1), ("one — two", 2), ("well-known isn’t 3", 3), ("… !", 0), ("a\u00a0b", 2)]
)
def test_words_are_counted_as_people_count(text, words):
    assert cleaning.read(text).words == words
