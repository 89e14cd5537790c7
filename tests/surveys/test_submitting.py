"""Handing in, once: what is missing is said, what follows from it, and what can be taken back."""

import datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cohorts import progress
from cohorts.models import Enrolment, ProgressEvent
from surveys import actions
from surveys.models import Response
from tests.surveys.conftest import ADDRESS, FULL, KEY, LEAST, SAVE, SUBMIT, WITHDRAW, form, item_of, save, submit


def test_one_submits_and_reads_ones_own_answers_under_a_thank_you(as_, participant):
    response = as_(participant).post(SUBMIT, form(FULL), follow=True)
    page = response.content.decode()
    assert response.redirect_chain == [(ADDRESS, 302)]
    for words in ("Thank you", "Before the course: 1, Not at all; Now: 3, Very", "Time; A room", "1200", "Pat P."):
        assert words in page, words
    assert "data-survey" not in page
    assert Response.objects.get().state == "submitted"


def test_what_was_left_out_is_not_listed(as_, participant):
    page = as_(participant).post(SUBMIT, form(LEAST), follow=True).content.decode()
    assert "Your answers" in page
    assert "How many students?" not in page


def test_submitting_is_a_fact_of_progress_and_completes_the_course(as_, participant, enrolment):
    assert [each.item.key for each in progress.standing(enrolment.cohort, enrolment, timezone.now()).missing] == [KEY]
    as_(participant).post(SUBMIT, form(LEAST))
    event = ProgressEvent.objects.get(name="submitted")
    assert (event.enrolment, event.item, event.value, event.title) == (enrolment, KEY, None, "")
    enrolment.refresh_from_db()
    assert enrolment.completed_at is not None
    assert enrolment.certificate.number


def test_without_it_the_course_is_not_complete(as_, participant, enrolment):
    page = as_(participant).get("/c/fall/finish/").content.decode()
    assert "1 step to go" in page
    assert "Submit the survey" in page


def test_what_is_missing_is_listed_and_everything_else_is_saved(as_, participant):
    given = {**FULL, "recommend": "", "explain": {"before": "1", "now": ""}, "quote-name": "", "students": "many"}
    response = as_(participant).post(SUBMIT, form(given))
    page = response.content.decode()
    assert response.status_code == 422
    assert "Not submitted yet: 4 questions to finish" in page
    assert 'href="#q-explain">Question 1</a>: choose a number for “Now” as well' in page
    assert 'href="#q-quote-name">Question 6</a>: needs a few words' in page
    assert 'aria-describedby="q-explain-lacks"' in page
    assert 'name="version" value="1"' in page
    kept = Response.objects.get()
    assert (kept.state, kept.answers["why"], kept.answers["students"]) == ("draft", FULL["why"], "many")
    assert not ProgressEvent.objects.filter(name="submitted").exists()


def test_submitting_twice_changes_nothing(as_, participant, enrolment):
    client = as_(participant)
    for answers in (FULL, LEAST):
        assert client.post(SUBMIT, form(answers)).status_code == 302
    assert Response.objects.get().answers["why"] == FULL["why"]
    assert ProgressEvent.objects.filter(name="submitted").count() == 1
    assert submit(enrolment, LEAST).answers["why"] == FULL["why"]


def test_a_stale_window_cannot_submit_over_newer_answers(as_, participant, enrolment):
    save(enrolment, {**FULL, "why": "newer"})
    response = as_(participant).post(SUBMIT, form(FULL, version=0))
    assert response.status_code == 409
    assert "In the other window: newer" in response.content.decode()
    assert Response.objects.get().state == "draft"


def test_the_demonstration_can_submit_in_one_call(enrolment):
    then = timezone.now() - datetime.timedelta(days=3)
    made = actions.submit(enrolment=enrolment, item=item_of(enrolment), answers=LEAST, now=then)
    assert made.state == "submitted"
    assert ProgressEvent.objects.get(name="submitted").at == then


def test_in_code_too_nothing_incomplete_is_submitted(enrolment):
    with pytest.raises(actions.Incomplete) as error:
        submit(enrolment, {"pages": 1})
    assert error.value.lacks == {"explain": "not answered", "recommend": "not answered"}


def test_answers_can_be_taken_back_and_the_survey_stays_done(as_, participant, enrolment):
    submit(enrolment)
    client = as_(participant)
    page = client.post(WITHDRAW, follow=True).content.decode()
    assert "You took your answers back" in page
    kept = Response.objects.get()
    assert (kept.state, kept.answers) == ("withdrawn", {})
    assert not Response.objects.submitted().exists()
    assert progress.standing(enrolment.cohort, enrolment, timezone.now()).complete
    client.post(SUBMIT, form(FULL))
    assert Response.objects.get().answers == {}


def test_taking_back_a_draft_does_nothing(as_, participant, enrolment):
    save(enrolment, FULL)
    as_(participant).post(WITHDRAW)
    assert Response.objects.get().answers == FULL


def test_a_get_at_an_address_that_writes_leads_to_the_survey(as_, participant):
    client = as_(participant)
    for url in (SAVE, SUBMIT, WITHDRAW):
        response = client.get(url)
        assert (response.status_code, response["Location"]) == (302, ADDRESS)


def test_submitting_has_few_queries(as_, participant, enrolment):
    # One item is left besides the survey, so that no certificate is made: what that costs is counted with the cohorts.
    enrolment.overrides.get(item="second/plan").delete()
    client = as_(participant)
    client.get(ADDRESS)
    with CaptureQueriesContext(connection) as queries:
        assert client.post(SUBMIT, form(FULL)).status_code == 302
    asked = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
    assert len(asked) <= 20, [sql[:90] for sql in asked]


def test_a_locked_survey_says_why_and_takes_nothing(as_, classmate):
    client = as_(classmate)
    assert client.get(ADDRESS).status_code == 403
    assert client.post(SUBMIT, form(FULL)).status_code == 403
    assert client.post(SAVE, form(FULL)).status_code == 403
    assert not Response.objects.exists()


@pytest.fixture
def closed(cohort):
    today = timezone.now().date()
    cohort.starts_on, cohort.ends_on, cohort.closes_on = (today - datetime.timedelta(days=d) for d in (80, 30, 3))
    cohort.save()
    return cohort


def test_a_closed_survey_shows_what_was_begun_and_takes_nothing_more(as_, participant, enrolment, closed):
    save(enrolment, FULL)
    client = as_(participant)
    page = client.get(ADDRESS).content.decode()
    assert "This survey closed on" in page
    assert "It was not submitted, so it is in no report" in page
    assert "It changed" in page
    assert "data-survey" not in page
    for url in (SAVE, SUBMIT):
        assert client.post(url, form(FULL, version=1)).status_code == 403
    assert (
        client.put(SAVE, '{"version": 1, "answers": {"pages": 1}}', content_type="application/json").status_code == 403
    )
    assert Response.objects.get().answers == FULL


def test_a_closed_survey_that_was_never_begun_just_says_so(as_, participant, closed):
    page = as_(participant).get(ADDRESS).content.decode()
    assert "This survey closed on" in page
    assert "What you had begun" not in page


def test_what_was_submitted_stays_readable_after_closing(as_, participant, enrolment, closed):
    submit(enrolment)
    assert "Thank you" in as_(participant).get(ADDRESS).content.decode()


def test_a_survey_that_was_renamed_keeps_its_answers(as_, participant, enrolment, cohort):
    from modules.models import Item

    submit(enrolment)
    Item.objects.filter(module__edition=cohort.edition, slug="end-survey").update(slug="last-survey", was="end-survey")
    cohort.edition.digest = uuid4().hex * 2  # outlines are kept by it
    cohort.edition.save()
    client = as_(participant)
    assert "Thank you" in client.get("/c/fall/second/last-survey/").content.decode()
    assert Enrolment.objects.get(pk=enrolment.pk).completed_at
