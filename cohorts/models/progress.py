from django.db import models
from django.utils import timezone

from accounts.models import User
from cohorts.models.enrolment import Enrolment


class ProgressEvent(models.Model):
    """A fact: this person did this at that time.

    Never changed, never taken back; what it means is computed (completion).
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="events")
    item = models.CharField(max_length=110, help_text="The item's key: module/item, the same in every edition.")
    name = models.CharField(max_length=20, help_text="read, posted, replied, passed, drafted, submitted, approved, …")
    subject = models.CharField(
        max_length=60, blank=True, help_text="What it was about, where the same fact can happen again: reply:17."
    )
    at = models.DateTimeField(default=timezone.now)
    title = models.CharField(
        max_length=200, blank=True, help_text="What the certificate may call it: the plan's title."
    )
    value = models.FloatField(null=True, blank=True, help_text="A score in per cent, where there is one.")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "item", "name", "subject"], name="a_fact_counts_once")
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.name} {self.item}"


class Override(models.Model):
    """A facilitator's word that an item counts as done, with name and reason."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="overrides")
    item = models.CharField(max_length=110)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["enrolment", "item"], name="one_override_an_item")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.item}: {self.reason}"
