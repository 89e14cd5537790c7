from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from cohorts.models import Cohort, ProgressEvent
from foundation.audit.models import Entry
from foundation.notices.models import Notice
from lessonplans import actions, invariants, merging, policies
from lessonplans.models import LessonPlan, Review
from lessonplans.template import PlanCourse
from modules.models import Resource
from tests import factories
from tests.conftest import SignedIn
from tests.lessonplans.conftest import fresh, good_scores


@pytest.fixture
def colleague(cohort: Cohort) -> User:
    user = factories.UserFactory.create(email="colleague@example.org", first_name="Cleo", last_name="Colleague")
    factories.FacilitationFactory.create(cohort=cohort, user=user)
    return user


@pytest.fixture
def claimed(review: Review, facilitator: User) -> Review:
    return actions.claim(review=review, by=facilitator, seen=None, now=timezone.now())


def url(review: Review, rest: str = "") -> str:
    return f"/c/fall/reviews/{review.plan_id}/{rest}"


def put(client: Any, review: Review, version: int, **changes: Any) -> Any:
    body = {"review": review.pk, "version": version, "changes": {k.replace("__", ":"): v for k, v in changes.items()}}
    return client.put(url(review, "notes/"), body, content_type="application/json")


def form(review: Review, **notes: Any) -> dict[str, Any]:
    review.refresh_from_db()
    base = {"review": review.pk, "version": review.version}
    return base | {f"n.{key.replace('__', ':')}": value for key, value in notes.items()}


def all_scores(course: PlanCourse, points: int = 2) -> dict[str, Any]:
    return {f"n.{key}": value for key, value in good_scores(course, points).items()}


def test_the_queue_has_the_oldest_first_and_its_day(as_: SignedIn, facilitator: User, review: Review) -> None:
    text = as_(facilitator).get("/c/fall/reviews/").content.decode()
    assert "Food access map of the valley" in text
    assert "Pat Participant" in text
    assert "Nobody yet" in text


def test_feedback_is_due_after_five_working_days() -> None:
    thanksgiving = {date(2026, 11, 26)}
    assert policies.due_on(date(2026, 11, 20), thanksgiving) == date(2026, 11, 30)
    assert policies.due_on(date(2026, 11, 2), set()) == date(2026, 11, 9)
    assert policies.due_on(date(2026, 11, 7), set()) == date(2026, 11, 13)


def test_notes_are_saved_as_they_are_written(as_: SignedIn, facilitator: User, claimed: Review) -> None:
    client = as_(facilitator)
    answer = put(client, claimed, claimed.version, comment__field__title="Sharper, please", score__outcomes=1)
    assert answer.status_code == 200
    put(client, claimed, answer.json()["version"], overall="Good work")
    claimed.refresh_from_db()
    assert claimed.scores == {"outcomes": 1}
    assert claimed.overall == "Good work"
    assert claimed.comments.get().anchor == "field:title"
    assert "Sharper, please</textarea>" in client.get(url(claimed)).content.decode()


def test_only_the_one_who_claimed_it_writes(as_: SignedIn, facilitator: User, colleague: User, claimed: Review) -> None:
    answer = put(as_(colleague), claimed, claimed.version, overall="Mine")
    assert answer.status_code == 409
    assert "Fran Facilitator has this review now" in answer.json()["message"]
    claimed.refresh_from_db()
    assert claimed.overall == ""


def test_two_reviewers_race_and_one_gets_it(as_: SignedIn, facilitator: User, colleague: User, review: Review) -> None:
    assert as_(facilitator).post(url(review, "claim/"), {"seen": ""}).status_code == 303
    late = as_(colleague).post(url(review, "claim/"), {"seen": ""})
    assert late.status_code == 409
    assert "Fran Facilitator has this review by now" in late.content.decode()
    assert Review.objects.get().reviewer == facilitator


def test_a_review_is_taken_over_knowingly_and_the_audit_says_so(
    as_: SignedIn, facilitator: User, colleague: User, claimed: Review
) -> None:
    put(as_(facilitator), claimed, claimed.version, overall="Begun")
    page = as_(colleague).get(url(claimed)).content.decode()
    assert "Take it over" in page
    assert "data-confirm" in page
    assert as_(colleague).post(url(claimed, "claim/"), {"seen": facilitator.pk}).status_code == 303
    assert Entry.objects.get(action="review.take-over").detail["taken_from"] == facilitator.pk
    assert put(as_(facilitator), claimed, 2, overall="Still mine").status_code == 409
    claimed.refresh_from_db()
    assert (claimed.reviewer, claimed.overall) == (colleague, "Begun")


def test_two_windows_of_one_reviewer_conflict_on_one_note_and_merge_on_two(
    as_: SignedIn, facilitator: User, claimed: Review
) -> None:
    client = as_(facilitator)
    put(client, claimed, 1, overall="First")
    merged = put(client, claimed, 1, comment__field__title="Other note")
    assert merged.status_code == 200
    assert merged.json()["merged"] == {"overall": "First"}
    answer = put(client, claimed, 1, overall="Second")
    assert answer.status_code == 409
    assert answer.json()["conflicts"][0]["theirs"] == ["First"]


def test_without_the_comparison_a_note_is_lost(
    as_: SignedIn, facilitator: User, claimed: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "conflicts", lambda *args: [])
    client = as_(facilitator)
    put(client, claimed, 1, overall="First")
    assert put(client, claimed, 1, overall="Second").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"score:nonsense": 2},
        {"score:outcomes": 9},
        {"score:outcomes": "2"},
        {"score:outcomes": True},
        {"comment:field:nonsense": "x"},
        {"comment:nowhere:title": "x"},
        {"nonsense": "x"},
        {"overall": 5},
        {"overall": "x" * 5_000},
        {"overall": "a\x00b"},
    ],
)
def test_what_is_no_note_is_refused(as_: SignedIn, facilitator: User, claimed: Review, changes: Any) -> None:
    body = {"review": claimed.pk, "version": 1, "changes": changes}
    answer = as_(facilitator).put(url(claimed, "notes/"), body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["message"]


def test_returning_needs_a_comment_for_each_low_row(
    as_: SignedIn, facilitator: User, claimed: Review, course: PlanCourse
) -> None:
    client = as_(facilitator)
    answer = client.post(url(claimed, "return/"), form(claimed))
    assert answer.status_code == 422
    assert "at least one comment" in answer.content.decode()
    answer = client.post(url(claimed, "return/"), form(claimed, score__outcomes="1", overall="Typed just now"))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "“Outcomes and alignment” is below “Meets” and has no comment." in text
    assert "Typed just now</textarea>" in text
    good = form(claimed, score__outcomes="1", comment__field__wbl_outcomes="Name a standard")
    assert client.post(url(claimed, "return/"), good).status_code == 303
    assert LessonPlan.objects.get().status == "returned"


def test_approval_needs_every_row_at_the_mark(
    as_: SignedIn, facilitator: User, claimed: Review, course: PlanCourse
) -> None:
    client = as_(facilitator)
    low = form(claimed) | all_scores(course) | {"n.score:equity": "1"}
    answer = client.post(url(claimed, "approve/"), low)
    assert answer.status_code == 422
    assert "“Equity and access” is below “Meets”." in answer.content.decode()
    missing = form(claimed, score__equity="2")
    assert "has no rating yet" in client.post(url(claimed, "approve/"), missing).content.decode()
    assert LessonPlan.objects.get().status == "submitted"


def test_return_revise_submit_approve(
    as_: SignedIn, participant: User, facilitator: User, claimed: Review, course: PlanCourse
) -> None:
    author, reviewer = as_(participant), as_(facilitator)
    notes = form(
        claimed, comment__field__title="Say where", comment__criterion__outcomes="One more", score__outcomes="1"
    )
    put(reviewer, claimed, claimed.version, comment__field__title="Say where")
    assert "Say where" not in author.get("/c/fall/plan/").content.decode()
    notes["version"] = 2
    assert reviewer.post(url(claimed, "return/"), notes).status_code == 303
    assert Notice.objects.get(user=participant, kind="plan-returned")
    page = author.get("/c/fall/plan/?section=A").content.decode()
    assert page.index('id="field-title"') < page.index("Say where") < page.index('id="field-co_authors"')
    assert "One more" in page
    plan = LessonPlan.objects.get()
    body = {"version": plan.version, "changes": {"title": "Food map of Barrio Logan"}}
    assert author.put("/c/fall/plan/fields/", body, content_type="application/json").status_code == 200
    assert author.post("/c/fall/plan/submit/", {"version": plan.version + 1}).status_code == 303
    second = Review.objects.open().get()
    assert "What changed since the last review: 1 field" in reviewer.get(url(second)).content.decode()
    assert reviewer.post(url(second, "claim/"), {"seen": ""}).status_code == 303
    answer = reviewer.post(url(second, "approve/"), form(second) | all_scores(course))
    assert answer.status_code == 303
    plan.refresh_from_db()
    assert (plan.status, plan.approved_by) == ("approved", facilitator)
    event = ProgressEvent.objects.get(name="approved")
    assert (event.item, event.title) == ("second/plan", "Food map of Barrio Logan")
    assert Notice.objects.get(user=participant, kind="plan-approved")
    assert Entry.objects.filter(action__in=["plan.returned", "plan.approved"]).count() == 2
    assert "approved it" in author.get("/c/fall/plan/").content.decode()
    assert list(invariants.problems()) == []


def test_what_was_taken_back_unread_is_no_review_to_compare_with(
    as_: SignedIn, participant: User, facilitator: User, claimed: Review
) -> None:
    author, reviewer = as_(participant), as_(facilitator)
    assert reviewer.post(url(claimed, "return/"), form(claimed, overall="Sharper")).status_code == 303

    def hand_in(**changes: Any) -> None:
        body = {"version": LessonPlan.objects.get().version, "changes": changes}
        assert author.put("/c/fall/plan/fields/", body, content_type="application/json").status_code == 200
        version = LessonPlan.objects.get().version
        assert author.post("/c/fall/plan/submit/", {"version": version}).status_code == 303

    hand_in(title="Food map of Barrio Logan", toolbox_links=[])
    assert author.post("/c/fall/plan/withdraw/").status_code == 303
    hand_in(evidence="A map and three pages.")
    text = reviewer.get(url(Review.objects.open().get())).content.decode()
    assert "What changed since the last review: 3 fields" in text
    title = Resource.objects.get(slug="continuum").title
    assert f"<p>{title}</p>" in text  # as people know it, not by its slug


def test_a_decision_asks_for_the_notes_once_however_many_boxes_are_empty(
    as_: SignedIn, facilitator: User, claimed: Review, course: PlanCourse
) -> None:
    client = as_(facilitator)

    def queries(**empty: str) -> int:
        with CaptureQueriesContext(connection) as found:
            client.post(url(claimed, "notes/"), form(claimed, overall="Good", **empty))
        return len(found)

    queries()
    boxes = {f"comment__field__{key}": "" for key in course.template.fields}
    assert queries(**boxes) == queries()


def test_deciding_twice_is_deciding_once(as_: SignedIn, facilitator: User, claimed: Review, course: PlanCourse) -> None:
    client = as_(facilitator)
    notes = form(claimed) | all_scores(course)
    for _ in range(2):
        assert client.post(url(claimed, "approve/"), notes).status_code == 303
    assert ProgressEvent.objects.filter(name="approved").count() == 1
    assert Entry.objects.filter(action="plan.approved").count() == 1
    assert client.post(url(claimed, "return/"), {**notes, "n.overall": "Too late"}).status_code == 409


def test_a_form_of_an_earlier_submission_decides_nothing(
    as_: SignedIn, participant: User, facilitator: User, claimed: Review, course: PlanCourse
) -> None:
    old = form(claimed, overall="Back to you") | {}
    as_(facilitator).post(url(claimed, "return/"), old)
    plan = LessonPlan.objects.get()
    actions.submit(enrolment=fresh(plan.enrolment), base=plan.version, now=timezone.now(), resources={"continuum"})
    assert as_(facilitator).post(url(claimed, "approve/"), old | all_scores(course)).status_code == 409
    assert LessonPlan.objects.get().status == "submitted"


def test_an_unclaimed_review_is_not_decided(
    as_: SignedIn, facilitator: User, review: Review, course: PlanCourse
) -> None:
    answer = as_(facilitator).post(url(review, "approve/"), form(review) | all_scores(course))
    assert answer.status_code == 409


def test_an_overdue_plan_says_so(as_: SignedIn, facilitator: User, review: Review) -> None:
    Review.objects.update(opened_at=datetime.now(UTC) - timedelta(days=20))
    assert "Overdue" in as_(facilitator).get("/c/fall/reviews/").content.decode()
