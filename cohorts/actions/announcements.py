from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts.models import User
from cohorts.models import Announcement, Cohort
from foundation.audit import actions as audit
from foundation.drafts import actions as drafts
from foundation.notices import actions as notices
from foundation.richtext import cleaning


def draft_place(cohort: Cohort) -> str:
    """Where a new announcement is kept while it is written."""
    return f"announcement:{cohort.slug}"


class AlreadyPublished(Exception):
    """This form was sent before, with other words: those are out, these are not."""


@transaction.atomic
def announce(*, cohort: Cohort, author: User, title: str, body: str, token: str, now: datetime) -> Announcement:
    """Say something to the whole cohort, on its home and by mail. The same `token` twice is one announcement.

    Raises AlreadyPublished for other words under the same token, as after a step back in the browser.
    """
    made, created = Announcement.objects.get_or_create(
        author=author, token=token, defaults={"cohort": cohort, "title": title, "body": body, "published_at": now}
    )
    if not created:
        if (made.cohort_id, made.title, made.body) != (cohort.pk, title, body) and made.edited_at is None:
            raise AlreadyPublished
        return made
    people = (
        User.objects.filter(enrolments__in=cohort.enrolments.active(), is_active=True).exclude(pk=author.pk).distinct()
    )
    notices.notify_many(
        users=list(people),
        kind="announcement",
        key=f"announcement:{made.pk}",
        data={"cohort": cohort.title, "author": author.name, "title": title, "text": cleaning.text_of(body)[:2_000]},
        url=reverse("cohorts:announcements", args=[cohort.slug]) + f"#announcement-{made.pk}",
        now=now,
    )
    drafts.discard(user=author, place=draft_place(cohort))
    return made


class Outdated(Exception):
    """Somebody else changed the announcement meanwhile; `announcement` is what it says now."""

    def __init__(self, announcement: Announcement) -> None:
        super().__init__(f"Announcement {announcement.pk} was changed meanwhile.")
        self.announcement = announcement


@transaction.atomic
def edit_announcement(
    *, announcement: Announcement, by: User, title: str, body: str, version: str, now: datetime
) -> Announcement:
    """Change the words. Nobody is mailed again; the page says that it was edited.

    Raises Outdated where they are not those of `version` any more.
    """
    held = (
        Announcement.objects.select_for_update(of=("self",))
        .select_related("cohort__consortium")
        .get(pk=announcement.pk)
    )
    if (held.title, held.body) == (title, body):
        return held
    if held.version != version:
        raise Outdated(held)
    held.title, held.body, held.edited_at = title, body, now
    held.save(update_fields=["title", "body", "edited_at"])
    audit.record(actor=by, action="announcement.edit", subject=held, consortium=held.cohort.consortium.slug)
    return held


@transaction.atomic
def withdraw_announcement(*, announcement: Announcement, by: User, now: datetime) -> bool:
    """Take an announcement off the pages; what was mailed is out."""
    changed = Announcement.objects.filter(pk=announcement.pk, withdrawn_at=None).update(withdrawn_at=now)
    if changed:
        audit.record(
            actor=by,
            action="announcement.withdraw",
            subject=announcement,
            consortium=announcement.cohort.consortium.slug,
        )
    return bool(changed)
