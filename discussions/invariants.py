"""What must hold after any fault (`manage.py check_invariants`)."""

from collections.abc import Iterator

from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat

from cohorts.models import ProgressEvent
from discussions.models import Post
from foundation.drafts.models import Draft


def problems() -> Iterator[str]:
    """Every post is in its author's progress and has no older draft; threads have two levels, in one discussion."""
    for post in _first_posts_without_event():
        yield f"Post {post.pk} of {post.item} is not in its author's progress."
    for post in _peer_replies_without_event():
        yield f"Reply {post.pk} of {post.item} is not in its author's progress."
    for post in _with_older_draft():
        yield f"Post {post.pk} of {post.item} was sent, and an older draft of it is still there."
    for post in Post.objects.filter(parent__parent__isnull=False):
        yield f"Post {post.pk} is a reply below a reply."
    for post in Post.objects.exclude(parent=None).exclude(parent__cohort=F("cohort"), parent__item=F("item")):
        yield f"Post {post.pk} stands in another discussion than the thread it replies to."


def _first_posts_without_event() -> QuerySet[Post]:
    events = ProgressEvent.objects.filter(
        enrolment=OuterRef("enrolment"), item=OuterRef("item"), name="posted"
    ).order_by()
    return Post.objects.filter(~Exists(events), parent=None, enrolment__isnull=False)


def _peer_replies_without_event() -> QuerySet[Post]:
    subject = Concat(Value("to:"), Cast(OuterRef("parent__author"), CharField()))
    events = ProgressEvent.objects.filter(
        enrolment=OuterRef("enrolment"), item=OuterRef("item"), name="replied", subject=subject
    ).order_by()
    return Post.objects.filter(~Exists(events), enrolment__isnull=False, parent__enrolment__isnull=False).exclude(
        parent__author=F("author")
    )


def _with_older_draft() -> QuerySet[Post]:
    answered = Cast(Coalesce(OuterRef("answers"), OuterRef("parent"), Value(0)), CharField())
    where = Concat(
        Value("post:"),
        OuterRef("cohort__slug"),
        Value(":"),
        OuterRef("item"),
        Value(":"),
        answered,
        output_field=CharField(),
    )
    drafts = Draft.objects.filter(
        user=OuterRef("author"), place=where, updated_at__lt=OuterRef("created_at")
    ).order_by()
    return Post.objects.filter(Exists(drafts))
