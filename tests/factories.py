"""People, regions, editions and cohorts for tests. A small course stands for the real one: two modules, one item of each kind."""

import datetime
from typing import Any

import factory
from django.utils import timezone
from factory import Faker, LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from accounts.models import College, Consortium, Role, User
from cohorts.models import Cohort, Enrolment, Facilitation
from modules.models import Course, Edition, Item, Module, Resource
from tests.samples import PARTS, SAMPLES

PASSWORD = "a long enough password"


class ConsortiumFactory(DjangoModelFactory[Consortium]):
    class Meta:
        model = Consortium

    slug = Sequence(lambda n: f"region-{n}")
    name = LazyAttribute(lambda o: f"Consortium of {o.slug}")
    short_name = LazyAttribute(lambda o: o.slug.title())
    time_zone = "America/Los_Angeles"
    values = factory.LazyFunction(
        lambda: {
            "accent": {"light": "#0b5c6b", "dark": "#6fc3d1"},
            "stage_labels": {"ABOUT": "Awareness", "THROUGH": "Interactions", "FOR": "Training"},
            "disciplines": [{"code": "geography", "label": "Geography", "career_education": False}],
            "sectors": [{"code": "health", "label": "Health"}],
            "terms": [{"code": "2026-fall", "label": "Fall 2026", "starts_on": "2026-08-24", "ends_on": "2026-12-19"}],
            "holidays": [{"date": "2026-11-26", "label": "Thanksgiving"}],
            "compensation": ["none", "flex", "stipend", "both", "undecided"],
        }
    )


class CollegeFactory(DjangoModelFactory[College]):
    class Meta:
        model = College

    consortium = SubFactory(ConsortiumFactory)
    slug = Sequence(lambda n: f"college-{n}")
    name = Sequence(lambda n: f"College {n}")
    short_name = LazyAttribute(lambda o: o.name)
    district = "District"


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = Sequence(lambda n: f"person{n}@example.org")
    first_name = Faker("first_name")
    last_name = Faker("last_name")
    position = "full-time"
    discipline = "geography"
    # A fixed hash that no password fits: hashing one for every person would be most of a test's time.
    password = "!"


class RoleFactory(DjangoModelFactory[Role]):
    class Meta:
        model = Role

    user = SubFactory(UserFactory)
    consortium = SubFactory(ConsortiumFactory)
    kind = Role.Kind.FACILITATOR


class CourseFactory(DjangoModelFactory[Course]):
    class Meta:
        model = Course
        django_get_or_create = ["slug"]

    slug = "wbl"
    title = "Work-Based Learning"


class EditionFactory(DjangoModelFactory[Edition]):
    """An edition with the small course in it: modules `first` and `second`, each with read-me, talk, check and plan."""

    class Meta:
        model = Edition
        skip_postgeneration_save = True

    course = SubFactory(CourseFactory)
    consortium = SubFactory(ConsortiumFactory)
    number = Sequence(lambda n: n + 1)
    version = "test"
    title = "Work-Based Learning"
    minutes = 210
    region = LazyAttribute(lambda o: o.consortium.values)
    parts = factory.LazyFunction(lambda: PARTS)
    digest = Sequence(lambda n: f"{n:064d}")

    @factory.post_generation
    def content(self: Edition, create: bool, extracted: Any, **kwargs: Any) -> None:
        if not create or extracted is False:
            return
        for position, slug in enumerate(("first", "second"), 1):
            module = Module.objects.create(
                edition=self,
                slug=slug,
                position=position,
                title=f"Module {slug}",
                week=position,
                outcomes=[{"slug": "know", "text": "Know it"}],
                requires=["first"] if slug == "second" else [],
            )
            for place, (name, kind) in enumerate(
                (("read-me", "page"), ("talk", "discussion"), ("check", "check"), ("plan", "plan")), 1
            ):
                Item.objects.create(
                    module=module,
                    slug=name,
                    position=place,
                    kind=kind,
                    title=f"{slug.title()} {name}",
                    minutes=15,
                    body=f"<p>Text of {slug} {name}.</p>",
                    data=SAMPLES[kind],
                    digest=f"{slug}-{name}-{self.digest[-32:]}",
                )
        Resource.objects.create(
            edition=self,
            slug="continuum",
            position=1,
            title="Continuum at a glance",
            body="<p>About, through, for.</p>",
            digest="0" * 64,
        )


class CohortFactory(DjangoModelFactory[Cohort]):
    """A cohort in its second week."""

    class Meta:
        model = Cohort
        skip_postgeneration_save = True

    edition = SubFactory(EditionFactory)
    consortium = LazyAttribute(lambda o: o.edition.consortium)
    slug = Sequence(lambda n: f"cohort-{n}")
    title = Sequence(lambda n: f"Cohort {n}")
    term = "2026-fall"
    time_zone = "America/Los_Angeles"
    starts_on = factory.LazyFunction(lambda: timezone.now().date() - datetime.timedelta(days=9))
    ends_on = LazyAttribute(lambda o: o.starts_on + datetime.timedelta(weeks=6, days=-1))
    closes_on = LazyAttribute(lambda o: o.ends_on + datetime.timedelta(days=14))


class EnrolmentFactory(DjangoModelFactory[Enrolment]):
    class Meta:
        model = Enrolment

    cohort = SubFactory(CohortFactory)
    user = SubFactory(UserFactory)
    college = LazyAttribute(lambda o: o.user.college)


class FacilitationFactory(DjangoModelFactory[Facilitation]):
    class Meta:
        model = Facilitation

    cohort = SubFactory(CohortFactory)
    user = SubFactory(UserFactory)
