"""From a list to invitations: never half, never twice, and nobody is removed."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cohorts import actions
from cohorts.models import Enrolment, Invitation, RosterImport
from foundation.audit.models import Entry
from foundation.faultpoints import Fault
from foundation.notices.models import Mail
from tests import factories
from tests.cohorts.conftest import sheet_of

IMPORT = "/c/fall/roster/import/"


def test_pasted_rows_are_checked_before_anybody_is_invited(as_, facilitator, participant):
    client = as_(facilitator)
    answer = client.post(
        IMPORT, {"pasted": f"email\tfirst name\nnew@example.org\tNia\n{participant.email}\tPat\nnobody\t\n"}
    )
    page = client.get(answer.url).content.decode()
    assert "Will be invited" in page
    assert "Already takes the course" in page
    assert "Not a valid e-mail address" in page
    assert not Invitation.objects.exists()
    client.post(answer.url)
    assert [invitation.email for invitation in Invitation.objects.all()] == ["new@example.org"]
    assert Mail.objects.get().to == "new@example.org"
    assert Entry.objects.filter(action="roster.import", detail__invited=1).exists()


def test_the_mailed_link_opens_the_invitation(as_, client, facilitator, check, cohort):
    cohort.welcome = "<p>Bring a <strong>question</strong>.</p>"
    cohort.save()
    actions.apply_roster(roster_import=check(b"email\nnew@example.org"), by=facilitator, now=timezone.now())
    mail = Mail.objects.get()
    path = re.search(r"/invitations/[\w-]+/", mail.text)[0]
    assert path in mail.html
    assert "Bring a question." in mail.text
    assert "<strong>question</strong>" in mail.html
    assert client.get(path).status_code == 200


def test_the_invitation_greets_and_names_who_facilitates(facilitator, check, cohort):
    checked = check(b"email,first name\nana@example.org,<i>Ana</i>\nben@example.org,")
    actions.apply_roster(roster_import=checked, by=facilitator, now=timezone.now())
    ana, ben = Mail.objects.get(to="ana@example.org"), Mail.objects.get(to="ben@example.org")
    assert ana.text.startswith("Hello <i>Ana</i>,\n")
    assert "Hello &lt;i&gt;Ana&lt;/i&gt;," in ana.html
    assert ben.text.startswith("Hello,\n")
    assert f"invites you to take the {cohort.edition.title}." in ben.text
    assert f"{facilitator.name} will be with you." in ben.text
    assert ana.subject == f"Your invitation to the {cohort.edition.title}"


def test_an_uploaded_file_does_the_same(as_, facilitator, college):
    upload = SimpleUploadedFile("roster.csv", b"\xef\xbb\xbfemail;college\r\nnew@example.org;First College\r\n")
    as_(facilitator).post(as_(facilitator).post(IMPORT, {"file": upload}).url)
    assert Invitation.objects.get().college.name == "First College"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"pasted": " "}, "Paste rows or choose a file"),
        ({"pasted": "name\nAna"}, "no column called email"),
        ({"pasted": "a\x00b"}, "Null characters"),
    ],
)
def test_a_list_that_cannot_be_used_stays_on_the_page(as_, facilitator, data, words):
    answer = as_(facilitator).post(IMPORT, data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not RosterImport.objects.exists()


def test_an_empty_file_is_named_as_such(as_, facilitator):
    answer = as_(facilitator).post(IMPORT, {"file": SimpleUploadedFile("empty.csv", b"")})
    assert answer.status_code == 422
    assert "nothing in it" in answer.content.decode()


def test_inviting_twice_invites_once(as_, facilitator, check):
    checked = check(b"email\nnew@example.org")
    for _ in range(2):
        as_(facilitator).post(f"{IMPORT}{checked.pk}/")
    assert Invitation.objects.count() == Mail.objects.count() == 1


def test_nobody_is_removed_by_omission(facilitator, participant, check):
    actions.apply_roster(roster_import=check(b"email\nnew@example.org"), by=facilitator, now=timezone.now())
    actions.apply_roster(roster_import=check(b"email\nother@example.org"), by=facilitator, now=timezone.now())
    assert Enrolment.objects.active().filter(user=participant).exists()
    assert Invitation.objects.open().count() == 2


def test_who_joined_since_the_check_is_not_invited(facilitator, cohort, check):
    checked = check(b"email\nnew@example.org\nother@example.org")
    factories.EnrolmentFactory.create(cohort=cohort, user=factories.UserFactory.create(email="new@example.org"))
    actions.apply_roster(roster_import=checked, by=facilitator, now=timezone.now())
    assert [invitation.email for invitation in Invitation.objects.all()] == ["other@example.org"]


@pytest.mark.parametrize("point", ["roster.invited", "roster.applied"])
def test_a_list_is_never_half_applied(facilitator, check, monkeypatch, point):
    checked = check(sheet_of(30))
    monkeypatch.setenv("WBL_FAULTS", f"{point}=raise")
    with pytest.raises(Fault):
        actions.apply_roster(roster_import=checked, by=facilitator, now=timezone.now())
    assert not Invitation.objects.exists()
    assert not Mail.objects.exists()
    monkeypatch.delenv("WBL_FAULTS")
    actions.apply_roster(roster_import=checked, by=facilitator, now=timezone.now())
    assert Invitation.objects.count() == Mail.objects.count() == 30


def test_a_facilitator_is_not_invited_and_who_is_elsewhere_is_with_a_word(as_, facilitator, cohort, check):
    other = factories.CohortFactory.create(consortium=cohort.consortium, edition=cohort.edition, title="Winter course")
    there = factories.EnrolmentFactory.create(
        cohort=other, user=factories.UserFactory.create(email="there@example.org")
    )
    over = factories.EnrolmentFactory.create(cohort=other, user=factories.UserFactory.create(email="left@example.org"))
    Enrolment.objects.filter(pk=over.pk).update(withdrawn_at=timezone.now(), withdrawn_by=facilitator)
    checked = check(f"email\n{facilitator.email}\n{there.user.email}\n{over.user.email}".encode())
    page = as_(facilitator).get(f"{IMPORT}{checked.pk}/").content.decode()
    assert "Not invited: facilitates this cohort" in page
    assert page.count("takes part in Winter course already") == 1
    as_(facilitator).post(f"{IMPORT}{checked.pk}/")
    assert set(Invitation.objects.values_list("email", flat=True)) == {"there@example.org", "left@example.org"}


def test_checking_many_who_are_elsewhere_takes_no_more_queries(facilitator, cohort, check):
    other = factories.CohortFactory.create(consortium=cohort.consortium, edition=cohort.edition)
    counts = []
    for size in (2, 20):
        people = [factories.EnrolmentFactory.create(cohort=other).user.email for _ in range(size)]
        with CaptureQueriesContext(connection) as queries:
            checked = check("\n".join(["email", facilitator.email, *people]).encode())
        assert [cells[5] for cells in checked.rows] == ["facilitates", *["elsewhere"] * size]
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_ended_invitation_is_renewed_under_a_new_link(facilitator, invitation, check):
    actions.revoke(invitation=invitation, by=facilitator, now=timezone.now())
    old = invitation.token_hash
    actions.apply_roster(roster_import=check(b"email\nnew@example.org"), by=facilitator, now=timezone.now())
    invitation.refresh_from_db()
    assert invitation.token_hash != old
    assert (invitation.revoked_at, invitation.sent_count) == (None, 2)


def test_five_thousand_people_are_invited_in_a_few_queries(facilitator, check):
    checked = check(sheet_of(5_000))
    with CaptureQueriesContext(connection) as queries:
        actions.apply_roster(roster_import=checked, by=facilitator, now=timezone.now())
    assert Invitation.objects.count() == Mail.objects.count() == 5_000
    assert len(queries) < 200


def test_the_page_of_five_thousand_rows_costs_what_a_small_one_does(as_, facilitator, check):
    client = as_(facilitator)
    counts = []
    for size in (5, 5_000):
        page = f"{IMPORT}{check(sheet_of(size)).pk}/"
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15
    assert "Invite 5,000 people" in answer.content.decode()


def test_formulas_in_a_roster_stay_text(facilitator, check):
    actions.apply_roster(
        roster_import=check(b"email,first name\nnew@example.org,=cmd()"), by=facilitator, now=timezone.now()
    )
    assert Invitation.objects.get().first_name == "=cmd()"
