from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role, User
from cohorts.models import Enrolment
from lessonplans import actions, exports
from lessonplans.models import LessonPlan, Review
from lessonplans.template import PlanCourse
from tests import factories
from tests.conftest import SignedIn
from tests.lessonplans.conftest import fresh, good_scores

SECRETS = ("Pat Participant", "Participant", "participant@example.org", "First College", "colleague@college.example")


@pytest.fixture
def approved(review: Review, facilitator: User, course: PlanCourse) -> LessonPlan:
    """The participant's plan, approved and shared by name."""
    now = timezone.now()
    actions.claim(review=review, by=facilitator, seen=None, now=now)
    actions.approve(review=review, by=facilitator, changes=good_scores(course), base=1, now=now)
    return LessonPlan.objects.get()


def share(plan: LessonPlan, sharing: str) -> None:
    actions.change_sharing(enrolment=fresh(plan.enrolment), sharing=sharing, now=timezone.now())


def test_a_named_plan_is_found_by_colleagues_without_addresses(
    as_: SignedIn, classmate: User, approved: LessonPlan
) -> None:
    client = as_(classmate)
    listed = client.get("/gallery/").content.decode()
    assert "Food access map of the valley" in listed
    assert "Pat Participant, First College" in listed
    paper = client.get(f"/gallery/{approved.pk}/").content.decode()
    assert "Pat Participant" in paper
    assert "colleague@college.example" not in paper


def test_an_anonymous_plan_names_nobody(as_: SignedIn, classmate: User, approved: LessonPlan) -> None:
    share(approved, "anonymous")
    client = as_(classmate)
    for address in ("/gallery/", f"/gallery/{approved.pk}/"):
        text = client.get(address).content.decode()
        assert "Food access map of the valley" in text
        assert [secret for secret in SECRETS if secret in text] == []


def test_a_private_or_unfinished_plan_is_not_there(
    as_: SignedIn, classmate: User, staff: User, approved: LessonPlan
) -> None:
    share(approved, "private")
    for person in (classmate, staff):
        assert "Food access map of the valley" not in as_(person).get("/gallery/").content.decode()
        assert as_(person).get(f"/gallery/{approved.pk}/").status_code == 404


def test_a_plan_that_is_not_approved_is_not_there(as_: SignedIn, classmate: User, review: Review) -> None:
    assert as_(classmate).get(f"/gallery/{review.plan_id}/").status_code == 404


def test_the_gallery_ends_at_the_consortium(as_: SignedIn, outsider: User, approved: LessonPlan) -> None:
    assert "Food access map of the valley" not in as_(outsider).get("/gallery/").content.decode()
    assert as_(outsider).get(f"/gallery/{approved.pk}/").status_code == 404


def test_past_participants_and_staff_see_it(
    as_: SignedIn,
    staff: User,
    college_liaison: User,
    other_facilitator: User,
    administrator: User,
    approved: LessonPlan,
) -> None:
    left = factories.EnrolmentFactory.create(
        cohort=approved.enrolment.cohort, withdrawn_at=timezone.now(), withdrawn_by=administrator
    ).user
    for person in (staff, college_liaison, other_facilitator, administrator, left):
        assert as_(person).get(f"/gallery/{approved.pk}/").status_code == 200


def test_filters_are_in_the_address(as_: SignedIn, classmate: User, approved: LessonPlan) -> None:
    client = as_(classmate)
    assert "Food access" in client.get("/gallery/?stage=THROUGH&discipline=geography").content.decode()
    assert "No plan like that yet" in client.get("/gallery/?stage=FOR").content.decode()


def test_the_author_changes_their_mind_about_sharing(
    as_: SignedIn, participant: User, classmate: User, approved: LessonPlan
) -> None:
    assert as_(participant).post("/c/fall/plan/sharing/", {"sharing": "private"}).status_code == 303
    assert as_(classmate).get(f"/gallery/{approved.pk}/").status_code == 404
    assert as_(participant).post("/c/fall/plan/sharing/", {"sharing": "everybody"}).status_code == 422
    assert LessonPlan.objects.get().status == "approved"


def test_who_may_read_the_pdf(
    participant: User,
    classmate: User,
    facilitator: User,
    other_facilitator: User,
    staff: User,
    college_liaison: User,
    administrator: User,
    outsider: User,
    approved: LessonPlan,
) -> None:
    subject = str(approved.pk)

    def readers() -> list[str]:
        people = (
            participant,
            classmate,
            facilitator,
            other_facilitator,
            staff,
            college_liaison,
            administrator,
            outsider,
        )
        return [person.email.partition("@")[0] for person in people if exports.may_read_plan(person, subject)]

    assert readers() == ["participant", "facilitator", "staff", "liaison", "admin"]
    for sharing in ("anonymous", "private"):
        share(approved, sharing)
        assert readers() == ["participant", "facilitator", "admin"]
    Role.objects.all().delete()
    assert not exports.may_read_plan(participant, "no number")
    assert not exports.may_read_plan(participant, "999999")


def test_a_facilitator_reads_no_pdf_of_a_draft(facilitator: User, participant: User, plan: LessonPlan) -> None:
    assert exports.may_read_plan(participant, str(plan.pk))
    assert not exports.may_read_plan(facilitator, str(plan.pk))


def test_the_document_says_what_the_page_says(approved: LessonPlan, participant: User) -> None:
    content = exports.plan_content(str(approved.pk), participant)
    assert content.title == "Food access map of the valley"
    assert {"label": "Status", "text": "Approved"} in content.context["head"]["facts"]
    assert [section["letter"] for section in content.context["sections"]] == list("ABCDEFGHIJK")
    texts: list[Any] = [block for section in content.context["sections"] for block in section["blocks"]]
    assert "Students map food access for a nonprofit." in str(texts)
    assert Enrolment.objects.get(user=participant).user.name in content.context["authors"]
