"""From an address and a person to a plan, its review or one of its versions; 404 where they may know of none."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import User
from cohorts import access as cohorts
from cohorts.models import consortia_of
from lessonplans import fields, template
from lessonplans.models import LessonPlan, PlanVersion, Review, ReviewComment
from lessonplans.template import Exemplar, PlanCourse
from modules.models import Edition, Resource


@dataclass
class Desk:
    """A participant at their plan. A plan that was never saved is here as an empty one with what the profile knows."""

    place: cohorts.Place
    course: PlanCourse
    plan: LessonPlan

    @cached_property
    def resources(self) -> dict[str, str]:
        """Slug → title of the toolbox, for the plan's list of resources."""
        return resources_of(self.place)

    @cached_property
    def reviews(self) -> list[Review]:
        """Newest first, with comments only where the participant may read them: those of decided reviews."""
        if not self.plan.is_kept:
            return []
        comments = ReviewComment.objects.filter(review__state__in=[Review.State.RETURNED, Review.State.APPROVED])
        reviews = self.plan.reviews.exclude(state=Review.State.WITHDRAWN).select_related("reviewer", "decided_by")
        return list(reviews.prefetch_related(Prefetch("comments", comments)))

    @property
    def open_review(self) -> Review | None:
        return next((review for review in self.reviews if review.is_open), None)

    @property
    def last_decision(self) -> Review | None:
        return next((review for review in self.reviews if not review.is_open), None)


def resources_of(place: cohorts.Place) -> dict[str, str]:
    return dict(Resource.objects.filter(edition=place.cohort.edition_id).values_list("slug", "title"))


def desk(request: HttpRequest, cohort: str) -> Desk:
    """One's own plan in a cohort; 403 for facilitators, 404 for strangers and where the course has no plan."""
    return desk_at(cohorts.participant(request, cohort))


def desk_at(place: cohorts.Place) -> Desk:
    course = course_at(place)
    assert place.enrolment is not None
    plan = LessonPlan.objects.filter(enrolment=place.enrolment).first()
    if plan is None:
        college = place.enrolment.college
        known = fields.first_values(
            course.template, college=college.slug if college else "", discipline=place.user.discipline
        )
        plan = LessonPlan(enrolment=place.enrolment, data=known, updated_at=place.now)
    else:
        plan.enrolment = place.enrolment
    return Desk(place, course, plan)


def course_at(place: cohorts.Place) -> PlanCourse:
    """Template and rubric of the cohort's edition."""
    course = template.of(place.cohort.edition)
    if not course.template.sections:
        raise Http404
    return course


def version(desk: Desk, number: int) -> PlanVersion:
    """A version of one's own plan. Where a submission has the number of a saved version, they are the same words."""
    found = PlanVersion.objects.filter(plan=desk.plan.pk, number=number).first() if desk.plan.is_kept else None
    if found is None:
        raise Http404
    return found


def submission(request: HttpRequest, cohort: str, plan_id: int) -> tuple[cohorts.Place, PlanCourse, Review]:
    """The newest review of a plan in a cohort that the person facilitates. A plan that was never submitted is not
    there for them.
    """
    place = cohorts.facilitator(request, cohort)
    course = course_at(place)
    reviews = Review.objects.filter(plan__pk=plan_id, plan__enrolment__cohort=place.cohort).exclude(
        state=Review.State.WITHDRAWN
    )
    review = reviews.select_related(
        "plan__enrolment__user", "plan__enrolment__college", "snapshot", "reviewer", "decided_by"
    ).first()
    if review is None:
        raise Http404
    return place, course, review


def exemplars(user: User) -> list[tuple[Edition, PlanCourse]]:
    """The newest editions that bring exemplars, of all consortia in which the person has or had a part."""
    editions = Edition.objects.filter(consortium__in=consortia_of(user)).current().select_related("consortium")
    found = [
        (edition, template.of(edition))
        for edition in editions.defer("parts", "lists", "region").order_by("consortium__name", "pk")
    ]
    return [(edition, course) for edition, course in found if course.exemplars]


def exemplar(request: HttpRequest, slug: str) -> tuple[Edition, PlanCourse, Exemplar]:
    """One exemplar; of the consortium in `?region=` where one belongs to several."""
    wanted = request.GET.get("region")
    for edition, course in exemplars(cohorts.signed_in(request)):
        if slug in course.exemplars and wanted in (None, edition.consortium.slug):
            return edition, course, course.exemplars[slug]
    raise Http404


def shared_plan(request: HttpRequest, plan_id: int) -> LessonPlan:
    """A plan of the gallery, if its author shares it with people like this one."""
    plans = LessonPlan.objects.in_gallery_of(cohorts.signed_in(request))
    return get_object_or_404(
        plans.select_related(
            "enrolment__user", "enrolment__college", "enrolment__cohort__consortium", "enrolment__cohort__edition"
        ),
        pk=plan_id,
    )
