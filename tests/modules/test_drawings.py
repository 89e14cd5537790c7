"""A diagram goes into pages as it is, so only what is on the list may be in it."""

import io

import pytest
from PIL import Image

from modules.loader import pictures
from tests.modules import folders

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><title>T</title>'


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("<script>alert(1)</script>", "<script> may not stand"),
        ("<style>*{fill:red}</style>", "<style> may not stand"),
        ("<foreignObject><p>x</p></foreignObject>", "<foreignObject> may not stand"),
        ("<image href='https://example.org/a.png'/>", "<image> may not stand"),
        ("<use href='#a'/>", "<use> may not stand"),
        ("<a href='https://example.org'><text>x</text></a>", "<a> may not stand"),
        ("<animate attributeName='href' to='javascript:x'/>", "<animate> may not stand"),
        ("<set attributeName='onclick' to='x'/>", "<set> may not stand"),
        ("<iframe xmlns='http://www.w3.org/1999/xhtml' src='x'/>", "<iframe> may not stand"),
        ("<circle r='1' onclick='x'/>", "attribute onclick"),
        ("<circle r='1' style='fill:red'/>", "attribute style"),
        (
            "<circle r='1' xmlns:xlink='http://www.w3.org/1999/xlink' xlink:href='https://example.org'/>",
            "attribute href",
        ),
        ("<circle r='1' fill='url(https://example.org/a#b)'/>", "leads out of the diagram"),
        ("<circle r='1' fill='url(data:image/svg+xml,x)'/>", "leads out of the diagram"),
        ("<svg/>", "A drawing may not stand in a drawing"),
        ("<?php echo 1 ?>", ""),
    ],
)
def test_what_could_do_something_is_refused(inside, words):
    if not words:
        assert "php" not in pictures.figure(HEAD + inside + "</svg>").inline("p-", "a")
        return
    with pytest.raises(pictures.Refused, match=words):
        pictures.figure(HEAD + inside + "</svg>")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + HEAD + "</svg>", "DOCTYPE"),
        (HEAD, "not well-formed"),
        ("<html/>", "Expected an <svg>"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><title>T</title></svg>', "viewBox"),
        ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>', "no <title>"),
        (HEAD + "<g/>" * 4000 + "</svg>", "elements"),
        (HEAD + " " * 300_000 + "</svg>", "KB"),
    ],
)
def test_what_is_no_diagram_is_refused(content, words):
    with pytest.raises(pictures.Refused, match=words):
        pictures.figure(content)


def test_a_diagram_is_told_with_the_words_of_its_page():
    drawn = pictures.figure(folders.FIGURE).inline("page-", 'A "circle" & <more>')
    assert 'role="img" aria-label="A &quot;circle&quot; &amp; &lt;more&gt;"' in drawn
    assert "<title>A circle</title>" in drawn


def test_two_diagrams_on_a_page_do_not_share_ids():
    drawn = pictures.figure(folders.FIGURE).inline("page-", "A circle")
    assert 'id="page-dots"' in drawn
    assert 'fill="url(#page-dots)"' in drawn
    assert 'id="dots"' not in drawn


def bitmap(kind, size=(4, 3)):
    out = io.BytesIO()
    Image.new("RGB", size).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp")])
def test_a_picture_is_named_by_its_content(kind, ending):
    picture = pictures.picture(bitmap(kind))
    assert picture.name == pictures.picture(bitmap(kind)).name
    assert picture.name.endswith(f".{ending}")
    assert (picture.width, picture.height) == (4, 3)


@pytest.mark.parametrize("content", [b"", b"GIF89a" + b"\0" * 50, b"<svg/>", bitmap("PNG")[:40], bitmap("BMP")])
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(pictures.Refused, match="not a whole PNG, JPEG or WebP"):
        pictures.picture(content)


def test_a_picture_of_too_many_pixels_is_refused():
    with pytest.raises(pictures.Refused, match="pixels"):
        pictures.picture(bitmap("PNG", (7000, 2)))
