from django.conf import settings
from django.db import models
from django.utils import timezone

# What people read for a code; one without words stands for itself.
ACTIONS = {
    "announcement.edit": "Announcement changed",
    "announcement.withdraw": "Announcement taken down",
    "cohort.change": "Cohort changed",
    "cohort.dates": "Dates of a cohort changed",
    "cohort.make": "Cohort made",
    "cohort.start": "Cohort started",
    "course.load": "Course loaded",
    "course.upload": "Course uploaded",
    "discussion.withdraw": "Post taken down",
    "enrolment.readmit": "Person enrolled again",
    "enrolment.withdraw": "Person withdrawn",
    "export.completions": "Completions exported",
    "facilitator.add": "Facilitator added",
    "facilitator.remove": "Facilitator removed",
    "invitation.accept": "Invitation accepted",
    "invitation.resend": "Invitation sent again",
    "invitation.revoke": "Invitation taken back",
    "person.rights": "Administrator’s rights changed",
    "plan.approved": "Plan approved",
    "plan.returned": "Plan returned",
    "progress.override": "Progress set by hand",
    "region.values": "Values of a region changed",
    "review.take-over": "Review taken over",
    "role.grant": "Role given",
    "role.revoke": "Role taken away",
    "roster.import": "Roster imported",
}


class Entry(models.Model):
    """One thing a member of staff did, for good: the database refuses to change or delete it (migration 0002)."""

    at = models.DateTimeField(default=timezone.now, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    actor_name = models.CharField(
        max_length=254, help_text="The address at that time; stays readable when the person is gone."
    )
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=60, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    consortium = models.CharField(max_length=50, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at"], name="audit_newest"),
            models.Index(fields=["action", "-at"], name="audit_action"),
        ]
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action} {self.subject}"

    @property
    def action_words(self) -> str:
        return ACTIONS.get(self.action, self.action)

    @property
    def detail_words(self) -> str:
        """The detail as one reads it; scores and the like as a list, what is empty not at all."""
        told = {
            name: ", ".join(f"{key} {each}" for key, each in value.items()) if isinstance(value, dict) else value
            for name, value in self.detail.items()
            if value not in ({}, "", None)
        }
        return "; ".join(f"{name}: {value}" for name, value in told.items())
