"""The facilitator's board: its orders, today's list, and an override with its entry in the audit log."""

import datetime

import pytest
from django.utils import timezone

from cohorts import schedule
from cohorts.models import Enrolment, Invitation, Override, ProgressEvent
from discussions.models import Post
from foundation.audit.models import Entry
from lessonplans.models import LessonPlan
from tests import factories

BOARD = "/c/fall/board/"


@pytest.fixture
def three(cohort):
    """Amy is ahead and was here just now, Ben is behind and silent, Cleo has begun."""
    now = timezone.now()
    days = datetime.timedelta(days=1)
    people = {}
    for name, done, seen in (("Amy", 3, now), ("Ben", 0, now - 9 * days), ("Cleo", 1, now - 2 * days)):
        user = factories.UserFactory.create(first_name=name, last_name=f"{name}son")
        people[name] = factories.EnrolmentFactory.create(
            cohort=cohort, user=user, last_active_at=seen, enrolled_at=now - 10 * days
        )
        for item, fact in (("first/read-me", "read"), ("first/talk", "posted"), ("first/check", "passed"))[:done]:
            ProgressEvent.objects.create(enrolment=people[name], item=item, name=fact)
    return people


def order(page):
    body = page.content.decode()
    table = body[body.index("<tbody") : body.index("</tbody>")]
    return sorted(("Amyson", "Benson", "Cleoson"), key=table.index)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["Amyson", "Benson", "Cleoson"]),
        ("seen", ["Benson", "Cleoson", "Amyson"]),
        ("done", ["Amyson", "Cleoson", "Benson"]),
        ("nonsense", ["Amyson", "Benson", "Cleoson"]),
    ],
)
def test_the_board_is_put_in_order(as_, facilitator, three, sort, expected):
    assert order(as_(facilitator).get(BOARD, {"sort": sort})) == expected


def test_todays_list_names_who_is_silent_and_which_post_waits(as_, facilitator, cohort, three):
    Post.objects.create(
        cohort=cohort,
        item="first/talk",
        author=three["Cleo"].user,
        enrolment=three["Cleo"],
        body="<p>x</p>",
        text="x",
        words=1,
        token="t",
        created_at=timezone.now() - datetime.timedelta(hours=50),
    )
    today = as_(facilitator).get(BOARD).context["today"]
    assert [row.enrolment for row in today.silent] == [three["Ben"]]
    assert [post.author for post in today.unanswered] == [three["Cleo"].user]


def end(cohort, *, ended, closed):
    """Days since."""
    today, days = timezone.now().date(), datetime.timedelta(days=1)
    cohort.starts_on, cohort.ends_on, cohort.closes_on = (today - days * ago for ago in (ended + 14, ended, closed))
    cohort.save()


def test_a_cohort_that_has_closed_nags_nobody(as_, facilitator, cohort, three):
    invited = {"expires_at": timezone.now() + datetime.timedelta(days=9), "invited_by": facilitator}
    Invitation.objects.create(cohort=cohort, email="late@example.org", token_hash="x", **invited)
    end(cohort, ended=40, closed=5)
    page = as_(facilitator).get(BOARD).content.decode()
    assert "This cohort is over." in page
    for nag in ("hasn’t been here", "behind</li>", "not accepted yet"):
        assert nag not in page
    now = timezone.now()
    LessonPlan.objects.create(enrolment=three["Amy"], status="submitted", submitted_at=now, updated_at=now)
    page = as_(facilitator).get(BOARD).content.decode()
    assert "1 plan waits for review" in page
    assert "This cohort is over." not in page


def test_a_cohort_that_has_ended_goes_on_as_long_as_somebody_may_finish(as_, facilitator, cohort, three):
    end(cohort, ended=2, closed=-12)
    assert not as_(facilitator).get(BOARD).context["today"].over
    Enrolment.objects.filter(cohort=cohort).update(withdrawn_at=timezone.now(), withdrawn_by=facilitator)
    assert as_(facilitator).get(BOARD).context["today"].over


def test_whoever_was_never_here_is_said_to_be_so(as_, facilitator, three):
    Enrolment.objects.filter(pk=three["Ben"].pk).update(last_active_at=None)
    page = as_(facilitator).get(BOARD).content.decode()
    assert "Benson</a> hasn’t been here yet" in page


def test_an_answered_or_young_post_does_not_wait(as_, facilitator, cohort, three):
    old = timezone.now() - datetime.timedelta(hours=50)
    common = {"cohort": cohort, "item": "first/talk", "body": "<p>x</p>", "text": "x", "words": 1}
    amy, ben = three["Amy"], three["Ben"]
    thread = Post.objects.create(author=amy.user, enrolment=amy, token="a", created_at=old, **common)
    Post.objects.create(author=ben.user, enrolment=ben, token="b", parent=thread, **common)
    Post.objects.create(author=three["Cleo"].user, enrolment=three["Cleo"], token="c", **common)
    assert as_(facilitator).get(BOARD).context["today"].unanswered == []


def test_an_own_reply_is_no_answer_and_a_post_of_one_who_left_waits_for_none(as_, facilitator, cohort, three):
    old = timezone.now() - datetime.timedelta(hours=50)
    common = {"cohort": cohort, "item": "first/talk", "body": "<p>x</p>", "text": "x", "words": 1, "created_at": old}
    amy, ben = three["Amy"], three["Ben"]
    thread = Post.objects.create(author=amy.user, enrolment=amy, token="a", **common)
    Post.objects.create(author=amy.user, enrolment=amy, token="b", parent=thread, **common)
    Post.objects.create(author=ben.user, enrolment=ben, token="c", **common)
    Enrolment.objects.filter(pk=ben.pk).update(withdrawn_at=timezone.now(), withdrawn_by=facilitator)
    assert as_(facilitator).get(BOARD).context["today"].unanswered == [thread]


def test_whoever_withdrew_is_not_on_the_board(as_, facilitator, three):
    Enrolment.objects.filter(pk=three["Ben"].pk).update(withdrawn_at=timezone.now(), withdrawn_by=facilitator)
    assert "Benson" not in as_(facilitator).get(BOARD).content.decode()


def test_an_override_is_kept_with_name_and_reason_and_in_the_audit_log(as_, facilitator, three):
    ben = three["Ben"]
    url = f"{BOARD}{ben.pk}/"
    answer = as_(facilitator).post(f"{url}overrides/", {"item": "first/talk", "reason": "Met in person."})
    assert answer["Location"] == url
    made = Override.objects.get()
    assert (made.enrolment, made.by, made.reason) == (ben, facilitator, "Met in person.")
    entry = Entry.objects.get()
    assert (entry.action, entry.actor, entry.detail) == (
        "progress.override",
        facilitator,
        {"item": "first/talk", "reason": "Met in person."},
    )
    page = as_(facilitator).get(url).content.decode()
    assert "Met in person." in page
    assert facilitator.name in page


def test_an_override_without_a_reason_is_refused_beside_the_field(as_, facilitator, three):
    answer = as_(facilitator).post(f"{BOARD}{three['Ben'].pk}/overrides/", {"item": "first/talk", "reason": " "})
    assert answer.status_code == 422
    assert answer.context["form"].errors["reason"]
    assert not Override.objects.exists()
    assert not Entry.objects.exists()


def test_who_posted_in_time_is_not_late_while_replies_have_time(as_, facilitator, cohort, three):
    """One date has passed, the one to post by; the one to reply by has not."""
    now = timezone.now()
    past, coming = ((now + datetime.timedelta(days=days)).date().isoformat() for days in (-2, 2))
    dates = schedule.of(cohort, cohort.edition.outline)
    cohort.date_changes = dict.fromkeys((due.key for due in dates), coming) | {"first/talk:post_by": past}
    cohort.save()
    rows = {row.enrolment: row for row in as_(facilitator).get(BOARD).context["rows"]}
    assert [rows[three[name]].late for name in ("Amy", "Ben", "Cleo")] == [0, 1, 1]
    assert [rows[three[name]].cells[0].letter for name in ("Amy", "Ben", "Cleo")] == ["P", "L", "L"]
