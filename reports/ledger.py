"""The rows of the completion report: people with what they did, read in few queries however many they are.

A row is read in two steps. The first gives who it is and their status, enough to count, filter and sort; the second
(`add_facts`) reads what only the rows that are shown or sent need.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Aggregate, CharField, Count, Max, Min, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Concat

from cohorts import activities
from cohorts.completion import is_required
from cohorts.models import Enrolment, Invitation, Override, ProgressEvent
from discussions.models import Post
from knowledgechecks.models import Attempt
from lessonplans import fields, template
from lessonplans.models import LessonPlan, Review
from lessonplans.template import PlanCourse
from modules.outline import ItemOutline, Outline
from reports import status
from reports.access import Reported, Scope
from reports.status import Status

CHUNK = 500
NOBODY = 0  # the college of people without one
ENROLMENT = (
    "pk", "user_id", "user__first_name", "user__last_name", "user__email", "user__position", "user__discipline",
    "user__is_career_education", "cohort_id", "college_id", "college__name", "college__district", "compensation",
    "enrolled_at", "last_active_at", "withdrawn_at", "completed_at", "lesson_plan__status", "lesson_plan__title",
    "lesson_plan__stage", "lesson_plan__sharing", "lesson_plan__approved_at", "certificate__number",
    "certificate__issued_at", "certificate__hours",
)  # fmt: skip
INVITATION = ("pk", "first_name", "last_name", "email", "cohort_id", "college_id", "college__name", "college__district")
# Answers of the plan that have a column of their own; what the reach is computed from is added from the template.
ANSWERS = ("code_system", "program_code", "activity_types")
NUMBER = template.Field("number", "number", "Number")


@dataclass(frozen=True)
class Filters:
    """What the report is narrowed to; None takes everything."""

    term: str | None = None
    cohort: str | None = None
    college: int | None = None
    fiscal_year: str | None = None
    facilitator: int | None = None
    statuses: frozenset[Status] | None = None

    def cohorts(self, scope: Scope) -> list[int]:
        return [
            pk
            for pk, each in scope.cohorts.items()
            if self.term in (None, each.cohort.term)
            and self.cohort in (None, each.cohort.slug)
            and self.fiscal_year in (None, each.fiscal_year)
            and (self.facilitator is None or self.facilitator in each.facilitators)
        ]

    def takes(self, found: Status) -> bool:
        return self.statuses is None or found in self.statuses


@dataclass(frozen=True)
class Facts:
    """What a person did, counted."""

    started_at: datetime | None
    modules_done: int
    score: float | None
    posts: int
    replies: int
    surveyed: bool | None = None  # None: the edition has no survey at its end


@dataclass
class Row:
    """One enrolment, or one open invitation (`raw` has less then), as reports show it."""

    raw: Mapping[str, Any]
    of: Reported
    status: Status
    first_name: str
    last_name: str
    email: str
    facts: Facts | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_invited(self) -> bool:
        return self.status is Status.INVITED

    @property
    def name(self) -> str:
        return ", ".join(filter(None, (self.last_name, self.first_name))) or self.email

    @property
    def college(self) -> str:
        return self.raw["college__name"] or ""

    @cached_property
    def course(self) -> PlanCourse:
        return template.of(self.of.cohort.edition)

    def get(self, name: str) -> Any:
        return self.raw.get(name)


# -- first step: who


def rows(scope: Scope, filters: Filters) -> list[Row]:
    """Everybody the filters leave, whatever their status, in two queries; no facts yet."""
    found = [_enrolled(raw, scope) for raw in _enrolments(scope, filters).order_by().values(*ENROLMENT)]
    return found + [_invited(raw, scope) for raw in _invitations(scope, filters).order_by().values(*INVITATION)]


def chunks(scope: Scope, filters: Filters) -> Iterator[list[Row]]:
    """The rows with all facts, at most `CHUNK` at a time and by id: between two chunks no cursor stays open, and rows
    that come or go meanwhile neither repeat nor hide others.
    """
    answers = _answers(scope, filters)
    extra = {f"answer_{name}": KeyTextTransform(name, "lesson_plan__data") for name in answers}
    decided = Review.objects.decided().filter(plan=OuterRef("lesson_plan")).order_by("-decided_at", "-pk")
    people = _enrolments(scope, filters).values(*ENROLMENT, scores=Subquery(decided.values("scores")[:1]), **extra)
    for part in _by_id(people):
        taken = [row for row in (_enrolled(raw, scope) for raw in part) if filters.takes(row.status)]
        add_facts(taken)
        for row in taken:
            row.answers = {name: row.raw[f"answer_{name}"] for name in answers}
        yield taken
    if filters.takes(Status.INVITED):
        for part in _by_id(_invitations(scope, filters).values(*INVITATION)):
            yield [_invited(raw, scope) for raw in part]


def count(scope: Scope, filters: Filters) -> int:
    """How many rows `chunks` is going to give."""
    invited = _invitations(scope, filters).count() if filters.takes(Status.INVITED) else 0
    people = _enrolments(scope, filters)
    if filters.statuses is None:
        return people.count() + invited
    if filters.statuses == {Status.INVITED}:
        return invited
    light = people.values("pk", "cohort_id", "enrolled_at", "last_active_at", "withdrawn_at", "completed_at")
    return invited + sum(filters.takes(_status(raw, scope)) for part in _by_id(light) for raw in part)


def _by_id(found: Any) -> Iterator[list[Mapping[str, Any]]]:
    last = 0
    while part := list(found.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield part
        last = part[-1]["pk"]
        if len(part) < CHUNK:
            return


def _enrolments(scope: Scope, filters: Filters) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(_narrow(scope, filters))


def _invitations(scope: Scope, filters: Filters) -> QuerySet[Invitation]:
    return Invitation.objects.open().filter(_narrow(scope, filters))


def _narrow(scope: Scope, filters: Filters) -> Q:
    """What this person may see of what the filters leave: whole cohorts, of others a liaison's people."""
    chosen = filters.cohorts(scope)
    whole = [pk for pk in chosen if scope.sees_all_of(pk)]
    where = Q(cohort__in=whole)
    if len(whole) < len(chosen):
        where |= Q(cohort__in=chosen, college__in=scope.rights.speaks_for)
    if filters.college is not None:
        where &= Q(college=filters.college or None)
    return where


def _enrolled(raw: Mapping[str, Any], scope: Scope) -> Row:
    names = raw["user__first_name"], raw["user__last_name"], raw["user__email"]
    return Row(raw, scope.cohorts[raw["cohort_id"]], _status(raw, scope), *names)


def _invited(raw: Mapping[str, Any], scope: Scope) -> Row:
    return Row(raw, scope.cohorts[raw["cohort_id"]], Status.INVITED, raw["first_name"], raw["last_name"], raw["email"])


def _status(raw: Mapping[str, Any], scope: Scope) -> Status:
    of = scope.cohorts[raw["cohort_id"]]
    return status.of(
        starts_on=of.cohort.starts_on,
        ends_on=of.cohort.ends_on,
        closes_on=of.cohort.closes_on,
        zone=of.zone,
        enrolled_at=raw["enrolled_at"],
        last_active_at=raw["last_active_at"],
        withdrawn_at=raw["withdrawn_at"],
        completed_at=raw["completed_at"],
        now=scope.now,
    )


def _answers(scope: Scope, filters: Filters) -> list[str]:
    """Keys of the plan's answers to read: only these leave the database, not whole plans."""
    names = dict.fromkeys(ANSWERS)
    for pk in filters.cohorts(scope):
        reach = template.of(scope.cohorts[pk].cohort.edition).template.fields.get("planned_reach")
        names.update(dict.fromkeys(reach.factors if reach else ()))
    return list(names)


# -- second step: what they did


class Joined(Aggregate):
    """Texts of a group with commas between: thousands of small facts arrive as one value a person."""

    function = "GROUP_CONCAT"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        pattern = "%(function)s(%(expressions)s, ',')"
        return self.as_sql(compiler, connection, function="STRING_AGG", template=pattern, **extra)


def add_facts(found: Iterable[Row]) -> None:
    """Read what these people did: four queries for any number of them, in any number of cohorts."""
    people = {row.raw["pk"]: row for row in found if not row.is_invited}
    if not people:
        return
    ids = list(people)
    fact = Concat("item", Value(":"), "name", output_field=CharField())
    events = {
        pk: (begun, said)
        for pk, begun, said in ProgressEvent.objects.filter(enrolment__in=ids)
        .order_by()
        .values_list("enrolment")
        .annotate(begun=Min("at"), said=Joined(fact))
    }
    waived: dict[int, set[str]] = defaultdict(set)
    for pk, item in Override.objects.filter(enrolment__in=ids).order_by().values_list("enrolment", "item"):
        waived[pk].add(item)
    written = {
        pk: (posts, replies)
        for pk, posts, replies in Post.objects.live()
        .filter(enrolment__in=ids)
        .order_by()
        .values_list("enrolment")
        .annotate(firsts=Count("pk", filter=Q(parent=None)), others=Count("parent"))
    }
    scores = _scores(people, ids)
    editions = {row.of.cohort.edition_id: row.of.outline for row in people.values()}
    rules = {pk: rules_of(outline) for pk, outline in editions.items()}
    for pk, row in people.items():
        begun, said = events.get(pk, (None, ""))
        counts = Counter(said.split(","))
        done = modules_done(rules[row.of.cohort.edition_id], counts, waived[pk])
        surveyed = _surveyed(row.of.outline, counts)
        row.facts = Facts(begun, done, scores.get(pk), *written.get(pk, (0, 0)), surveyed=surveyed)


def _scores(people: Mapping[int, Row], ids: list[int]) -> dict[int, float]:
    """Enrolment → the mean of the best scores, over the checks of the edition that were handed in."""
    best: dict[int, dict[str, float]] = defaultdict(dict)
    tries = Attempt.objects.submitted().filter(enrolment__in=ids).order_by().values_list("enrolment", "item")
    for pk, item, score in tries.annotate(best=Max("score")):
        outline = people[pk].of.outline
        key = outline.aliases.get(item, item)
        if key in outline.by_key:
            best[pk][key] = max(score, best[pk].get(key, 0.0))
    return {pk: sum(found.values()) / len(found) for pk, found in best.items()}


def _surveyed(outline: Outline, facts: Mapping[str, int]) -> bool | None:
    """Whether the survey at the end was submitted. What was answered is not known here, and must not be."""
    ends = [item for item in outline.of_kind("survey") if item.facts["when"] == "end"]
    names = {item.key for item in ends} | {f"{item.module}/{item.was}" for item in ends if item.was}
    return any(facts.get(f"{name}:submitted") for name in names) if ends else None


class Rule(NamedTuple):
    """What makes one item done: waived under one of its keys, or enough facts ("module/item:name") of each need."""

    keys: frozenset[str]
    needs: tuple[tuple[tuple[str, ...], int], ...]


def rules_of(outline: Outline) -> list[list[Rule]]:
    """The rules of completion, ready for counting: a list for each module.

    `completion.evaluate` says the same with locks and words, at ten times the cost; a test holds the two together.
    """
    return outline.once("rules of completion", lambda: _rules_of(outline))


def _rules_of(outline: Outline) -> list[list[Rule]]:
    needs = activities.needs(outline)
    old_keys: dict[str, list[str]] = defaultdict(list)
    for old, key in outline.aliases.items():
        old_keys[key].append(old)

    def rule(item: ItemOutline) -> Rule:
        # A key that is another item's old name stands for that item, as in `completion.evaluate`.
        own = [] if item.key in outline.aliases else [item.key]
        keys = own + old_keys[item.key]
        return Rule(
            frozenset(keys),
            tuple((tuple(f"{key}:{need.fact}" for key in keys), need.count) for need in needs[item.key]),
        )

    return [[rule(item) for item in module.items if is_required(item)] for module in outline.modules]


def modules_done(rules: list[list[Rule]], facts: Mapping[str, int], waived: Collection[str]) -> int:
    """In how many modules every item is done."""
    return sum(all(_is_done(rule, facts, waived) for rule in module) for module in rules)


def _is_done(rule: Rule, facts: Mapping[str, int], waived: Collection[str]) -> bool:
    if waived and not rule.keys.isdisjoint(waived):
        return True
    for names, count in rule.needs:
        have = facts.get(names[0], 0) if len(names) == 1 else sum(facts.get(name, 0) for name in names)
        if have < count:
            return False
    return True


# -- what a row says of the plan, in words


def activity_types(row: Row) -> str:
    asked = row.course.template.fields.get("activity_types")
    labels = asked.labels if asked else {}
    try:
        codes = json.loads(row.answers.get("activity_types") or "[]")
    except ValueError:
        return ""
    if not isinstance(codes, list):
        return ""
    return "; ".join(labels.get(code, code) for code in codes if isinstance(code, str))


def stage(row: Row) -> str:
    asked, code = row.course.template.fields.get("stage"), row.get("lesson_plan__stage") or ""
    return asked.labels.get(code, code) if asked else code


def program_code(row: Row, system: str) -> str:
    return str(row.answers.get("program_code") or "") if row.answers.get("code_system") == system else ""


def planned_reach(row: Row) -> float | int | None:
    reach = row.course.template.fields.get("planned_reach")
    if reach is None:
        return None
    return fields.computed(reach, {name: _number(row.answers.get(name)) for name in reach.factors})


def _number(value: Any) -> float | int | None:
    """SQLite gives the number, PostgreSQL its text. A plan keeps "inf" as it was typed: no number, and no cell of a
    workbook takes it for one.
    """
    try:
        kept = fields.keep(NUMBER, value)
    except fields.Unstorable:
        return None
    return kept if isinstance(kept, int | float) else None


def rubric_total(row: Row) -> int | None:
    scores = row.get("scores")
    points = [each for each in scores.values() if isinstance(each, int)] if isinstance(scores, dict) else []
    return sum(points) if points else None


def rubric_most(row: Row) -> int | None:
    rubric = row.course.rubric
    return max(rubric.points) * len(rubric.criteria) if rubric.points and rubric_total(row) is not None else None


def plan_status(row: Row) -> str:
    kept = row.get("lesson_plan__status")
    return LessonPlan.Status(kept).label if kept else "" if row.is_invited else "Not begun"
