from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from cohorts.models import Cohort, Enrolment, consortia_of


class LessonPlanQuerySet(models.QuerySet["LessonPlan"]):
    def reviewable_by(self, user: User) -> "LessonPlanQuerySet":
        """Plans of the cohorts a person facilitates."""
        return self.filter(enrolment__cohort__in=Cohort.objects.facilitated_by(user))

    def shared(self) -> "LessonPlanQuerySet":
        return self.filter(
            status=LessonPlan.Status.APPROVED, sharing__in=[LessonPlan.Sharing.NAMED, LessonPlan.Sharing.ANONYMOUS]
        )

    def in_gallery_of(self, user: User) -> "LessonPlanQuerySet":
        """Approved plans that their authors share, in every consortium in which the person takes or took the course,
        facilitates or has a role.
        """
        return self.shared().filter(enrolment__cohort__consortium__in=consortia_of(user))


class LessonPlan(models.Model):
    """What a participant makes in the course: a plan for their own class, in the template's fields, reviewed until it
    is approved.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        RETURNED = "returned", "Returned"
        APPROVED = "approved", "Approved"
        ARCHIVED = "archived", "Archived"

    class Sharing(models.TextChoices):
        """The codes of the list `sharing_choices`; anything else counts as private."""

        NAMED = "named", "With my name"
        ANONYMOUS = "anonymous", "Without my name or college"
        PRIVATE = "private", "Not shared"

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="lesson_plan")
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    data = models.JSONField(
        default=dict, blank=True, help_text="{field key: value}; docs/course-format.md says what a value is."
    )
    field_versions = models.JSONField(
        default=dict, blank=True, help_text="{field key: the version in which it last changed}"
    )
    version = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=200, blank=True)
    stage = models.CharField(max_length=40, blank=True)
    discipline = models.CharField(max_length=200, blank=True)
    sharing = models.CharField(max_length=12, choices=Sharing, default=Sharing.PRIVATE)
    updated_at = models.DateTimeField()
    submitted_at = models.DateTimeField(
        null=True, blank=True, help_text="The last time; earlier ones are in the versions."
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = LessonPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-pk"]
        indexes = [models.Index(fields=["status", "sharing"], name="plan_status_sharing")]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="plan_approved_at_with_by",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "archived"]) | Q(submitted_at__isnull=False),
                name="plan_past_draft_was_submitted",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(approved_at__isnull=False), name="plan_approved_has_date"
            ),
        ]

    def __str__(self) -> str:
        return self.title or "Untitled plan"

    def get_absolute_url(self) -> str:
        """The participant's own page; facilitators have `lessonplans:review`."""
        return reverse("lessonplans:plan", args=[self.enrolment.cohort.slug])

    @property
    def is_kept(self) -> bool:
        """Whether it was ever saved; the page shows an empty plan before."""
        return not self._state.adding

    @property
    def is_writable(self) -> bool:
        return self.status in (self.Status.DRAFT, self.Status.RETURNED)


class PlanVersion(models.Model):
    """A plan as it stood at one time: kept now and then while someone writes, and always when they submit."""

    class Reason(models.TextChoices):
        AUTOSAVE = "autosave", "Saved while writing"
        SUBMITTED = "submitted", "Submitted"
        RESTORED = "restored", "Restored"

    plan = models.ForeignKey(LessonPlan, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    data = models.JSONField(default=dict)
    began_at = models.DateTimeField(
        help_text="When this stretch of writing began: saving within ten minutes of it stays one version."
    )
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason)
    restored_from = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-number", "-pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="one_plan_version_of_a_number")]

    def __str__(self) -> str:
        return f"Version {self.number} of {self.plan_id}"


class ReviewQuerySet(models.QuerySet["Review"]):
    def open(self) -> "ReviewQuerySet":
        return self.filter(state=Review.State.OPEN)

    def decided(self) -> "ReviewQuerySet":
        return self.filter(state__in=[Review.State.RETURNED, Review.State.APPROVED])


class Review(models.Model):
    """A facilitator's reading of one submission against the rubric. The participant sees it once it is decided."""

    class State(models.TextChoices):
        OPEN = "open", "Waiting"
        RETURNED = "returned", "Returned"
        APPROVED = "approved", "Approved"
        WITHDRAWN = "withdrawn", "Taken back"

    plan = models.ForeignKey(LessonPlan, on_delete=models.CASCADE, related_name="reviews")
    snapshot = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="reviews")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    reviewer = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews")
    claimed_at = models.DateTimeField(null=True, blank=True)
    scores = models.JSONField(default=dict, blank=True, help_text="{criterion key: points}")
    overall = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    note_versions = models.JSONField(
        default=dict, blank=True, help_text="{note key: the version in which it last changed}"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan"], condition=Q(state="open"), name="one_open_review_a_plan"),
            models.CheckConstraint(
                condition=Q(reviewer=None, claimed_at=None) | Q(reviewer__isnull=False, claimed_at__isnull=False),
                name="review_claimed_at_with_by",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, state__in=["open", "withdrawn"])
                | Q(decided_at__isnull=False, decided_by__isnull=False, state__in=["returned", "approved"]),
                name="review_decided_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        return f"Review of {self.plan_id}, {self.get_state_display().lower()}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


class ReviewComment(models.Model):
    """What a reviewer says about one field or one row of the rubric."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="comments")
    anchor = models.CharField(max_length=60, help_text="field:<key> or criterion:<key>")
    text = models.TextField()
    version = models.PositiveIntegerField(help_text="The review's version in which it was written last.")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["anchor", "pk"]
        constraints = [models.UniqueConstraint(fields=["review", "anchor"], name="one_review_comment_an_anchor")]

    def __str__(self) -> str:
        return f"{self.anchor}: {self.text[:40]}"
