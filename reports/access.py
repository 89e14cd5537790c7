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


@dataclass
class Scope:
    """All that one person's reports can be about, at one moment."""

    user: User
    now: datetime

    @cached_property
    def cohorts(self) -> dict[int, Reported]:
        """By id, newest first. Four queries, however many there are."""
        user = self.user
        rows = list(
            (Cohort.objects.reportable_by(user) | Cohort.objects.facilitated_by(user))
            .select_related("edition")
            .only(
                "slug", "title", "term", "time_zone", "starts_on", "ends_on", "closes_on", "consortium_id",
                "edition__digest", "edition__minutes",
            )
        )  # fmt: skip
        names: dict[int, dict[int, str]] = defaultdict(dict)
        charges = Facilitation.objects.filter(cohort__in=[row.pk for row in rows]).select_related("user")
        for charge in charges.only("cohort_id", "user__first_name", "user__last_name", "user__email"):
            names[charge.cohort_id][charge.user_id] = charge.user.name
        consortia = Consortium.objects.in_bulk({row.consortium_id for row in rows})
        words = {pk: (_labels(each, "terms"), _labels(each, "disciplines")) for pk, each in consortia.items()}
        return {
            row.pk: Reported(row, consortia[row.consortium_id], *words[row.consortium_id], names[row.pk])
            for row in rows
        }

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
        if self.user.is_superuser:
            return list(College.objects.select_related("consortium"))
        roles = Role.objects.filter(user=self.user)
        return list(
            College.objects.filter(
                Q(consortium__in=roles.filter(kind=Role.Kind.STAFF).values("consortium"))
                | Q(pk__in=roles.filter(kind=Role.Kind.LIAISON).values("college"))
                | Q(consortium__in=Cohort.objects.facilitated_by(self.user).values("consortium"))
            ).only("slug", "name", "consortium_id")
        )


def scope(request: HttpRequest) -> Scope:
    """For everybody with a role or a cohort to facilitate; 403 for participants."""
    user = person(request)
    if not (user.is_superuser or _has_role(user) or Facilitation.objects.filter(user=user).exists()):
        raise PermissionDenied("Reports belong to consortium staff, college liaisons and facilitators.")
    return Scope(user, timezone.now())


def _has_role(user: User) -> bool:
    # Signing in answers this with the person; elsewhere it is a query.
    return bool(user.has_role) if hasattr(user, "has_role") else user.roles.exists()


def _labels(consortium: Consortium, name: str) -> dict[str, str]:
    return {str(entry["code"]): str(entry["label"]) for entry in consortium.region.get(name) or ()}
