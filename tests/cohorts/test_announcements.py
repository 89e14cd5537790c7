import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cohorts.models import Announcement
from foundation.drafts.models import Draft
from foundation.notices.models import Notice
from tests import factories
from tests.letters import letters

PAGE = "/c/fall/announcements/"
WORDS = {"title": "Welcome", "body": "<p>Start with <em>module one</em>.</p><script>alert(1)</script>", "token": "t1"}


def test_an_announcement_reaches_everybody_once(as_, facilitator, participant, classmate, outsider):
    for _ in range(2):
        assert as_(facilitator).post(PAGE, WORDS).status_code == 302
    assert Announcement.objects.count() == 1
    assert {mail.to for mail in letters()} == {participant.email, classmate.email}
    page = as_(participant).get(PAGE).content.decode()
    assert "<em>module one</em>" in page
    assert "alert(1)" not in page
    assert "Start with module one." in letters().first().text


def test_other_words_from_a_form_that_was_sent_are_not_lost(as_, facilitator):
    """A step back in the browser brings the form as it was, and people write the next announcement into it."""
    client = as_(facilitator)
    client.post(PAGE, WORDS)
    again = client.post(PAGE, {**WORDS, "title": "Week two", "body": "<p>On to module two.</p>"})
    assert again.status_code == 409
    form = again.context["form"]
    assert (form["title"].value(), form["body"].value()) == ("Week two", "<p>On to module two.</p>")
    assert Announcement.objects.count() == 1
    words = {name: form[name].value() for name in form.fields}
    assert client.post(PAGE, words).status_code == 302
    assert [made.title for made in Announcement.objects.all()] == ["Week two", "Welcome"]


def test_a_missing_headline_is_said_in_words_of_our_own(as_, facilitator):
    answer = as_(facilitator).post(PAGE, {**WORDS, "title": ""})
    assert answer.status_code == 422
    assert answer.context["form"].errors["title"] == [
        "There is no headline yet. A few words tell people what it is about."
    ]


def test_who_is_withdrawn_hears_nothing(as_, facilitator, participant, enrolment):
    enrolment.withdrawn_at, enrolment.withdrawn_by = enrolment.enrolled_at, facilitator
    enrolment.save()
    as_(facilitator).post(PAGE, WORDS)
    assert not Notice.objects.exists()


def test_what_was_published_is_no_draft_any_more(as_, facilitator):
    Draft.objects.create(
        user=facilitator, place="announcement:fall", body="<p>Half a th</p>", updated_at="2026-09-01T00:00Z"
    )
    assert "Half a th" in as_(facilitator).get(PAGE).content.decode()
    as_(facilitator).post(PAGE, WORDS)
    assert not Draft.objects.exists()


@pytest.mark.parametrize("change", [{"title": ""}, {"body": ""}, {"body": "x" * 20_001}, {"token": ""}])
def test_what_cannot_be_published_stays_in_the_form(as_, facilitator, change):
    answer = as_(facilitator).post(PAGE, {**WORDS, **change})
    assert answer.status_code == 422
    assert not Announcement.objects.exists()


def test_edited_words_are_not_mailed_again(as_, facilitator, participant):
    as_(facilitator).post(PAGE, WORDS)
    made = Announcement.objects.get()
    as_(facilitator).post(f"{PAGE}{made.pk}/", {**WORDS, "title": "Welcome, all"})
    assert "edited" in as_(participant).get(PAGE).content.decode()
    assert letters().count() == 1


def test_of_two_facilitators_who_edit_at_once_the_second_sees_what_the_first_wrote(as_, facilitator, cohort):
    client = as_(facilitator)
    client.post(PAGE, WORDS)
    edit = f"{PAGE}{Announcement.objects.get().pk}/"
    form = client.get(edit).context["form"]
    mine = {name: form[name].value() for name in form.fields} | {"title": "Mine"}
    other = factories.FacilitationFactory.create(cohort=cohort).user
    as_(other).post(edit, {**mine, "title": "Theirs"})
    answer = client.post(edit, mine)
    assert answer.status_code == 409
    assert "<h3>Theirs</h3>" in answer.content.decode()
    assert Announcement.objects.get().title == "Theirs"
    form = answer.context["form"]
    assert form["title"].value() == "Mine"
    assert client.post(edit, {name: form[name].value() for name in form.fields}).status_code == 302
    assert Announcement.objects.get().title == "Mine"


def test_what_is_taken_down_is_seen_by_facilitators_alone(as_, facilitator, participant):
    as_(facilitator).post(PAGE, WORDS)
    as_(facilitator).post(f"{PAGE}{Announcement.objects.get().pk}/withdraw/")
    assert "module one" not in as_(participant).get(PAGE).content.decode()
    assert "Taken down" in as_(facilitator).get(PAGE).content.decode()


def test_participants_write_none_and_change_none(as_, participant, facilitator):
    assert as_(participant).post(PAGE, WORDS).status_code == 403
    as_(facilitator).post(PAGE, WORDS)
    made = Announcement.objects.get()
    assert as_(participant).get(f"{PAGE}{made.pk}/").status_code == 403
    assert as_(participant).post(f"{PAGE}{made.pk}/withdraw/").status_code == 403


def test_another_cohorts_announcement_is_not_reached_through_ones_own(as_, facilitator, other_cohort):
    theirs = Announcement.objects.create(
        cohort=other_cohort, author=factories.UserFactory.create(), title="Theirs", body="<p>x</p>", token="x"
    )
    assert as_(facilitator).get(f"{PAGE}{theirs.pk}/").status_code == 404


def test_the_page_costs_the_same_however_much_was_said(as_, participant, facilitator, cohort):
    client = as_(participant)
    counts = []
    for start, count in ((0, 2), (10, 15)):
        for number in range(start, start + count):
            author = factories.UserFactory.create()
            Announcement.objects.create(cohort=cohort, author=author, title="T", body="<p>x</p>", token=str(number))
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15
