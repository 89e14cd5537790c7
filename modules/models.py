from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Consortium, User

if TYPE_CHECKING:
    from modules.outline import Outline


class Course(models.Model):
    """What is taught, whatever the edition: the name on the certificate."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=150)

    class Meta:
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title


class EditionQuerySet(models.QuerySet["Edition"]):
    def newest(self) -> "EditionQuerySet":
        return self.order_by("-number", "-pk")

    def current(self) -> "EditionQuerySet":
        """The newest of each course in each region: what the next cohort gets."""
        newest = Edition.objects.filter(course=models.OuterRef("course"), consortium=models.OuterRef("consortium"))
        return self.filter(pk=models.Subquery(newest.newest().values("pk")[:1]))


class Edition(models.Model):
    """The course as one region reads it, at one time. A changed text makes a new edition; its rows never change."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="editions")
    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    version = models.CharField(max_length=40, help_text="What the course's authors call it, such as 2026.1.")
    title = models.CharField(max_length=150)
    description = models.TextField(blank=True)
    activity_category = models.CharField(max_length=200, blank=True)
    minutes = models.PositiveIntegerField()
    region = models.JSONField(default=dict, help_text="The region's values as they stood when the edition was made.")
    lists = models.JSONField(default=dict, help_text="Stages, skills, activity types and other lists, by name.")
    parts = models.JSONField(
        default=dict, help_text="What item kinds keep for the whole course, by name: the plan template, the rubric."
    )
    digest = models.CharField(
        max_length=64, help_text="SHA-256 of everything above and of all modules, items and resources."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    frozen_at = models.DateTimeField(
        null=True, blank=True, help_text="When the first cohort used it; from then on it is kept for good."
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["course", "consortium", "-number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["course", "consortium", "number"], name="one_edition_of_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.version} ({self.consortium.short_name}, edition {self.number})"

    @property
    def hours(self) -> float:
        """Hours of the whole course, as the certificate awards them: the items' minutes, to a tenth."""
        return round(self.minutes / 60, 1)

    @property
    def outline(self) -> "Outline":
        from modules import outline

        return outline.of(self)


class Module(models.Model):
    """A week's theme: its outcomes and its items in order."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="modules")
    slug = models.SlugField()
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=150)
    summary = models.CharField(max_length=400, blank=True)
    week = models.PositiveSmallIntegerField()
    outcomes = models.JSONField(default=list, help_text="[{slug, text}]")
    requires = models.JSONField(default=list, help_text="Slugs of modules to complete before.")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["edition", "slug"], name="one_module_of_a_slug")]

    def __str__(self) -> str:
        return self.title


class Item(models.Model):
    """Something to read or do in a module. Its kind says which app shows it and what counts as done."""

    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="items")
    slug = models.SlugField()
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    minutes = models.PositiveSmallIntegerField(default=0)
    was = models.SlugField(blank=True, help_text="The slug it had before; people keep what they completed under it.")
    body = models.TextField(blank=True, help_text="Sanitised HTML with all values filled in, ready to be sent.")
    data = models.JSONField(default=dict, help_text="What its kind needs: questions, dates, word minimum, fields.")
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["module", "slug"], name="one_item_of_a_slug")]

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> str:
        """How progress names it, in every edition."""
        return f"{self.module.slug}/{self.slug}"


class ResourceQuerySet(models.QuerySet["Resource"]):
    def visible_to(self, user: User, consortia: Any) -> "ResourceQuerySet":
        """Resources of the newest edition in each of the given consortia."""
        current = Edition.objects.filter(consortium__in=consortia).current()
        return self.filter(edition__in=current)


class Resource(models.Model):
    """A page of the toolbox, read on the web and as a PDF from one text."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="resources")
    slug = models.SlugField()
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=150)
    audience = models.JSONField(default=list)
    purpose = models.CharField(max_length=300, blank=True)
    needs_approval = models.BooleanField(default=False)
    body = models.TextField()
    digest = models.CharField(max_length=64)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["edition", "slug"], name="one_resource_of_a_slug")]

    def __str__(self) -> str:
        return self.title


class Upload(models.Model):
    """A course folder that an administrator uploaded: first what would change, then, on their word, loaded."""

    class State(models.TextChoices):
        CHECKED = "checked", "Checked"
        BROKEN = "broken", "Has mistakes"
        LOADED = "loaded", "Loaded"

    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    archive = models.FileField(upload_to="course-uploads/%Y/")
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State)
    report = models.JSONField(default=dict, help_text="Problems, or what would change for each region.")
    loaded_at = models.DateTimeField(null=True, blank=True)
    loaded_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(loaded_at=None, loaded_by=None) | Q(loaded_at__isnull=False, loaded_by__isnull=False),
                name="loaded_at_with_by",
            )
        ]

    def __str__(self) -> str:
        return self.name
