from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from foundation.notices import actions, emails
from foundation.notices.models import Mail, Notice, Preference
from foundation.notices.registry import Delivery
from tests import factories

NOW = timezone.now()


def tell(user, key="reply:1", kind="spoken", now=NOW, url="/c/fall/"):
    """Tell, and let the worker write the letter."""
    told = actions.notify(user=user, kind=kind, key=key, data={"who": "Casey"}, url=url, now=now)
    actions.write_letters(now=now)
    return told


def test_a_person_is_told_once_and_gets_one_mail(participant):
    assert tell(participant) is not None
    assert tell(participant) is None
    mail = Mail.objects.get()
    assert mail.to == participant.email
    assert mail.subject == "Casey said something"
    assert "It was <this>." in mail.text
    assert "It was &lt;this&gt;." in mail.html


def test_links_start_with_the_configured_address(participant, settings):
    settings.SITE_URL = "https://course.example"
    tell(participant, url="/c/fall/first/talk/#post-3")
    mail = Mail.objects.get()
    assert "https://course.example/c/fall/first/talk/#post-3" in mail.text
    assert 'href="https://course.example/c/fall/first/talk/#post-3"' in mail.html


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/", "//elsewhere.example/", "relative/", "javascript:alert(1)"]
)
def test_a_notice_never_leads_elsewhere(participant, url):
    with pytest.raises(ValueError, match="path of this site"):
        tell(participant, url=url)


def test_a_choice_stands_before_what_the_kind_says(participant, classmate):
    Preference.objects.create(user=participant, topic="whispers", delivery=Delivery.PAGE)
    tell(participant)
    tell(classmate)
    assert [mail.to for mail in Mail.objects.all()] == [classmate.email]
    assert Notice.objects.count() == 2


def test_the_twenty_first_mail_of_a_day_waits_for_the_digest(participant):
    for number in range(21):
        tell(participant, key=f"reply:{number}")
    assert Mail.objects.count() == 20
    assert Notice.objects.awaiting_digest().count() == 1
    tell(participant, key="reply:tomorrow", now=NOW + timedelta(days=1, seconds=1))
    assert Notice.objects.get(key="reply:tomorrow").delivery == Delivery.NOW


def test_nothing_is_told_when_its_cause_was_taken_back(participant):
    with transaction.atomic():
        tell(participant)
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert not Mail.objects.exists()


def test_a_person_who_left_is_told_nothing(participant):
    participant.is_active = False
    participant.save()
    assert tell(participant) is None


def test_a_person_who_left_in_the_meantime_is_mailed_nothing(participant):
    actions.notify(user=participant, kind="spoken", key="reply:1", data={"who": "Casey"}, url="/", now=NOW)
    User.objects.filter(pk=participant.pk).update(is_active=False)
    actions.write_letters(now=NOW)
    assert not Mail.objects.exists()


def test_telling_is_one_row_and_the_worker_does_the_rest(participant, django_assert_num_queries):
    with django_assert_num_queries(2):
        actions.notify(user=participant, kind="spoken", key="reply:1", data={"who": "Casey"}, url="/", now=NOW)
    assert not Mail.objects.exists()
    assert actions.write_letters(now=NOW) == 1
    assert actions.write_letters(now=NOW) == 0
    assert Mail.objects.count() == 1


def test_words_that_fail_keep_nobody_elses_letter_back(participant, classmate, caplog):
    actions.notify(user=participant, kind="spoken", key="reply:1", data={}, url="/", now=NOW)
    tell(classmate, key="reply:2")
    assert [mail.to for mail in Mail.objects.all()] == [classmate.email]
    assert Notice.objects.get(user=participant).delivery == Delivery.PAGE
    assert "could not be put into a letter" in caplog.text


def write_to(user):
    """A letter that somebody waits for, so that the worker is woken for it."""
    letter = emails.letter(subject="Hello", paragraphs=["A line."], path="/", button="Open")
    actions.mail(to=user.email, letter=letter, now=NOW)


@pytest.fixture(autouse=True)
def _broker_awake(monkeypatch):
    monkeypatch.setattr(actions._broker, "rests_until", 0.0)


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_bothers_nobody(participant, monkeypatch, caplog):
    asked = []

    def refuse(task):
        asked.append(task)
        raise ConnectionRefusedError("no broker")

    monkeypatch.setattr("foundation.notices.actions.current_app.send_task", refuse)
    assert tell(participant) is not None
    for _ in range(2):
        write_to(participant)
    assert [mail.state for mail in Mail.objects.all()] == [Mail.State.QUEUED] * 3
    assert len(asked) == 1, "a broker that is down is not waited for again"
    assert "broker did not take" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_woken_only_after_the_commit(participant, monkeypatch):
    woken = []
    monkeypatch.setattr("foundation.notices.actions.current_app.send_task", woken.append)
    with transaction.atomic():
        write_to(participant)
        assert woken == []
    assert woken == ["foundation.notices.tasks.sweep"]


def test_telling_sixty_people_takes_no_more_queries_than_telling_two(django_assert_max_num_queries):
    for count in (2, 60):
        people = factories.UserFactory.create_batch(count)
        with django_assert_max_num_queries(12):
            told = actions.notify_many(
                users=people, kind="spoken", key="announcement:1", data={"who": "Fran"}, url="/c/fall/", now=NOW
            )
            while actions.write_letters(now=NOW):
                pass
        assert len(told) == count
    assert Mail.objects.count() == 62
