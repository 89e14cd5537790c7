"""Every mistake of an author gets a message with its place, and nothing is loaded."""

import random
import re

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from modules import actions
from modules.loader import Problem
from modules.models import Edition, Upload
from tests.modules import folders
from tests.modules.test_checking import CHECK as QUESTIONS


def change(path, old, new):
    """A slip of the pen in one file."""

    def slip(files):
        assert old in files[path]
        files[path] = files[path].replace(old, new, 1)

    return slip


def put(path, content):
    return lambda files: files.__setitem__(path, content)


def remove(path):
    return lambda files: files.pop(path)


def check(old, new):
    """A module with a knowledge check that has one mistake."""

    def slip(files):
        files[CHECK] = QUESTIONS.replace(old, new, 1)
        files["modules/first/module.toml"] = files["modules/first/module.toml"].replace(
            '"more.md"', '"more.md", "check.toml"'
        )

    return slip


# What does not shrink: a ZIP of zeros would be refused as a bomb before anybody looked inside.
CHANCE = random.Random(1)
START = "modules/first/01-start.md"
CHECK = "modules/first/check.toml"
LAKES = "regions/lakes/region.toml"
WORDS = "Words in {{ region.short_name }}.[@S1]"

SLIPS = {
    "broken TOML": (change("course.toml", 'title = "The course"', "title = The course"), "course.toml:2: This is not TOML"),
    "TOML that ends too early": (change(START, 'title = "Start"', 'title = "Start'), f"{START}:3: This is not TOML"),
    "no head": (put(START, "Just text.\n"), f"{START}:1: The head is missing"),
    "head not closed": (put(START, '+++\ntitle = "x"\n'), f"{START}:1: The head is missing"),
    "byte order mark": (put(START, b"\xef\xbb\xbf" + folders.page().encode()), f"{START}:1: The file starts with a byte order mark"),
    "UTF-16": (put(START, folders.page().encode("utf-16")), f"{START}:1: The file starts with a byte order mark"),
    "Windows line ends": (put(START, folders.page().replace("\n", "\r\n")), f"{START}:1: The line ends as on Windows"),
    "not UTF-8": (put(START, folders.page(text="Caf\xe9").encode("latin-1")), f"{START}:10: This character is not UTF-8"),
    "NUL byte": (put(START, folders.page(text="a\0b")), f"{START}:10: The character U+0000"),
    "missing title": (change(START, 'title = "Start"\n', ""), f"{START}:1: title is missing; expected a text."),
    "text instead of number": (change(START, "minutes = 30", 'minutes = "30"'), f"{START}:4: minutes is '30'; expected a whole number."),
    "true instead of number": (change(START, "minutes = 30", "minutes = true"), f"{START}:4: minutes is True; expected a whole number."),
    "no minutes": (change(START, "minutes = 30", "minutes = 0"), f"{START}:4: minutes is 0; expected 1 or more."),
    "unknown key": (change(START, 'kind = "page"', 'kind = "page"\nminuets = 3'), f"{START}:3: “minuets” is not known here."),
    "unknown kind": (change(START, '"page"', '"video"'), f"{START}:2: The kind “video” is not known"),
    "unknown outcome": (change(START, '"know"', '"knew"'), f"{START}:5: The module has no outcome “knew”."),
    "empty page": (put(START, folders.page().split("## A")[0]), f"{START}:7: The page has no text."),
    "heading of level one": (change(START, "## A", "# A"), f"{START}:8: A heading of level 1 is the page's title"),
    "skipped heading": (change(START, WORDS, "#### Deep"), f"{START}:10: The heading skips a level; expected ###."),
    "raw HTML block": (change(START, WORDS, "<div>x</div>"), f"{START}:10: Raw HTML is refused"),
    "raw HTML in a line": (change(START, WORDS, "one\ntwo <b>x</b>"), f"{START}:11: Raw HTML is refused"),
    "comment": (change(START, WORDS, "<!-- x -->"), f"{START}:10: Raw HTML is refused"),
    "script": (change(START, WORDS, "<script>alert(1)</script>"), f"{START}:10: Raw HTML is refused"),
    "value without a value": (
        change(START, WORDS, "a\n{{ region.motto }}"),
        f"{START}:11: {{{{ region.motto }}}} has no value in the region “hills”.",
    ),
    "value that is no value": (change(START, WORDS, "{{ motto }}"), f"{START}:10: “{{{{ motto }}}}” is no value"),
    "value not closed": (change(START, WORDS, "{{ region.name"), f"{START}:10: A value is not closed on its line"),
    "value in a list": (change("lists.toml", "stage_labels.ABOUT", "nothing"), "lists.toml:3: {{ region.nothing }} has no value"),
    "value in a title": (change(START, '"Start"', '"{{ region.x }}"'), f"{START}:3: {{{{ region.x }}}} has no value"),
    "unknown source": (change(START, "[@S1]", "[@S9]"), f"{START}:10: There is no source “S9”"),
    "fact without source": (change(START, WORDS, 'It is.\n[A.]{.fact dated="2026-01"}'), f"{START}:11: The fact has no source"),
    "fact without date": (change(START, WORDS, '[A.]{.fact source="S1"}'), f"{START}:10: The fact is dated “”; expected a month"),
    "fact with a wrong month": (
        change(START, WORDS, '[A.]{.fact source="S1" dated="2026-01" expires="2028-13"}'),
        f"{START}:10: The fact expires “2028-13”; expected a month",
    ),
    "span that is no fact": (change(START, WORDS, "[A.]{.big}"), f"{START}:10: Only facts are marked so"),
    "figure without alternative text": (change(START, WORDS, "![](figure:circle)"), f"{START}:10: The alternative text is missing"),
    "missing figure": (change(START, WORDS, "![a](figure:square)"), f"{START}:10: There is no figures/square.svg."),
    "missing picture": (change(START, WORDS, "![a](image:a.png)"), f"{START}:10: There is no images/a.png."),
    "picture from elsewhere": (change(START, WORDS, "![a](https://example.org/a.png)"), f"{START}:10: “https://example.org/a.png” is no picture"),
    "figure within words": (change(START, WORDS, "See ![a](figure:circle)"), f"{START}:10: A picture stands in a paragraph of its own"),
    "dead link to a page": (change(START, WORDS, "a\n[x](page:first/gone)"), f"{START}:11: There is no page “first/gone”"),
    "dead link to a resource": (change(START, WORDS, "[x](resource:gone)"), f"{START}:10: There is no resource “gone”"),
    "dead link within the page": (change(START, WORDS, "[x](#gone)"), f"{START}:10: “#gone” leads nowhere"),
    "link with a script": (change(START, WORDS, "[x](javascript:alert(1))"), f"{START}:10: The link leads to “javascript:alert(1)”"),
    "link without a scheme": (change(START, WORDS, "[x](../second/)"), f"{START}:10: The link leads to “../second/”"),
    "link from a resource into a cohort": (
        change("toolbox/01-map.md", "A map", "[x](page:first/start)"),
        "toolbox/01-map.md:6: A page of a cohort cannot be linked from here",
    ),
    "box not closed": (change(START, WORDS, "::: example A\ntext"), f"{START}:10: “::: example” is not closed"),
    "unknown box": (change(START, WORDS, "::: exmaple A\ntext\n:::"), f"{START}:10: “::: exmaple A” is no box"),
    "box without title": (change(START, WORDS, "::: try\ntext\n:::"), f"{START}:10: “::: try” has no title"),
    "too many lines": (change(START, WORDS, "::: lines 900\n:::"), f"{START}:10: “::: lines 900” is wrong; expected a number from 1 to 40."),
    "duplicate item": (
        change("modules/first/module.toml", '"more.md"', '"more.md", "02-more.md"'),
        "modules/first/module.toml:4: The slug “more” stands twice in this module.",
    ),
    "duplicate module": (change("course.toml", '"second"', '"second", "first"'), "course.toml:4: The module “first” stands twice."),
    "duplicate resource": (put("toolbox/02-map.md", '+++\ntitle = "Map"\n+++\n\nA.\n'), "toolbox/02-map.md:1: The slug “map” stands twice"),
    "reserved module": (change("course.toml", '"second"', '"second", "board"'), "course.toml:4: “board” cannot be a module"),
    "module in capitals": (change("course.toml", '"second"', '"second", "Third"'), "course.toml:4: “Third” is no slug"),
    "missing module": (change("course.toml", '"second"', '"second", "third"'), "course.toml:4: There is no modules/third/module.toml."),
    "missing item": (
        change("modules/first/module.toml", '"more.md"', '"gone.md"'),
        "modules/first/module.toml:4: There is no modules/first/gone.md.",
    ),
    "item that leaves the folder": (
        change("modules/first/module.toml", '"more.md"', '"../second/start.md"'),
        "modules/first/module.toml:4: “../second/start.md” leads out of the module's folder",
    ),
    "unlisted page": (put("modules/first/extra.md", folders.page()), "modules/first/extra.md: Nothing refers to this file"),
    "unlisted module": (put("modules/third/module.toml", folders.module(items="[]")), "modules/third/module.toml: Nothing refers"),
    "file of no use": (put("modules/first/notes.txt", "x"), "modules/first/notes.txt: This file has no place in a course folder"),
    "program": (put("modules/first/start.py", "x"), "modules/first/start.py: This file has no place in a course folder"),
    "requires a missing module": (
        change("modules/second/module.toml", '["first"]', '["zero"]'),
        "modules/second/module.toml:5: requires: there is no module “zero”.",
    ),
    "requires in a circle": (
        change("modules/first/module.toml", "requires = []", 'requires = ["second"]'),
        "modules/first/module.toml:5: requires goes in a circle: first → second → first.",
    ),
    "requires itself": (
        change("modules/first/module.toml", "requires = []", 'requires = ["first"]'),
        "modules/first/module.toml:5: requires goes in a circle: first → first.",
    ),
    "was its own slug": (change(START, "minutes", 'was = "start"\nminutes'), f"{START}:4: was is “start”, the item's own slug"),
    "was another item": (change(START, "minutes", 'was = "more"\nminutes'), f"{START}:4: was is “more”, and this module still has"),
    "no region": (lambda files: [files.pop(path) for path in list(files) if path.startswith("regions/")], "regions: There is no region"),
    "region without a value": (change(LAKES, 'skill_framework = "Ten skills"\n', ""), f"{LAKES}:1: skill_framework is missing"),
    "region without a state": (change(LAKES, '"one"', '"three"'), f"{LAKES}:3: There is no states/three/state.toml"),
    "no time zone": (change(LAKES, "America/Chicago", "Chicago"), f"{LAKES}:4: time_zone is 'Chicago'"),
    "pale accent": (change(LAKES, "#0b5c6b", "#9fd6e0"), f"{LAKES}:8: accent, light: #9fd6e0 is hard to read"),
    "accent that is no color": (change(LAKES, "#0b5c6b", "teal"), f"{LAKES}:8: accent, light: “teal” is not a colo"),
    "unknown compensation": (change(LAKES, '"flex"', '"gold"'), f"{LAKES}:7: compensation: 'gold' is not known"),
    "term that ends before it starts": (change(LAKES, "2026-12-19", "2026-01-19"), f"{LAKES}:11: terms: 2026-fall needs"),
    "duplicate college": (
        change(LAKES, "colleges = [ ", 'colleges = [ { slug = "lakes-one", name = "x", short_name = "x" }, '),
        f"{LAKES}:14: colleges: the slug “lakes-one” stands twice.",
    ),
    "fact of a region without source": (
        change(LAKES, "facts = {}", 'facts = { pay = { text = "$20", source = "S8", dated = "2026-01" } }'),
        f"{LAKES}:17: facts: pay: there is no source “S8”",
    ),
    "link of a region with a script": (change(LAKES, 'url = ""', 'url = "javascript:x"'), f"{LAKES}:16: links: coordinator is no link"),
    "state that lacks a key": (change("states/two/state.toml", "\n", '\nflex = "x"\n'), "states/one/state.toml:1: “flex” is missing"),
    "duplicate code": (
        change("lists.toml", "[[stages]]", '[[stages]]\ncode = "ABOUT"\nlabel = "x"\n[[stages]]'),
        "lists.toml:2: stages: the code “ABOUT” stands twice.",
    ),
    "layer that changes minutes": (
        put("regions/lakes/" + START, folders.page().replace("30", "31")),
        f"regions/lakes/{START}:4: minutes is 31; expected 30 as in {START} before.",
    ),
    "large picture": (put("images/big.png", b"\x89PNG\r\n\x1a\n" + CHANCE.randbytes(5_000_000)), "images/big.png: The picture has 5.0 MB; expected at most 1 MB."),
    "large picture in no place": (put("images/my.photo.PNG", CHANCE.randbytes(5_000_000)), "images/my.photo.PNG: The picture has 5.0 MB; expected at most 1 MB."),
    "picture that is none": (put("images/a.png", b"<script>alert(1)</script>"), "images/a.png: This is not a whole PNG, JPEG or WebP picture."),
    "diagram with a script": (
        put("figures/circle.svg", folders.FIGURE.replace("<defs>", "<script>alert(1)</script>\n  <defs>")),
        "figures/circle.svg:3: <script> may not stand in a diagram.",
    ),
    "diagram that runs when it is drawn": (
        put("figures/circle.svg", folders.FIGURE.replace('id="c"', 'id="c" onload="alert(1)"')),
        'figures/circle.svg:4: The attribute onload="…" may not stand in a diagram.',
    ),
    "diagram that is somewhere else": (
        put("figures/circle.svg", folders.FIGURE.replace("url(#dots)", "url(https://example.org/x)")),
        "figures/circle.svg:4: url(https://example.org/x) leads out of the diagram",
    ),
    "question whose key names no option": (check('right = true, ', ""), f"{CHECK}:7: question one has 0 right options"),
    "question whose key is no yes or no": (check("right = true", 'right = "b"'), f"{CHECK}:11: question one, option: right is 'b'"),
    "question with two options of one name": (check('id = "b"', 'id = "a"'), f"{CHECK}:7: question one: the option 'a' stands twice."),
    "question without feedback": (check(', feedback = "It is."', ""), f"{CHECK}:11: question one, option: feedback is missing"),
    "minutes of the course as words": (
        change("course.toml", "description", 'minutes = "780"\ndescription'),
        "course.toml:5: minutes is '780'; expected a whole number.",
    ),
    "large text": (put(START, folders.page(text=CHANCE.randbytes(300_000).hex())), f"{START}: The file has 600 KB; expected at most 500 KB."),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_author_is_told_where_and_what(slip, files, problems):
    mend, message = SLIPS[slip]
    mend(files)
    found = problems()
    assert any(line.startswith(message) for line in found), found
    # Its message is not buried under what follows from it.
    assert len(found) <= 3, found
    assert all(re.match(r"[\w./-]+(:\d+)?: .+", line) for line in found)


@pytest.mark.parametrize("slip", SLIPS)
def test_nothing_is_loaded(slip, files, load):
    SLIPS[slip][0](files)
    with pytest.raises(actions.Refused):
        load()
    assert not Edition.objects.exists()


@pytest.mark.parametrize("slip", SLIPS)
def test_an_upload_is_told_the_same_and_loads_nothing(slip, files, administrator):
    mend, message = SLIPS[slip]
    mend(files)
    archive = ContentFile(folders.packed(files), name="course.zip")
    upload = actions.check_upload(name="course.zip", archive=archive, by=administrator, now=timezone.now())
    assert upload.state == Upload.State.BROKEN
    assert any(str(Problem(**problem)).startswith(message) for problem in upload.report["problems"])
    with pytest.raises(actions.Refused):
        actions.load_upload(upload=upload, by=administrator, now=timezone.now())
    assert not Edition.objects.exists()


def test_one_slip_is_one_message(files, problems):
    change(START, WORDS, "<b>x")(files)
    assert len(problems()) == 1


def test_a_refused_picture_is_not_called_missing_as_well(files, problems):
    change(START, WORDS, "![a](figure:circle)\n\n![b](image:big.png)")(files)
    change("figures/circle.svg", "<defs>", "<script>alert(1)</script><defs>")(files)
    put("images/big.png", CHANCE.randbytes(5_000_000))(files)
    assert [line.partition(":")[0] for line in problems()] == ["figures/circle.svg", "images/big.png"]


def test_the_small_course_has_nothing_wrong(problems):
    assert problems() == []


def test_link_to_another_file_is_refused(tmp_path, files, problems):
    secret = tmp_path / "secret.md"
    secret.write_text(folders.page())
    root = folders.write(tmp_path / "broken", files)
    (root / START).unlink()
    (root / START).symlink_to(secret)
    files.pop(START)
    assert f"{START}: This path leaves the course folder; expected a file in it." in problems()
