import secrets
import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

US_ZONES = {
    "America/Los_Angeles": "Pacific",
    "America/Denver": "Mountain",
    "America/Phoenix": "Mountain, Arizona",
    "America/Chicago": "Central",
    "America/New_York": "Eastern",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
}


def validate_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(f"“{value}” is not a time zone; write it like America/Los_Angeles.")


class ConsortiumQuerySet(models.QuerySet["Consortium"]):
    def visible_to(self, user: "User") -> "ConsortiumQuerySet":
        """Those in which the person holds a staff-like role; an administrator sees all."""
        if user.is_superuser:
            return self
        return self.filter(roles__user=user).distinct()

    def with_staff(self, user: "User") -> "ConsortiumQuerySet":
        """Those on which the person may report: staff see all of it, a liaison one college of it."""
        if user.is_superuser:
            return self
        return self.filter(roles__user=user, roles__kind__in=[Role.Kind.STAFF, Role.Kind.LIAISON]).distinct()

    def with_facilitator(self, user: "User") -> "ConsortiumQuerySet":
        """Those in which the person may make cohorts."""
        if user.is_superuser:
            return self
        return self.filter(roles__user=user, roles__kind=Role.Kind.FACILITATOR).distinct()


class Consortium(models.Model):
    """A regional body that runs the course for its colleges, with everything a region calls by its own name."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=150)
    short_name = models.CharField(max_length=80)
    time_zone = models.CharField(max_length=60, default="America/Los_Angeles", validators=[validate_time_zone])
    values = models.JSONField(default=dict, blank=True, help_text="The region file as it was loaded.")
    overrides = models.JSONField(
        default=dict, blank=True, help_text="What an administrator changed; stands before the file."
    )

    objects = ConsortiumQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "consortia"

    def __str__(self) -> str:
        return self.short_name

    @property
    def time_zone_words(self) -> str:
        """“Pacific time”, as people say; outside the United States the zone’s own name."""
        name = US_ZONES.get(self.time_zone)
        return f"{name} time" if name else self.time_zone.replace("_", " ")

    @property
    def region(self) -> dict[str, Any]:
        """The region's values as they hold now, file and changes together."""
        return {**self.values, **self.overrides}


class College(models.Model):
    """A college of the consortium; participants belong to one, a liaison sees one."""

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="colleges")
    slug = models.SlugField()
    name = models.CharField(max_length=150)
    short_name = models.CharField(max_length=80)
    district = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["consortium", "slug"], name="one_college_of_a_slug")]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        if not email:
            raise ValueError("A person needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


def new_calendar_secret() -> str:
    return secrets.token_urlsafe(24)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an e-mail address and a profile; what they may do comes from roles and cohorts, never from here,
    except the administrator.
    """

    class Position(models.TextChoices):
        FULL_TIME = "full-time", "Full-time faculty"
        PART_TIME = "part-time", "Part-time faculty"
        COUNSELOR_LIBRARIAN = "counselor-librarian", "Counselor or librarian"
        CLASSIFIED = "classified", "Classified staff"
        ADMINISTRATOR = "administrator", "Administrator"

    email = models.EmailField("e-mail address", unique=True, max_length=254)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    college = models.ForeignKey(College, null=True, blank=True, on_delete=models.PROTECT, related_name="people")
    position = models.CharField("role at the college", max_length=24, choices=Position, blank=True)
    discipline = models.CharField(
        max_length=80, blank=True, help_text="Code of the region's list, or the person's own words."
    )
    is_career_education = models.BooleanField("career education", default=False)
    time_zone = models.CharField(max_length=60, blank=True, validators=[validate_time_zone])
    calendar_secret = models.CharField(max_length=40, unique=True, default=new_calendar_secret, editable=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may use the administration pages", default=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["last_name", "first_name", "pk"]
        constraints = [models.UniqueConstraint(Lower("email"), name="one_person_an_address")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email.partition("@")[0]

    @property
    def initials(self) -> str:
        return (self.first_name[:1] + self.last_name[:1]).upper() or self.email[:1].upper()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.first_name or self.name


class RoleQuerySet(models.QuerySet["Role"]):
    def of(self, user: User) -> "RoleQuerySet":
        return self.filter(user=user).select_related("consortium", "college")


class Role(models.Model):
    """What a person is to a consortium beyond taking the course: may facilitate, works for it, or speaks for one
    college.
    """

    class Kind(models.TextChoices):
        FACILITATOR = "facilitator", "May facilitate"
        STAFF = "staff", "Consortium staff"
        LIAISON = "liaison", "College liaison"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles")
    consortium = models.ForeignKey(Consortium, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=12, choices=Kind)
    college = models.ForeignKey(College, null=True, blank=True, on_delete=models.CASCADE, related_name="liaisons")
    granted_at = models.DateTimeField(default=timezone.now, editable=False)
    granted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    objects = RoleQuerySet.as_manager()

    class Meta:
        ordering = ["consortium", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "consortium", "kind"], condition=Q(college=None), name="one_role_of_a_kind"
            ),
            models.UniqueConstraint(
                fields=["user", "college", "kind"],
                condition=Q(college__isnull=False),
                name="one_liaison_role_a_college",
            ),
            models.CheckConstraint(
                condition=(Q(kind="liaison") & Q(college__isnull=False)) | (~Q(kind="liaison") & Q(college=None)),
                name="liaison_has_college",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()}, {self.college or self.consortium}"

    def clean(self) -> None:
        if self.college and self.college.consortium_id != self.consortium_id:
            raise ValidationError({"college": "This college belongs to another consortium."})
