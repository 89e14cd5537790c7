from collections.abc import Iterable

from django.db import models
from django.db.models import Exists, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from cohorts.access import Place
from cohorts.models import Cohort, Enrolment


class PostQuerySet(models.QuerySet["Post"]):
    def in_item(self, cohort: Cohort, keys: Iterable[str]) -> "PostQuerySet":
        """Of one discussion; `keys` has its key and, where it was renamed, the old one."""
        return self.filter(cohort=cohort, item__in=list(keys))

    def live(self) -> "PostQuerySet":
        return self.filter(withdrawn_at=None)

    def roots(self) -> "PostQuerySet":
        return self.filter(parent=None)

    def visible_to(self, place: Place, keys: Iterable[str]) -> "PostQuerySet":
        """Post before you see: a participant reads a discussion after their own first post; a facilitator always."""
        posts = self.in_item(place.cohort, keys)
        if place.is_facilitator:
            return posts
        own = Post.objects.in_item(place.cohort, keys).roots().filter(author=place.user)
        return posts.filter(Q(author=place.user) | Exists(own.order_by()))


class Post(models.Model):
    """What a person wrote in a discussion: a first post, or a reply below one."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="posts")
    item = models.CharField(max_length=110, help_text="The discussion's key: module/item, the same in every edition.")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    enrolment = models.ForeignKey(
        Enrolment,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="posts",
        help_text="None: the author facilitates.",
    )
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replies",
        help_text="The first post of its thread; a thread has two levels.",
    )
    answers = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The reply that it answers, where that is not the first post.",
    )
    body = models.TextField(help_text="Sanitised HTML.")
    text = models.TextField(help_text="Its words, a line for each block.")
    words = models.PositiveIntegerField()
    token = models.CharField(max_length=40, help_text="Made by the form: the same form sent twice is one post.")
    version = models.PositiveIntegerField(default=1)
    edit_token = models.CharField(max_length=40, blank=True, help_text="Of the form that last edited it.")
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["author", "token"], name="a_post_once"),
            models.UniqueConstraint(
                fields=["enrolment", "item"],
                condition=Q(parent=None, withdrawn_at=None, enrolment__isnull=False),
                name="one_first_post_a_participant",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="post_withdrawn_at_with_by",
            ),
            models.CheckConstraint(condition=Q(answers=None) | Q(parent__isnull=False), name="only_replies_answer"),
        ]
        indexes = [models.Index(fields=["cohort", "item", "created_at"], name="posts_of_discussion")]

    def __str__(self) -> str:
        return f"{self.author}, {self.item}"

    def get_absolute_url(self) -> str:
        module, item = self.item.split("/")
        return f"{reverse('classroom:item', args=[self.cohort.slug, module, item])}#post-{self.pk}"


class Seen(models.Model):
    """When a person last read a discussion: what came later bears a mark."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="+")
    item = models.CharField(max_length=110)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["user", "cohort", "item"], name="seen_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.item} {self.at:%Y-%m-%d %H:%M}"
