"""A discussion as one reads it: rows turned into threads, in one query and without a model instance for each post."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString

from cohorts.access import Place
from discussions import policies
from discussions.access import keys_of
from discussions.models import Post, Seen
from foundation.richtext import cleaning
from modules.outline import ItemOutline

COLUMNS = (
    "pk", "parent_id", "answers_id", "author_id", "enrolment_id", "body", "token",
    "created_at", "edited_at", "withdrawn_at", "withdrawn_by_id",
    "author__first_name", "author__last_name", "author__email", "enrolment__college__short_name",
)  # fmt: skip
MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(slots=True)
class Entry:
    """A post or reply as it is printed."""

    pk: int
    name: str
    initials: str
    college: str
    is_facilitator: bool
    is_own: bool
    is_new: bool
    is_edited: bool
    html: SafeString
    iso: str
    when: str
    withdrawn: str
    may_answer: bool
    may_edit: bool
    may_withdraw: bool
    answers: str
    at: datetime


@dataclass(slots=True)
class Thread:
    """A first post and its replies, in the order in which they were written."""

    entries: list[Entry]

    @property
    def root(self) -> Entry:
        return self.entries[0]

    @property
    def last_at(self) -> datetime:
        return self.entries[-1].at


@dataclass(slots=True)
class Discussion:
    """What this person may read of a discussion: their own thread, and the others, the newest words first."""

    own: list[Thread]
    others: list[Thread]
    has_posted: bool
    new: int
    newest: datetime | None
    seen_at: datetime | None
    tokens: list[str]


def written(moment: datetime, zone: ZoneInfo) -> str:
    """ "Nov 23, 2:05 p.m."; a template filter for each of 180 posts would cost more than all the rest."""
    there = moment.astimezone(zone)
    half = "a.m." if there.hour < 12 else "p.m."
    return f"{MONTHS[there.month]}\xa0{there.day}, {there.hour % 12 or 12}:{there.minute:02d}\xa0{half}"


def of(place: Place, item: ItemOutline) -> Discussion:
    """The discussion as this person sees it. Two queries, however many posts there are."""
    seen_at = (
        Seen.objects.filter(user=place.user, cohort=place.cohort, item=item.key).values_list("at", flat=True).first()
    )
    rows = list(Post.objects.visible_to(place, keys_of(item)).order_by("created_at", "pk").values_list(*COLUMNS))
    zone = ZoneInfo(place.user.time_zone or place.cohort.time_zone)
    may_write = policies.may_write(place)
    me = place.user.pk
    names: dict[int, tuple[str, str]] = {}
    author_of: dict[int, int] = {}
    threads: dict[int, Thread] = {}
    new = 0
    newest: datetime | None = None
    tokens: list[str] = []
    for (
        pk,
        parent,
        answers,
        author,
        enrolment,
        body,
        token,
        at,
        edited_at,
        withdrawn_at,
        withdrawn_by,
        first,
        last,
        email,
        college,
    ) in rows:
        if author not in names:
            name = f"{first} {last}".strip() or email.partition("@")[0]
            names[author] = (name, (first[:1] + last[:1]).upper() or email[:1].upper())
        author_of[pk] = author
        is_own = author == me
        if is_own:
            tokens.append(token)
        if withdrawn_at is not None and parent is not None and not is_own and not place.is_facilitator:
            continue
        may_read = withdrawn_at is None or is_own or place.is_facilitator
        is_new = seen_at is not None and at > seen_at and not is_own and withdrawn_at is None
        new += is_new
        newest = at if newest is None or at > newest else newest
        entry = Entry(
            pk=pk,
            name=names[author][0],
            initials=names[author][1],
            college=college or "",
            is_facilitator=enrolment is None,
            is_own=is_own,
            is_new=is_new,
            is_edited=edited_at is not None,
            html=cleaning.trusted(body) if may_read else cleaning.trusted(""),
            iso=at.isoformat(timespec="seconds"),
            when=written(at, zone),
            withdrawn=""
            if withdrawn_at is None
            else "withdrawn by its author"
            if withdrawn_by == author
            else "withdrawn by a facilitator",
            may_answer=may_write and withdrawn_at is None,
            may_edit=may_write and is_own and withdrawn_at is None,
            may_withdraw=withdrawn_at is None and (place.is_facilitator or (is_own and may_write)),
            answers=names[author_of[answers]][0] if answers in author_of else "",
            at=at,
        )
        if parent is None:
            threads[pk] = Thread([entry])
        elif parent in threads:
            threads[parent].entries.append(entry)
    shown = [
        thread
        for thread in threads.values()
        if not thread.root.withdrawn or len(thread.entries) > 1 or thread.root.is_own or place.is_facilitator
    ]
    shown.sort(key=lambda thread: (thread.last_at, thread.root.pk), reverse=True)
    return Discussion(
        own=[thread for thread in shown if thread.root.is_own],
        others=[thread for thread in shown if not thread.root.is_own],
        has_posted=any(thread.root.is_own and not thread.root.withdrawn for thread in shown),
        new=new,
        newest=newest,
        seen_at=seen_at,
        tokens=tokens,
    )
