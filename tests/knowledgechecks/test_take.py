"""Someone takes a check: reads its rules, begins, answers, submits, reads why, and tries again."""

from uuid import uuid4

import pytest
from django.urls import reverse

from cohorts.models import ProgressEvent
from knowledgechecks.models import Attempt
from tests.knowledgechecks.conftest import ADDRESS, RIGHT, WRONG, form, submit

BEGIN = f"{ADDRESS}attempts/"


def test_the_rules_come_first_and_nothing_is_begun_by_reading_them(as_, participant):
    page = as_(participant).get(ADDRESS)
    text = page.content.decode()
    assert page.status_code == 200
    for words in ("80 percent", "As many as you like", "best score counts", "<dd>8</dd>", "Begin", "Due"):
        assert words in text
    assert not Attempt.objects.exists()


def test_beginning_opens_one_try_and_a_second_press_goes_on_with_it(as_, participant):
    client = as_(participant)
    for _ in range(2):
        assert client.post(BEGIN).headers["Location"] == ADDRESS
    attempt = Attempt.objects.get()
    assert (attempt.number, attempt.item, attempt.answers, attempt.is_open) == (1, "first/check", {}, True)


def test_all_eight_types_can_be_answered_without_a_script(as_, participant, begun):
    client = as_(participant)
    page = client.get(ADDRESS).content.decode()
    for name in RIGHT:
        assert f'data-question="{name}"' in page
    answer = client.post(f"{BEGIN}1/submit/", form(begun, RIGHT))
    assert answer.headers["Location"] == f"{BEGIN}1/"
    result = client.get(f"{BEGIN}1/").content.decode()
    attempt = Attempt.objects.get()
    assert (attempt.score, attempt.passed) == (100, True)
    assert "You passed" in result
    assert "<strong>8 of 8</strong> points, 100 percent" in result
    assert attempt.receipt in result
    event = ProgressEvent.objects.get(name="passed")
    assert (event.item, event.value) == ("first/check", 100)


def test_the_result_says_for_each_question_what_was_right_and_why(as_, participant, begun):
    submit(begun, {**RIGHT, "one": "a", "several": ["a"], "working": "12", "stages": WRONG["stages"]})
    text = as_(participant).get(f"{BEGIN}1/").content.decode()
    for words in (
        "1 of 8 · not right",
        "Your answer: not right",
        "Pay is no part of it.",
        "The right answer",
        "It goes on over time.",
        "2 of 8 · partly right, 0.5 of 1 point",
        "Right as well, and not chosen",
        "Doing, not watching.",
        "Right would be: 28 students",
        "Multiply.",
        "THROUGH: not right<br>Right: ABOUT",
        "5 of 8 · right",
        "Each asks more.",
        "Not there yet",
        "You need 80 percent",
    ):
        assert words in text, words


def test_the_best_score_is_kept_and_a_retry_starts_fresh(as_, participant, begun):
    submit(begun, RIGHT)
    client = as_(participant)
    client.post(BEGIN)
    page = client.get(ADDRESS).content.decode()
    assert "Try 2" in page
    assert "checked" not in page
    second = Attempt.objects.select_related("source", "enrolment").get(number=2)
    client.post(f"{BEGIN}2/submit/", form(second, WRONG))
    assert list(Attempt.objects.values_list("number", "score", "passed")) == [(1, 100, True), (2, 0, False)]
    start = client.get(ADDRESS).content.decode()
    assert "Passed with 100 percent" in start
    assert "Try again" in start
    assert "your best score stays" in start
    assert ProgressEvent.objects.filter(name="passed").count() == 1


def test_passing_later_counts_as_passed_with_that_score(as_, participant, begun):
    submit(begun, WRONG)
    assert not ProgressEvent.objects.filter(name="passed").exists()
    client = as_(participant)
    client.post(BEGIN)
    second = Attempt.objects.select_related("source", "enrolment").get(number=2)
    client.post(f"{BEGIN}2/submit/", form(second, {**RIGHT, "one": "a"}))
    assert ProgressEvent.objects.get(name="passed").value == 87.5


def test_unanswered_questions_are_listed_and_linked_and_nothing_is_lost(as_, participant, begun):
    client = as_(participant)
    some = {name: answer for name, answer in RIGHT.items() if name not in ("one", "stages")}
    page = client.post(f"{BEGIN}1/submit/", form(begun, {**some, "working": "a lot"}))
    text = page.content.decode()
    assert page.status_code == 422
    assert "3 questions to finish" in text
    assert '<a href="#q-one">Question 1</a>: not answered' in text
    assert '<a href="#q-working">Question 6</a>: needs one number' in text
    attempt = Attempt.objects.get()
    assert attempt.is_open
    assert attempt.answers == {**some, "working": "a lot"}
    assert client.post(f"{BEGIN}1/submit/", form(attempt, attempt.answers, anyway="1")).status_code == 302
    assert Attempt.objects.get().score == 62.5


def test_answers_are_there_again_after_going_away(as_, participant, begun):
    client = as_(participant)
    answer = client.post(f"{ADDRESS}answers/", form(begun, {**RIGHT, "stage-name": "for <b>work</b>"}), follow=True)
    assert "Your answers are saved" in answer.content.decode()
    page = as_(participant).get(ADDRESS).content.decode()
    assert 'value="for &lt;b&gt;work&lt;/b&gt;"' in page
    assert 'name="q-one" value="b" checked' in page
    assert page.count(" checked") == 1 + 2 + 1 + 1
    assert page.count(" selected") == 3 + 3


def test_the_order_of_options_is_the_same_after_a_reload_and_another_in_the_next_try(as_, participant, begun):
    client = as_(participant)

    def order():
        text = client.get(ADDRESS).content.decode()
        return [text.index(f'value="{option}"') for option in "abcd"], [
            text.index(step) for step in ("Tour", "Project", "Apprenticeship")
        ]

    assert order() == order()
    seen = set()
    for _ in range(6):
        places = [sorted(order()[1]).index(place) for place in order()[1]]
        assert places != [0, 1, 2]
        seen.add(tuple(places))
        attempt = Attempt.objects.open().select_related("source", "enrolment").get()
        submit(attempt, {})
        client.post(BEGIN)
    assert len(seen) > 1


def test_a_result_that_is_not_there_yet_leads_to_the_questions(as_, participant, begun):
    assert as_(participant).get(f"{BEGIN}1/").headers["Location"] == ADDRESS
    assert as_(participant).get(f"{BEGIN}2/").status_code == 404
    assert as_(participant).get(f"{BEGIN}{10**30}/").status_code == 404


def test_coming_back_to_an_address_that_takes_forms_leads_to_the_check(as_, participant, begun):
    """After signing in again, or by reloading, a browser asks for it with GET."""
    for path in ("attempts/", "answers/", "attempts/1/submit/"):
        answer = as_(participant).get(f"{ADDRESS}{path}", follow=True)
        assert answer.redirect_chain[-1][0] == ADDRESS


def test_submitting_again_shows_the_first_result(as_, participant, begun):
    client = as_(participant)
    client.post(f"{BEGIN}1/submit/", form(begun, RIGHT))
    receipt = Attempt.objects.get().receipt
    answer = client.post(f"{BEGIN}1/submit/", form(begun, WRONG), follow=True)
    assert receipt in answer.content.decode()
    assert Attempt.objects.get().score == 100


def test_saving_a_form_of_a_try_that_was_submitted_leads_to_its_result(as_, participant, begun):
    submit(begun, RIGHT)
    answer = as_(participant).post(f"{ADDRESS}answers/", form(begun, WRONG), follow=True)
    assert "already submitted" in answer.content.decode()
    assert Attempt.objects.get().answers == RIGHT


def test_two_windows_with_forms_show_both_answers_before_anything_is_submitted(as_, participant, begun):
    client = as_(participant)
    client.post(f"{ADDRESS}answers/", form(begun, {**RIGHT, "one": "c", "stage-name": "<i>"}))
    page = client.post(f"{BEGIN}1/submit/", form(begun, RIGHT))
    text = page.content.decode()
    assert page.status_code == 409
    assert "Another window saved different answers" in text
    assert "In the other window: simulated" in text
    assert "In the other window: &lt;i&gt;" in text
    assert 'name="q-one" value="b" checked' in text
    attempt = Attempt.objects.get()
    assert attempt.is_open
    assert f'name="version" value="{attempt.version}"' in text
    client.post(f"{BEGIN}1/submit/", form(attempt, RIGHT))
    assert Attempt.objects.get().score == 100


@pytest.mark.parametrize("typed", ["x" * 201, "a\x00b"])
def test_a_form_with_something_that_cannot_be_stored_comes_back_with_all_that_was_typed(as_, participant, begun, typed):
    page = as_(participant).post(f"{BEGIN}1/submit/", form(begun, {**RIGHT, "stage-name": typed}))
    assert page.status_code == 422
    assert "Not saved yet" in page.content.decode()
    assert 'name="q-one" value="b" checked' in page.content.decode()
    assert typed in page.content.decode()


def test_a_renamed_check_keeps_its_tries(as_, participant, begun, cohort):
    submit(begun, RIGHT)
    Attempt.objects.update(item="first/old-check")
    ProgressEvent.objects.filter(name="passed").update(item="first/old-check")
    edition = cohort.edition
    type(begun.source).objects.filter(pk=begun.source_id).update(was="old-check")
    type(edition).objects.filter(pk=edition.pk).update(digest=uuid4().hex * 2)
    assert "Passed with 100 percent" in as_(participant).get(ADDRESS).content.decode()
    as_(participant).post(BEGIN)
    assert Attempt.objects.open().get().number == 2


def test_every_address_of_a_check_is_this_app_s():
    args = ["fall", "first", "check"]
    assert reverse("knowledgechecks:answers", args=args) == f"{ADDRESS}answers/"
    assert reverse("knowledgechecks:submit", args=[*args, 3]) == f"{BEGIN}3/submit/"
