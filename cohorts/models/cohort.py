import hashlib
import json
import zoneinfo
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Consortium, Role, User, validate_time_zone
from modules.models import Edition


class CohortQuerySet(models.QuerySet["Cohort"]):
    def visible_to(self, user: User) -> "CohortQuerySet":
        """Cohorts a person takes or facilitates; an administrator sees all."""
        if user.is_superuser:
            return self
        from cohorts.models import Enrolment

        taking = Enrolment.objects.active().filter(cohort=OuterRef("pk"), user=user)
        return self.filter(Exists(taking) | Exists(Facilitation.objects.filter(cohort=OuterRef("pk"), user=user)))

    def facilitated_by(self, user: User) -> "CohortQuerySet":
        if user.is_superuser:
            return self
        return self.filter(Exists(Facilitation.objects.filter(cohort=OuterRef("pk"), user=user)))

    def reportable_by(self, user: User) -> "CohortQuerySet":
        """Cohorts of the consortia for which the person may read reports; a liaison then sees only enrolments of one
        college.
        """
        if user.is_superuser:
            return self
        kinds = [Role.Kind.STAFF, Role.Kind.LIAISON]
        return self.filter(Exists(Role.objects.filter(user=user, kind__in=kinds, consortium=OuterRef("consortium"))))

    def running(self, now: datetime) -> "CohortQuerySet":
        """Begun and not closed, a day to either side for time zones."""
        today = now.date()
        day = timedelta(days=1)
        return self.filter(starts_on__lte=today + day, closes_on__gte=today - day)


class Cohort(models.Model):
    """People and dates over one edition of the course. Nothing of the course is copied into it."""

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="cohorts")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="cohorts")
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=80)
    term = models.CharField(max_length=40, blank=True, help_text="Code of a term of the region, such as 2026-fall.")
    time_zone = models.CharField(max_length=60, validators=[validate_time_zone])
    starts_on = models.DateField(help_text="The first day of week 1.")
    ends_on = models.DateField(help_text="The last day; what is completed later counts as late.")
    closes_on = models.DateField(help_text="From the day after, what is not complete stays incomplete.")
    date_changes = models.JSONField(
        default=dict,
        blank=True,
        help_text='{"module/item:post_by": "2026-11-29"}: single dates moved by a facilitator.',
    )
    welcome = models.TextField(blank=True, help_text="Sanitised HTML of the facilitator's words in the invitation.")
    facilitators = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        through="Facilitation",
        through_fields=("cohort", "user"),
        related_name="facilitated_cohorts",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = CohortQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "title", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on"), closes_on__gte=F("ends_on")), name="cohort_dates_in_order"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("classroom:cohort", args=[self.slug])

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def details_version(self) -> str:
        """Tells whether name, term and welcome are still those that somebody began to change."""
        return _mark(self.title, self.term, self.welcome)

    @property
    def dates_version(self) -> str:
        """The same of its dates."""
        return _mark(*(str(day) for day in (self.starts_on, self.ends_on, self.closes_on)), self.date_changes)


def _mark(*values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


class Facilitation(models.Model):
    """A facilitator's charge of one cohort: what gives the sight of it."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="facilitations")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="facilitations")
    since = models.DateTimeField(default=timezone.now, editable=False)
    added_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["since", "pk"]
        constraints = [models.UniqueConstraint(fields=["cohort", "user"], name="facilitator_once_a_cohort")]

    def __str__(self) -> str:
        return f"{self.user} facilitates {self.cohort}"
