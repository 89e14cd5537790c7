"""The toolbox on paper: who may have it, and what its pages say."""

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.template.loader import render_to_string

from foundation.documents import registry
from modules import exports, readers
from modules.models import Resource
from tests.modules.test_drawings import bitmap


@pytest.fixture
def resource(load, files):
    files["toolbox/01-map.md"] = (
        '+++\ntitle = "Map & more"\naudience = ["faculty", "students"]\npurpose = "A purpose"\napproval = true\n+++\n\n'
        "- [ ] tick\n\n| A | B |\n|---|--:|\n| 1 | 2 |\n\nSee [itself](resource:map).\n\n![A square](image:a.webp)\n"
    )
    files["images/a.webp"] = bitmap("WEBP")
    return load()["lakes"].edition.resources.get()


def test_the_pages_say_what_the_resource_says(resource, administrator):
    kind = registry.get("resource")
    content = kind.build(str(resource.pk), administrator)
    page = render_to_string(kind.template, {"title": content.title, **content.context})
    assert "<h1>Map &amp; more</h1>" in page
    assert "Obtain college approval before you use this." in page
    assert '<ul class="checklist">' in page
    assert '<span class="box">☐</span> tick' in page
    assert '<td class="number">2</td>' in page
    assert 'href="http://localhost:8000/toolbox/map/"' in page
    assert 'src="data:image/png;base64,' in page
    assert "tabindex" not in page


def test_the_bundle_has_every_resource_in_order(resource, administrator):
    content = registry.get("toolbox").build(str(resource.edition_id), administrator)
    assert content.parts == [("resource", str(resource.pk))]
    assert content.context["cover_lines"][0] == "The Lakes"


@pytest.mark.parametrize("subject", ["0", "999999", "x", "-1", "1; DROP", ""])
@pytest.mark.parametrize("kind", ["resource", "toolbox"])
def test_what_is_not_there_cannot_be_printed(kind, subject, administrator):
    assert registry.get(kind).may_read(administrator, subject) is False
    with pytest.raises(ObjectDoesNotExist):
        registry.get(kind).build(subject, administrator)


@pytest.mark.parametrize(
    ("persona", "allowed"),
    [
        ("participant", True),
        ("classmate", True),
        ("staff", True),
        ("facilitator", True),
        ("administrator", True),
        ("outsider", False),
    ],
)
def test_those_with_a_role_in_the_consortium_may_read(persona, allowed, request, cohort):
    resource = Resource.objects.filter(edition=cohort.edition).get()
    person = request.getfixturevalue(persona)
    assert exports.may_read_resource(person, str(resource.pk)) is allowed
    assert exports.may_read_toolbox(person, str(resource.edition_id)) is allowed


def test_apps_above_can_tell_of_other_readers(outsider, cohort, monkeypatch):
    monkeypatch.setattr(readers, "_readers", [lambda user, consortium: consortium == cohort.consortium_id])
    assert readers.belongs(outsider, cohort.consortium_id)
    assert not readers.belongs(outsider, cohort.consortium_id + 1)


def test_the_small_course_can_be_printed_at_all(load, administrator):
    resource = load()["hills"].edition.resources.get()
    assert "A map for Hills" in exports.resource_content(str(resource.pk), administrator).context["body"]
