"""What keeps the course good: each check finds its mistake with file and line, and is silent about a course without it."""

import datetime
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from modules import checking, loader
from modules.checking import claims, prose, reading, wholes
from tests.modules import folders

TODAY = datetime.date(2026, 11, 24)
CONTENT = Path(settings.BASE_DIR) / "modules" / "content"
START = "modules/first/01-start.md"
# Words enough for a page, in sentences that a child can read.
PLAIN = "\n\n".join(["We go out and look at how people work, and then we come back and talk."] * 35)
HARD = (
    "Institutional accreditation considerations notwithstanding, interdisciplinary collaboration necessitates "
    "comprehensive administrative coordination, continuous organizational communication, and systematic evaluation. "
)
CHECK = """\
kind = "check"
title = "Check"
minutes = 10
outcomes = ["know"]

[[questions]]
id = "one"
type = "single"
text = "Which one?"
options = [
  { id = "a", text = "This", right = true, feedback = "It is." },
  { id = "b", text = "That", feedback = "It is not." },
]
"""


@pytest.fixture
def files(files: folders.Files) -> folders.Files:
    """The small course with pages of a proper length, and a check."""
    for path in (START, "modules/first/more.md", "modules/second/start.md"):
        files[path] = folders.page(path, PLAIN)
    files["modules/first/module.toml"] = folders.module("First", items='["01-start.md", "more.md", "check.toml"]')
    files["modules/first/check.toml"] = CHECK
    files["course.toml"] += "minutes = 100\n"
    return files


@pytest.fixture
def report(files, tmp_path):
    return lambda: checking.check(loader.open_folder(folders.write(tmp_path / "course", files)), TODAY)


@pytest.fixture
def findings(report):
    return lambda: [str(finding) for finding in report().findings]


def say(files, text):
    files[START] = folders.page("Start", f"{text}\n\n{PLAIN}")


def swap(files, path, old, new):
    assert old in files[path]
    files[path] = files[path].replace(old, new, 1)


def test_a_good_course_has_no_finding(report):
    assert (report().findings, report().warnings) == ([], [])


# In halves: the repository itself is searched for such words.
HELD = ["TO" + "DO", "TB" + "D", "XX" + "X", "Lorem ip" + "sum dolor", "Coming so" + "on", "??" + "?"]
SLIPS = {
    "dead link to a page": (lambda f: say(f, "[x](page:first/gone)"), f"{START}:10: There is no page “first/gone”"),
    "dead link to a resource": (lambda f: say(f, "[x](resource:gone)"), f"{START}:10: There is no resource “gone”"),
    "dead link to the plan": (lambda f: say(f, "[x](plan:title)"), f"{START}:10: The plan cannot be linked so"),
    "dead figure": (lambda f: say(f, "![a](figure:gone)"), f"{START}:10: There is no figures/gone.svg."),
    "dead image": (lambda f: say(f, "![a](image:gone.png)"), f"{START}:10: There is no images/gone.png."),
    "no alternative text": (lambda f: say(f, "![](figure:circle)"), f"{START}:10: The alternative text is missing"),
    "headings out of order": (lambda f: say(f, "#### Deep"), f"{START}:10: The heading skips a level"),
    "short page": (lambda f: f.update({START: folders.page("Start", PLAIN[:900])}), f"{START}:7: The page has 201 words"),
    "long page": (lambda f: say(f, PLAIN), f"{START}:7: The page has 1,120 words of running text; expected 500 to 1,000."),
    "question without key": (
        lambda f: swap(f, "modules/first/check.toml", "right = true, ", ""),
        "modules/first/check.toml:7: question one has 0 right options",
    ),
    "question without feedback": (
        lambda f: swap(f, "modules/first/check.toml", ', feedback = "It is not."', ""),
        "modules/first/check.toml:12: question one, option: feedback is missing",
    ),
    "outcome without an item": (
        lambda f: swap(f, "modules/second/start.md", '["know"]', "[]"),
        "modules/second/module.toml:3: No item serves the outcome “know”",
    ),
    "minutes that do not add up": (
        lambda f: swap(f, START, "minutes = 30", "minutes = 20"),
        "course.toml:6: The items of hills take 90 minutes; expected the 100 declared here.",
    ),
    "share without a source": (lambda f: say(f, "Most work: 55 percent do."), f"{START}:10: “55 percent” has no source"),
    "sourced share without a date": (
        lambda f: say(f, "Most work, and 55% like it.[@S1]"),
        f"{START}:10: “55%” has a source and no date",
    ),
    "words that hold a place": (lambda f: say(f, f"{HELD[0]}: write."), f"{START}:10: “{HELD[0]}” holds a place"),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_found_with_its_place(slip, files, findings):
    mend, message = SLIPS[slip]
    mend(files)
    found = findings()
    assert any(line.startswith(message) for line in found), found
    assert len(found) <= 2, found  # once for the course, or once for each region


def test_a_hard_text_is_a_warning_and_no_finding(files, report):
    files[START] = folders.page("Start", HARD * 35)
    found = report()
    assert found.findings == []
    assert [re.sub(r"[\d.]+ \(.*", "N", str(each)) for each in found.warnings] == [
        f"{START}:7: The reading level is grade N"
    ]


def test_every_edition_is_looked_at(files, findings):
    """A layer's page is another text, and a fault in it is told once, at its own file."""
    files[f"states/two/{START}"] = folders.page("Start", PLAIN[:900])
    assert [line.partition(":")[0] for line in findings()] == [f"states/two/{START}"]


def test_a_course_that_declares_no_minutes_may_have_any(files, findings):
    swap(files, "course.toml", "minutes = 100\n", "")
    swap(files, START, "minutes = 30", "minutes = 20")
    assert findings() == []


def test_what_is_wrong_with_one_page_does_not_hide_the_next(files, findings):
    say(files, "<b>bold</b>")
    files["modules/second/start.md"] = folders.page("Start", "Too short.")
    assert [line.split(": ")[0] for line in findings()] == [f"{START}:10", "modules/second/start.md:7"]


@pytest.mark.parametrize(
    "sentence",
    [
        "About 70 percent of them work.",
        "Nearly half, or fifty per cent, agree.",
        "One in three students has a child.",
        "It pays $16 an hour.",
        "They counted 2,452 instructors.",
        "The state spends 248 million dollars.",
        "By 2024 nearly 175 instructors had finished.",
    ],
)
def test_a_statistic_is_known(sentence):
    assert claims.statistic(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "A post has 100 words, and replies have 40.",
        "It takes 10 to 25 minutes.",
        "Each team meets two of its ten partners.",
        "On October 9, 2026 students come.",
        "The board voted in July 2022.",
        "See 34 CFR §99.31 and P.L. 115-224.",
        "Ages run from 17 to 61.",
        "A score of 80 percent passes.",
    ],
)
def test_an_ordinary_number_is_none(sentence):
    assert claims.statistic(sentence, own={"80"}) == ""


@pytest.mark.parametrize(
    "text",
    [
        '[In 2022, 55 percent worked. Of 5,258 most were tired.]{.fact source="S1" dated="2022-08"}',
        "Half of them agree, about 52 percent. The source says so.[@S1]",  # the mark covers its paragraph
        "::: example Statistics, a class\nOf the class, 60 percent were late.\n:::",
        "Suppose 150 teach. Then 9,000 students hear of it.",
    ],
)
def test_a_labelled_or_invented_figure_is_no_finding(text, files, findings):
    say(files, text)
    assert findings() == []


def test_a_fact_past_its_month_is_a_warning(files, report):
    say(files, '[It was 55 percent.]{.fact source="S1" dated="2020-01" expires="2026-10"}')
    assert [str(each) for each in report().warnings] == [
        f"{START}:10: The fact of 2020-01 expired after 2026-10; pages leave it out."
    ]


@pytest.mark.parametrize("held", HELD)
def test_what_holds_a_place_is_found_in_any_file(held, files, findings):
    files["lists.toml"] += f'description = "{held}"\n'
    assert [line.partition(": ")[0] for line in findings()] == ["lists.toml:4"]


def test_words_that_only_look_like_it_are_left_alone():
    assert not wholes.PLACEHOLDER.search("We need to do it. Tbilisi, XXL shirts, and a placeholder. Why? Really??")


def test_length_counts_what_is_read_as_running_text():
    """Not headings, the names of boxes, tables, captions, source marks, nor the list of sources."""
    html = (
        "<h2>Not this</h2><p>One two don’t<sup class='cite'>1</sup>.</p>"
        '<section class="try"><p class="try-label label">Try it</p><h3>No</h3><ul><li>four 2,500</li></ul></section>'
        "<table><caption>No</caption><tr><td>no no</td></tr></table><figure><svg><text>no</text></svg></figure>"
        '<section class="sources"><h2>Sources</h2><ol><li>Not this either</li></ol></section>'
    )
    text = reading.Text(None, "page", html)
    assert prose.length(text) == 5


def test_sentences_know_their_source_and_their_fact():
    html = (
        '<p>One, e.g. this.<sup class="cite">1</sup> '
        '<span class="fact" data-dated="x">Two is. Three is.<sup class="cite">2</sup></span> Four in the U.S. now.</p>'
    )
    found = [(each.words, each.is_cited, each.is_fact) for each in reading.blocks(html)[0].sentences]
    assert found == [
        ("One, e.g. this.", True, False),
        ("Two is.", False, True),
        ("Three is.", True, True),
        ("Four in the U.S. now.", False, False),
    ]


def test_grades_grow_with_the_difficulty():
    assert prose.grade(["The cat sat on the mat."] * 9) < 2 < 12 < prose.grade([HARD])


def test_the_command_lists_findings_before_warnings_and_fails(files, tmp_path, capsys):
    say(files, '[It was 55 percent.]{.fact source="S1" dated="2020-01" expires="2021-10"}\n\n#### Deep')
    with pytest.raises(CommandError, match="1 findings, 1 warnings"):
        call_command("check_course", str(folders.write(tmp_path, files)))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{START}:12: The heading skips a level; expected ###."
    assert lines[2] == "Warnings:"
    assert lines[3].startswith(f"{START}:10: The fact of 2020-01 expired")


def test_the_command_is_content_with_a_good_course(files, tmp_path, capsys):
    call_command("check_course", str(folders.write(tmp_path, files)))
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3:] == [
        "hills: 4 items, 100 minutes (1.7 hours)",
        "lakes: 4 items, 100 minutes (1.7 hours)",
        "No findings, 0 warnings.",
    ]


def test_the_command_says_what_is_no_course(tmp_path):
    with pytest.raises(CommandError, match=r"no course\.toml"):
        call_command("check_course", str(tmp_path))


def test_without_the_library_the_command_says_what_it_left_out(files, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(prose, "can_grade", lambda: False)
    call_command("check_course", str(folders.write(tmp_path, files)))
    assert "The reading level was not measured" in capsys.readouterr().out


def test_the_course_that_comes_with_the_application_has_no_finding():
    report = checking.check(loader.open_folder(CONTENT), TODAY)
    assert [str(finding) for finding in report.findings] == []
    assert {course.course["minutes"] for course in report.courses} == {780}


def test_a_text_that_every_state_replaces_is_looked_at_too(files, findings, report):
    """The next state reads it; nobody would have seen what is wrong with it until then."""
    for state in ("one", "two"):
        files[f"states/{state}/{START}"] = files[START]
    assert findings() == []
    files[START] = folders.page(
        "Start", f"### Deep\n\n#### Deeper\n\n##### Too deep\n\nIn all 55 percent.\n\n{HARD * 6}"
    )
    found = findings()
    assert {line.partition(":")[0] for line in found} == {START}
    assert any("words of running text" in line for line in found)
    assert any("“55 percent” has no source" in line for line in found)
    assert any("The reading level is grade" in str(each) for each in report().warnings)


def test_a_mistake_in_a_text_that_every_state_replaces_is_found(files, findings):
    for state in ("one", "two"):
        files[f"states/{state}/{START}"] = files[START]
    say(files, "## A\n\n#### Skipped")
    assert any(line.startswith(f"{START}:12: The heading skips a level") for line in findings())


def test_a_text_of_the_national_layer_owes_no_region_its_values(files, findings):
    for state in ("one", "two"):
        files[f"states/{state}/{START}"] = files[START]
    say(files, "As {{ state.something_else }} has it.")
    assert findings() == []
