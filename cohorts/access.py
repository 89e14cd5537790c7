"""From an address and a person to what they may see, or 404 for outsiders and 403 for insiders without the right."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from accounts.models import Role, User
from cohorts import progress
from cohorts.completion import Standing
from cohorts.models import Cohort, Enrolment
from modules.models import Item
from modules.outline import ItemOutline, Outline

# Whole course texts, and what a course says of itself, that no page of a cohort needs at once.
HEAVY = (
    "edition__parts", "edition__lists", "edition__region", "edition__description", "edition__activity_category",
    "edition__created_at", "edition__created_by", "consortium__values", "consortium__overrides",
)  # fmt: skip


class NotOpenYet(PermissionDenied):
    """An item that this participant cannot open yet, and why; `step` is what they can do now, if there is anything."""

    def __init__(self, why: str, *, cohort: Cohort, step: ItemOutline | None) -> None:
        super().__init__(why)
        self.cohort, self.step = cohort, step


@dataclass
class Place:
    """A person in a cohort: as a participant (`enrolment`), as a facilitator, or as both."""

    user: User
    cohort: Cohort
    enrolment: Enrolment | None
    is_facilitator: bool
    now: datetime

    @cached_property
    def outline(self) -> Outline:
        return self.cohort.edition.outline

    @cached_property
    def standing(self) -> Standing:
        """Where this participant stands; a facilitator sees everything open and nothing done."""
        return progress.standing(self.cohort, self.enrolment, self.now)

    @property
    def is_participant(self) -> bool:
        return self.enrolment is not None


@cache
def _taken() -> QuerySet[Enrolment]:
    """Composed once: every page of a cohort asks for it, and putting it together took as long as the answer."""
    heavy = [f"cohort__{field}" for field in HEAVY]
    return Enrolment.objects.active().select_related("cohort__consortium", "cohort__edition").defer(*heavy).order_by()


def place(request: HttpRequest, slug: str) -> Place:
    """The cohort for someone who takes or facilitates it."""
    user = signed_in(request)
    enrolment = next(iter(_taken().filter(user=user, cohort__slug=slug)), None)
    if enrolment is not None:
        cohort = enrolment.cohort
        enrolment.user = user
        if enrolment.college_id == user.college_id:
            enrolment.college = user.college
        is_facilitator = _may_be_facilitator(user) and Cohort.objects.facilitated_by(user).filter(pk=cohort.pk).exists()
        return Place(user, cohort, enrolment, is_facilitator, timezone.now())
    found = (
        Cohort.objects.facilitated_by(user)
        .select_related("consortium", "edition")
        .defer(*HEAVY)
        .filter(slug=slug)
        .order_by()
        .first()
    )
    if found is None:
        raise refusal(user, slug)
    return Place(user, found, None, True, timezone.now())


def participant(request: HttpRequest, slug: str) -> Place:
    """The cohort for someone who takes it; 403 for its facilitator."""
    here = place(request, slug)
    if here.enrolment is None:
        raise PermissionDenied("This page belongs to participants.")
    return here


def facilitator(request: HttpRequest, slug: str) -> Place:
    """The cohort for someone who facilitates it; 403 for its participants."""
    here = place(request, slug)
    if not here.is_facilitator:
        raise PermissionDenied("This page belongs to facilitators.")
    return here


def item(here: Place, module: str, slug: str, *, kind: str | None = None) -> ItemOutline:
    """An item of the cohort's edition by its slugs; 404 where there is none (of that kind), 403 where it is still
    locked for this participant.
    """
    found = here.outline.by_key.get(f"{module}/{slug}")
    if found is None or (kind is not None and found.kind != kind):
        raise Http404
    if here.enrolment is not None and not here.is_facilitator:
        locked = here.standing.by_key[found.key].locked
        if locked:
            following = here.standing.next
            raise NotOpenYet(locked, cohort=here.cohort, step=following.item if following else None)
    return found


def item_row(found: ItemOutline) -> Item:
    """The item with its text and data, for the page that shows it."""
    return Item.objects.get(pk=found.pk)


def signed_in(request: HttpRequest) -> User:
    """The person of the request; the middleware has made sure that there is one."""
    assert isinstance(request.user, User)
    return request.user


def refusal(user: User, slug: str) -> Http404 | PermissionDenied:
    """404 for outsiders; 403 for those who may know of the cohort, from reports, but not enter it."""
    if Role.objects.filter(user=user).exists() and Cohort.objects.reportable_by(user).filter(slug=slug).exists():
        return PermissionDenied("This cohort's pages belong to its participants and facilitators.")
    return Http404()


def _may_be_facilitator(user: User) -> bool:
    return user.is_superuser or getattr(user, "has_role", True)
