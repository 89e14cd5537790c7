"""Telling people things: a notice is a row, written with its cause; the worker makes the letter and sends it."""

import logging
import smtplib
import time
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User
from foundation.faultpoints import faultpoint
from foundation.notices import emails, policies, registry
from foundation.notices.models import Mail, Notice, Preference, new_token
from foundation.notices.registry import Delivery

LEASE = timedelta(minutes=3)
POSTPONED = timedelta(minutes=5)
UNREACHABLE_FOR = timedelta(hours=24)
BATCH = 200
BROKER_PAUSE = 20.0  # seconds
BUDGET = 60.0  # seconds of one sweep, well inside the task's limit

log = logging.getLogger(__name__)


@transaction.atomic(savepoint=False)
def notify(*, user: User, kind: str, key: str, data: dict[str, Any], url: str, now: datetime) -> Notice | None:
    """Tell a person something, once: None if they were told under this key before. `url` is a path of this site."""
    told = notify_many(users=[user], kind=kind, key=key, data=data, url=url, now=now)
    return told[0] if told else None


@transaction.atomic(savepoint=False)
def notify_many(
    *, users: Collection[User], kind: str, key: str, data: dict[str, Any], url: str, now: datetime
) -> list[Notice]:
    """The same to many people, in as many queries as to one. Returns the notices of those who had not been told."""
    return notify_each(kinds={kind: users}, key=key, data=data, url=url, now=now)


@transaction.atomic(savepoint=False)
def notify_each(
    *, kinds: Mapping[str, Collection[User]], key: str, data: dict[str, Any], url: str, now: datetime
) -> list[Notice]:
    """One thing that is told to some people as this kind, to others as that one: kind → people, nobody twice.

    Rows and nothing else: the worker decides how they go out and writes the letters.
    """
    if not url_has_allowed_host_and_scheme(url, allowed_hosts=None) or not url.startswith("/"):
        raise ValueError(f"A notice leads to a path of this site, not to {url!r}.")
    for kind in kinds:
        registry.get(kind)  # an unknown one is a mistake of the caller's, not of the worker's
    everybody = [user for users in kinds.values() for user in users]
    known = set(Notice.objects.filter(user__in=everybody, key=key).order_by().values_list("user_id", flat=True))
    rows = [
        Notice(user_id=user.pk, kind=kind, key=key, data=data, url=url, created_at=now)
        for kind, users in kinds.items()
        for user in users
        if user.pk not in known and user.is_active
    ]
    # Someone else may be telling them the same right now: the constraint lets one of us through.
    return Notice.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def write_letters(*, now: datetime) -> int:
    """Decide how new notices go out, as each person chose, and write the letters of those that go at once.

    Returns how many notices were decided: at most a batch. The e-mail's key keeps two workers from writing it twice.
    """
    waiting = list(
        Notice.objects.undecided()
        .known()
        .select_related("user")
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("created_at", "pk")[:BATCH]
    )
    if not waiting:
        return 0
    people = {notice.user_id for notice in waiting}
    chosen = {
        (user_id, topic): delivery
        for user_id, topic, delivery in Preference.objects.filter(user__in=people).values_list(
            "user_id", "topic", "delivery"
        )
    }
    since = now - timedelta(days=1)
    mailed = Counter(
        Mail.objects.filter(notice__user__in=people, created_at__gt=since).values_list("notice__user_id", flat=True)
    )
    letters = []
    for notice in waiting:
        kind = registry.get(notice.kind)
        notice.delivery = policies.delivery(
            default=kind.delivery,
            chosen=chosen.get((notice.user_id, kind.topic)),
            mailed_today=mailed[notice.user_id],
            is_active=notice.user.is_active,
        )
        if notice.delivery != Delivery.NOW:
            continue
        try:
            letters.append(_letter_to(notice.user, notice, now))
        except Exception:  # whatever a kind's words raise: everybody else's letters still go out
            log.exception("Notice %s could not be put into a letter; it stays on the page.", notice.pk)
            notice.delivery = Delivery.PAGE
            continue
        mailed[notice.user_id] += 1
        notice.mailed_at = now
    _keep(letters)
    Notice.objects.bulk_update(waiting, ["delivery", "mailed_at"])
    return len(waiting)


def _letter_to(user: User, notice: Notice, now: datetime) -> Mail:
    letter = emails.of_notice(notice)
    return Mail(to=user.email, **vars(letter), notice=notice, key=f"notice:{notice.pk}", created_at=now, send_after=now)


@transaction.atomic
def mail(*, to: str, letter: emails.Letter, now: datetime, key: str | None = None, sender: str = "") -> None:
    """Post a letter to an address that needs no account here. The same `key` twice is one e-mail."""
    _post([Mail(to=to, **vars(letter), sender=sender, key=key, created_at=now, send_after=now)])


@transaction.atomic
def mail_many(*, letters: Collection[tuple[str, str, emails.Letter]], now: datetime) -> None:
    """Post many letters, each `(to, key, letter)`, in a few queries."""
    _post([Mail(to=to, **vars(letter), key=key, created_at=now, send_after=now) for to, key, letter in letters])


def _keep(mails: Collection[Mail]) -> None:
    if mails:
        Mail.objects.bulk_create(mails, ignore_conflicts=True, batch_size=500)


def _post(mails: Collection[Mail]) -> None:
    """Letters that someone waits for: an invitation, a code, a new password."""
    if not mails:
        return
    _keep(mails)
    transaction.on_commit(partial(_broker.wake, "foundation.notices.tasks.sweep"))


class Broker:
    """Who wakes the worker. One that did not answer is left alone for a while, so that nobody waits for it twice."""

    def __init__(self) -> None:
        self.rests_until = 0.0

    def wake(self, task: str) -> None:
        """Without an answer nothing is lost: the next sweep finds the row."""
        if time.monotonic() < self.rests_until:
            return
        try:
            current_app.send_task(task)
        except Exception:  # whatever the broker's client raises, the person's request has already succeeded
            self.rests_until = time.monotonic() + BROKER_PAUSE
            log.warning("The broker did not take %s; the next sweep will do it.", task, exc_info=True)


_broker = Broker()


@transaction.atomic
def mark_read(*, notice: Notice, now: datetime) -> Notice:
    if Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=now):
        notice.read_at = now
    return notice


@transaction.atomic
def mark_all_read(*, user: User, now: datetime) -> int:
    return Notice.objects.of(user).unread().update(read_at=now)


@transaction.atomic
def choose(*, user: User, deliveries: dict[str, str]) -> None:
    """Keep how a person wants to hear of each topic: topic → delivery."""
    rows = [Preference(user=user, topic=topic, delivery=delivery) for topic, delivery in deliveries.items()]
    Preference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "topic"], update_fields=["delivery"]
    )


# The post office: claim, send, write down what became of it.


def sweep(*, now: datetime) -> int:
    """Write the letters of new notices and send what is due, for at most a minute; give up what was tried three times.
    Returns how many went out.
    """
    _bury_abandoned(now)
    started = time.monotonic()
    sent = 0
    while write_letters(now=now) and time.monotonic() - started < BUDGET:
        pass
    due = list(Mail.objects.due(now).values_list("pk", flat=True)[:BATCH])
    if not due:
        return 0
    connection = _open()
    if connection is None:
        _postpone(due, now)
        return 0
    try:
        for mail_id in due:
            if time.monotonic() - started > BUDGET:
                break
            sent += _send(mail_id, connection, now)
    finally:
        connection.close()
    return sent


def digest(*, now: datetime) -> int:
    """One e-mail a day to each person for whom something waits, from seven in the morning where they are.

    Returns how many were written.
    """
    waiting = Notice.objects.awaiting_digest().known()
    people = User.objects.filter(pk__in=waiting.values("user"), is_active=True).select_related("college__consortium")
    return sum(_digest_for(user, now) for user in people.order_by("pk"))


@transaction.atomic
def _digest_for(user: User, now: datetime) -> bool:
    zone = ZoneInfo(user.time_zone or (user.college.consortium.time_zone if user.college else settings.TIME_ZONE))
    key = f"digest:{user.pk}:{now.astimezone(zone).date()}"
    if not policies.is_digest_time(now, zone) or Mail.objects.filter(key=key).exists():
        return False
    waiting = list(Notice.objects.of(user).awaiting_digest().known().order_by("created_at", "pk")[:50])
    entries = []
    for notice in waiting:
        try:
            entries.append(emails.entry_of(notice))
        except Exception:  # whatever a kind's words raise: the others, and everybody else, still hear of theirs
            log.exception("Notice %s could not be put into a digest; it stays on the page.", notice.pk)
            notice.delivery = Delivery.PAGE
        else:
            notice.mailed_at = now
    if entries:
        letter = vars(emails.digest(entries)) | {"to": user.email, "created_at": now, "send_after": now}
        _, is_ours = Mail.objects.get_or_create(key=key, defaults=letter)
        if not is_ours:  # another worker was faster: what is not in its letter comes in tomorrow's
            return False
        transaction.on_commit(partial(_broker.wake, "foundation.notices.tasks.sweep"))
    Notice.objects.bulk_update(waiting, ["delivery", "mailed_at"])
    return bool(entries)


@transaction.atomic
def retry(*, mail: Mail, now: datetime) -> bool:
    """Try an e-mail again that was given up, on an administrator's word."""
    dead = Mail.objects.filter(pk=mail.pk, state=Mail.State.DEAD).exclude(text="")
    changed = dead.update(state=Mail.State.QUEUED, attempts=0, send_after=now, tried_again_at=now, error="")
    transaction.on_commit(partial(_broker.wake, "foundation.notices.tasks.sweep"))
    return bool(changed)


def _open() -> BaseEmailBackend | None:
    """A connection to the mail server, or None where it cannot be reached: that costs no e-mail an attempt."""
    connection: BaseEmailBackend = get_connection(settings.MAIL_DELIVERY_BACKEND)
    try:
        connection.open()
    except (OSError, smtplib.SMTPException):
        log.warning("The mail server cannot be reached; mail waits.", exc_info=True)
        return None
    return connection


def _send(mail_id: int, connection: BaseEmailBackend, now: datetime) -> bool:
    claimed = _claim(mail_id, now)
    if claimed is None:
        return False
    faultpoint("mail.claimed")
    try:
        connection.send_messages([_message(claimed)])
    except smtplib.SMTPRecipientsRefused as error:
        answers = [code for code, _ in error.recipients.values()]
        _failed(
            claimed,
            f"The address was refused: {error.recipients}",
            now,
            for_good=all(500 <= code < 600 for code in answers),
        )
        return False
    except Exception as error:  # noqa: BLE001  # whatever a mail backend raises is this e-mail's reason
        _failed(claimed, f"{type(error).__name__}: {error}", now)
        connection.close()  # a connection that broke is opened anew for the next one
        return False
    faultpoint("mail.sent")
    held = Mail.objects.filter(pk=claimed.pk, token=claimed.token, state=Mail.State.CLAIMED)
    return bool(held.update(state=Mail.State.SENT, sent_at=now, lease_until=None, error="", text="", html=""))


def _claim(mail_id: int, now: datetime) -> Mail | None:
    """Take an e-mail for this worker: by compare-and-set, and with the attempt counted before anything is tried."""
    token = new_token()
    taken = (
        Mail.objects.due(now)
        .filter(pk=mail_id, attempts__lt=Mail.ATTEMPTS)
        .order_by()
        .update(state=Mail.State.CLAIMED, token=token, attempts=F("attempts") + 1, lease_until=now + LEASE)
    )
    return Mail.objects.get(pk=mail_id) if taken else None


def _message(mail: Mail) -> EmailMultiAlternatives:
    host = settings.SITE_URL.partition("://")[2].partition(":")[0].partition("/")[0]
    # The same address each time: should an e-mail go out twice, the reader's program can tell.
    headers = {
        "Message-ID": f"<mail-{mail.pk}-{mail.created_at:%Y%m%d%H%M%S}@{host}>",
        "Auto-Submitted": "auto-generated",
    }
    message = EmailMultiAlternatives(
        mail.subject, mail.text, mail.sender or settings.DEFAULT_FROM_EMAIL, [mail.to], headers=headers
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def _failed(mail: Mail, reason: str, now: datetime, *, for_good: bool = False) -> None:
    held = Mail.objects.filter(pk=mail.pk, token=mail.token, state=Mail.State.CLAIMED)
    if for_good or mail.attempts >= Mail.ATTEMPTS:
        held.update(state=Mail.State.DEAD, lease_until=None, error=reason[:300])
        log.error("Mail %s was given up after %s attempts: %s", mail.pk, mail.attempts, reason[:300])
    else:
        held.update(
            state=Mail.State.QUEUED,
            lease_until=None,
            send_after=now + policies.pause_after(mail.attempts),
            error=reason[:300],
        )


def _bury_abandoned(now: datetime) -> None:
    """E-mails whose third worker died with them: trying for ever would be worse than saying so."""
    lost = Mail.objects.filter(state=Mail.State.CLAIMED, lease_until__lt=now, attempts__gte=Mail.ATTEMPTS)
    buried = lost.update(
        state=Mail.State.DEAD, lease_until=None, error="The worker ended three times while sending it."
    )
    if buried:
        log.error("%s e-mails were given up: the worker ended three times while sending them.", buried)


def _postpone(mail_ids: Collection[int], now: datetime) -> None:
    """The server is away: wait a little; after a day of trying say so."""
    waiting = Mail.objects.filter(pk__in=mail_ids, state=Mail.State.QUEUED)
    reason = "The mail server could not be reached"
    begun = Coalesce("tried_again_at", "created_at")
    waiting.alias(begun=begun).filter(begun__lt=now - UNREACHABLE_FOR).update(
        state=Mail.State.DEAD, error=f"{reason} for a day."
    )
    waiting.filter(state=Mail.State.QUEUED).update(send_after=now + POSTPONED, error=f"{reason}; trying again.")
