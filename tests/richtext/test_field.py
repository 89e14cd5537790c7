import pytest
from django import forms

from foundation.richtext.forms import RichTextField
from tests.hostile.texts import HOSTILE_TEXTS


class Form(forms.Form):
    body = RichTextField(min_words=3)


def errors(value):
    form = Form({"body": value})
    return [] if form.is_valid() else form.errors["body"]


def test_text_is_cleaned_to_html_text_and_words():
    form = Form({"body": "<p>One <b>two</b> three</p><script>x</script>"})
    assert form.is_valid()
    body = form.cleaned_data["body"]
    assert (body.html, body.text, body.words) == ("<p>One <strong>two</strong> three</p>", "One two three", 3)


@pytest.mark.parametrize("hostile", [each for each in HOSTILE_TEXTS if each.is_refused], ids=lambda each: each.name)
def test_what_has_no_words_or_cannot_be_stored_is_refused(hostile):
    assert errors(hostile.text)


def test_too_short_says_how_far_one_is():
    assert errors("one two") == ["2 words so far; 3 asked for."]
    assert errors("one") == ["1 word so far; 3 asked for."]


def test_the_limit_counts_text_not_markup():
    assert errors("<p>" + "<b>x</b> " * 9_999 + "</p>") == []
    assert errors("<p>" + "xxx " * 6_000 + "</p>") == ["23,999 characters so far; at most 20,000 fit."]


def test_optional_field_may_be_blank():
    assert RichTextField(required=False, min_words=3).clean("").is_blank


def test_box_shows_words_to_those_without_javascript_and_gives_the_editor_html():
    shown = str(Form(initial={"body": "<p>One</p><p>Two &lt;b&gt;</p>"})["body"])
    assert 'data-html="&lt;p&gt;One&lt;/p&gt;' in shown
    assert ">\nOne\n\nTwo &lt;b&gt;</textarea>" in shown


def test_what_was_sent_cannot_leave_the_box():
    shown = str(Form({"body": "</textarea><script>alert(1)</script>"})["body"])
    assert "<script>" not in shown
    assert shown.count("</textarea>") == 1
