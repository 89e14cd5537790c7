"""A folder becomes an edition for each region: once, all or nothing, with three layers laid over each other."""

import datetime

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import College, Consortium
from foundation.audit.models import Entry
from modules import actions
from modules.models import Course, Edition, Item, Module, Resource, Upload
from tests.modules import folders

NOW = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)


def test_each_region_gets_its_own_words(load):
    load()
    bodies = dict(Item.objects.filter(slug="more").values_list("module__edition__consortium__slug", "body"))
    assert "Words in Lakes" in bodies["lakes"]
    assert "Words in Hills" in bodies["hills"]


def test_the_region_itself_is_made_with_its_colleges(load):
    load()
    lakes = Consortium.objects.get(slug="lakes")
    assert (lakes.name, lakes.short_name, lakes.time_zone) == ("The Lakes", "Lakes", "America/Chicago")
    assert lakes.values["terms"][0]["starts_on"] == "2026-08-24"
    assert list(College.objects.filter(consortium=lakes).values_list("slug", "name", "district")) == [
        ("lakes-one", "Lakes One", "North")
    ]


def test_loading_again_changes_nothing(load):
    first = load()
    again = load()
    assert {slug: each.edition for slug, each in again.items()} == {slug: each.edition for slug, each in first.items()}
    assert not any(each.is_new for each in again.values())
    assert Edition.objects.count() == 2


def test_loading_again_leaves_every_row_as_it_was(load):
    def rows():
        kept = (Consortium, College, Course, Edition, Module, Item, Resource, Entry)
        return {model: list(model.objects.order_by("pk").values()) for model in kept}

    load()
    before = rows()
    load()
    assert rows() == before


def test_a_changed_word_makes_an_edition_and_drops_the_unused_one(load, files):
    old = load()["lakes"].edition
    files["toolbox/01-map.md"] += "More.\n"
    new = load()["lakes"]
    assert (new.is_new, new.edition.number) == (True, 2)
    assert not Edition.objects.filter(pk=old.pk).exists()


def test_an_edition_that_a_cohort_uses_stays_as_it_is(load, files):
    old = load()["lakes"].edition
    Edition.objects.filter(pk=old.pk).update(frozen_at=NOW)
    before = list(Item.objects.filter(module__edition=old).values_list("slug", "body"))
    files["modules/first/more.md"] = folders.page("More", "Other words.")
    load()
    assert list(Item.objects.filter(module__edition=old).values_list("slug", "body")) == before


def test_going_back_to_an_earlier_text_makes_it_the_newest_again(load, files):
    first = load()["lakes"].edition
    Edition.objects.filter(pk=first.pk).update(frozen_at=NOW)
    kept = files["toolbox/01-map.md"]
    files["toolbox/01-map.md"] += "More.\n"
    load()
    files["toolbox/01-map.md"] = kept
    third = load()["lakes"].edition
    assert (third.number, third.digest) == (3, first.digest)


def test_the_most_particular_layer_is_read(load, files):
    files["states/one/modules/first/more.md"] = folders.page("Of the state", "State words.")
    files["states/one/modules/second/start.md"] = folders.page("Of the state", "State words.")
    files["regions/lakes/modules/second/start.md"] = folders.page("Of the region", "Region words.")
    files["regions/lakes/toolbox/02-own.md"] = '+++\ntitle = "Own"\n+++\n\nOnly here.\n'
    loaded = load()
    titles = {slug: [item.title for item in each.edition.outline.items] for slug, each in loaded.items()}
    assert titles == {"lakes": ["Start", "Of the state", "Of the region"], "hills": ["Start", "More", "Second start"]}
    assert list(Resource.objects.filter(edition=loaded["lakes"].edition).values_list("slug", flat=True)) == [
        "map",
        "own",
    ]
    assert list(Resource.objects.filter(edition=loaded["hills"].edition).values_list("slug", flat=True)) == ["map"]


def test_what_changed_is_told_in_words(load, files):
    load()
    files["modules/first/more.md"] = folders.page("More", "Other words here now.").replace("30", "45")
    files["modules/second/module.toml"] = folders.module(
        "Second, again", week=2, items='["begin.md"]', requires='["first"]'
    )
    files["modules/second/begin.md"] = folders.page("Begin").replace("minutes", 'was = "start"\nminutes')
    del files["modules/second/start.md"]
    files["toolbox/02-new.md"] = '+++\ntitle = "New"\n+++\n\nText.\n'
    told = [(each["change"], each["what"], each["title"]) for each in load()["lakes"].changes]
    assert told == [
        ("changed", "course", "The course"),
        ("changed", "item", "First: More"),
        ("changed", "module", "Second, again"),
        ("renamed", "item", "Second, again: Begin"),
        ("added", "resource", "New"),
    ]


def test_a_small_change_is_quoted(load, files):
    load()
    files["modules/first/more.md"] = files["modules/first/more.md"].replace("Words in", "Fine words of")
    files["regions/lakes/region.toml"] = files["regions/lakes/region.toml"].replace('"Enter"', '"Begin"')
    details = [line for each in load()["lakes"].changes for line in each["details"]]
    assert "“Words in” is now “Fine words of”." in details
    assert "stage labels, FOR: “Enter” is now “Begin”." in details


def freeze(loaded):
    Edition.objects.filter(pk__in=[each.edition.pk for each in loaded.values()]).update(frozen_at=NOW)


def test_a_renamed_item_that_people_know_asks_which_it_is(load, files):
    freeze(load())
    files["modules/first/module.toml"] = folders.module("First", items='["01-start.md", "other.md"]')
    files["modules/first/other.md"] = files.pop("modules/first/more.md")
    with pytest.raises(actions.Refused) as refused:
        load()
    (problem,) = refused.value.problems
    assert (problem.path, problem.line) == ("modules/first/module.toml", 4)
    assert "“more” is gone" in problem.message
    assert "New here: “other”. Renamed or new?" in problem.message
    assert Edition.objects.count() == 2


def test_the_answer_renamed_keeps_what_people_did(load, files):
    freeze(load())
    files["modules/first/module.toml"] = folders.module("First", items='["01-start.md", "other.md"]')
    files["modules/first/other.md"] = files.pop("modules/first/more.md").replace("minutes", 'was = "more"\nminutes')
    assert load()["lakes"].edition.outline.aliases == {"first/more": "first/other"}


def test_a_removed_item_that_people_know_must_be_named(load, files):
    freeze(load())
    files["modules/first/module.toml"] = folders.module("First", items='["01-start.md"]')
    del files["modules/first/more.md"]
    with pytest.raises(
        actions.Refused, match=r"modules/first/module\.toml:4: The item “more” is gone, and cohorts use it"
    ):
        load()
    files["modules/first/module.toml"] += 'removed = ["more"]\n'
    assert load()["lakes"].is_new


def test_an_upload_asks_the_same_before_it_could_be_loaded(load, files, administrator):
    freeze(load())
    files["modules/first/module.toml"] = folders.module("First", items='["01-start.md", "other.md"]')
    files["modules/first/other.md"] = files.pop("modules/first/more.md")
    archive = ContentFile(folders.packed(files), name="mine.zip")
    upload = actions.check_upload(name="mine.zip", archive=archive, by=administrator, now=timezone.now())
    (problem,) = upload.report["problems"]
    assert (upload.state, problem["path"], problem["line"]) == ("broken", "modules/first/module.toml", 4)
    assert "Renamed or new?" in problem["message"]


def test_a_removed_module_that_people_know_must_be_named(load, files):
    freeze(load())
    files["course.toml"] = files["course.toml"].replace(', "second"', "")
    del files["modules/second/module.toml"], files["modules/second/start.md"]
    with pytest.raises(actions.Refused, match=r"course\.toml:4: “second” is gone, and cohorts use it"):
        load()
    files["course.toml"] += 'removed = ["second"]\n'
    assert load()["lakes"].is_new


def test_what_nobody_used_may_go_without_a_word(load, files):
    load()
    files["modules/first/module.toml"] = folders.module("First", items='["01-start.md"]')
    del files["modules/first/more.md"]
    assert load()["lakes"].is_new


def test_a_college_that_the_file_leaves_out_stays(load, files):
    load()
    files["regions/lakes/region.toml"] = files["regions/lakes/region.toml"].replace("lakes-one", "lakes-two")
    load()
    assert set(College.objects.filter(consortium__slug="lakes").values_list("slug", flat=True)) == {
        "lakes-one",
        "lakes-two",
    }


def test_a_load_is_written_down(load):
    load()
    assert list(
        Entry.objects.filter(action="course.load").values_list("consortium", "actor_name").order_by("consortium")
    ) == [
        ("hills", "system"),
        ("lakes", "system"),
    ]


def test_the_command_says_what_became_of_each_region(files, tmp_path, capsys):
    call_command("load_course", str(folders.write(tmp_path, files)))
    assert capsys.readouterr().out.splitlines() == [
        "hills: first edition, 1.5 hours",
        "lakes: first edition, 1.5 hours",
    ]


def test_the_command_lists_every_mistake_and_fails(files, tmp_path, capsys):
    files["modules/first/more.md"] = folders.page(text="<b>")
    files["modules/second/start.md"] = folders.page(text="[x](page:no)")
    with pytest.raises(CommandError, match="2 problems; nothing was loaded"):
        call_command("load_course", str(folders.write(tmp_path, files)))
    assert [line.split(": ")[0] for line in capsys.readouterr().err.splitlines()] == [
        "modules/first/more.md:10",
        "modules/second/start.md:10",
    ]


def test_a_start_does_not_undo_an_upload(files, tmp_path, administrator, settings, capsys):
    settings.CONTENT_DIR = folders.write(tmp_path, files)
    files["course.toml"] = files["course.toml"].replace('version = "1"', 'version = "2"')
    archive = ContentFile(folders.packed(files), name="mine.zip")
    upload = actions.check_upload(name="mine.zip", archive=archive, by=administrator, now=timezone.now())
    actions.load_upload(upload=upload, by=administrator, now=timezone.now())
    call_command("load_course")
    assert "“mine.zip” stays" in capsys.readouterr().out
    assert set(Edition.objects.values_list("version", flat=True)) == {"2"}
    call_command("load_course", "--force")
    assert set(Edition.objects.values_list("version", flat=True)) == {"1"}


def test_a_region_changed_after_force_keeps_to_the_default_course(files, tmp_path, administrator, settings):
    settings.CONTENT_DIR = folders.write(tmp_path, files)
    files["course.toml"] = files["course.toml"].replace('version = "1"', 'version = "2"')
    archive = ContentFile(folders.packed(files), name="mine.zip")
    upload = actions.check_upload(name="mine.zip", archive=archive, by=administrator, now=timezone.now())
    actions.load_upload(upload=upload, by=administrator, now=timezone.now())
    call_command("load_course", "--force")
    region = Consortium.objects.first()
    values = {"short_name": "Another"}
    actions.set_region_values(consortium=region, values=values, by=administrator, now=timezone.now())
    assert set(Edition.objects.values_list("version", flat=True)) == {"1"}
    # The upload is there to be loaded again.
    assert Upload.objects.get().state == "checked"
