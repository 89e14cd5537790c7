"""What an author writes becomes the page's HTML, and nothing that a region's value says becomes more than text."""

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules import facts, loader
from modules.loader import values
from tests.modules import folders

START = "modules/first/01-start.md"


@pytest.fixture
def body(files, tmp_path):
    """The HTML of a page with this text, in the Lakes."""

    def render(text, **changed):
        files[START] = folders.page(text=text)
        files.update(changed)
        courses, problems = loader.read(loader.open_folder(folders.write(tmp_path / "course", files)))
        assert problems == []
        return next(course for course in courses if course.slug == "lakes").items[0].body

    return render


def test_a_value_is_text_whatever_it_says(body, files):
    files["regions/lakes/region.toml"] = files["regions/lakes/region.toml"].replace(
        'skill_framework = "Ten skills"', 'skill_framework = "<b>**A** & [x](javascript:y)</b>"'
    )
    files["regions/hills/region.toml"] = files["regions/hills/region.toml"]
    html = body("Learn {{ region.skill_framework }} here.")
    assert "Learn &lt;b&gt;**A** &amp; [x](javascript:y)&lt;/b&gt; here." in html
    assert "<b>" not in html
    assert "href" not in html


def test_a_value_in_an_attribute_stays_in_it(body, files):
    files["regions/lakes/region.toml"] = files["regions/lakes/region.toml"].replace(
        'short_name = "Lakes"', "short_name = '\" onload=\"x'"
    )
    html = body('![In {{ region.short_name }}](figure:circle "For {{ region.short_name }}")')
    assert 'aria-label="In &quot; onload=&quot;x"' in html
    assert not re.search(r'<[^>]*" onload="', html)


def test_a_link_of_a_region_prints_its_words(body):
    assert "Ask your Coordinator." in body("Ask your {{ region.links.coordinator }}.")


def test_hours_are_the_sum_of_the_minutes(body):
    assert "1.5 hours" in body("{{ course.hours }} hours")


def test_sources_are_numbered_in_order_and_listed_once(body):
    more = '[S1]\ntext = "A source"\n[S2]\ntext = "Another"\nurl = "https://example.org"\nread = "2026-10"\n'
    html = body("One.[@S2] Two.[@S1][@S2]", **{"sources.toml": more})
    assert '<sup class="cite"><a href="#source-1" aria-label="Source 1">1</a></sup>' in html
    assert 'aria-label="Source 2">2</a>, <a href="#source-1"' in html
    assert (
        '<li id="source-1"><a href="https://example.org">Another</a>. Read in October 2026.</li><li id="source-2">A source. </li>'
        in html
    )


def test_links_lead_from_an_item_to_the_others(body):
    html = body(
        "[a](page:second/start) [b](page:second) [c](plan:) [d](resource:map) [e](https://example.org) [f](#a-heading)"
    )
    assert re.findall(r'href="([^"]+)"', html) == [
        "../../second/start/", "../../second/", "../../plan/", "/toolbox/map/", "https://example.org", "#a-heading",
    ]  # fmt: skip


def test_boxes_have_their_classes(body):
    html = body(
        "::: example Geography\nA map.\n:::\n\n::: try Look\nNow.\n:::\n\n::: note Why?\nSo.\n:::\n\n::: lines 2\n:::"
    )
    assert '<section class="example"><p class="example-label label">Example</p><h3>Geography</h3>' in html
    assert '<section class="try"><p class="try-label label">Try it</p><h3>Look</h3>' in html
    assert '<aside class="note margin"><p class="note-title"><strong>Why?</strong></p>' in html
    assert '<div class="keep"><div class="lines"><div class="line"></div><div class="line"></div></div></div>' in html


def test_a_question_stays_with_its_lines(body):
    html = body("Before.\n\nYour idea:\n\n::: lines 1\n:::")
    assert '<div class="keep"><p>Your idea:</p>\n<div class="lines"><div class="line"></div></div></div>' in html


def test_a_list_to_tick_has_boxes(body):
    html = body("- [ ] one\n- [ ] two")
    assert '<ul class="task-list">' in html
    assert html.count('<li><span class="box" aria-hidden="true"></span>') == 2


@pytest.mark.parametrize("gap", ["", "\n"])
def test_a_table_has_its_caption_and_scopes(body, gap):
    html = body(f"| | A | B |\n|---|---|--:|\n| x | 1 | 2 |\n{gap}Table: Two & three\n\nAfter.")
    assert '<div class="table-scroll" role="region" tabindex="0" aria-label="Two &amp; three"><table>' in html
    assert "<caption>Two &amp; three</caption>" in html
    assert '<td></td>\n<th scope="col">A</th>\n<th class="num" scope="col">B</th>' in html
    assert '<th scope="row">x</th>' in html
    assert "<p>After.</p>" in html
    assert "Table:" not in html


def test_a_diagram_stands_in_its_figure(body):
    html = body('![A circle](figure:circle "A *round* one")')
    assert '<figure role="group"><svg role="img" aria-label="A circle"' in html
    assert "<figcaption>A <em>round</em> one</figcaption></figure>" in html


FACT = 'It holds. [In 2024 it was so.]{.fact source="S1" dated="2024-05" expires="2026-08"}'


def test_a_fact_names_its_source_and_date(body):
    html = body(FACT)
    assert '<span class="fact" data-dated="2024-05" data-expires="2026-08">In 2024 it was so.<sup class="cite">' in html
    assert "The fact is of May 2024." in html


@pytest.mark.parametrize(("day", "there"), [((2026, 8, 31), True), ((2026, 9, 1), False)])
def test_a_fact_is_left_out_after_its_month(body, day, there):
    html = facts.without_expired(body(FACT), datetime.date(*day))
    assert ("In 2024 it was so." in html) is there
    assert "It holds." in html


def test_a_paragraph_of_expired_facts_goes_whole(body):
    html = facts.without_expired(body(FACT.removeprefix("It holds. ")), datetime.date(2030, 1, 1))
    assert "<p></p>" not in html
    assert "2024 it was" not in html


def test_a_page_without_facts_is_sent_as_it_is(body):
    html = body("Plain.")
    assert facts.without_expired(html, datetime.date(2030, 1, 1)) is html


def test_a_list_of_nothing_but_expired_facts_goes_with_them():
    fact = '<span class="fact" data-dated="2026-01" data-expires="2028-01">Pay is $20.</span>'
    html = f"<p>Before.</p>\n<ul>\n<li>\n<p>{fact}</p>\n</li>\n<li>{fact}</li>\n</ul>\n<p>After.</p>"
    assert facts.without_expired(html, datetime.date(2030, 1, 1)) == "<p>Before.</p>\n<p>After.</p>"


def test_a_fact_of_the_region_brings_its_source_and_its_end(body, files):
    files["regions/lakes/region.toml"] = files["regions/lakes/region.toml"].replace(
        "facts = {}",
        'facts = { pay = { text = "Pay is <$20.", source = "S1", dated = "2026-01", expires = "2028-01" } }',
    )
    files["regions/hills/region.toml"] = files["regions/hills/region.toml"].replace(
        "facts = {}", 'facts = { pay = { text = "None.", source = "S1", dated = "2026-01" } }'
    )
    html = body("So it is. {{ region.facts.pay }}")
    assert '<span class="fact" data-dated="2026-01" data-expires="2028-01">Pay is &lt;$20.<sup class="cite">' in html
    assert "Pay is" not in facts.without_expired(html, datetime.date(2028, 2, 1))


HOSTILE = [
    "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,x)", "<img src=x onerror=alert(1)>", "![x](javascript:alert(1))",
    "[x][1]\n\n[1]: javascript:alert(1)", "<javascript:alert(1)>", "<svg onload=alert(1)>", '[a]{.fact onclick="x" source="S1" dated="2026-01"}',
    '[a]{.fact style="x" source="S1" dated="2026-01"}', "a\n<details open ontoggle=alert(1)>", "[x](vbscript:x)", "<a href='//example.org'>x</a>",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_could_run_is_a_mistake(files, problems, text):
    files[START] = folders.page(text=text)
    assert any(line.startswith(START) for line in problems())


@given(st.text(max_size=200))
def test_values_never_leave_their_text(text):
    names = {"region": {"name": text}}
    found = values.find(names, "region.name")
    assert found == (text or None)
    assert values.filled(names, "a {{ region.name }} b") == f"a {text} b"
