"""The course that comes with the application loads, for a region that exists and for one that does not."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from modules import actions, loader
from modules.models import Edition, Item, Resource
from tests.modules import folders

CONTENT = Path(settings.BASE_DIR) / "modules" / "content"
FORBIDDEN = ["San Diego", "Imperial", "Mesa", "Title 5"]


@pytest.fixture
def loaded():
    return {each.consortium.slug: each for each in actions.load_folder(path=CONTENT, now=timezone.now())}


def test_it_loads_for_both_regions_and_again_without_change():
    first = actions.load_folder(path=CONTENT, now=timezone.now())
    assert {each.consortium.slug for each in first if each.is_new} == {"san-diego-imperial", "lakes-and-prairie"}
    assert not any(each.is_new for each in actions.load_folder(path=CONTENT, now=timezone.now()))


def test_all_of_it_is_there_in_both_regions(loaded):
    for each in loaded.values():
        edition = each.edition
        items = Item.objects.filter(module__edition=edition)
        kinds = {kind: items.filter(kind=kind).count() for kind in ("page", "discussion", "check", "plan", "survey")}
        assert kinds == {"page": 34, "discussion": 7, "check": 7, "plan": 7, "survey": 3}
        assert sum(len(check.data["questions"]) for check in items.filter(kind="check")) >= 60
        assert (edition.modules.count(), edition.resources.count(), edition.minutes) == (7, 15, 780)
        assert len(edition.parts["exemplars"]) == 3


def test_both_regions_award_the_same_hours(loaded):
    assert len({each.edition.minutes for each in loaded.values()}) == 1


def test_the_invented_region_has_no_name_of_the_real_one(loaded):
    edition = loaded["lakes-and-prairie"].edition
    texts = {
        f"item {item.slug}": [item.title, item.body, item.data] for item in Item.objects.filter(module__edition=edition)
    }
    texts |= {
        f"resource {row.slug}": [row.title, row.purpose, row.body] for row in Resource.objects.filter(edition=edition)
    }
    texts |= {f"module {row.slug}": [row.title, row.summary, row.outcomes] for row in edition.modules.all()}
    texts |= {"edition": [edition.title, edition.description, edition.region, edition.lists, edition.parts]}
    found = []
    for where, text in texts.items():
        told = json.dumps(text, ensure_ascii=False)
        # What a source is called is a fact about the source, wherever it is read.
        unsourced = re.sub(r'<section class=\\?"sources.*?</section>', "", told)
        found += [(where, word) for word in FORBIDDEN if word in told]
        found += [(where, "California")] if "California" in unsourced else []
    assert found == []


def test_no_value_and_no_mark_is_left_in_a_text(loaded):
    for body in [*Item.objects.values_list("body", flat=True), *Resource.objects.values_list("body", flat=True)]:
        assert not re.search(r'\{\{|\}\}|\[@|:::|\ue000|"(page|plan|resource|figure|image):', body)


def test_nothing_in_a_text_could_run_or_style(loaded):
    unsafe = re.compile(
        r"<(script|style|iframe|object|embed|link|meta|foreignObject|base)\b|\son\w+=|\sstyle=|javascript:",
        re.IGNORECASE,
    )
    for edition in Edition.objects.all():
        bodies = [
            *Item.objects.filter(module__edition=edition).values_list("body", flat=True),
            *edition.resources.values_list("body", flat=True),
        ]
        assert bodies
        assert not [body for body in bodies if unsafe.search(body)]


def test_the_same_folder_as_an_archive_is_the_same_course(tmp_path):
    files = {str(path.relative_to(CONTENT)): path.read_bytes() for path in CONTENT.rglob("*") if path.is_file()}
    archive = tmp_path / "course.zip"
    archive.write_bytes(folders.packed(files))
    with archive.open("rb") as packed:
        courses, problems = loader.read(loader.open_archive(packed))
    assert problems == []
    there, _ = loader.read(loader.open_folder(CONTENT))
    assert [loader.digest(course.content()) for course in courses] == [
        loader.digest(course.content()) for course in there
    ]
