"""What becomes of an e-mail when workers die, servers are away and addresses are wrong."""

import smtplib
from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.utils import timezone

from foundation.faultpoints import Fault
from foundation.notices import actions, emails, invariants
from foundation.notices.models import Mail
from tests.notices.conftest import REFUSED

NOW = timezone.now()


@pytest.fixture
def mail() -> Mail:
    letter = emails.letter(subject="Hello", paragraphs=["A line."], path="/", button="Open")
    actions.mail(to="pat@example.org", letter=letter, now=NOW)
    return Mail.objects.get()


@pytest.fixture(autouse=True)
def _faults_counted_anew(monkeypatch):
    monkeypatch.setattr("foundation.faultpoints._passed", Counter())


@pytest.fixture(autouse=True)
def _invariants_hold(db):
    yield
    assert list(invariants.problems()) == []


def after(**time):
    return NOW + timedelta(**time)


def test_a_mail_is_sent_once_however_often_the_sweeper_comes(mail, sink):
    assert actions.sweep(now=NOW) == 1
    assert actions.sweep(now=after(hours=1)) == 0
    assert len(outbox.outbox) == 1
    mail.refresh_from_db()
    assert mail.state == Mail.State.SENT
    assert mail.sent_at == NOW
    assert mail.text == mail.html == "", "a sent e-mail keeps no links that sign somebody in"
    message = outbox.outbox[0]
    assert message.alternatives
    assert message.extra_headers["Message-ID"].startswith(f"<mail-{mail.pk}-")


def test_a_worker_that_dies_after_claiming_costs_one_attempt(mail, sink, monkeypatch):
    monkeypatch.setenv("WBL_FAULTS", "mail.claimed=raise:1")
    with pytest.raises(Fault):
        actions.sweep(now=NOW)
    assert actions.sweep(now=after(minutes=1)) == 0, "the lease still holds"
    assert actions.sweep(now=after(minutes=4)) == 1
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, len(outbox.outbox)) == (Mail.State.SENT, 2, 1)


def test_a_worker_that_dies_after_sending_sends_under_the_same_message_id(mail, sink, monkeypatch):
    monkeypatch.setenv("WBL_FAULTS", "mail.sent=raise:1")
    with pytest.raises(Fault):
        actions.sweep(now=NOW)
    actions.sweep(now=after(minutes=4))
    assert len({message.extra_headers["Message-ID"] for message in outbox.outbox}) == 1
    assert len(outbox.outbox) == 2


def test_three_deaths_end_it_with_a_reason(mail, sink, monkeypatch):
    monkeypatch.setenv("WBL_FAULTS", "mail.claimed=raise")
    for hour in range(3):
        with pytest.raises(Fault):
            actions.sweep(now=after(hours=hour))
    assert actions.sweep(now=after(hours=4)) == 0
    mail.refresh_from_db()
    assert mail.state == Mail.State.DEAD
    assert "ended three times" in mail.error
    assert outbox.outbox == []


def test_a_server_that_says_no_is_asked_three_times_with_pauses(mail, sink):
    sink.trouble = smtplib.SMTPDataError(451, b"try later")
    assert actions.sweep(now=NOW) == 0
    assert actions.sweep(now=after(minutes=1)) == 0
    mail.refresh_from_db()
    assert (mail.attempts, mail.state) == (1, Mail.State.QUEUED)
    actions.sweep(now=after(minutes=3))
    actions.sweep(now=after(hours=2))
    mail.refresh_from_db()
    assert (mail.attempts, mail.state) == (3, Mail.State.DEAD)
    assert "try later" in mail.error


def test_an_address_that_does_not_exist_is_not_tried_again(mail, sink):
    sink.trouble = REFUSED
    actions.sweep(now=NOW)
    mail.refresh_from_db()
    assert mail.state == Mail.State.DEAD
    assert "no such person" in mail.error


def test_a_server_that_is_away_costs_no_attempt(mail, sink):
    sink.away = True
    for hour in range(10):
        assert actions.sweep(now=after(hours=hour)) == 0
    sink.away = False
    assert actions.sweep(now=after(hours=11)) == 1
    mail.refresh_from_db()
    assert (mail.attempts, mail.state) == (1, Mail.State.SENT)


def test_after_a_day_without_a_server_the_reason_is_said(mail, sink):
    sink.away = True
    actions.sweep(now=after(hours=25))
    mail.refresh_from_db()
    assert mail.state == Mail.State.DEAD
    assert "could not be reached for a day" in mail.error
    assert actions.retry(mail=mail, now=after(hours=26))
    actions.sweep(now=after(hours=26))
    mail.refresh_from_db()
    assert mail.state == Mail.State.QUEUED, "tried again, it has a day anew"
    sink.away = False
    assert actions.sweep(now=after(hours=27)) == 1


def test_a_late_worker_cannot_speak_for_another(mail, sink):
    late = actions._claim(mail.pk, NOW)
    assert actions._claim(mail.pk, NOW) is None
    assert actions.sweep(now=after(minutes=4)) == 1
    actions._failed(late, "too late", after(minutes=5))
    mail.refresh_from_db()
    assert mail.state == Mail.State.SENT


def test_the_same_key_is_one_mail(sink):
    letter = emails.letter(subject="Once", paragraphs=[], path="/", button="Open")
    for _ in range(2):
        actions.mail(to="pat@example.org", letter=letter, key="invitation:1:1", now=NOW)
    assert Mail.objects.count() == 1


def test_one_broken_mail_does_not_hold_up_the_others(mail, sink, monkeypatch):
    letter = emails.letter(subject="Second", paragraphs=[], path="/", button="Open")
    actions.mail(to="casey@example.org", letter=letter, now=NOW)
    real = sink.send_messages
    monkeypatch.setattr(sink, "send_messages", lambda self, ms: real(self, ms) if ms[0].subject == "Second" else 1 / 0)
    assert actions.sweep(now=NOW) == 1
    assert [message.subject for message in outbox.outbox] == ["Second"]
    monkeypatch.setattr(sink, "send_messages", real)
    assert actions.sweep(now=after(minutes=5)) == 1
