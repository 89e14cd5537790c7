from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from foundation.notices import actions, emails, registry
from foundation.notices.models import Mail, Notice

PACIFIC = ZoneInfo("America/Los_Angeles")
MORNING = datetime(2026, 9, 2, 7, 30, tzinfo=PACIFIC)
EVENING = MORNING - timedelta(hours=12)


def gather(user, key, now=EVENING):
    actions.notify(user=user, kind="gathered", key=key, data={"who": "Casey"}, url=f"/c/fall/{key}/", now=now)
    actions.write_letters(now=now)
    return Notice.objects.get(user=user, key=key)


def test_the_days_notices_come_in_one_mail_in_the_morning(participant):
    gather(participant, "one")
    gather(participant, "two")
    assert not Mail.objects.exists()
    assert actions.digest(now=EVENING + timedelta(hours=9)) == 0, "half past four is no time for mail"
    assert actions.digest(now=MORNING) == 1
    mail = Mail.objects.get()
    assert mail.subject == "2 things from your course"
    assert "/c/fall/one/" in mail.text
    assert "/c/fall/two/" in mail.html


def test_there_is_one_digest_a_day(participant):
    gather(participant, "one")
    actions.digest(now=MORNING)
    gather(participant, "two", now=MORNING)
    assert actions.digest(now=MORNING + timedelta(hours=3)) == 0
    assert actions.digest(now=MORNING + timedelta(days=1)) == 1
    assert Mail.objects.count() == 2


def test_one_that_cannot_be_worded_keeps_nobody_from_their_digest(participant, classmate):
    broken = gather(participant, "one")
    Notice.objects.filter(pk=broken.pk).update(data={})  # as an older version of the kind left it
    gather(participant, "two")
    gather(classmate, "three")
    assert actions.digest(now=MORNING) == 2
    assert {mail.to for mail in Mail.objects.all()} == {participant.email, classmate.email}
    broken.refresh_from_db()
    assert (broken.delivery, broken.mailed_at) == ("page", None)
    assert actions.digest(now=MORNING + timedelta(days=1)) == 0


def test_what_was_read_already_is_not_mailed(participant):
    notice = gather(participant, "one")
    actions.mark_read(notice=notice, now=EVENING + timedelta(hours=1))
    assert actions.digest(now=MORNING) == 0
    assert Notice.objects.get().mailed_at is None


def test_of_two_digests_at_once_the_second_marks_nothing_as_mailed_that_it_does_not_mail(participant, monkeypatch):
    gather(participant, "one")
    digest = emails.digest

    def late(entries):
        """Another task has looked a moment earlier, before the second notice, and its letter is there first."""
        key = f"digest:{participant.pk}:{MORNING.date()}"
        actions.mail(to=participant.email, letter=digest(entries[:1]), key=key, now=MORNING)
        return digest(entries)

    gather(participant, "two")
    monkeypatch.setattr(emails, "digest", late)
    assert actions.digest(now=MORNING) == 0
    assert Mail.objects.count() == 1
    assert not Notice.objects.exclude(mailed_at=None).exists()


def test_a_notice_of_a_kind_that_this_worker_does_not_know_waits_for_one_that_does(participant, monkeypatch):
    """The web server is newer than the worker for a moment: everybody else's letters still go out."""
    unknown = registry.NoticeKind("brand-new", subject=lambda data: "New", text=lambda data: "New.")
    with monkeypatch.context() as newer:
        newer.setattr(registry, "_kinds", {**registry._kinds, "brand-new": unknown})
        actions.notify(user=participant, kind="brand-new", key="new", data={}, url="/new/", now=EVENING)
    actions.notify(user=participant, kind="spoken", key="old", data={"who": "Casey"}, url="/old/", now=EVENING)
    assert actions.write_letters(now=EVENING) == 1
    assert actions.write_letters(now=EVENING) == 0
    assert [mail.notice.key for mail in Mail.objects.all()] == ["old"]
    monkeypatch.setattr(registry, "_kinds", {**registry._kinds, "brand-new": unknown})
    assert actions.write_letters(now=EVENING) == 1
    assert Mail.objects.count() == 2
