from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import User
from foundation.drafts.models import Draft


class Conflict(Exception):
    """Somebody saved a newer version of the same text; `draft` is that version."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(f"{draft.place} is at version {draft.version}")
        self.draft = draft


def save(*, user: User, place: str, body: str, version: int, now: datetime) -> Draft:
    """Keep what is typed, if nobody saved since `version` (0: nothing was there); raises Conflict otherwise."""
    if version == 0:
        try:
            with transaction.atomic():
                return Draft.objects.create(user=user, place=place, body=body, updated_at=now)
        except IntegrityError:
            raise Conflict(Draft.objects.get(user=user, place=place)) from None
    changed = Draft.objects.filter(user=user, place=place, version=version).update(
        body=body, version=F("version") + 1, updated_at=now
    )
    draft = Draft.objects.filter(user=user, place=place).first()
    if changed and draft is not None:
        return draft
    if draft is None:  # it was sent or discarded from another tab: start anew rather than lose the words
        return save(user=user, place=place, body=body, version=0, now=now)
    if draft.body == body:  # the same words twice, for instance when the answer was lost on the way
        return draft
    raise Conflict(draft)


def discard(*, user: User, place: str) -> None:
    """Forget a draft: its text was sent, or the person gave it up."""
    Draft.objects.filter(user=user, place=place).delete()
