"""A ZIP is only taken for what it is: honest folders load, hostile ones are refused before anything is written."""

import io
import stat
import struct
import zipfile

import pytest

from modules import loader
from modules.loader import NotAFolder, folder
from tests.modules import folders


def refusal(content):
    with pytest.raises(NotAFolder) as refused:
        loader.open_archive(io.BytesIO(content))
    return str(refused.value)


def with_entry(name, content=b"x", *, attributes=0, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO(folders.packed(folders.course()))
    with zipfile.ZipFile(out, "a", method) as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = attributes
        entry.compress_type = method
        archive.writestr(entry, content)
    return out.getvalue()


def test_an_honest_folder_reads_as_from_disk(files, tmp_path):
    there = loader.open_folder(folders.write(tmp_path, files))
    assert loader.open_archive(io.BytesIO(folders.packed(files))) == there


def test_the_folder_itself_may_be_packed(files):
    assert "course.toml" in loader.open_archive(io.BytesIO(folders.packed(files, under="my course/"))).texts


def test_what_systems_add_is_looked_over(files):
    content = folders.packed({**files, "__MACOSX/._course.toml": "x", ".DS_Store": "x", "modules/.DS_Store": "x"})
    assert loader.open_archive(io.BytesIO(content)).problems == []


@pytest.mark.parametrize(
    "name", ["../course.toml", "modules/../../x.md", "/etc/passwd", "C:\\x.md", "c:/x.md", "modules\\x.md"]
)
def test_a_path_that_leaves_the_folder_is_refused(name):
    assert "leads out of the folder" in refusal(with_entry(name))


def test_a_link_is_refused():
    assert "is a link to another file" in refusal(
        with_entry("modules/x.md", b"/etc/passwd", attributes=(stat.S_IFLNK | 0o777) << 16)
    )


def test_a_bomb_is_refused():
    assert "grows more than a hundredfold" in refusal(with_entry("modules/x.md", b"a" * 5_000_000))


def test_too_much_is_refused():
    assert "too much" in refusal(with_entry("images/x.png", b"a" * (folder.TOTAL_LIMIT + 1), method=zipfile.ZIP_STORED))


def test_too_many_files_are_refused():
    assert "too much" in refusal(folders.packed({f"modules/a/{n}.md": "" for n in range(folder.FILES_LIMIT + 1)}))


def test_a_lie_about_the_size_is_refused(monkeypatch):
    monkeypatch.setattr(folder, "TOTAL_LIMIT", 50_000)
    content = bytearray(with_entry("modules/x.md", bytes(range(256)) * 400, method=zipfile.ZIP_STORED))
    # The size that the directory declares, made small.
    at = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, at + 24, 10)
    assert refusal(bytes(content))


def test_the_same_name_twice_is_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = with_entry("course.toml")
    assert "is twice in the ZIP" in refusal(content)


def test_a_locked_archive_is_refused():
    content = bytearray(folders.packed(folders.course()))
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    assert "protected by a password" in refusal(bytes(content))


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04" + b"\0" * 50, b"%PDF-1.7"])
def test_what_is_no_archive_is_refused(content):
    assert "not a whole ZIP" in refusal(content)


def test_a_damaged_archive_is_refused():
    content = bytearray(folders.packed(folders.course()))
    content[60] ^= 0xFF
    assert "not a whole ZIP" in refusal(bytes(content))


def test_an_archive_of_something_else_is_refused():
    assert "no course.toml" in refusal(folders.packed({"report.docx": "x"}))


def test_a_folder_without_a_course_is_refused(tmp_path):
    with pytest.raises(NotAFolder, match=r"has no course\.toml"):
        loader.open_folder(tmp_path)
