"""What must hold of plans after any fault."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Q

from cohorts.models import ProgressEvent
from lessonplans.models import LessonPlan, PlanVersion, Review


def problems() -> Iterator[str]:
    """Each broken rule in words; none when all is well."""
    submissions = PlanVersion.objects.filter(plan=OuterRef("pk"), reason=PlanVersion.Reason.SUBMITTED)
    open_reviews = Review.objects.open().filter(plan=OuterRef("pk"))
    waiting = LessonPlan.objects.filter(status=LessonPlan.Status.SUBMITTED)
    for plan in waiting.filter(~Exists(submissions)).order_by("pk"):
        yield f"Plan {plan.pk} is submitted and has no submitted version."
    for plan in waiting.filter(~Exists(open_reviews)).order_by("pk"):
        yield f"Plan {plan.pk} is submitted and has no open review."
    for plan in (
        LessonPlan.objects.exclude(status=LessonPlan.Status.SUBMITTED).filter(Exists(open_reviews)).order_by("pk")
    ):
        yield f"Plan {plan.pk} is {plan.status} and has an open review."
    crowded = LessonPlan.objects.annotate(count=Count("reviews", filter=Q(reviews__state=Review.State.OPEN))).filter(
        count__gt=1
    )
    for plan in crowded.order_by("pk"):
        yield f"Plan {plan.pk} has more than one open review."
    approvals = Review.objects.filter(plan=OuterRef("pk"), state=Review.State.APPROVED)
    facts = ProgressEvent.objects.filter(enrolment=OuterRef("enrolment"), name="approved")
    approved = LessonPlan.objects.filter(status=LessonPlan.Status.APPROVED)
    for plan in approved.filter(~Exists(approvals)).order_by("pk"):
        yield f"Plan {plan.pk} is approved without an approved review."
    for plan in approved.filter(~Exists(facts)).select_related("enrolment__cohort__edition").order_by("pk"):
        if any(item.facts.get("submit") for item in plan.enrolment.cohort.edition.outline.of_kind("plan")):
            yield f"Plan {plan.pk} is approved, and no fact says so."
    for version in PlanVersion.objects.filter(number__gt=F("plan__version")).order_by("pk"):
        yield f"Version {version.number} of plan {version.plan_id} is newer than the plan."
