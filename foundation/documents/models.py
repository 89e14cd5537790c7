import datetime
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

MAX_ATTEMPTS = 3


class DocumentQuerySet(models.QuerySet["Document"]):
    """Documents in the words of those who make them."""

    def with_parts_ready(self) -> "DocumentQuerySet":
        """Those whose parts, if they have any, are all made."""
        unfinished = Part.objects.filter(bundle=models.OuterRef("pk")).exclude(document__state=Document.State.DONE)
        return self.exclude(models.Exists(unfinished))

    def claimable(self, now: datetime.datetime) -> "DocumentQuerySet":
        """Those that a worker may start on: waiting, or left behind by a worker that died."""
        waiting = Q(state=Document.State.QUEUED) | Q(state=Document.State.CLAIMED, lease_until__lt=now)
        return self.filter(waiting, attempts__lt=MAX_ATTEMPTS).with_parts_ready()

    def held(self, token: uuid.UUID) -> "DocumentQuerySet":
        """The one that this claim still holds; none when another worker has taken it over."""
        return self.filter(state=Document.State.CLAIMED, token=token)

    def unchanged(self, document: "Document") -> "DocumentQuerySet":
        """This one, as long as nobody has published, claimed or given it up since it was read."""
        return self.filter(pk=document.pk, state=document.state, token=document.token, lease_until=document.lease_until)

    def abandoned(self, now: datetime.datetime) -> "DocumentQuerySet":
        """Those whose worker has not been heard of within its lease."""
        return self.filter(state=Document.State.CLAIMED, lease_until__lt=now)


class Document(models.Model):
    """A PDF, named by everything that decides what it looks like: the same content is made once and then served."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        CLAIMED = "claimed", "Being made"
        DONE = "done", "Ready"
        DEAD = "dead", "Could not be made"

    key = models.CharField(
        max_length=64, unique=True, editable=False, help_text="Hash of content, template, type and renderer."
    )
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    context = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.UUIDField(
        null=True, editable=False, help_text="Of the claim that may publish; a later claim has another."
    )
    lease_until = models.DateTimeField(null=True)
    wake_at = models.DateTimeField(default=timezone.now, help_text="When the sweeper tells the worker again.")
    path = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    missing = models.JSONField(default=list, help_text="Characters that no font could draw.")
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    parts: models.ManyToManyField["Document", "Part"] = models.ManyToManyField(
        "self", through="Part", through_fields=("bundle", "document"), symmetrical=False, related_name="bundles"
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["state", "wake_at"], name="documents_to_wake")]
        constraints = [
            models.CheckConstraint(condition=Q(attempts__lte=MAX_ATTEMPTS), name="document_attempts_bounded"),
            models.CheckConstraint(
                condition=(
                    Q(state="done", finished_at__isnull=False, size__gt=0, pages__gt=0) & ~Q(path="") & ~Q(sha256="")
                )
                | (~Q(state="done") & Q(path="", sha256="", size=0)),
                name="document_done_has_file",
            ),
            models.CheckConstraint(
                condition=Q(state="claimed", token__isnull=False, lease_until__isnull=False)
                | (~Q(state="claimed") & Q(token__isnull=True, lease_until__isnull=True)),
                name="document_claimed_has_lease",
            ),
            models.CheckConstraint(
                condition=(Q(state="dead", finished_at__isnull=False) & ~Q(error="")) | ~Q(state="dead"),
                name="document_dead_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in (self.State.DONE, self.State.DEAD)

    def progress(self) -> tuple[int, int]:
        """Steps done and steps in all: one for each part and one for the document itself."""
        states = list(self.part_rows.values_list("document__state", flat=True))
        done = states.count(self.State.DONE) + (self.state == self.State.DONE)
        return done, len(states) + 1


class Part(models.Model):
    """A document's place in a bundle."""

    bundle = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="part_rows")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="bundle_rows")
    position = models.PositiveSmallIntegerField()
    about = models.CharField(max_length=300, blank=True, help_text="Its line in the list of contents.")

    class Meta:
        ordering = ["bundle", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["bundle", "position"], name="one_part_in_a_place"),
            models.CheckConstraint(condition=~Q(bundle=F("document")), name="no_bundle_in_itself"),
        ]


class DocumentRequest(models.Model):
    """Somebody asked for a document; the address of this row is theirs alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="document_requests")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "document", "kind", "subject_id"], name="one_request_for_a_document"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"

    def facts(self) -> dict[str, Any]:
        """What the page and the script that watches it need to know."""
        done, total = self.document.progress()
        return {"state": self.document.state, "done": done, "total": total, "percent": round(100 * done / total)}
