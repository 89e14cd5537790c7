import hmac
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from cohorts.models import Cohort, Enrolment
from modules.models import Item

if TYPE_CHECKING:
    from modules.outline import ItemOutline


def respondent(enrolment_id: int) -> str:
    """What stands for a person beside their answers: the same in all surveys of one enrolment, and nobody's name.

    Only who has both the database and SURVEY_SECRET can go from one to the other (docs/adr/surveys.md).
    """
    secret = b"surveys.respondent:" + settings.SURVEY_SECRET.encode()
    return hmac.new(secret, str(enrolment_id).encode(), "sha256").hexdigest()


class ResponseQuerySet(models.QuerySet["Response"]):
    def at(self, item: "ItemOutline") -> "ResponseQuerySet":
        """Of one survey, also under the name it had before."""
        names = [item.key, f"{item.module}/{item.was}"] if item.was else [item.key]
        return self.filter(item__in=names)

    def of(self, enrolment: Enrolment, item: "ItemOutline") -> "ResponseQuerySet":
        return self.filter(respondent=respondent(enrolment.pk)).at(item)

    def submitted(self) -> "ResponseQuerySet":
        """What reports may read: neither what somebody is still writing nor what was taken back."""
        return self.filter(state=Response.State.SUBMITTED)


class Response(models.Model):
    """What somebody answered in a survey. It names no person and no moment, so that no list of who did what when can
    be laid beside it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Being written"
        SUBMITTED = "submitted", "Submitted"
        WITHDRAWN = "withdrawn", "Taken back"

    # Random, because numbers in a row would tell who came first.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="survey_responses")
    item = models.CharField(max_length=110, help_text="The item's key when the answers were begun: module/item.")
    source = models.ForeignKey(
        Item, on_delete=models.PROTECT, related_name="+", help_text="The questions as this person saw them."
    )
    respondent = models.CharField(max_length=64, help_text="A keyed hash of the enrolment; see docs/adr/surveys.md.")
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    answers = models.JSONField(default=dict, blank=True, help_text="Question id → answer, as questions.keep leaves it.")
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True, blank=True, help_text="Of what is being written; emptied by submitting.")

    objects = ResponseQuerySet.as_manager()

    class Meta:
        ordering = ["cohort", "item", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["respondent", "item"], name="one_response_a_survey"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(saved_at=None), name="no_moment_beside_submitted_answers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}, {self.get_state_display().lower()}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.DRAFT
