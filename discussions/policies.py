"""Who may write what in a discussion. Whether they see it at all is the queryset's."""

from datetime import datetime, timedelta

from cohorts.access import Place
from cohorts.models import Cohort
from cohorts.schedule import last_minute
from discussions.models import Post
from modules.outline import ItemOutline


def closes_at(cohort: Cohort) -> datetime:
    """The first moment at which a participant's words would come too late."""
    return last_minute(cohort.closes_on, cohort.zone) + timedelta(minutes=1)


def may_write(place: Place) -> bool:
    """A participant until the cohort closes, its facilitator also after."""
    return place.is_facilitator or place.now < closes_at(place.cohort)


def may_answer(place: Place, post: Post) -> bool:
    return post.withdrawn_at is None and may_write(place)


def may_edit(place: Place, post: Post) -> bool:
    return post.author_id == place.user.pk and post.withdrawn_at is None and may_write(place)


def may_withdraw(place: Place, post: Post) -> bool:
    """One's own; a facilitator any."""
    return post.withdrawn_at is None and (
        place.is_facilitator or (post.author_id == place.user.pk and may_write(place))
    )


def least_words(place: Place, item: ItemOutline, *, is_reply: bool) -> int:
    """The edition's minimum for participants; a facilitator may say as little as is needed."""
    if place.enrolment is None:
        return 0
    return int(item.facts["reply_words" if is_reply else "post_words"])


def counts_as_peer_reply(thread: Post, replier: Post) -> bool:
    """A reply counts when it is to another participant's thread: not one's own, not the facilitator's."""
    return thread.enrolment_id is not None and thread.author_id != replier.author_id
