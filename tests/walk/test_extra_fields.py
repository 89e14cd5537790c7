"""Fields that no form has: whoever adds them to what they send changes nothing with them."""

import json
from typing import Any

from accounts.models import Role, User
from cohorts.models import Announcement, Cohort, Enrolment, Invitation
from discussions.models import Post
from knowledgechecks.models import Attempt
from lessonplans.models import LessonPlan, Review
from tests.conftest import SignedIn
from tests.walk.world import World

TEN = "I learned this at work long ago in a shop"


def extras(world: World) -> dict[str, Any]:
    """What somebody would try: other owners, other cohorts, more rights, other times."""
    stranger, elsewhere = world.people["outsider"], world.foreign
    assert stranger is not None
    return {
        "author": stranger.pk,
        "author_id": stranger.pk,
        "user": stranger.pk,
        "user_id": stranger.pk,
        "by": stranger.pk,
        "enrolment": elsewhere.ids["enrolment"],
        "enrolment_id": elsewhere.ids["enrolment"],
        "cohort": elsewhere.cohort.pk,
        "cohort_id": elsewhere.cohort.pk,
        "edition": elsewhere.cohort.edition_id,
        "id": 1,
        "pk": 1,
        "parent": elsewhere.ids["post"],
        "answers_id": elsewhere.ids["post"],
        "is_superuser": "on",
        "is_staff": "on",
        "is_active": "on",
        "email": "boss@example.org",
        "role": "staff",
        "roles": "staff",
        "kind": "staff",
        "groups": "1",
        "user_permissions": "1",
        "created_at": "2001-01-01",
        "published_at": "2001-01-01",
        "completed_at": "2001-01-01",
        "withdrawn_at": "2001-01-01",
        "status": "approved",
        "approved_at": "2001-01-01",
        "score": "100",
        "passed": "on",
        "token_hash": "x",
        "calendar_secret": "mine",
    }


def test_a_post_stays_its_authors(world: World, as_: SignedIn) -> None:
    client, me = as_(world.people["participant"]), world.people["participant"]
    before = Post.objects.count()
    url = f"/c/fall/first/talk/posts/{world.home.ids['post']}/replies/"
    answer = client.post(url, {**extras(world), "body": TEN, "token": "a-token-of-mine"})
    assert answer.status_code in (302, 303)
    made = Post.objects.latest("pk")
    assert Post.objects.count() == before + 1
    assert (made.author, made.cohort, made.parent_id) == (me, world.home.cohort, world.home.ids["post"])
    assert made.enrolment == me.enrolments.get()
    assert made.created_at.year > 2001
    own = world.home.ids["own_post"]
    client.post(
        f"/c/fall/first/talk/posts/{own}/edit/", {**extras(world), "body": TEN, "token": "edit-mine", "version": 1}
    )
    edited = Post.objects.get(pk=own)
    assert (edited.version, edited.author, edited.cohort) == (2, me, world.home.cohort)
    assert edited.created_at.year > 2001


def test_a_profile_gives_no_rights(world: World, as_: SignedIn) -> None:
    user = world.people["participant"]
    assert user is not None
    before = {name: getattr(user, name) for name in ("email", "is_staff", "is_superuser", "calendar_secret", "pk")}
    profile = {"first_name": "New", "last_name": "Name", "college": user.college_id, "position": "full-time"}
    profile |= {"discipline": "geography", "time_zone": "America/Chicago"}
    assert as_(user).post("/settings/", {**extras(world), **profile}).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert user.first_name == "New"
    assert {name: getattr(user, name) for name in before} == before
    assert not Role.objects.filter(user=user).exists()


def test_a_college_of_another_region_cannot_be_chosen(world: World, as_: SignedIn) -> None:
    user = world.people["participant"]
    foreign = world.foreign.cohort.consortium.colleges.get()
    profile = {
        "first_name": "N",
        "last_name": "N",
        "college": foreign.pk,
        "position": "full-time",
        "discipline": "geography",
    }
    assert as_(user).post("/settings/", {**profile, "time_zone": "America/Chicago"}).status_code == 422


def test_an_announcement_stays_in_its_cohort(world: World, as_: SignedIn) -> None:
    client, me = as_(world.people["facilitator"]), world.people["facilitator"]
    words = {"title": "Hello", "body": "Some words", "token": "walk-announce"}
    assert client.post("/c/fall/announcements/", {**extras(world), **words}).status_code in (302, 303)
    made = Announcement.objects.get(token="walk-announce")
    assert (made.cohort, made.author, made.published_at.year > 2001) == (world.home.cohort, me, True)


def test_a_cohort_keeps_its_region_and_edition(world: World, as_: SignedIn) -> None:
    cohort = world.home.cohort
    before = (cohort.consortium_id, cohort.edition_id, cohort.slug)
    data = {**extras(world), "title": "New name", "slug": "other", "consortium": world.foreign.ids["region"]}
    as_(world.people["facilitator"]).post("/c/fall/settings/", {**data, "version": cohort.details_version})
    cohort.refresh_from_db()
    assert (cohort.consortium_id, cohort.edition_id, cohort.slug) == before
    assert cohort.title == "New name"


def test_nobody_makes_a_cohort_in_another_region(world: World, as_: SignedIn) -> None:
    before = Cohort.objects.count()
    client = as_(world.people["facilitator"])
    data = {"consortium": world.foreign.ids["region"], "title": "Mine", "starts_on": "2030-01-07", "confirmed": "1"}
    answer = client.post("/cohorts/new/", {**data, "facilitators": [world.foreign.ids["facilitator"]]})
    assert answer.status_code == 200
    data["consortium"] = world.home.ids["region"]
    answer = client.post("/cohorts/new/", {**data, "facilitators": [world.foreign.ids["facilitator"]]})
    assert answer.status_code == 422
    assert Cohort.objects.count() == before


def test_only_those_who_may_can_be_given_a_cohort(world: World, as_: SignedIn) -> None:
    client = as_(world.people["facilitator"])
    for who in ("participant", "staff", "outsider", "administrator"):
        user = world.people[who]
        assert user is not None
        assert client.post("/c/fall/settings/facilitators/", {"facilitator": user.pk}).status_code == 422, who
    foreign = world.foreign.ids["facilitator"]
    assert client.post("/c/fall/settings/facilitators/", {"facilitator": foreign}).status_code == 422
    assert client.post(f"/c/fall/settings/facilitators/{foreign}/").status_code == 404


def test_an_override_names_an_item_of_the_course(world: World, as_: SignedIn) -> None:
    client, url = as_(world.people["facilitator"]), f"/c/fall/board/{world.home.ids['enrolment']}/overrides/"
    for item in ("third/nothing", "../../x", "", "first/check\x00"):
        assert client.post(url, {**extras(world), "item": item, "reason": "x"}).status_code == 422
    enrolment = Enrolment.objects.get(pk=world.home.ids["enrolment"])
    assert client.post(url, {**extras(world), "item": "first/check", "reason": "was ill"}).status_code == 302
    made = enrolment.overrides.get()
    assert (made.by, made.at.year > 2001) == (world.people["facilitator"], True)
    assert not Enrolment.objects.get(pk=world.foreign.ids["enrolment"]).overrides.exists()


def test_an_attempt_is_graded_by_its_answers_alone(world: World, as_: SignedIn) -> None:
    client = as_(world.people["participant"])
    body = {**extras(world), "version": 1, "answers": {"one": "a"}, "submitted_at": "2001-01-01"}
    assert (
        client.put("/c/fall/first/check/answers/", json.dumps(body), content_type="application/json").status_code == 200
    )
    attempt = Attempt.objects.get(enrolment__user=world.people["participant"], number=2)
    assert (attempt.submitted_at, attempt.score, attempt.passed) == (None, None, False)
    form = {**extras(world), "version": attempt.version, "anyway": "1", "confirmed": "1", "q-one": "a"}
    client.post("/c/fall/first/check/attempts/2/submit/", form)
    attempt.refresh_from_db()
    assert attempt.score is None or attempt.score < 50
    assert not attempt.passed


def test_a_plan_keeps_its_state_and_owner(world: World, as_: SignedIn) -> None:
    client = as_(world.people["participant"])
    body = {**extras(world), "version": 1, "changes": {"title": "Mine"}}
    answer = client.put("/c/fall/plan/fields/", json.dumps(body), content_type="application/json")
    assert answer.status_code == 200
    plan = LessonPlan.objects.get(pk=world.home.ids["draft_id"])
    assert (plan.title, plan.status, plan.approved_at) == ("Mine", "draft", None)
    for key in ("status", "enrolment", "version", "approved_by", "__class__"):
        body = {"version": plan.version, "changes": {key: "approved"}}
        answer = client.put("/c/fall/plan/fields/", json.dumps(body), content_type="application/json")
        assert answer.status_code == 422, key


def test_a_review_is_the_one_of_its_address(world: World, as_: SignedIn) -> None:
    """The body names the review so that a stale page is noticed; another cohort's number in it moves nothing there."""
    theirs = Review.objects.get(pk=world.foreign.ids["review"])
    before = (theirs.version, theirs.overall)
    url = f"/c/fall/reviews/{world.home.ids['plan_id']}/notes/"
    body = {"review": theirs.pk, "version": theirs.version, "changes": {"overall": "mine"}, "by": 1}
    answer = as_(world.people["facilitator"]).put(url, json.dumps(body), content_type="application/json")
    assert answer.status_code == 409
    theirs.refresh_from_db()
    assert (theirs.version, theirs.overall) == before


def test_who_joins_by_a_link_gets_what_the_link_says(world: World, as_: SignedIn, settings: Any) -> None:
    college = world.home.cohort.consortium.colleges.first()
    assert college is not None
    form = {"first_name": "Nia", "last_name": "New", "college": college.pk, "position": "full-time"}
    form |= {
        "discipline": "geography",
        "time_zone": "America/Denver",
        "compensation": "flex",
        "password": "meadow lantern bicycle",
    }
    assert as_(None).post(f"/invitations/{world.home.ids['secret']}/", {**extras(world), **form}).status_code == 302
    found = Invitation.objects.get(pk=world.home.ids["invitation"])
    joined = found.accepted_by
    assert joined is not None
    assert (joined.email, joined.is_staff, joined.is_superuser) == (found.email, False, False)
    assert joined.enrolments.get().cohort == world.home.cohort
    assert not joined.roles.exists()


def test_a_draft_is_kept_for_its_writer(world: World, as_: SignedIn) -> None:
    body = {**extras(world), "body": "mine", "version": 0}
    me = world.people["classmate"]
    assert me is not None
    url = f"/drafts/{world.home.ids['place']}/"
    assert as_(me).put(url, json.dumps(body), content_type="application/json").status_code == 200
    assert me.drafts.get().body == "mine"
    assert world.people["participant"].drafts.get().body != "mine"  # type: ignore[union-attr]
