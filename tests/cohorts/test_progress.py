"""Facts, and what follows from them once: completion, the certificate, the audit entry."""

import datetime
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import User
from cohorts import actions, activities
from cohorts.actions import progress
from cohorts.actions.progress import issue_certificate
from cohorts.models import Certificate, Cohort, Enrolment, Override, ProgressEvent
from foundation.audit import actions as audit
from foundation.audit.models import Entry
from tests import factories
from tests.drafts.test_drafts import in_threads


def everything_but(enrolment: Enrolment, *left: tuple[str, str]) -> list[tuple[str, str, str]]:
    """The facts of a whole course: item, name and subject, without those that are left out."""
    outline = enrolment.cohort.edition.outline
    return [
        (key, need.fact, f"to:{n}" if need.count > 1 else "")
        for key, needs in activities.needs(outline).items()
        for need in needs
        for n in range(need.count)
        if (key, need.fact) not in left
    ]


def finish(enrolment: Enrolment, *left: tuple[str, str]) -> None:
    now = timezone.now()
    for key, name, subject in everything_but(enrolment, *left):
        progress.record(enrolment=enrolment, item=key, name=name, subject=subject, now=now)


LAST = ("second/read-me", "read")


def test_the_last_fact_completes_and_certifies(enrolment: Enrolment) -> None:
    finish(enrolment, LAST)
    enrolment.refresh_from_db()
    assert enrolment.completed_at is None
    assert not Certificate.objects.exists()
    now = timezone.now()
    assert actions.record(enrolment=enrolment, item=LAST[0], name=LAST[1], now=now)
    enrolment.refresh_from_db()
    assert enrolment.completed_at == now
    assert Certificate.objects.get().completed_on == now.astimezone(enrolment.cohort.zone).date()


def test_a_fact_counts_once_and_the_first_time_stays(enrolment: Enrolment) -> None:
    now = timezone.now()
    assert actions.record(enrolment=enrolment, item="first/read-me", name="read", now=now)
    later = now + datetime.timedelta(hours=1)
    assert not actions.record(enrolment=enrolment, item="first/read-me", name="read", now=later, value=5)
    event = ProgressEvent.objects.get()
    assert (event.at, event.value) == (now, None)


def test_completed_at_is_written_once(enrolment: Enrolment, facilitator: User) -> None:
    finish(enrolment)
    enrolment.refresh_from_db()
    first = enrolment.completed_at
    later = timezone.now() + datetime.timedelta(days=30)
    for stale in (enrolment, Enrolment.objects.get(pk=enrolment.pk)):
        stale.completed_at = None  # as a page that was opened before has it
        actions.record(enrolment=stale, item="first/talk", name="replied", subject="to:99", now=later)
        progress.complete_if_due(enrolment=stale, now=later)
    actions.override(enrolment=enrolment, item="first/talk", by=facilitator, reason="again", now=later)
    assert Enrolment.objects.get(pk=enrolment.pk).completed_at == first
    assert Certificate.objects.count() == 1


def test_an_override_can_be_the_last_step(enrolment: Enrolment, facilitator: User) -> None:
    finish(enrolment, LAST)
    actions.override(enrolment=enrolment, item=LAST[0], by=facilitator, reason="was ill", now=timezone.now())
    assert Certificate.objects.filter(enrolment=enrolment).exists()
    entry = Entry.objects.get(action="progress.override")
    assert (entry.actor, entry.detail["reason"]) == (facilitator, "was ill")


def test_an_override_keeps_the_first_reason_and_is_audited_once(enrolment: Enrolment, facilitator: User) -> None:
    for reason in ("was ill", "another"):
        actions.override(enrolment=enrolment, item=LAST[0], by=facilitator, reason=reason, now=timezone.now())
    assert Override.objects.get().reason == "was ill"
    assert Entry.objects.filter(action="progress.override").count() == 1


def test_the_certificate_is_a_snapshot(enrolment: Enrolment) -> None:
    finish(enrolment)
    before = Certificate.objects.values().get()
    user, cohort = enrolment.user, enrolment.cohort
    user.first_name, cohort.title = "Another", "Another"
    user.save()
    cohort.save()
    issue_certificate(enrolment=Enrolment.objects.get(pk=enrolment.pk), now=timezone.now())
    assert Certificate.objects.values().get() == before


def test_the_certificate_bears_the_latest_title(enrolment: Enrolment) -> None:
    finish(enrolment, LAST, ("first/plan", "drafted"))
    now = timezone.now()
    actions.record(enrolment=enrolment, item="first/plan", name="drafted", title="The plan’s name", now=now)
    actions.record(enrolment=enrolment, item=LAST[0], name=LAST[1], now=now)
    assert Certificate.objects.get().work_title == "The plan’s name"


def test_being_seen_is_written_at_most_once_in_ten_minutes(enrolment: Enrolment) -> None:
    now = timezone.now()
    for minutes in (0, 5, 9, 11):
        fresh = Enrolment.objects.get(pk=enrolment.pk)
        actions.touch(enrolment=fresh, now=now + datetime.timedelta(minutes=minutes))
    assert Enrolment.objects.get(pk=enrolment.pk).last_active_at == now + datetime.timedelta(minutes=11)


def _update() -> None:
    Entry.objects.update(actor_name="nobody")


def _delete() -> None:
    Entry.objects.all().delete()


def _save() -> None:
    entry = Entry.objects.get()
    entry.action = "nothing"
    entry.save()


def _by_hand() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry")


@pytest.mark.parametrize("change", [_update, _delete, _save, _by_hand])
def test_the_database_itself_keeps_the_audit_log(administrator: User, change: Callable[[], None]) -> None:
    audit.record(actor=administrator, action="role.grant", subject=administrator)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change()
    assert Entry.objects.get().action == "role.grant"


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Many requests at the same moment, each on a connection of its own."""

    @pytest.fixture
    def almost(self, cohort: Cohort) -> Enrolment:
        enrolment = factories.EnrolmentFactory.create(cohort=cohort)
        finish(enrolment, LAST)
        return enrolment

    def test_sixty_last_steps_are_one_completion_and_one_certificate(self, almost: Enrolment) -> None:
        def work(n: int) -> bool:
            mine = Enrolment.objects.select_related("cohort__edition", "cohort__consortium", "user", "college").get(
                pk=almost.pk
            )
            return actions.record(enrolment=mine, item=LAST[0], name=LAST[1], now=timezone.now())

        results = in_threads(60, work)
        assert sorted(map(str, results)) == ["False"] * 59 + ["True"]
        assert Certificate.objects.count() == 1
        assert ProgressEvent.objects.filter(item=LAST[0]).count() == 1

    def test_two_different_last_steps_at_once_still_complete(self, cohort: Cohort) -> None:
        """Each transaction sees the other's fact or not; at the end somebody must have seen both."""
        other = ("first/read-me", "read")
        enrolment = factories.EnrolmentFactory.create(cohort=cohort)
        finish(enrolment, LAST, other)
        steps = [LAST, other]

        def work(n: int) -> bool:
            mine = Enrolment.objects.select_related("cohort__edition", "cohort__consortium", "user", "college").get(
                pk=enrolment.pk
            )
            return actions.record(enrolment=mine, item=steps[n][0], name=steps[n][1], now=timezone.now())

        assert in_threads(2, work) == [True, True]
        assert Enrolment.objects.get(pk=enrolment.pk).completed_at is not None
        assert Certificate.objects.count() == 1

    @pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
    def test_two_last_steps_of_which_neither_saw_the_other_complete(
        self, cohort: Cohort, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without the lock both would stand at the barrier, their facts unseen; with it the first one waits in vain."""
        steps = [LAST, ("first/read-me", "read")]
        enrolment = factories.EnrolmentFactory.create(cohort=cohort)
        finish(enrolment, *steps)
        both_wrote = threading.Barrier(2)

        def wait(**_: Any) -> None:
            with suppress(threading.BrokenBarrierError):
                both_wrote.wait(2)

        monkeypatch.setattr(progress, "touch", wait)

        def work(n: int) -> bool:
            mine = Enrolment.objects.select_related("cohort__edition", "cohort__consortium", "user", "college").get(
                pk=enrolment.pk
            )
            return actions.record(enrolment=mine, item=steps[n][0], name=steps[n][1], now=timezone.now())

        assert in_threads(2, work) == [True, True]
        assert Enrolment.objects.get(pk=enrolment.pk).completed_at is not None
        assert Certificate.objects.count() == 1

    def test_canary_without_the_constraint_there_would_be_many(
        self, almost: Enrolment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The proof above would be red: writing a fact blindly, without the unique constraint's get_or_create, breaks."""
        gate = threading.Barrier(10)

        def blind(n: int) -> Any:
            gate.wait()
            return ProgressEvent.objects.create(enrolment=almost, item=LAST[0], name=LAST[1], at=timezone.now()).pk

        results = in_threads(10, blind)
        assert sum(isinstance(each, Exception) for each in results) == 9
