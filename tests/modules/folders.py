"""A small course as files, to break in one place at a time."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

Files = dict[str, str | bytes]

REGION = """\
name = "{name}"
short_name = "{short}"
state = "{state}"
time_zone = "America/Chicago"
skill_framework = "Ten skills"
fiscal_year_starts = "07-01"
compensation = ["none", "flex"]
accent = {{ light = "#0b5c6b", dark = "#6fc3d1" }}
multipliers = {{ courses = 2, students = 30 }}
holidays = [ {{ date = 2026-11-26, label = "Thanksgiving" }} ]
terms = [ {{ code = "2026-fall", label = "Fall 2026", starts_on = 2026-08-24, ends_on = 2026-12-19 }} ]
sectors = [ {{ code = "health", label = "Health" }} ]
disciplines = [ {{ code = "geography", label = "Geography", career_education = false }} ]
districts = [ {{ name = "North", colleges = [ {{ slug = "{slug}-one", name = "{short} One", short_name = "One" }} ] }} ]
stage_labels = {{ ABOUT = "Explore", THROUGH = "Practice", FOR = "Enter" }}
links = {{ coordinator = {{ label = "Coordinator", url = "" }} }}
facts = {{}}
"""

PAGE = """\
+++
kind = "page"
title = "{title}"
minutes = 30
outcomes = ["know"]
+++

## A heading

{text}
"""

MODULE = """\
title = "{title}"
week = {week}
outcomes = [ {{ slug = "know", text = "Know it" }} ]
items = {items}
requires = {requires}
"""


def page(title: str = "A page", text: str = "Words in {{ region.short_name }}.[@S1]") -> str:
    return PAGE.format(title=title, text=text)


def module(title: str = "A module", week: int = 1, items: str = '["start.md"]', requires: str = "[]") -> str:
    return MODULE.format(title=title, week=week, items=items, requires=requires)


FIGURE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">
  <title>A circle</title>
  <defs><pattern id="dots" width="2" height="2"><circle r="1"/></pattern></defs>
  <circle id="c" r="4" fill="url(#dots)"/>
</svg>
"""


def course() -> Files:
    """Two modules of pages, a resource, two regions in two states; nothing wrong with it."""
    return {
        "course.toml": (
            'slug = "wbl"\ntitle = "The course"\nversion = "1"\nmodules = ["first", "second"]\ndescription = "A course."\n'
        ),
        "sources.toml": '[S1]\ntext = "A source"\nurl = "https://example.org/a"\nread = "2026-10"\n',
        "lists.toml": '[[stages]]\ncode = "ABOUT"\nlabel = "{{ region.stage_labels.ABOUT }}"\n',
        "modules/first/module.toml": module("First", items='["01-start.md", "more.md"]'),
        "modules/first/01-start.md": page("Start"),
        "modules/first/more.md": page("More"),
        "modules/second/module.toml": module("Second", week=2, requires='["first"]'),
        "modules/second/start.md": page("Second start"),
        "toolbox/01-map.md": '+++\ntitle = "Map"\naudience = ["faculty"]\n+++\n\nA map for {{ region.short_name }}.\n',
        "figures/circle.svg": FIGURE,
        "states/one/state.toml": 'name = "State One"\n',
        "states/two/state.toml": 'name = "State Two"\n',
        "regions/lakes/region.toml": REGION.format(name="The Lakes", short="Lakes", state="one", slug="lakes"),
        "regions/hills/region.toml": REGION.format(name="The Hills", short="Hills", state="two", slug="hills"),
    }


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def packed(files: Mapping[str, str | bytes], under: str = "") -> bytes:
    """The folder as a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(under + name, content)
    return out.getvalue()
