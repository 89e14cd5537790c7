"""What a person may report on: cohorts, their regions, colleges and facilitators, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from accounts.access import person
from accounts.models import College, Consortium, Role, User
from cohorts.models import Cohort, Facilitation
from modules.outline import Outline
from reports import fiscal


@dataclass
class Reported:
    """A cohort in a report, with its region's words."""

    cohort: Cohort
    consortium: Consortium
    terms: Mapping[str, str]
    disciplines: Mapping[str, str]
    facilitators: Mapping[int, str]

    @cached_property
    def zone(self) -> ZoneInfo:
        return self.cohort.zone

    @cached_property
    def outline(self) -> Outline:
        return self.cohort.edition.outline

    @cached_property
    def term(self) -> str:
        return self.terms.get(self.cohort.term, self.cohort.term)

    @cached_property
    def fiscal_year(self) -> str:
        starts = str(self.consortium.region.get("fiscal_year_starts") or fiscal.DEFAULT_START)
        return fiscal.fiscal_year(self.cohort.starts_on, starts)

    @cached_property
    def facilitated_by(self) -> str:
        return "; ".join(self.facilitators.values())


@dataclass(frozen=True)
class Rights:
    """What makes a person see records of others: read once, so that not every query asks the roles again.

    Means the same as `reportable_by` of the querysets; a test holds the two together.
    """

    everything: bool
    has_role: bool
    staff_of: frozenset[int]
    speaks_for: frozenset[int]
    liaison_in: frozenset[int]

    @classmethod
    def of(cls, user: User) -> "Rights":
        if user.is_superuser:
            return cls(True, True, *[frozenset[int]()] * 3)
        roles = list(Role.objects.filter(user=user).order_by().values_list("kind", "consortium_id", "college_id"))
        liaison = [(consortium, college) for kind, consortium, college in roles if kind == Role.Kind.LIAISON]
        return cls(
            everything=False,
            has_role=bool(roles),
            staff_of=frozenset(consortium for kind, consortium, _ in roles if kind == Role.Kind.STAFF),
            speaks_for=frozenset(college for _, college in liaison if college),
            liaison_in=frozenset(consortium for consortium, _ in liaison),
        )


@dataclass
class Scope:
    """All that one person's reports can be about, at one moment."""

    user: User
    now: datetime
    rights: Rights

    @cached_property
    def cohorts(self) -> dict[int, Reported]:
        """By id, newest first. Three queries, however many there are."""
        seen = Cohort.objects.all()
        if not self.rights.everything:
            regions = self.rights.staff_of | self.rights.liaison_in
            charges = Facilitation.objects.filter(user=self.user)
            seen = seen.filter(Q(consortium__in=regions) | Q(pk__in=charges.values("cohort")))
        rows = list(
            seen.select_related("edition").only(
                "slug", "title", "term", "time_zone", "starts_on", "ends_on", "closes_on", "consortium_id",
                "edition__digest", "edition__minutes",
            )
        )  # fmt: skip
        names: dict[int, dict[int, str]] = defaultdict(dict)
        leads = Facilitation.objects.filter(cohort__in=[row.pk for row in rows]).select_related("user")
        for charge in leads.only("cohort_id", "user__first_name", "user__last_name", "user__email"):
            names[charge.cohort_id][charge.user_id] = charge.user.name
        consortia = Consortium.objects.in_bulk({row.consortium_id for row in rows})
        words = {pk: (_labels(each, "terms"), _labels(each, "disciplines")) for pk, each in consortia.items()}
        return {
            row.pk: Reported(row, consortia[row.consortium_id], *words[row.consortium_id], names[row.pk])
            for row in rows
        }

    def sees_all_of(self, cohort: int) -> bool:
        """Everybody in it; otherwise only the people of the colleges for which this person speaks."""
        reported, rights = self.cohorts[cohort], self.rights
        return rights.everything or reported.consortium.pk in rights.staff_of or self.user.pk in reported.facilitators

    @cached_property
    def consortium(self) -> Consortium | None:
        """The one consortium of all cohorts, if there is one: the page wears its colors."""
        found = {each.consortium.pk: each.consortium for each in self.cohorts.values()}
        return next(iter(found.values())) if len(found) == 1 else None

    @cached_property
    def as_of(self) -> datetime:
        """The moment in the person's own time, or in their consortium's."""
        name = self.user.time_zone or (self.consortium.time_zone if self.consortium else "UTC")
        return self.now.astimezone(ZoneInfo(name))

    @cached_property
    def colleges(self) -> list[College]:
        """Colleges whose people may show up: a region's for its staff and facilitators, one's own for a liaison."""
        whole = {each.consortium.pk for pk, each in self.cohorts.items() if self.sees_all_of(pk)}
        seen = Q(consortium__in=whole | self.rights.staff_of) | Q(pk__in=self.rights.speaks_for)
        rows = College.objects.filter(seen).select_related("consortium")
        return list(rows.only("slug", "name", "consortium__slug", "consortium__short_name"))


def scope(request: HttpRequest) -> Scope:
    """For everybody with a role or a cohort to facilitate; 403 for participants."""
    user = person(request)
    found = Scope(user, timezone.now(), Rights.of(user))
    if not (found.rights.has_role or found.cohorts):
        raise PermissionDenied("Reports belong to consortium staff, college liaisons and facilitators.")
    return found


def _labels(consortium: Consortium, name: str) -> dict[str, str]:
    return {str(entry["code"]): str(entry["label"]) for entry in consortium.region.get(name) or ()}
