"""Accepting an invitation, and everything that is not accepting it."""

import hashlib
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import User
from cohorts import actions
from cohorts.models import Enrolment, Invitation
from tests import factories
from tests.cohorts.conftest import LINK, SECRET


def test_the_link_tells_what_one_is_invited_to(client, invitation):
    page = client.get(LINK).content.decode()
    for words in ("Work-Based Learning", "Fall 2026", "Consortium of home-region", "new@example.org", 'value="Nia"'):
        assert words in page, words


def test_the_database_keeps_only_a_hash_of_the_link(invitation):
    assert invitation.token_hash == hashlib.sha256(SECRET.encode()).hexdigest()
    assert SECRET not in str(Invitation.objects.values().get())


def test_somebody_new_gets_an_account_a_place_and_a_session(client, invitation, profile, college):
    answer = client.post(LINK, profile)
    assert (answer.status_code, answer.url) == (302, "/c/fall/")
    user = User.objects.get(email="new@example.org")
    assert (user.name, user.college, user.discipline, user.time_zone) == (
        "Nia Newcomer",
        college,
        "geography",
        "America/Denver",
    )
    assert user.check_password("meadow lantern bicycle")
    assert EmailAddress.objects.get(user=user).verified
    enrolment = Enrolment.objects.get(user=user)
    assert (enrolment.compensation, enrolment.college) == ("flex", college)
    assert client.session["_auth_user_id"] == str(user.pk)
    assert Invitation.objects.get().accepted_by == user


def test_a_discipline_in_ones_own_words(client, invitation, profile):
    client.post(
        LINK, {**profile, "discipline": "other", "other_discipline": "Viticulture", "is_career_education": "on"}
    )
    user = User.objects.get(email="new@example.org")
    assert (user.discipline, user.is_career_education) == ("Viticulture", True)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("password", "short", "at least 10 characters"),
        ("password", "password123", "too common"),
        ("first_name", "", "required"),
        ("college", "", "required"),
        ("discipline", "other", "Write what you teach"),
        ("discipline", "alchemy", "valid choice"),
        ("compensation", "gold", "valid choice"),
        ("time_zone", "Mars/Olympus", "valid choice"),
        ("first_name", "a\x00b", "Null characters"),
    ],
)
def test_a_mistake_is_named_and_nothing_else_is_lost(client, invitation, profile, field, value, message):
    answer = client.post(LINK, {**profile, field: value})
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert 'value="Newcomer"' in answer.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()
    assert Invitation.objects.get().accepted_at is None


def test_a_college_of_another_region_is_not_accepted(client, invitation, profile):
    stranger = factories.CollegeFactory.create()
    assert client.post(LINK, {**profile, "college": stranger.pk}).status_code == 422


def test_a_region_may_leave_out_an_answer(client, invitation, profile, consortium):
    consortium.overrides = {"compensation": ["none", "undecided"]}
    consortium.save()
    assert "Stipend" not in client.get(LINK).content.decode()
    assert client.post(LINK, profile).status_code == 422


def test_extra_fields_give_no_rights(client, invitation, profile):
    client.post(LINK, {**profile, "is_superuser": "on", "is_staff": "on", "email": "other@example.org"})
    user = User.objects.get(email="new@example.org")
    assert (user.is_superuser, user.is_staff) == (False, False)


def test_pressing_twice_leads_to_the_same_place(client, invitation, profile):
    client.post(LINK, profile)
    client.logout()
    answer = client.post(LINK, profile)
    assert (answer.status_code, answer.url) == (302, "/c/fall/")
    assert Enrolment.objects.filter(user__email="new@example.org").count() == 1
    assert client.get(LINK).url == "/c/fall/"


def test_a_used_link_is_no_second_way_to_sign_in(client, invitation, profile, time_machine):
    client.post(LINK, profile)
    client.logout()
    time_machine.move_to(timezone.now() + timedelta(minutes=5))
    answer = client.post(LINK, profile)
    assert answer.status_code == 410
    assert "_auth_user_id" not in client.session


def test_of_two_who_accept_at_once_one_gets_through(invitation, college):
    person = {"first_name": "A", "last_name": "B", "college": college, "position": "full-time", "discipline": "x"}
    common = {"invitation": invitation, "profile": person, "compensation": "none", "now": timezone.now()}
    actions.join(password="meadow lantern", **common)
    with pytest.raises(actions.AlreadyTaken):
        actions.join(password="meadow lantern", **common)
    assert Enrolment.objects.filter(cohort=invitation.cohort).count() == 1


def test_an_account_of_this_address_signs_in_first(client, as_, invitation, profile, college):
    user = factories.UserFactory.create(email="new@example.org", first_name="Nia", college=college)
    page = client.get(LINK).content.decode()
    assert f"/accounts/login/?next={LINK}" in page
    assert client.post(LINK, profile).status_code == 200
    assert not Enrolment.objects.exists()
    signed_in = as_(user)
    assert 'name="password"' not in signed_in.get(LINK).content.decode()
    del profile["password"]
    assert signed_in.post(LINK, profile).url == "/c/fall/"
    assert Enrolment.objects.get().user == user


def test_someone_else_is_told_so_and_gets_nothing(as_, invitation, classmate, profile):
    client = as_(classmate)
    page = client.get(LINK).content.decode()
    assert "new@example.org" in page
    assert classmate.email in page
    client.post(LINK, profile)
    assert Invitation.objects.get().accepted_at is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"expires_at": timezone.now() - timedelta(seconds=1), "invited_at": timezone.now() - timedelta(days=60)},
            "has run out",
        ),
        ({"revoked_at": timezone.now()}, "was taken back"),
    ],
)
def test_a_link_that_ended_says_what_to_do(client, invitation, profile, change, words):
    Invitation.objects.update(**change)
    for answer in (client.get(LINK), client.post(LINK, profile)):
        assert answer.status_code == 410
        assert words in answer.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()


def test_a_wrong_link_tells_nothing(client, invitation):
    answer = client.get("/invitations/wrong/")
    assert answer.status_code == 404
    assert "new@example.org" not in answer.content.decode()
    assert "Fall 2026" not in answer.content.decode()


def test_guessing_is_slowed_down(client, invitation):
    answers = {client.post(f"/invitations/guess{n}/").status_code for n in range(125)}
    assert answers == {404, 429}


def test_somebody_withdrawn_comes_back_by_a_new_invitation(as_, invitation, cohort, facilitator, profile, college):
    user = factories.UserFactory.create(email="new@example.org", college=college)
    enrolment = factories.EnrolmentFactory.create(
        cohort=cohort, user=user, withdrawn_at=timezone.now(), withdrawn_by=facilitator
    )
    as_(user).post(LINK, {key: value for key, value in profile.items() if key != "password"})
    enrolment.refresh_from_db()
    assert enrolment.withdrawn_at is None
