"""The course's diagrams: one family, read aloud, on a phone of 320 pixels and in gray print."""

import re
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from django.conf import settings

from modules.loader import pictures

SVG = "{http://www.w3.org/2000/svg}"
FOLDER = Path(settings.CONTENT_DIR) / "figures"
NAMES = sorted(path.stem for path in FOLDER.glob("*.svg"))
# What a figure has of a screen 320 pixels wide: the page's gutters take 18 on each side.
ON_A_PHONE = 284
SMALLEST = 15


def drawing(name):
    return ET.fromstring((FOLDER / f"{name}.svg").read_text(encoding="utf-8"))


def words(name):
    """What stands in the drawing, with the lines of a label joined."""
    return " ".join("".join(text.itertext()).strip() for text in drawing(name).iter(f"{SVG}text"))


def test_the_course_has_its_diagrams():
    assert {"continuum", "kolb", "backward-design", "before-during-after", "partner-ladder", "counting"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_diagram_may_stand_on_a_page(name):
    pictures.figure((FOLDER / f"{name}.svg").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_a_diagram_says_what_it_shows(name):
    root = drawing(name)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{name}-title {name}-desc"
    assert root.find(f"{SVG}title").get("id") == f"{name}-title"
    assert root.find(f"{SVG}desc").get("id") == f"{name}-desc"
    assert len(root.findtext(f"{SVG}desc")) > 100
    assert all(element.get("id", name).startswith(name) for element in root.iter())


@pytest.mark.parametrize("name", NAMES)
def test_a_diagram_is_read_on_a_small_phone(name):
    root = drawing(name)
    scale = ON_A_PHONE / float(root.get("viewBox").split()[2])
    for element in root.iter():
        if size := element.get("font-size"):
            assert float(size) * scale >= SMALLEST, ET.tostring(element)


@pytest.mark.parametrize("name", NAMES)
def test_a_diagram_follows_both_themes_and_never_tells_by_color_alone(name):
    root = drawing(name)
    for element in root.iter():
        tag = element.tag.removeprefix(SVG)
        if tag in ("path", "circle", "text") and not re.match(r"url\(", element.get("fill", "")):
            assert element.get("class"), f"{tag} keeps one color in both themes: {element.attrib}"
    # Each tint of a band comes with a texture of its own; only the lightest may go without.
    paths = [path.get("class") or path.get("fill", "") for path in root.iter(f"{SVG}path")]
    for here, after in zip(paths, [*paths[1:], ""], strict=True):
        if here in ("band-through", "band-for"):
            assert after.startswith(f"url(#{name}-"), f"{here} has no texture"


def test_all_types_of_activity_are_placed_in_their_stage():
    lists = tomllib.loads((Path(settings.CONTENT_DIR) / "lists.toml").read_text(encoding="utf-8"))
    root = drawing("continuum-types")
    placed = {
        group.get("class").removeprefix("stage stage-"): " ".join(
            "".join(text.itertext()) for text in group.iter(f"{SVG}text")
        )
        for group in root.findall(f"{SVG}g")
    }
    assert len(lists["activity_types"]) == 25
    for each in lists["activity_types"]:
        assert each["label"] in placed[each["group"].lower()], each["code"]
        assert each["label"].lower() in root.findtext(f"{SVG}desc").lower(), each["code"]


def test_the_worked_example_of_counting_adds_up():
    shown = words("counting")
    assert "3 sections of 28 students" in shown
    assert str(3 * 28) in shown
    assert str(3 * 28 * 2) in shown
    students = [each for each in drawing("counting").findall(f"{SVG}circle") if each.get("class") == "ink"]
    assert len(students) == 3 * 28
