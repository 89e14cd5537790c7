"""Home, module and page as a participant meets them."""

from datetime import timedelta

from django.utils import timezone

from classroom import overview
from cohorts.models import Enrolment, Override, ProgressEvent
from tests import factories

PAGE = "/c/fall/first/read-me/"


def test_a_person_with_one_course_goes_straight_to_it(as_, participant):
    assert as_(participant).get("/")["Location"] == "/c/fall/"


def test_a_person_with_two_roles_sees_both(as_, participant, consortium):
    factories.RoleFactory.create(user=participant, consortium=consortium, kind="staff")
    page = as_(participant).get("/").content.decode()
    assert "/c/fall/" in page
    assert "/reports/completions/" in page


def test_the_home_names_the_one_next_step(as_, participant):
    page = as_(participant).get("/c/fall/").content.decode()
    assert "First read-me" in page
    assert PAGE in page


def test_a_home_weeks_behind_lists_a_few_missed_dates_and_leads_to_no_closed_page(
    as_, participant, cohort, monkeypatch
):
    cohort.starts_on, cohort.ends_on = (timezone.now().date() - timedelta(days=days) for days in (60, 20))
    cohort.closes_on = timezone.now().date() + timedelta(days=9)
    cohort.save()
    monkeypatch.setattr(overview, "MISSED_SHOWN", 1)
    page = as_(participant).get("/c/fall/").content.decode()
    dates = page[page.index("This week") : page.index("Replies to you")]
    assert dates.count("Late, still counts") == 1
    assert "more date" in dates
    assert "First talk" in dates
    assert "/c/fall/first/talk/" not in dates


def test_the_script_at_the_end_of_a_page_marks_it_read_without_another_page(as_, participant, enrolment):
    answer = as_(participant).post(PAGE, headers={"X-Requested-With": "fetch"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert ProgressEvent.objects.get().name == "read"


def test_the_button_marks_it_read_and_leads_on(as_, participant):
    assert as_(participant).post(PAGE)["Location"] == "/c/fall/first/talk/"


def test_looking_at_a_page_is_not_having_read_it(as_, participant):
    as_(participant).get(PAGE)
    assert not ProgressEvent.objects.exists()


def test_a_facilitator_reading_records_nothing(as_, facilitator):
    assert as_(facilitator).post(PAGE).status_code == 302
    assert not ProgressEvent.objects.exists()


def test_a_locked_page_says_why(as_, participant):
    answer = as_(participant).get("/c/fall/first/talk/")
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "Opens after “First read-me”." in page
    assert 'href="/c/fall/first/read-me/">Go on' in page
    assert "Opens after “First read-me”." in as_(participant).get("/c/fall/first/").content.decode()


def test_the_finish_says_what_is_missing_and_then_what_was_earned(as_, participant, enrolment):
    client = as_(participant)
    assert "First talk" in client.get("/c/fall/finish/").content.decode()
    word = factories.UserFactory.create()
    for item in enrolment.cohort.edition.outline.by_key:
        Override.objects.create(enrolment=enrolment, item=item, reason="x", by=word)
    from cohorts.actions.progress import complete_if_due

    complete_if_due(enrolment=Enrolment.objects.get(pk=enrolment.pk), now=timezone.now())
    page = client.get("/c/fall/finish/").content.decode()
    assert enrolment.certificate.number in page


def test_the_toolbox_keeps_regions_apart(as_, participant, outsider):
    """Two regions have a resource of the same address; each person reads their own region's."""
    from modules.models import Resource

    Resource.objects.filter(edition__consortium__slug="home-region").update(body="<p>homely words</p>")
    Resource.objects.exclude(edition__consortium__slug="home-region").update(body="<p>foreign words</p>")
    for who, own, other in (
        (participant, "homely words", "foreign words"),
        (outsider, "foreign words", "homely words"),
    ):
        page = as_(who).get("/toolbox/continuum/").content.decode()
        assert own in page
        assert other not in page
        assert other not in as_(who).get("/toolbox/").content.decode()


def test_somebody_without_a_cohort_has_an_empty_toolbox(as_, cohort):
    client = as_(factories.UserFactory.create())
    assert client.get("/toolbox/").status_code == 200
    assert client.get("/toolbox/continuum/").status_code == 404
