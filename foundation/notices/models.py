import secrets
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from foundation.notices import registry
from foundation.notices.registry import Delivery


class NoticeQuerySet(models.QuerySet["Notice"]):
    def of(self, user: User) -> "NoticeQuerySet":
        return self.filter(user=user)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)

    def undecided(self) -> "NoticeQuerySet":
        """New ones: the worker has not decided yet how they go out."""
        return self.filter(delivery="")

    def known(self) -> "NoticeQuerySet":
        """Of kinds that this program knows; a worker older than the web server leaves the others to a newer one."""
        return self.filter(kind__in=registry.names())

    def awaiting_digest(self) -> "NoticeQuerySet":
        """Not mailed yet, to be mailed with the day's others, and not read in the meantime."""
        return self.filter(delivery=Delivery.DIGEST, mailed_at=None, read_at=None)


class Notice(models.Model):
    """Something a person was told, once; it stays on their page of notices, whether or not it was mailed."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    key = models.CharField(
        max_length=160, help_text="What it is about, such as reply:17: nobody is told the same thing twice."
    )
    data = models.JSONField(default=dict, blank=True, help_text="What its kind needs to word it.")
    url = models.CharField(max_length=300, help_text="Path of the page it leads to.")
    delivery = models.CharField(
        max_length=6, choices=Delivery, blank=True, help_text="Empty until the worker has decided."
    )
    created_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was put in the post, alone or in a digest."
    )
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="told_once")]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="notices_newest"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notices_unread"),
            models.Index(fields=["created_at"], condition=Q(delivery=""), name="notices_undecided"),
            models.Index(
                fields=["created_at"],
                condition=Q(delivery="digest", mailed_at=None, read_at=None),
                name="notices_for_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} for {self.user_id}"


class Preference(models.Model):
    """A person's choice how to hear of a topic."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_preferences")
    topic = models.CharField(max_length=40)
    delivery = models.CharField(max_length=6, choices=Delivery)

    class Meta:
        ordering = ["topic", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "topic"], name="one_choice_a_topic")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.topic}: {self.delivery}"


def new_token() -> str:
    return secrets.token_urlsafe(12)


class MailQuerySet(models.QuerySet["Mail"]):
    def due(self, now: datetime) -> "MailQuerySet":
        """To be sent: waiting and not before its time, or claimed by a worker that never came back."""
        waiting = Q(state=Mail.State.QUEUED, send_after__lte=now)
        abandoned = Q(state=Mail.State.CLAIMED, lease_until__lt=now)
        return self.filter(waiting | abandoned).order_by("send_after", "pk")


class Mail(models.Model):
    """An e-mail as a row: written with its cause, sent by the worker, or given up with a reason."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        CLAIMED = "claimed", "Being sent"
        SENT = "sent", "Sent"
        DEAD = "dead", "Could not be sent"

    ATTEMPTS = 3

    to = models.EmailField(max_length=254)
    sender = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=250)
    text = models.TextField(blank=True, help_text="Emptied when it was sent: it may hold links that sign somebody in.")
    html = models.TextField(blank=True)
    key = models.CharField(
        max_length=160, null=True, blank=True, unique=True, help_text="The same key twice is one e-mail."
    )  # NULL leaves a row out of the unique index on both databases
    notice = models.OneToOneField(Notice, null=True, blank=True, on_delete=models.SET_NULL, related_name="mail")
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.CharField(
        max_length=24, default=new_token, help_text="Of the worker that holds it: a late one cannot speak for it."
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    send_after = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    tried_again_at = models.DateTimeField(
        null=True, blank=True, help_text="When an administrator had it tried again: it then has its whole time anew."
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="mail_sent_with_time",
            ),
            models.CheckConstraint(
                condition=Q(state="claimed", lease_until__isnull=False) | ~Q(state="claimed"),
                name="mail_claimed_with_lease",
            ),
            models.CheckConstraint(condition=~Q(state="dead") | ~Q(error=""), name="mail_dead_with_reason"),
            models.CheckConstraint(condition=Q(attempts__lte=3), name="mail_three_attempts"),
        ]
        indexes = [
            models.Index(F("send_after"), condition=Q(state__in=["queued", "claimed"]), name="mail_to_send"),
            models.Index(fields=["to"], name="mail_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"
