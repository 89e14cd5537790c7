"""A changed role works at once: whoever is signed in while it changes is refused by the next request."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role, User
from cohorts.models import Enrolment
from tests import factories
from tests.conftest import SignedIn
from tests.walk.walking import send
from tests.walk.world import World


def test_a_facilitator_who_is_removed(world: World, as_: SignedIn) -> None:
    client = as_(world.people["facilitator"])
    pages = (
        "",
        "board/",
        "roster/",
        "reviews/",
        f"reviews/{world.home.ids['plan_id']}/",
        "settings/",
        "first/check/key/",
    )
    assert {client.get(f"/c/fall/{page}").status_code for page in pages} == {200}
    world.home.cohort.facilitations.filter(user=world.people["facilitator"]).delete()
    assert {client.get(f"/c/fall/{page}").status_code for page in pages} == {404}
    # The role in the region stays, and with it an empty report.
    shown = client.get("/reports/completions.csv")
    assert not any(mark.word.encode() in b"".join(shown.streaming_content) for mark in world.marks)


def test_a_facilitator_who_removes_themselves_is_led_out(world: World, as_: SignedIn) -> None:
    factories.FacilitationFactory.create(cohort=world.home.cohort, user=world.people["other_facilitator"])
    me = world.people["facilitator"]
    assert me is not None
    answer = as_(me).post(f"/c/fall/settings/facilitators/{me.pk}/", follow=True)
    assert answer.redirect_chain[-1][0] == "/"
    assert as_(me).get("/c/fall/board/").status_code == 404


def test_a_participant_who_is_withdrawn(world: World, as_: SignedIn) -> None:
    me, things = world.people["participant"], world.home
    assert me is not None
    client = as_(me)
    pages = [
        f"/c/fall/{page}"
        for page in ("", "first/", "first/talk/", "first/check/", "plan/", "finish/", "announcements/")
    ]
    pages += [f"/documents/{things.ids['request_id']}/", f"/documents/{things.ids['request_id']}/download/"]
    assert {client.get(page).status_code for page in pages} <= {200, 302}
    Enrolment.objects.filter(user=me).update(withdrawn_at=timezone.now(), withdrawn_by=world.people["facilitator"])
    assert {client.get(page).status_code for page in pages} == {404}
    body = {"version": 1, "changes": {"title": "x"}}
    assert client.put("/c/fall/plan/fields/", body, content_type="application/json").status_code == 404
    saved = {"version": 1, "answers": {"one": "a"}}
    assert client.put("/c/fall/first/check/answers/", saved, content_type="application/json").status_code == 404
    assert client.post("/c/fall/first/talk/", {"body": "x", "token": "12345678"}).status_code == 404
    assert (
        client.post("/documents/", {"kind": "lesson-plan", "subject_id": str(things.ids["draft_id"])}).status_code
        == 404
    )


def test_the_calendar_forgets_a_cohort_that_one_left(world: World, as_: SignedIn) -> None:
    me = world.people["participant"]
    assert me is not None
    feed = f"/calendar/{me.calendar_secret}.ics"
    assert b"BEGIN:VEVENT" in as_(None).get(feed).content
    Enrolment.objects.filter(user=me).update(withdrawn_at=timezone.now(), withdrawn_by=world.people["facilitator"])
    assert b"BEGIN:VEVENT" not in as_(None).get(feed).content
    User.objects.filter(pk=me.pk).update(is_active=False)
    assert as_(None).get(feed).status_code == 404


def test_a_renewed_calendar_address_ends_the_old_one(world: World, as_: SignedIn) -> None:
    me = world.people["participant"]
    assert me is not None
    old = f"/calendar/{me.calendar_secret}.ics"
    as_(me).post("/settings/calendar/")
    assert as_(None).get(old).status_code == 404


@pytest.mark.parametrize("who", ["staff", "college_liaison"])
def test_staff_whose_role_is_taken_away(world: World, as_: SignedIn, who: str) -> None:
    client = as_(world.people[who])
    pages = ("/reports/completions/", "/reports/completions.csv", "/reports/completions.xlsx")
    assert {send(client, "get", page, None, world.home).status_code for page in pages} == {200}
    Role.objects.filter(user=world.people[who]).delete()
    assert {client.get(page).status_code for page in pages} == {403}
    assert client.get("/c/fall/").status_code == 404
    assert client.get(f"/gallery/{world.home.ids['shared_id']}/").status_code == 404


def test_an_administrator_who_is_one_no_longer(world: World, as_: SignedIn) -> None:
    me = world.people["administrator"]
    assert me is not None
    client = as_(me)
    assert client.get("/audit/").status_code == 200
    User.objects.filter(pk=me.pk).update(is_superuser=False, is_staff=False)
    for page in ("/audit/", "/course/", "/regions/", "/cohorts/new/", "/reports/completions/"):
        assert client.get(page).status_code == 403, page
    assert client.get("/c/fall/").status_code == 404
    assert client.get("/admin/").status_code in (302, 403)


@pytest.mark.parametrize("who", ["participant", "facilitator", "staff", "administrator"])
def test_an_account_that_is_switched_off(world: World, as_: SignedIn, who: str) -> None:
    me = world.people[who]
    assert me is not None
    client = as_(me)
    assert client.get("/settings/").status_code == 200
    User.objects.filter(pk=me.pk).update(is_active=False)
    assert client.get("/settings/").status_code == 302
    assert client.get("/settings/", headers={"X-Requested-With": "fetch"}).status_code == 401


def _take_back(world: World) -> None:
    world.home.cohort.invitations.update(revoked_at=timezone.now(), revoked_by=world.people["facilitator"])


def _run_out(world: World) -> None:
    world.home.cohort.invitations.update(expires_at=timezone.now())


@pytest.mark.parametrize("end", [_take_back, _run_out])
def test_an_ended_invitation_lets_nobody_in(world: World, as_: SignedIn, end: Callable[[World], Any]) -> None:
    people = User.objects.count()
    end(world)
    link = f"/invitations/{world.home.ids['secret']}/"
    assert as_(None).get(link).status_code == 410
    assert as_(None).post(link, {"password": "meadow lantern bicycle"}).status_code == 410
    assert User.objects.count() == people


def test_somebody_moved_to_another_cohort_sees_the_new_one_only(world: World, as_: SignedIn) -> None:
    me = world.people["classmate"]
    assert me is not None
    client = as_(me)
    other = factories.CohortFactory.create(slug="spring", edition=world.home.cohort.edition)
    assert client.get("/c/spring/").status_code == 404
    Enrolment.objects.filter(user=me).update(withdrawn_at=timezone.now(), withdrawn_by=world.people["facilitator"])
    factories.EnrolmentFactory.create(cohort=other, user=me)
    assert client.get("/c/spring/").status_code == 200
    assert client.get("/c/fall/").status_code == 404
