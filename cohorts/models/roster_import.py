from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from cohorts.models.cohort import Cohort


class RosterImport(models.Model):
    """A roster as it was read: first what would become of each row, then, on a facilitator's word, the invitations."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="roster_imports")
    name = models.CharField(max_length=200, help_text="Of the file, or “pasted rows”.")
    # A seventh cell says what the verdict is about; lists that were checked earlier have six.
    rows = models.JSONField(default=list, help_text="[line, email, first name, last name, college, verdict]")
    unused = models.JSONField(default=list, blank=True, help_text="Columns of the file that nothing was done with.")
    checked_at = models.DateTimeField(default=timezone.now)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    invited = models.PositiveIntegerField(default=0, help_text="How many invitations it sent.")

    class Meta:
        ordering = ["-checked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at=None, applied_by=None) | Q(applied_at__isnull=False, applied_by__isnull=False),
                name="roster_applied_at_with_by",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} for {self.cohort}"
