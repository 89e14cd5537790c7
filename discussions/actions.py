from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import User
from cohorts.access import Place
from cohorts.actions import record
from cohorts.models import Enrolment, Facilitation
from discussions import policies
from discussions.models import Post, Seen
from foundation.audit import actions as audit
from foundation.drafts import actions as drafts
from foundation.notices import actions as notices
from foundation.richtext.cleaning import RichText
from modules.outline import ItemOutline

EXCERPT = 160


class AlreadySent(Exception):
    """There is a post already where this one should go, with other words: `post` is that one. Nothing was changed."""

    def __init__(self, post: Post) -> None:
        super().__init__(f"post {post.pk} is there already")
        self.post = post


class Outdated(Exception):
    """The post was edited since it was on the screen; `post` is how it reads now."""

    def __init__(self, post: Post) -> None:
        super().__init__(f"post {post.pk} is at version {post.version}")
        self.post = post


def draft_place(*, place: Place, item: ItemOutline, answered: Post | None) -> str:
    """Where the draft of a first post, or of a reply to `answered`, is kept."""
    return f"post:{place.cohort.slug}:{item.key}:{answered.pk if answered else 0}"


def edit_place(post: Post) -> str:
    return f"edit:{post.pk}"


@transaction.atomic
def post(*, place: Place, item: ItemOutline, content: RichText, token: str) -> Post:
    """Put a first post into a discussion. The same form again gives the same post; other words raise AlreadySent."""
    made, is_new = _create_once(place=place, item=item, content=content, token=token)
    drafts.discard(user=place.user, place=draft_place(place=place, item=item, answered=None))
    if is_new and place.enrolment is not None:
        record(enrolment=place.enrolment, item=item.key, name="posted", subject=f"post:{made.pk}", now=place.now)
    return made


@transaction.atomic
def reply(*, place: Place, item: ItemOutline, answered: Post, content: RichText, token: str) -> Post:
    """Answer a post or a reply; both stand below the thread's first post.

    Its author and everybody who wrote in the thread are told once.
    """
    thread = answered.parent or answered
    made, is_new = _create_once(
        place=place,
        item=item,
        content=content,
        token=token,
        parent=thread,
        answers=answered if answered.parent else None,
    )
    drafts.discard(user=place.user, place=draft_place(place=place, item=item, answered=answered))
    if not is_new:
        return made
    if place.enrolment is not None and policies.counts_as_peer_reply(thread, made):
        # Two replies to the same person are one person replied to.
        record(
            enrolment=place.enrolment, item=item.key, name="replied", subject=f"to:{thread.author_id}", now=place.now
        )
    _tell(place=place, item=item, thread=thread, made=made)
    return made


@transaction.atomic
def edit(*, post: Post, content: RichText, version: int, token: str, now: datetime) -> Post:
    """Put other words into one's post, if nobody did since `version`; raises Outdated otherwise.

    The same words twice are no conflict.
    """
    changed = Post.objects.live().filter(pk=post.pk, version=version).exclude(body=content.html)
    changed.update(
        body=content.html,
        text=content.text,
        words=content.words,
        edited_at=now,
        edit_token=token,
        version=F("version") + 1,
    )
    post.refresh_from_db()
    if post.body != content.html or post.withdrawn_at is not None:
        raise Outdated(post)
    drafts.discard(user=post.author, place=edit_place(post))
    return post


@transaction.atomic
def withdraw(*, post: Post, by: User, reason: str, now: datetime) -> Post:
    """Take a post off the page; the row, the replies and what was earned with it stay.

    A facilitator's withdrawal of another's words enters the audit log.
    """
    if Post.objects.live().filter(pk=post.pk).update(withdrawn_at=now, withdrawn_by=by) and by.pk != post.author_id:
        audit.record(
            actor=by,
            action="discussion.withdraw",
            subject=post,
            consortium=post.cohort.consortium.slug,
            item=post.item,
            reason=reason,
        )
    post.refresh_from_db()
    return post


def see(*, place: Place, item: ItemOutline) -> None:
    """Remember that the person has read the discussion up to now."""
    row = Seen(user=place.user, cohort=place.cohort, item=item.key, at=place.now)
    Seen.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["user", "cohort", "item"], update_fields=["at"]
    )


def _create_once(
    *,
    place: Place,
    item: ItemOutline,
    content: RichText,
    token: str,
    parent: Post | None = None,
    answers: Post | None = None,
) -> tuple[Post, bool]:
    try:
        with transaction.atomic():
            made = Post.objects.create(
                cohort=place.cohort,
                item=item.key,
                author=place.user,
                enrolment=place.enrolment,
                parent=parent,
                answers=answers,
                body=content.html,
                text=content.text,
                words=content.words,
                token=token,
                created_at=place.now,
            )
    except IntegrityError:
        there = Post.objects.filter(author=place.user, token=token).first()
        if there is None:  # not this form: the other first post of this person
            there = Post.objects.live().roots().in_item(place.cohort, [item.key]).get(enrolment=place.enrolment)
            raise AlreadySent(there) from None
        if there.body != content.html or there.parent_id != (parent.pk if parent else None):
            raise AlreadySent(there) from None
        return there, False
    return made, True


def _tell(*, place: Place, item: ItemOutline, thread: Post, made: Post) -> None:
    wrote = Q(pk=thread.author_id) | Q(pk__in=Post.objects.live().filter(parent=thread).order_by().values("author"))
    # Someone who left the cohort since is told nothing of it any more.
    takes = Enrolment.objects.active().filter(cohort=place.cohort, user=OuterRef("pk"))
    leads = Facilitation.objects.filter(cohort=place.cohort, user=OuterRef("pk"))
    people = User.objects.filter(wrote, Exists(takes.order_by()) | Exists(leads.order_by())).exclude(pk=place.user.pk)
    told: dict[str, list[User]] = {"reply": [], "thread": []}
    for person in people:
        told["reply" if person.pk == thread.author_id else "thread"].append(person)
    data = {"name": place.user.name, "item": item.title, "excerpt": made.text[:EXCERPT], "to": thread.author.name}
    notices.notify_each(kinds=told, key=f"reply:{made.pk}", data=data, url=made.get_absolute_url(), now=place.now)
