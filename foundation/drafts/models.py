from django.conf import settings
from django.db import models


class Draft(models.Model):
    """What a person is typing and has not sent: one text a place. Its version keeps two tabs apart."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    place = models.CharField(
        max_length=200, help_text="Where the text will go, such as post:fall-2026:module-1/discussion:0."
    )
    body = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-updated_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "place"], name="one_draft_a_place")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.place} v{self.version}"
