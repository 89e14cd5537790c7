"""An administrator reads the course as a region does, and sees what regions and states replace and which facts end."""

import datetime
import re

import pytest
import time_machine

from accounts.models import Consortium
from modules import facts, overrides, preview
from modules.loader import open_folder
from modules.models import Edition
from tests.modules import folders
from tests.modules.test_checking import CHECK

FACT = '[It was 55 percent in {{ region.short_name }}.]{.fact source="S1" dated="2026-01" expires="2026-12"}'
NOW = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def files(files: folders.Files) -> folders.Files:
    files["modules/first/more.md"] = folders.page("More", f"{FACT} [x](resource:map) [y](page:second/start)")
    files["modules/first/module.toml"] = folders.module("First", items='["01-start.md", "more.md", "check.toml"]')
    files["modules/first/check.toml"] = CHECK.replace("Which one?", "Which one in **{{ region.short_name }}** & there?")
    files["states/one/modules/second/start.md"] = folders.page("State start", "Only in State One.")
    files["regions/lakes/modules/second/start.md"] = folders.page("Lake start", "Only at the lakes.")
    files["regions/lakes/toolbox/02-own.md"] = '+++\ntitle = "Own"\n+++\n\nOurs.\n'
    return files


@pytest.fixture
def loaded(load, settings, tmp_path, files):
    settings.CONTENT_DIR = folders.write(tmp_path / "content", files)
    return load()


@pytest.fixture
def client(as_, administrator):
    return as_(administrator)


@pytest.fixture
def read(client, loaded):
    def page(address: str) -> str:
        answer = client.get(address)
        assert answer.status_code == 200, address
        return re.sub(r"\s+", " ", answer.content.decode())

    return page


ADDRESSES = [
    "/regions/lakes/course/",
    "/regions/lakes/course/plan/",
    "/regions/lakes/course/first/",
    "/regions/lakes/course/first/check/",
    "/regions/lakes/toolbox/map/",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_administrators_read_as_a_region(address, as_, request, loaded):
    for persona in ("participant", "facilitator", "staff", "college_liaison", "outsider"):
        assert as_(request.getfixturevalue(persona)).get(address).status_code == 403
    assert as_(None).get(address).status_code == 302


@pytest.mark.parametrize(
    "address",
    [
        "/regions/nowhere/course/",
        "/regions/lakes/course/third/",
        "/regions/lakes/course/first/gone/",
        "/regions/lakes/toolbox/gone/",
        "/regions/hills/toolbox/own/",
    ],
)
def test_what_the_region_does_not_have_is_not_there(address, client, loaded):
    assert client.get(address).status_code == 404


def test_a_region_without_an_edition_has_no_course_to_read(client, consortium):
    assert client.get(f"/regions/{consortium.slug}/course/").status_code == 404


def test_the_whole_course_can_be_walked_by_its_links(client, loaded):
    seen, waiting = set(), ["/regions/lakes/course/"]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = client.get(address)
        assert answer.status_code == 200, address
        waiting += re.findall(r'href="(/regions/lakes/(?:course|toolbox)/[^"]*)"', answer.content.decode())
    assert seen == {
        "/regions/lakes/course/",
        "/regions/lakes/course/plan/",
        "/regions/lakes/course/first/",
        "/regions/lakes/course/first/start/",
        "/regions/lakes/course/first/more/",
        "/regions/lakes/course/first/check/",
        "/regions/lakes/course/second/",
        "/regions/lakes/course/second/start/",
        "/regions/lakes/toolbox/map/",
        "/regions/lakes/toolbox/own/",
    }


def test_each_region_reads_its_own_text(read):
    assert "Only at the lakes." in read("/regions/lakes/course/second/start/")
    assert "Words in Hills" in read("/regions/hills/course/second/start/")


def test_links_in_a_text_stay_with_the_region(read):
    page = read("/regions/lakes/course/first/more/")
    assert 'href="/regions/lakes/toolbox/map/"' in page
    assert 'href="../../second/start/"' in page


def test_a_question_is_read_with_its_key_and_its_feedback(read):
    page = read("/regions/lakes/course/first/check/")
    assert "Which one in <strong>Lakes</strong> &amp; there?" in page
    first, second = page.split("<p>This</p>")[1].split("<p>That</p>")
    assert "Right" in first
    assert "It is." in first
    assert "Right" not in second
    assert "It is not." in second


def test_an_expired_fact_is_left_out_as_participants_have_it(as_, administrator, loaded):
    shown = {}
    for now in (NOW, NOW.replace(year=2027, month=1)):
        with time_machine.travel(now):
            page = as_(administrator).get("/regions/lakes/course/first/more/").content.decode()
            shown[now.year] = "It was 55 percent in Lakes." in page
    assert shown == {2026: True, 2027: False}


def test_every_kind_of_data_becomes_words():
    told = preview.entries(
        {
            "pass": 80,
            "due": {"week": 1, "day": "sunday"},
            "outcomes": ["know"],
            "questions": [
                {"id": "m", "type": "match", "text": "Match", "pairs": [{"id": "1", "left": "L", "right": "h1", "feedback": "So."}], "choices": [{"id": "h1", "text": "Choice"}]},
                {"id": "t", "text": "True?", "right": False, "feedback": {"true": "Because it is much longer than one line allows.", "false": "No."}},
                {"id": "x", "text": "Type", "accept": ["one", "two"]},
            ],
        }
    )  # fmt: skip
    assert told.notes == [("pass", "80"), ("due", "week 1, day sunday")]
    match, truth, typed = told.groups[0].entries
    assert match.groups[0].entries[0].notes == [("right", "Choice"), ("feedback", "So.")]
    assert ("right", "no") in truth.notes
    assert ("feedback, false", "No.") in truth.notes
    assert typed.notes == [("accept", "one; two")]


def test_long_lists_of_choices_are_folded():
    few, many = ([{"code": n, "label": f"Choice {n}"} for n in range(size)] for size in (12, 13))
    assert [preview.entries({"options": options}).groups[0].is_long for options in (few, many)] == [False, True]


def test_nothing_in_a_file_can_run_here():
    entry = preview.entries({"title": "a < b <script>alert(1)</script>", "help": '<img src=x onerror="x">'})
    assert "<script" not in entry.markup
    assert all("<img" not in markup for _, markup in entry.told)
    assert preview.as_markup("if a < b & c") == "<p>if a &lt; b &amp; c</p>"


def test_the_report_names_the_files_that_a_layer_replaces_and_adds(settings, loaded):
    found = {layer.slug: layer for layer in overrides.layers(open_folder(settings.CONTENT_DIR))}
    assert [(each.path, each.title, each.is_new) for each in found["lakes"].files] == [
        ("modules/second/start.md", "Lake start", False),
        ("toolbox/02-own.md", "Own", True),
    ]
    assert [each.path for each in found["one"].files] == ["modules/second/start.md"]
    assert found["hills"].files == found["two"].files == []
    assert found["two"].values == {"name": "State Two"}


def test_the_report_names_the_values_that_were_changed_here(loaded):
    lakes = Consortium.objects.get(slug="lakes")
    lakes.overrides = {"short_name": "Great Lakes", "stage_labels": {**lakes.values["stage_labels"], "FOR": "Begin"}}
    assert [(each.name, each.was, each.now) for each in overrides.changes(lakes)] == [
        ("short name", "Lakes", "Great Lakes"),
        ("stage labels, FOR", "Enter", "Begin"),
    ]


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2026-10-02", None),  # 90 days before the last day
        ("2026-10-03", (False, 89)),
        ("2026-12-31", (False, 0)),
        ("2027-01-01", (True, -1)),
    ],
)
def test_a_fact_is_told_from_ninety_days_before_its_end(loaded, day, state):
    due = overrides.due(datetime.date.fromisoformat(day) - datetime.timedelta(days=day == "2026-10-02"))
    told = {(each.is_expired, each.days) for rows in due.values() for each in rows}
    assert told == ({state} if state else set())
    assert len(due) == (2 if state else 0)


def test_only_the_newest_edition_counts(loaded, load, files):
    Edition.objects.update(frozen_at=NOW)
    files["modules/first/more.md"] = folders.page("More", "Nothing that ages.")
    load()
    assert overrides.due(datetime.date(2026, 12, 1)) == {}


def test_the_last_day_of_a_fact():
    ends = {month: facts.Ageing("", "", month).last_day.isoformat() for month in ("2026-12", "2028-02", "2026-04")}
    assert ends == {"2026-12": "2026-12-31", "2028-02": "2028-02-29", "2026-04": "2026-04-30"}


def test_the_page_of_regions_tells_all_of_it(read):
    page = read("/regions/")
    assert "It was 55 percent in Lakes." in page
    assert "Expires with December 2026: 37 days left" in page
    assert 'href="/regions/lakes/course/first/more/"' in page
    assert "2 files of its own" in page
    assert "State: State One" in page


def test_a_lost_upload_is_no_reason_to_hide_the_regions(client, loaded, administrator):
    from modules.models import Upload

    Upload.objects.create(
        uploaded_by=administrator, name="x.zip", archive="gone.zip", sha256="0" * 64, state="loaded", loaded_at=NOW,
        loaded_by=administrator,
    )  # fmt: skip
    answer = client.get("/regions/")
    assert answer.status_code == 200
    assert "no longer there" in answer.content.decode()


@pytest.mark.parametrize("address", ["/regions/", *ADDRESSES])
def test_no_page_asks_much(address, client, loaded, django_assert_max_num_queries):
    client.get(address)
    with django_assert_max_num_queries(12):
        client.get(address)
