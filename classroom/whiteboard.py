"""The facilitator's board: one row a participant, one cell a module, and today's short list.

A fixed number of queries, however many people.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from classroom.overview import days_since, is_met
from cohorts import progress, schedule
from cohorts.access import Place
from cohorts.completion import ModuleStanding, Standing
from cohorts.models import Enrolment, Invitation, ProgressEvent
from discussions.models import Post
from lessonplans.models import LessonPlan

SORTS = {"name": "name", "seen": "last seen", "behind": "furthest behind", "done": "furthest ahead"}
SILENT_AFTER = timedelta(days=7)
UNANSWERED_AFTER = timedelta(hours=48)
WEEKS_OF_ACTIVITY = 6
SHOWN = 5


@dataclass(frozen=True)
class Cell:
    """A module of one person: a letter, a word and a tint."""

    letter: str
    word: str
    css: str


@dataclass(frozen=True)
class Row:
    enrolment: Enrolment
    standing: Standing
    cells: tuple[Cell, ...]
    late: int
    seen_days: int | None
    plan_status: str
    activity: tuple[int, ...]

    @property
    def bars(self) -> list[tuple[int, int, int]]:
        """The sparkline's bars in a box of 48 × 16: x, y, height."""
        most = max(self.activity, default=0) or 1
        heights = [round(16 * count / most) if count else 1 for count in self.activity]
        return [(index * 8, 16 - height, height) for index, height in enumerate(heights)]


@dataclass(frozen=True)
class Today:
    """What a facilitator with another job should look at. Of a cohort that is `over`, only the plans that wait."""

    over: bool
    silent: list[Row]
    behind: list[Row]
    more_behind: int
    unanswered: list[Post]
    plans_waiting: int
    invitations_open: int


def rows(place: Place, *, sort: str) -> list[Row]:
    """The board's rows in the order asked for; an unknown order means by name."""
    enrolments = list(place.cohort.enrolments.active().select_related("user", "college"))
    standings = progress.of_many(place.cohort, enrolments, place.now)
    plans = dict(LessonPlan.objects.filter(enrolment__in=enrolments).values_list("enrolment", "status"))
    activity = _activity(place, enrolments)
    overdue = [due for due in schedule.of(place.cohort, place.outline) if due.at < place.now]
    missed = {pk: [due.item.key for due in overdue if not is_met(one, due)] for pk, one in standings.items()}
    built = [
        Row(
            enrolment=enrolment,
            standing=standings[enrolment.pk],
            cells=tuple(_cell(module, missed[enrolment.pk]) for module in standings[enrolment.pk].modules),
            late=len(missed[enrolment.pk]),
            seen_days=days_since(enrolment.last_active_at, place.now),
            plan_status=str(plans.get(enrolment.pk, "")),
            activity=activity[enrolment.pk],
        )
        for enrolment in enrolments
    ]
    never = datetime.min.replace(tzinfo=place.now.tzinfo)
    keys = {
        "seen": lambda row: row.enrolment.last_active_at or never,
        "behind": lambda row: (-row.late, row.standing.count_done),
        "done": lambda row: -row.standing.count_done,
    }
    return sorted(built, key=keys[sort]) if sort in keys else built


def is_over(place: Place, rows: list[Row]) -> bool:
    """The cohort has closed, or its course has ended and everybody completed it."""
    day = place.now.astimezone(place.cohort.zone).date()
    return day > place.cohort.closes_on or (day > place.cohort.ends_on and all(row.standing.complete for row in rows))


def today(place: Place, rows: list[Row]) -> Today:
    plans_waiting = sum(row.plan_status == LessonPlan.Status.SUBMITTED for row in rows)
    if is_over(place, rows):
        return Today(True, [], [], 0, [], plans_waiting, 0)
    running = place.cohort.starts_on <= place.now.astimezone(place.cohort.zone).date()
    unfinished = [row for row in rows if not row.standing.complete]
    lost = place.now - SILENT_AFTER
    silent = [
        row for row in unfinished if running and (row.enrolment.last_active_at or row.enrolment.enrolled_at) < lost
    ]
    behind = sorted((row for row in unfinished if row.late and row not in silent), key=lambda row: -row.late)
    answers = Post.objects.filter(parent=OuterRef("pk"), withdrawn_at=None).exclude(author=OuterRef("author"))
    unanswered = (
        Post.objects.filter(
            ~Exists(answers),
            cohort=place.cohort,
            parent=None,
            withdrawn_at=None,
            enrolment__isnull=False,
            enrolment__withdrawn_at=None,
            created_at__lt=place.now - UNANSWERED_AFTER,
        )
        .select_related("author")
        .order_by("created_at", "pk")[:SHOWN]
    )
    return Today(
        over=False,
        silent=silent,
        behind=behind[:SHOWN],
        more_behind=max(0, len(behind) - SHOWN),
        unanswered=list(unanswered),
        plans_waiting=plans_waiting,
        invitations_open=Invitation.objects.open().filter(cohort=place.cohort).count(),
    )


def _cell(module: ModuleStanding, missed: Collection[str]) -> Cell:
    """`missed`: keys of items of which a date has passed unmet."""
    if module.done:
        return Cell("D", "Done", "state-done")
    if any(item.item.key in missed for item in module.items):
        return Cell("L", f"Late: {module.count_done} of {len(module.items)} done", "state-late")
    if any(item.begun for item in module.items):
        return Cell("P", f"In progress: {module.count_done} of {len(module.items)} done", "state-part")
    return Cell("–", "Not yet", "state-none")


def _activity(place: Place, enrolments: list[Enrolment]) -> dict[int, tuple[int, ...]]:
    """Facts in each of the cohort's last six weeks, for the sparkline."""
    counts: Counter[tuple[int, int]] = Counter()
    since = place.now - timedelta(weeks=WEEKS_OF_ACTIVITY)
    for pk, at in (
        ProgressEvent.objects.filter(enrolment__in=enrolments, at__gte=since).values_list("enrolment", "at").order_by()
    ):
        counts[pk, min((place.now - at).days // 7, WEEKS_OF_ACTIVITY - 1)] += 1
    return {e.pk: tuple(counts[e.pk, week] for week in reversed(range(WEEKS_OF_ACTIVITY))) for e in enrolments}
