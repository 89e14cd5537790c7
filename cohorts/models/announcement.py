from django.db import models
from django.utils import timezone

from accounts.models import User
from cohorts.models.cohort import Cohort


class Announcement(models.Model):
    """A facilitator's word to the whole cohort, on its home and by mail."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="announcements")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    body = models.TextField(help_text="Sanitised HTML.")
    token = models.CharField(max_length=40, help_text="Made by the form: the same form sent twice is one announcement.")
    published_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-published_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["author", "token"], name="an_announcement_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def version(self) -> str:
        """Tells whether the words are still those that somebody began to change."""
        return self.edited_at.isoformat() if self.edited_at else ""
