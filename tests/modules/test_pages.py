"""The administrator's pages: editions, uploads, regions; and what everyone gets of them: colors and pictures."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Consortium
from foundation.audit.models import Entry
from modules.models import Edition, Upload
from tests.modules import folders
from tests.modules.test_drawings import bitmap


def zipped(files, name="course.zip"):
    return SimpleUploadedFile(name, folders.packed(files), content_type="application/zip")


@pytest.fixture
def loaded(load, settings, tmp_path, files):
    settings.CONTENT_DIR = folders.write(tmp_path / "content", files)
    return load()


@pytest.fixture
def client(as_, administrator):
    return as_(administrator)


ADDRESSES = ["/course/", "/course/uploads/1/", "/regions/", "/regions/lakes/"]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("persona", ["participant", "facilitator", "staff", "college_liaison", "outsider"])
def test_only_administrators_come_in(address, persona, as_, request, loaded):
    person = request.getfixturevalue(persona)
    assert as_(person).get(address).status_code == 403
    assert as_(person).post(address).status_code == (405 if address == "/regions/" else 403)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_visitor_is_asked_to_sign_in(address, as_):
    assert as_(None).get(address).headers["Location"].startswith("/accounts/login/")


def test_an_upload_shows_what_would_change_and_then_loads(client, files, loaded):
    files["modules/first/more.md"] = folders.page("More, renamed", "Other words.")
    answer = client.post("/course/", {"archive": zipped(files)})
    upload = Upload.objects.get()
    assert answer.headers["Location"] == reverse("modules:upload", args=[upload.pk])
    page = client.get(answer.headers["Location"]).content.decode()
    assert "The title was “More”." in page
    assert "Load it" in page
    assert Edition.objects.filter(number=2).count() == 0
    client.post(answer.headers["Location"])
    upload.refresh_from_db()
    assert upload.state == Upload.State.LOADED
    assert Edition.objects.filter(number=2).count() == 2
    assert "Load it" not in client.get(answer.headers["Location"]).content.decode()
    assert set(Entry.objects.values_list("action", flat=True)) >= {"course.upload", "course.load"}


def test_an_upload_quotes_what_is_said_first_otherwise(client, files, loaded):
    at = "modules/first/more.md"
    files[at] = files[at].replace("minutes =", 'summary = ["To look again."]\nminutes =', 1)
    client.post(client.post("/course/", {"archive": zipped(files)}).headers["Location"])
    files[at] = files[at].replace("look again", "look twice")
    page = client.post("/course/", {"archive": zipped(files)}, follow=True).content.decode()
    assert "Summary: “again.” is now “twice.”." in page


def test_an_unchanged_upload_says_so(client, files, loaded):
    page = client.post("/course/", {"archive": zipped(files)}, follow=True).content.decode()
    assert page.count("Nothing: this region reads the same texts already.") == 2
    assert "Nothing would change" in page
    assert "Load it" not in page


def test_a_broken_upload_lists_its_mistakes_and_cannot_be_loaded(client, files, loaded):
    files["modules/first/more.md"] = folders.page(text="<b>bold</b>")
    answer = client.post("/course/", {"archive": zipped(files)}, follow=True)
    page = answer.content.decode()
    assert "modules/first/more.md" in page
    assert "Raw HTML is refused" in page
    assert "Load it" not in page
    client.post(answer.request["PATH_INFO"])
    assert Upload.objects.get().state == Upload.State.BROKEN
    assert Edition.objects.count() == 2


def test_an_upload_that_no_longer_fits_says_why(client, files, loaded):
    files["modules/first/module.toml"] = folders.module("First", items='["01-start.md"]')
    del files["modules/first/more.md"]
    address = client.post("/course/", {"archive": zipped(files)}).headers["Location"]
    Edition.objects.update(frozen_at="2026-11-01T00:00Z")
    page = client.post(address, follow=True).content.decode()
    assert "The item “more” is gone, and cohorts use it." in page
    assert Edition.objects.count() == 2


def test_an_upload_whose_file_is_lost_says_so(client, files, loaded):
    address = client.post("/course/", {"archive": zipped({**files, "README.md": "x"})}).headers["Location"]
    upload = Upload.objects.get()
    upload.archive.storage.delete(upload.archive.name)
    assert "no longer there" in client.post(address, follow=True).content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not a zip", "not a whole ZIP file"),
        (folders.packed({"../x": "y"}), "leads out of the folder"),
        (b"", "empty"),
    ],
)
def test_a_hostile_file_is_refused_beside_the_field(client, content, words):
    answer = client.post("/course/", {"archive": SimpleUploadedFile("x.zip", content)})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Upload.objects.exists()


def form_of(client):
    form = client.get("/regions/lakes/").context["form"]
    return {name: "" if value is None else value for name, value in form.initial.items()}


def test_a_changed_value_makes_an_edition_and_stands_before_the_file(client, loaded, load):
    answer = client.post(
        "/regions/lakes/", {**form_of(client), "short_name": "Great Lakes", "label_FOR": "Begin"}, follow=True
    )
    assert "Saved, as a new edition." in answer.content.decode()
    lakes = Consortium.objects.get(slug="lakes")
    assert (lakes.short_name, set(lakes.overrides)) == ("Great Lakes", {"short_name", "stage_labels"})
    newest = Edition.objects.filter(consortium=lakes).newest()[0]
    assert newest.region["stage_labels"]["FOR"] == "Begin"
    assert "Words in Great Lakes" in newest.modules.first().items.first().body
    assert load()["lakes"].is_new is False
    assert Consortium.objects.get(slug="lakes").short_name == "Great Lakes"


def test_other_regions_are_left_alone(client, loaded):
    before = set(Edition.objects.filter(consortium__slug="hills").values_list("pk", flat=True))
    client.post("/regions/lakes/", {**form_of(client), "short_name": "Great Lakes"})
    assert set(Edition.objects.filter(consortium__slug="hills").values_list("pk", flat=True)) == before


def test_nothing_changed_is_nothing_done(client, loaded):
    assert "Saved." in client.post("/regions/lakes/", form_of(client), follow=True).content.decode()
    assert Edition.objects.count() == 2
    assert Consortium.objects.get(slug="lakes").overrides == {}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("accent_light", "#9fd6e0", "hard to read on the light page"),
        ("accent_dark", "#14181f", "hard to read on the dark page"),
        ("accent_light", "teal", "is not a colo"),
        ("link_coordinator_url", "javascript:alert(1)", "starts with https://"),
        ("short_name", "{{ state.name }}", "write plain text here"),
        ("short_name", "", "required"),
        ("time_zone", "Mars/Olympus", "not one of the available choices"),
        ("students", "0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_value_is_told_beside_its_field(client, loaded, field, value, words):
    answer = client.post("/regions/lakes/", {**form_of(client), field: value})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Consortium.objects.get(slug="lakes").overrides == {}


def test_a_course_that_does_not_fit_any_more_changes_nothing(client, loaded, settings):
    (settings.CONTENT_DIR / "course.toml").write_text("title = ")
    answer = client.post("/regions/lakes/", {**form_of(client), "short_name": "Great Lakes"})
    assert answer.status_code == 422
    assert "course.toml:1" in answer.content.decode()
    assert Consortium.objects.get(slug="lakes").overrides == {}


def test_a_region_colors_every_page(as_, client, loaded):
    answer = as_(None).get("/regions/lakes/style.css")
    assert answer.content == b":root{--accent-light:#0b5c6b;--accent-dark:#6fc3d1;}"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "public" in answer.headers["Cache-Control"]
    assert (
        as_(None).get("/regions/lakes/style.css", headers={"if-none-match": answer.headers["ETag"]}).status_code == 304
    )
    client.post("/regions/lakes/", {**form_of(client), "accent_light": "#5a2d6b"})
    assert b"#5a2d6b" in as_(None).get("/regions/lakes/style.css").content


def test_a_color_that_is_none_never_reaches_the_stylesheet(as_, loaded):
    Consortium.objects.filter(slug="lakes").update(overrides={"accent": {"light": "red}body{x:y", "dark": "#6fc3d1"}})
    assert as_(None).get("/regions/lakes/style.css").content == b":root{--accent-dark:#6fc3d1;}"


def test_an_unknown_region_has_no_colors(as_):
    assert as_(None).get("/regions/nowhere/style.css").status_code == 404


def test_a_picture_is_served_to_those_who_are_signed_in(load, files, as_, participant):
    files["images/a.png"] = bitmap("PNG")
    files["modules/first/more.md"] = folders.page(text="![A square](image:a.png)")
    body = load()["lakes"].edition.modules.first().items.last().body
    address = body.partition('src="')[2].partition('"')[0]
    answer = as_(participant).get(address)
    assert b"".join(answer.streaming_content) == bitmap("PNG")
    assert answer.headers["Content-Type"] == "image/png"
    assert as_(None).get(address).status_code == 302
    assert as_(participant).get(address.replace(".png", ".svg")).status_code == 404
    assert as_(participant).get("/course/pictures/" + "0" * 64 + ".png").status_code == 404


def test_the_list_does_not_ask_more_with_more_editions(client, load, files, django_assert_max_num_queries, loaded):
    Edition.objects.update(frozen_at="2026-11-01T00:00Z")
    files["toolbox/01-map.md"] += "More.\n"
    load()
    Edition.objects.update(frozen_at="2026-11-01T00:00Z")
    for _ in range(3):
        client.post("/course/", {"archive": zipped(files)})
    with django_assert_max_num_queries(8):
        client.get("/course/")
    with django_assert_max_num_queries(8):
        client.get("/regions/")


def test_a_zone_is_told_in_words(client, loaded):
    page = client.get("/regions/").content.decode()
    assert "America/" not in page
    assert "Central time" in page
