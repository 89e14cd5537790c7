from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from accounts.models import User
from cohorts import actions as cohorts
from cohorts.models import Cohort
from foundation.audit import actions as audit
from foundation.notices import actions as notices
from lessonplans import fields, merging, policies, template
from lessonplans.actions.plans import Conflict, record_turn
from lessonplans.models import LessonPlan, Review, ReviewComment
from lessonplans.template import PlanCourse

NOTE_LIMIT = 4_000


class NotYours(Exception):
    """Somebody else has this review, or it is decided; `review` is how it stands now."""

    def __init__(self, review: Review) -> None:
        super().__init__(str(review))
        self.review = review


class Undecidable(Exception):
    """What is missing for this decision."""

    def __init__(self, lacks: list[str]) -> None:
        super().__init__("; ".join(lacks))
        self.lacks = lacks


class NoteConflict(Conflict):
    """Another window of the same reviewer changed the same notes; `notes` is how they stand now."""

    def __init__(self, review: Review, keys: list[str], notes: dict[str, Any]) -> None:
        super().__init__(review.plan, keys)
        self.review = review
        self.notes = notes


@transaction.atomic
def claim(*, review: Review, by: User, seen: int | None, now: datetime) -> Review:
    """Begin to read a submission. `seen` is whose it was on the page (None: nobody's): if it is another's by now,
    NotYours; then nothing changes.

    Naming another reviewer as seen takes the review over, and the audit table says so. Notes stay.
    """
    current = _held(review)
    if current.is_open and current.reviewer_id == by.pk:
        return current
    if not current.is_open or current.reviewer_id != seen:
        raise NotYours(current)
    if seen is not None:
        audit.record(
            actor=by,
            action="review.take-over",
            subject=current,
            consortium=_cohort(current).consortium.slug,
            plan=current.plan_id,
            taken_from=seen,
        )
    current.reviewer, current.claimed_at = by, now
    current.save(update_fields=["reviewer", "claimed_at"])
    return current


@transaction.atomic
def note(
    *,
    review: Review,
    by: User,
    changes: Mapping[str, Any],
    base: int,
    now: datetime,
    bases: Mapping[str, int] | None = None,
) -> Review:
    """Keep ratings and comments while they are written. Keys: `overall`, `score:<criterion>`, `comment:field:<key>`,
    `comment:criterion:<key>`.

    Raises NotYours, NoteConflict, KeyError for a key that names nothing, fields.Unstorable; then nothing is written.
    """
    current = _held(review)
    course = template.of(_cohort(current).edition)
    kept = {key: _kept(course, key, value) for key, value in changes.items()}
    now_there = notes_of(current)
    fresh = {key: value for key, value in kept.items() if now_there.get(key, "") != value}
    if not policies.can_note(current, by.pk):
        if fresh:
            raise NotYours(current)
        return current
    clashing = merging.conflicts(now_there, current.note_versions, fresh, base, bases or {})
    if clashing:
        raise NoteConflict(current, clashing, now_there)
    if fresh:
        current.version += 1
        current.note_versions = {**current.note_versions, **dict.fromkeys(fresh, current.version)}
        for key, value in fresh.items():
            _put(current, key, value, by, now)
        current.save(update_fields=["version", "note_versions", "scores", "overall"])
    return current


def notes_of(review: Review) -> dict[str, Any]:
    """Everything noted in a review, under the keys that pages use."""
    notes: dict[str, Any] = {f"score:{key}": points for key, points in review.scores.items()}
    notes |= {f"comment:{comment.anchor}": comment.text for comment in review.comments.all()}
    return notes | ({"overall": review.overall} if review.overall else {})


def _kept(course: PlanCourse, key: str, value: Any) -> Any:
    kind, _, rest = key.partition(":")
    if kind == "score":
        criterion = course.rubric.by_key[rest]
        if value in ("", None):
            return ""
        if not isinstance(value, int) or isinstance(value, bool) or value not in course.rubric.points:
            raise fields.Unstorable(f"“{criterion.title}” has no such level.")
        return value
    if kind == "comment":
        of, _, name = rest.partition(":")
        if name not in {"field": course.template.fields.keys(), "criterion": course.rubric.by_key.keys()}[of]:
            raise KeyError(key)
    elif key != "overall":
        raise KeyError(key)
    if not isinstance(value, str):
        raise fields.Unstorable("A comment is a text.")
    text = fields.keep(template.Field("comment", "textarea", "Comment"), value).strip()
    if len(text) > NOTE_LIMIT:
        raise fields.Unstorable(f"A comment has at most {NOTE_LIMIT:,} characters; this one has {len(text):,}.")
    return text


def _put(review: Review, key: str, value: Any, by: User, now: datetime) -> None:
    kind, _, rest = key.partition(":")
    if kind == "overall":
        review.overall = value
    elif kind == "score":
        review.scores = {name: points for name, points in review.scores.items() if name != rest} | (
            {rest: value} if value != "" else {}
        )
    elif value:
        ReviewComment.objects.update_or_create(
            review=review, anchor=rest, defaults={"text": value, "version": review.version, "at": now, "by": by}
        )
    else:
        ReviewComment.objects.filter(review=review, anchor=rest).delete()


@transaction.atomic
def send_back(*, review: Review, by: User, changes: Mapping[str, Any], base: int, now: datetime) -> Review:
    """Return a plan with comments. The notes sent along are kept first. Returning it twice is returning it once.

    Raises Undecidable with what is missing, and what `note` raises.
    """
    return _decide(review, by, changes, base, now, Review.State.RETURNED)


@transaction.atomic
def approve(*, review: Review, by: User, changes: Mapping[str, Any], base: int, now: datetime) -> Review:
    """Approve a plan: the fact that completes the course's plan steps, with the plan's title for the certificate.
    Twice is once.

    Raises Undecidable with what is missing, and what `note` raises.
    """
    return _decide(review, by, changes, base, now, Review.State.APPROVED)


def _decide(review: Review, by: User, changes: Mapping[str, Any], base: int, now: datetime, state: str) -> Review:
    current = _held(review)
    if current.state == state and current.decided_by_id == by.pk:
        return current
    if not policies.can_note(current, by.pk):
        raise NotYours(current)
    current = note(review=current, by=by, changes=changes, base=base, now=now)
    course = template.of(_cohort(current).edition)
    anchors = set(current.comments.values_list("anchor", flat=True))
    if state == Review.State.APPROVED:
        lacks = policies.lacks_for_approval(course.rubric, current.scores)
    else:
        lacks = policies.lacks_for_return(course.rubric, current.scores, anchors, current.overall)
    if lacks:
        raise Undecidable(lacks)
    current.state, current.decided_at, current.decided_by = Review.State(state), now, by
    current.save(update_fields=["state", "decided_at", "decided_by"])
    _tell(current, by, now)
    return current


def _tell(review: Review, by: User, now: datetime) -> None:
    """What follows from a decision: the plan's state, the facts, the audit entry and the notice."""
    plan, cohort = review.plan, _cohort(review)
    approved = review.state == Review.State.APPROVED
    plan.status = LessonPlan.Status.APPROVED if approved else LessonPlan.Status.RETURNED
    plan.updated_at = now
    if approved:
        plan.approved_at, plan.approved_by = now, by
    plan.save(update_fields=["status", "updated_at", "approved_at", "approved_by"])
    if approved:
        for item in cohort.edition.outline.of_kind("plan"):
            if item.facts.get("submit"):
                cohorts.record(
                    enrolment=plan.enrolment, item=item.key, name="approved", title=plan.title, now=now, is_own=False
                )
    else:
        record_turn(review=review, enrolment=plan.enrolment, name="returned", now=now, is_own=False)
    word = "approved" if approved else "returned"
    audit.record(
        actor=by,
        action=f"plan.{word}",
        subject=plan,
        consortium=cohort.consortium.slug,
        review=review.pk,
        scores=review.scores,
    )
    notices.notify(
        user=plan.enrolment.user,
        kind=f"plan-{word}",
        key=f"plan-{word}:{review.pk}",
        data={"name": by.name, "title": plan.title, "cohort": cohort.title, "comments": review.comments.count()},
        url=reverse("lessonplans:plan", args=[cohort.slug]),
        now=now,
    )


def _held(review: Review) -> Review:
    """The review's row, held until the transaction ends, and its plan's."""
    LessonPlan.objects.select_for_update().get(pk=review.plan_id)
    related = ("plan__enrolment__user", "plan__enrolment__cohort__consortium", "plan__enrolment__cohort__edition")
    return Review.objects.select_for_update(of=("self",)).select_related(*related).get(pk=review.pk)


def _cohort(review: Review) -> Cohort:
    return review.plan.enrolment.cohort
