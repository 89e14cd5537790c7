import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cohorts import actions
from cohorts.actions.invitations import mail_key
from cohorts.models import Enrolment, Invitation
from foundation.audit.models import Entry
from foundation.notices.models import Mail
from tests import factories
from tests.cohorts.conftest import LINK, sheet_of

ROSTER = "/c/fall/roster/"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"state": "queued"}, "Being sent"),
        ({"state": "queued", "error": "away"}, "Waiting for the mail server"),
        ({"state": "sent", "sent_at": timezone.now()}, "Sent, not accepted yet"),
        ({"state": "dead", "error": "no such person"}, "Could not be sent: no such person"),
    ],
)
def test_the_roster_says_what_became_of_the_mail(as_, facilitator, invitation, change, words):
    Mail.objects.create(to=invitation.email, subject="x", key=mail_key(invitation), send_after=timezone.now(), **change)
    assert words in as_(facilitator).get(ROSTER, {"show": "invited"}).content.decode()


def test_a_new_link_replaces_the_old_one(as_, client, facilitator, invitation):
    Invitation.objects.update(invited_at=timezone.now() - timezone.timedelta(hours=1))
    as_(facilitator).post(f"{ROSTER}invitations/{invitation.pk}/resend/")
    assert client.get(LINK).status_code == 404
    assert Mail.objects.get().to == invitation.email


def test_pressing_resend_twice_sends_once(as_, facilitator, invitation):
    Invitation.objects.update(invited_at=timezone.now() - timezone.timedelta(hours=1))
    for _ in range(2):
        as_(facilitator).post(f"{ROSTER}invitations/{invitation.pk}/resend/")
    assert Mail.objects.count() == 1


def test_an_invitation_taken_back_opens_nothing(as_, client, facilitator, invitation):
    as_(facilitator).post(f"{ROSTER}invitations/{invitation.pk}/revoke/")
    assert client.get(LINK).status_code == 410
    assert Entry.objects.filter(action="invitation.revoke").exists()


def test_withdrawing_asks_first_and_can_be_undone(as_, facilitator, participant, enrolment):
    client = as_(facilitator)
    page = client.get(f"{ROSTER}{enrolment.pk}/withdraw/").content.decode()
    assert "Withdraw this participant?" in page
    client.post(f"{ROSTER}{enrolment.pk}/withdraw/")
    assert as_(participant).get("/c/fall/announcements/").status_code == 404
    client.post(f"{ROSTER}{enrolment.pk}/readmit/")
    assert as_(participant).get("/c/fall/announcements/").status_code == 200
    assert Enrolment.objects.get().withdrawn_by is None
    assert set(Entry.objects.values_list("action", flat=True)) == {"enrolment.withdraw", "enrolment.readmit"}


def test_other_cohorts_people_cannot_be_touched(as_, facilitator, other_cohort):
    theirs = factories.EnrolmentFactory.create(cohort=other_cohort)
    for what in ("withdraw", "readmit"):
        assert as_(facilitator).post(f"{ROSTER}{theirs.pk}/{what}/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.withdrawn_at is None


@pytest.mark.parametrize(
    "who", ["participant", "classmate", "other_facilitator", "staff", "college_liaison", "outsider"]
)
@pytest.mark.parametrize("page", ["", "import/"])
def test_the_roster_is_the_facilitators(request, as_, cohort, college, who, page):
    answer = as_(request.getfixturevalue(who)).get(ROSTER + page)
    assert answer.status_code == {"other_facilitator": 404, "outsider": 404}.get(who, 403)


def test_the_roster_costs_the_same_however_many_there_are(as_, facilitator, cohort, check):
    client = as_(facilitator)
    counts = {"": [], "invited": []}
    for size in (3, 60):
        for enrolment in factories.EnrolmentFactory.create_batch(size, cohort=cohort):
            assert enrolment.pk
        actions.apply_roster(roster_import=check(sheet_of(size)), by=facilitator, now=timezone.now())
        for show in counts:
            client.get(ROSTER, {"show": show})
            with CaptureQueriesContext(connection) as queries:
                client.get(ROSTER, {"show": show})
            counts[show].append(len(queries))
    for few, many in counts.values():
        assert few == many <= 15
