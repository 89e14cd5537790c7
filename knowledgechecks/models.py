from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cohorts.models import Cohort, Enrolment
from modules.models import Item
from modules.outline import data_of

if TYPE_CHECKING:
    from modules.outline import ItemOutline


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def at(self, item: "ItemOutline") -> "AttemptQuerySet":
        """Of one check, also under the name it had before."""
        names = [item.key, f"{item.module}/{item.was}"] if item.was else [item.key]
        return self.filter(item__in=names)

    def of(self, enrolment: Enrolment, item: "ItemOutline") -> "AttemptQuerySet":
        return self.filter(enrolment=enrolment).at(item).order_by("number", "pk")

    def open(self) -> "AttemptQuerySet":
        return self.filter(submitted_at=None)

    def submitted(self) -> "AttemptQuerySet":
        return self.filter(submitted_at__isnull=False)

    def without_questions(self) -> "AttemptQuerySet":
        """With the source's name and digest; its texts are the same for everybody, see `Attempt.bring_questions`."""
        return self.select_related("source").defer("source__body", "source__data")

    def in_cohort(self, cohort: Cohort) -> "AttemptQuerySet":
        """Of the people who take it there now."""
        return self.filter(enrolment__cohort=cohort, enrolment__withdrawn_at=None)


class Attempt(models.Model):
    """One try of a person at a knowledge check: a row from its first moment, saved as it goes, graded once."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="attempts")
    item = models.CharField(max_length=110, help_text="The item's key when the try began: module/item.")
    source = models.ForeignKey(
        Item, on_delete=models.PROTECT, related_name="+", help_text="The questions as this person saw them."
    )
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    answers = models.JSONField(default=dict, blank=True, help_text="Question id → answer, as scoring.tidy leaves it.")
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True, help_text="Per cent.")
    passed = models.BooleanField(default=False)
    receipt = models.CharField(max_length=20, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["enrolment", "item", "number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "item", "number"], name="one_attempt_of_a_number"),
            models.UniqueConstraint(
                fields=["enrolment", "item"], condition=Q(submitted_at=None), name="one_open_attempt"
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None, score=None, passed=False, receipt="")
                | (Q(submitted_at__isnull=False, score__isnull=False) & ~Q(receipt="")),
                name="submitted_with_score",
            ),
            models.CheckConstraint(condition=Q(score=None) | Q(score__gte=0, score__lte=100), name="score_is_per_cent"),
        ]

    def __str__(self) -> str:
        return f"{self.item}, try {self.number}"

    def bring_questions(self) -> None:
        """Give the source its data without reading it from the database each time."""
        self.source.data = data_of(self.source_id, self.source.digest)

    @property
    def is_open(self) -> bool:
        return self.submitted_at is None
