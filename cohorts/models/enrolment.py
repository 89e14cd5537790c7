from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import College, Consortium, Role, User
from cohorts.models.cohort import Cohort, Facilitation


class Compensation(models.TextChoices):
    """How a participant wants their hours recognised (wbl-course §7); a region may leave some out."""

    NONE = "none", "None"
    FLEX = "flex", "Flex hours"
    STIPEND = "stipend", "Stipend"
    BOTH = "both", "Both, if my college allows it"
    UNDECIDED = "undecided", "Not decided yet"


def _may_report(user: User) -> Q:
    """The same for whoever takes a cohort and whoever is invited to it."""
    roles = Role.objects.filter(user=user)
    staff = roles.filter(kind=Role.Kind.STAFF).values("consortium")
    colleges = roles.filter(kind=Role.Kind.LIAISON).values("college")
    return Q(cohort__consortium__in=staff) | Q(college__in=colleges) | Q(cohort__in=Cohort.objects.facilitated_by(user))


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def active(self) -> "EnrolmentQuerySet":
        return self.filter(withdrawn_at=None)

    def visible_to(self, user: User) -> "EnrolmentQuerySet":
        """One's own, and everybody's in cohorts one facilitates."""
        if user.is_superuser:
            return self
        return self.filter(Q(user=user) | Q(cohort__in=Cohort.objects.facilitated_by(user)))

    def reportable_by(self, user: User) -> "EnrolmentQuerySet":
        """For reports: a consortium for its staff, one college for its liaison, own cohorts for a facilitator."""
        if user.is_superuser:
            return self
        return self.filter(_may_report(user))


class Enrolment(models.Model):
    """One person taking the course in one cohort."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="enrolments")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="enrolments")
    college = models.ForeignKey(
        College,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="enrolments",
        help_text="As it was when they enrolled.",
    )
    compensation = models.CharField(max_length=12, choices=Compensation, default=Compensation.UNDECIDED)
    enrolled_at = models.DateTimeField(default=timezone.now)
    last_active_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    completed_at = models.DateTimeField(null=True, blank=True, help_text="Written once, never again.")

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["user__last_name", "user__first_name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "user"], name="one_enrolment_a_cohort"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="withdrawn_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.cohort}"


def consortia_of(user: User) -> models.QuerySet[Consortium]:
    """Where a person takes or took the course, facilitates or has a role; an administrator is everywhere."""
    if user.is_superuser:
        return Consortium.objects.all()
    return Consortium.objects.filter(
        Q(pk__in=Enrolment.objects.filter(user=user).values("cohort__consortium"))
        | Q(pk__in=Facilitation.objects.filter(user=user).values("cohort__consortium"))
        | Q(pk__in=Role.objects.filter(user=user).values("consortium"))
    )


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        return self.filter(accepted_at=None, revoked_at=None)

    def reportable_by(self, user: User) -> "InvitationQuerySet":
        """As enrolments: a consortium for its staff, a college for its liaison, own cohorts for a facilitator."""
        if user.is_superuser:
            return self
        return self.filter(_may_report(user))


class Invitation(models.Model):
    """A link mailed to an address that lets its owner join a cohort. Only a hash of the link's secret is kept."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    college = models.ForeignKey(College, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_at = models.DateTimeField(default=timezone.now)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    sent_count = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="invitations")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["last_name", "first_name", "email", "pk"]
        constraints = [models.UniqueConstraint("cohort", Lower("email"), name="one_invitation_an_address")]

    def __str__(self) -> str:
        return f"{self.email} to {self.cohort}"
