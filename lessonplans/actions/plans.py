import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from accounts.models import User
from cohorts import actions as cohorts
from cohorts.models import Enrolment, ProgressEvent
from foundation.notices import actions as notices
from lessonplans import completeness, fields, merging, policies, template
from lessonplans.models import LessonPlan, PlanVersion, Review
from lessonplans.template import Template

COALESCE = timedelta(minutes=10)
PLAN_CAP = 512 * 1024  # bytes of one plan's answers


class Conflict(Exception):
    """Somebody changed the same fields meanwhile; `keys` are they, `plan` is how it stands now."""

    def __init__(self, plan: LessonPlan, keys: list[str]) -> None:
        super().__init__(f"Version {plan.version}: {', '.join(keys)}")
        self.plan = plan
        self.keys = keys


class Locked(Exception):
    """The plan was submitted or approved: nobody writes in it now."""

    def __init__(self, plan: LessonPlan) -> None:
        super().__init__(plan.status)
        self.plan = plan


class Incomplete(Exception):
    """The plan cannot be submitted yet."""

    def __init__(self, state: completeness.Completeness) -> None:
        super().__init__(f"{len(state.gaps)} gaps")
        self.state = state


class TooLarge(Exception):
    """More than one plan may hold."""


@dataclass(frozen=True)
class Saved:
    """What came of saving: the plan, and the fields that another window changed since the version this one was made
    from.
    """

    plan: LessonPlan
    merged: dict[str, Any]


@transaction.atomic
def save(
    *,
    enrolment: Enrolment,
    changes: Mapping[str, Any],
    base: int,
    now: datetime,
    bases: Mapping[str, int] | None = None,
    known: Mapping[str, Any] | None = None,
) -> Saved:
    """Keep some fields of a plan, made at the first time. What others changed since `base` stays; the same field
    twice is a Conflict.

    `changes`: field key → value as it came. `bases`: the version seen of single fields, where it isn't `base`.
    `known`: first values of a new plan.
    Raises fields.Unstorable, KeyError for a key the template lacks, Conflict, Locked, TooLarge; then nothing is
    written.
    """
    course = template.of(enrolment.cohort.edition).template
    kept = {key: fields.keep(course.fields[key], value) for key, value in changes.items()}
    plan = _locked(enrolment, known or {}, now)
    if not policies.can_write(plan):
        if all(plan.data.get(key) == value for key, value in kept.items()):
            return Saved(plan, {})
        raise Locked(plan)
    clashing = merging.conflicts(plan.data, plan.field_versions, kept, base, bases or {})
    if clashing:
        raise Conflict(plan, clashing)
    others = merging.changed_since(plan.field_versions, base) - set(kept)
    merged = {key: plan.data.get(key) for key in others}
    changed = {key: value for key, value in kept.items() if plan.data.get(key) != value}
    if changed:
        _write(plan, course, {**plan.data, **changed}, changed, now)
        _snapshot(plan, reason=PlanVersion.Reason.AUTOSAVE, by=enrolment.user, now=now)
        _record_steps(plan, enrolment, course, now)
    return Saved(plan, merged)


def _locked(enrolment: Enrolment, known: Mapping[str, Any], now: datetime) -> LessonPlan:
    """The plan's row, held until the transaction ends."""
    first = {"data": dict(known), "field_versions": {}, "updated_at": now}
    LessonPlan.objects.get_or_create(enrolment=enrolment, defaults=first)
    plan = LessonPlan.objects.select_for_update().get(enrolment=enrolment)
    plan.enrolment = enrolment
    return plan


def _write(plan: LessonPlan, course: Template, data: dict[str, Any], changed: Collection[str], now: datetime) -> None:
    if len(json.dumps(data, ensure_ascii=False).encode()) > PLAN_CAP:
        raise TooLarge
    plan.version += 1
    plan.data = data
    plan.field_versions = {**plan.field_versions, **dict.fromkeys(changed, plan.version)}
    plan.updated_at = now
    _denormalise(plan, course)
    plan.save()


def _denormalise(plan: LessonPlan, course: Template) -> None:
    """What lists and the gallery ask for, beside the answers."""
    title, stage, sharing = plan.data.get("title"), plan.data.get("stage"), plan.data.get("sharing")
    plan.title = " ".join(title.split())[:200] if isinstance(title, str) else ""
    plan.stage = stage.get("primary", "")[:40] if isinstance(stage, dict) else ""
    what = course.taken_from(template.DISCIPLINES)
    discipline = plan.data.get(what.key) if what else None
    plan.discipline = fields.code_or_words(discipline)[:200]
    plan.sharing = LessonPlan.Sharing(sharing) if sharing in LessonPlan.Sharing.values else LessonPlan.Sharing.PRIVATE


def _snapshot(
    plan: LessonPlan, *, reason: str, by: User, now: datetime, restored_from: int | None = None
) -> PlanVersion:
    """Keep the plan as it stands. What is typed within ten minutes is one version; what was submitted is one for
    good.
    """
    last = plan.versions.order_by("-number", "-pk").defer("data").first()
    if (
        reason == PlanVersion.Reason.AUTOSAVE
        and last is not None
        and last.reason == reason
        and now - last.began_at < COALESCE
    ):
        PlanVersion.objects.filter(pk=last.pk).update(number=plan.version, data=plan.data, at=now, by=by)
        return last
    if reason == PlanVersion.Reason.SUBMITTED and last is not None and last.number == plan.version:
        PlanVersion.objects.filter(pk=last.pk).update(data=plan.data, at=now, by=by, reason=reason)
        return last
    return PlanVersion.objects.create(
        plan=plan,
        number=plan.version,
        data=plan.data,
        began_at=now,
        at=now,
        by=by,
        reason=reason,
        restored_from=restored_from,
    )


def _record_steps(plan: LessonPlan, enrolment: Enrolment, course: Template, now: datetime) -> None:
    """Write down which plan steps are done now. A step that was done stays so, whatever is deleted later."""
    steps = [item for item in enrolment.cohort.edition.outline.of_kind("plan") if item.facts.get("fields")]
    wrong = fields.validate(course, plan.data)
    done = [item for item in steps if completeness.is_drafted(course, plan.data, item.facts["fields"], wrong=wrong)]
    if not done:
        return
    known = set(ProgressEvent.objects.filter(enrolment=enrolment, name="drafted").values_list("item", flat=True))
    for item in done:
        if item.key not in known:
            cohorts.record(enrolment=enrolment, item=item.key, name="drafted", now=now)


@transaction.atomic
def restore(*, enrolment: Enrolment, version: PlanVersion, base: int, now: datetime) -> LessonPlan:
    """Put an earlier version back, as a new one. Raises Conflict if the plan changed since `base`, and Locked."""
    plan = LessonPlan.objects.select_for_update().get(pk=version.plan_id)
    plan.enrolment = enrolment
    if not policies.can_write(plan):
        raise Locked(plan)
    if plan.version != base:
        raise Conflict(plan, sorted(merging.changed_since(plan.field_versions, base)))
    changed = {key for key in {*plan.data, *version.data} if plan.data.get(key) != version.data.get(key)}
    if changed:
        _write(plan, template.of(enrolment.cohort.edition).template, dict(version.data), changed, now)
        _snapshot(plan, reason=PlanVersion.Reason.RESTORED, by=enrolment.user, now=now, restored_from=version.number)
    return plan


@transaction.atomic
def submit(*, enrolment: Enrolment, base: int, now: datetime, resources: Collection[str]) -> Review:
    """Hand the plan in: a snapshot for good, an open review, word to the facilitators. Submitting the same version
    again changes nothing.

    Raises Incomplete with what is missing, Conflict if the plan changed since the page was made, Locked if it is
    submitted or approved already.
    """
    course = template.of(enrolment.cohort.edition).template
    plan = _locked(enrolment, {}, now)
    if plan.status == LessonPlan.Status.SUBMITTED and plan.version == base:
        return plan.reviews.open().get()
    if not policies.can_submit(plan):
        raise Locked(plan)
    if plan.version != base:
        raise Conflict(plan, sorted(merging.changed_since(plan.field_versions, base)))
    state = completeness.of(course, plan.data, resources=resources)
    if not state.complete:
        raise Incomplete(state)
    plan.status = LessonPlan.Status.SUBMITTED
    plan.submitted_at = plan.updated_at = now
    plan.save(update_fields=["status", "submitted_at", "updated_at"])
    snapshot = _snapshot(plan, reason=PlanVersion.Reason.SUBMITTED, by=enrolment.user, now=now)
    review = Review.objects.create(plan=plan, snapshot=snapshot, opened_at=now)
    record_turn(review=review, enrolment=enrolment, name="submitted", now=now)
    notices.notify_many(
        users=list(enrolment.cohort.facilitators.all()),
        kind="plan-submitted",
        key=f"plan-submitted:{review.pk}",
        data={"name": enrolment.user.name, "title": plan.title, "cohort": enrolment.cohort.title},
        url=reverse("lessonplans:review", args=[enrolment.cohort.slug, plan.pk]),
        now=now,
    )
    return review


def record_turn(*, review: Review, enrolment: Enrolment, name: str, now: datetime, is_own: bool = True) -> None:
    """Write down whose turn it is by now: `submitted`, `withdrawn` or `returned`, each once for a review."""
    for item in enrolment.cohort.edition.outline.of_kind("plan"):
        if item.facts.get("submit"):
            cohorts.record(
                enrolment=enrolment, item=item.key, name=name, subject=f"review:{review.pk}", now=now, is_own=is_own
            )


@transaction.atomic
def withdraw(*, enrolment: Enrolment, now: datetime) -> LessonPlan:
    """Take a submission back, while nobody has begun to read it. Raises Locked otherwise; on a plan that is being
    written nothing changes.
    """
    plan = _locked(enrolment, {}, now)
    if plan.is_writable:
        return plan
    review = plan.reviews.open().select_for_update(of=("self",)).first()
    if not policies.can_withdraw(plan, review):
        raise Locked(plan)
    assert review is not None
    review.state = Review.State.WITHDRAWN
    review.save(update_fields=["state"])
    record_turn(review=review, enrolment=enrolment, name="withdrawn", now=now)
    came_back = plan.reviews.filter(state=Review.State.RETURNED).exists()
    plan.status = LessonPlan.Status.RETURNED if came_back else LessonPlan.Status.DRAFT
    plan.updated_at = now
    plan.save(update_fields=["status", "updated_at"])
    return plan


@transaction.atomic
def change_sharing(*, enrolment: Enrolment, sharing: str, now: datetime) -> LessonPlan:
    """Say anew who sees an approved plan. Raises Locked before it is approved (then it is a field like others) and
    ValueError for what is no choice.
    """
    plan = _locked(enrolment, {}, now)
    if not policies.can_change_sharing(plan):
        raise Locked(plan)
    choice = LessonPlan.Sharing(sharing)
    if plan.sharing != choice:
        _write(
            plan,
            template.of(enrolment.cohort.edition).template,
            {**plan.data, "sharing": choice.value},
            ["sharing"],
            now,
        )
        _snapshot(plan, reason=PlanVersion.Reason.AUTOSAVE, by=enrolment.user, now=now)
    return plan
