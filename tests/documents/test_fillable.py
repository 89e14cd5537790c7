"""A handout can be filled in at a screen: what is there to write on by hand is a form field, too."""

import io
import subprocess

import page as validator
import pikepdf
import pypdf
import pytest
from django.template.loader import render_to_string

from foundation.documents import exports, registry
from foundation.documents.rendering.process import Renderer, Result
from modules import exports as toolbox
from tests.documents import pages
from tests.documents.test_tagged_pages import Tree

LINES = '<div class="lines"><div class="line"></div><div class="line"></div></div>'
BOX = '<span class="box" aria-hidden="true"></span>'
# As the loader writes it, see modules/loader/markdown.py.
BODY = f"""
<h2 id="before">Before the visit</h2>
<div class="keep"><p>What students <em>do</em>, and who directs them:<sup class="cite"><a href="#s1">1</a></sup></p>{LINES}</div>
<p>See <a href="https://example.org/guide">the guide</a>.</p>
<ul class="task-list"><li>{BOX}The room is booked.</li><li><p>{BOX}There’s a <strong>way in</strong> for all.</p>
<ul><li>a ramp</li></ul></li></ul>
<div class="keep">{LINES}</div>
<div class="table-scroll" role="region" tabindex="0" aria-label="Numbers"><table><caption>Numbers</caption><thead><tr>
<td></td><th scope="col">Who calls</th><th scope="col">Phone</th></tr></thead><tbody>
<tr><th scope="row">At the site</th><td>the guide</td><td></td></tr>
<tr><th scope="row">1</th><td></td><td></td></tr></tbody></table></div>
<table><thead><tr><th scope="col">Line</th><th scope="col">Ask</th><th scope="col">Answer, date</th></tr></thead><tbody>
<tr><td>1. Trip. The form is in hand.</td><td>{pages.WORDS * 3}</td><td>☐ yes    ☐ n.a.    ☐ to do</td></tr></tbody></table>
<h2 id="after">After the visit</h2>
<div class="keep"><p>Notes:</p>{LINES}</div><div class="keep"><p>Notes:</p>{LINES}</div>
<p>Nothing is asked here: ☐ ☑.</p>
"""
LABELS = [
    "What students do, and who directs them",
    "The room is booked.",
    "There’s a way in for all.",
    "Before the visit",
    "At the site: Phone",
    "Row 1: Who calls",
    "Row 1: Phone",
    "1. Trip. The form is in hand: yes",
    "1. Trip. The form is in hand: n.a.",
    "1. Trip. The form is in hand: to do",
    "1. Trip. The form is in hand: Answer, date",
    "After the visit: Notes",
    "After the visit: Notes (2)",
]
NO_ARCHIVE = "PDFA2A-ID-SCHEMA-001"  # a form does not call itself PDF/A: Adobe's readers would not let anybody write


def handout(body: str = BODY) -> str:
    """A resource's page, through its own template."""
    context = {"title": "Access checklist", "lang": "en-US", "dated": "2026-11-02", "body": toolbox.for_print(body)}
    return render_to_string(registry.get("resource").template, context)


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def widgets(pdf: pikepdf.Pdf) -> list[pikepdf.Object]:
    """The form fields in the order of the pages."""
    found = [item for page in pdf.pages for item in page.obj.get("/Annots", [])]
    return [item for item in found if item.Subtype == "/Widget"]


def said(pdf: bytes, key: str) -> list[str]:
    """`TU` (the label), `T` (the name) or `FT` (the kind) of each field."""
    with opened(pdf) as form:
        return [str(widget[f"/{key}"]) for widget in widgets(form)]


def failures(pdf: bytes) -> list[str]:
    return [found for found in pages.failures(pdf) if not found.startswith(NO_ARCHIVE)]


@pytest.fixture(scope="module")
def sheet(shared_renderer: Renderer) -> Result:
    return shared_renderer.render(handout())


@pytest.fixture(scope="module")
def bundle(shared_renderer: Renderer, sheet: Result) -> Result:
    links = "".join(f'<p><a href="part:{number}">Sheet</a></p>' for number in (1, 2, 3))
    front = shared_renderer.render(pages.html(f"<h1>Toolbox</h1>{links}", title="Toolbox"))
    plain = shared_renderer.render(pages.html(title="Plain"))
    return shared_renderer.merge(front.pdf, [sheet.pdf, plain.pdf, sheet.pdf], title="Toolbox")


@pytest.mark.parametrize("name", ["sheet", "bundle"])
def test_a_form_keeps_the_rules_of_accessible_pdf_and_does_not_call_itself_archived(name, request):
    pdf = request.getfixturevalue(name).pdf
    assert failures(pdf) == []
    assert validator.validate_pdf_bytes(pdf, profile="ua1").failures == []
    with opened(pdf) as form:
        assert b"pdfuaid:part>1<" in form.Root.Metadata.read_bytes()
        assert b"<pdfaid:" not in form.Root.Metadata.read_bytes()


def test_each_field_says_what_is_to_be_written_there(sheet):
    assert said(sheet.pdf, "TU") == LABELS
    assert said(sheet.pdf, "FT") == ["/Tx", "/Btn", "/Btn"] + ["/Tx"] * 4 + ["/Btn"] * 3 + ["/Tx"] * 3
    names = said(sheet.pdf, "T")
    assert names[0] == "001-what-students-do-and-who-directs-them"
    assert len(set(names)) == len(names)


def test_what_is_filled_in_can_be_read_again(sheet):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(sheet.pdf))
    fields = writer.get_fields()
    values = {name: "/Yes" if field["/FT"] == "/Btn" else f"Núñez {name}" for name, field in fields.items()}
    for page in writer.pages:
        writer.update_page_form_field_values(page, values)
    filled = io.BytesIO()
    writer.write(filled)
    read = pypdf.PdfReader(filled).get_fields()
    assert {name: field["/V"] for name, field in read.items()} == values
    assert len(values) == len(LABELS)


def test_an_empty_form_looks_like_the_sheet_of_paper(sheet, shared_renderer, tmp_path):
    plain = shared_renderer.render(handout().replace(" data-fillable", ""))
    assert said(plain.pdf, "TU") == []
    pictures = []
    for number, pdf in enumerate((sheet.pdf, plain.pdf)):
        (tmp_path / f"{number}.pdf").write_bytes(pdf)
        command = ["pdftoppm", "-r", "72", tmp_path / f"{number}.pdf"]
        pictures.append(subprocess.run(command, capture_output=True, check=True).stdout)
    assert len(pictures[0]) > 100_000
    assert pictures[0] == pictures[1]


def test_fields_lie_on_the_page_and_apart(sheet):
    with opened(sheet.pdf) as form:
        left, bottom, right, top = form.pages[0].MediaBox
        boxes = [[float(side) for side in widget.Rect] for widget in widgets(form)]
    for box in boxes:
        assert left < box[0] < box[2] < right
        assert bottom < box[1] < box[3] < top
    apart = [(one, other) for index, one in enumerate(boxes) for other in boxes[index + 1 :]]
    assert all(
        one[2] <= other[0] or other[2] <= one[0] or one[1] >= other[3] or other[1] >= one[3] for one, other in apart
    )


def test_every_field_can_be_drawn_without_help_and_typed_in_with_a_font_that_is_there(sheet):
    with opened(sheet.pdf) as pdf:
        form = pdf.Root.AcroForm
        assert "/NeedAppearances" not in form
        font = form.DR.Font["/SourceSans3-Regular"]
        assert len(font.FontDescriptor.FontFile2.read_bytes()) > 5000
        assert len(font.Widths) == font.LastChar - font.FirstChar + 1
        assert all(width > 0 for width in list(font.Widths)[: 127 - 32])
        for widget in widgets(pdf):
            if widget.FT == "/Tx":
                assert str(widget.DA) == "/SourceSans3-Regular 0 Tf 0.114 0.141 0.2 rg"  # ink on white
                assert isinstance(widget.AP.N, pikepdf.Stream)
            else:
                assert set(widget.AP.N.keys()) == {"/Yes", "/Off"}
                assert widget.AS == "/Off"


@pytest.mark.parametrize("name", ["sheet", "bundle"])
def test_the_tags_have_each_field_at_its_place_in_the_order(name, request):
    """A `Form` for each, the parent tree leads back to it, and tabbing goes the same way."""
    tree = Tree(request.getfixturevalue(name).pdf)
    root = tree.pdf.Root.StructTreeRoot
    owners = {int(root.ParentTree.Nums[i]): root.ParentTree.Nums[i + 1] for i in range(0, len(root.ParentTree.Nums), 2)}
    forms = tree.all("Form")
    tagged = [form.K[0].Obj for form in forms]
    fields = list(tree.pdf.Root.AcroForm.Fields)
    assert [field.objgen for field in tagged] == [field.objgen for field in fields]
    assert len(fields) == len(LABELS) * (2 if name == "bundle" else 1)
    for form, field in zip(forms, tagged, strict=True):
        assert [str(kid.Type) for kid in form.K] == ["/OBJR"]
        assert owners[int(field.StructParent)].objgen == form.objgen
        assert field.P.objgen == form.Pg.objgen
        assert field.P.Tabs == "/S"
        assert field.objgen in [item.objgen for item in field.P.Annots]
    subtypes = [str(item.Subtype) for item in tree.pdf.pages[-1].obj.Annots]
    assert subtypes == ["/Widget", "/Link", *["/Widget"] * (len(LABELS) - 1)]


def test_a_box_is_heard_once_and_an_empty_cell_keeps_its_column(sheet):
    tree = Tree(sheet.pdf)
    assert tree.kinds(tree.all("LI")[0].K[-1])[0] == "/Form"
    assert [tree.kinds(row) for row in tree.all("TR")[1:3]] == [["/TH", "/TD", "/TD"]] * 2
    assert [tree.kinds(cell) for cell in tree.all("TD", tree.all("TR")[2])] == [["/Form"], ["/Form"]]
    # The ☐ of the sentence that asks nothing is left in the tags; those under a field are not.
    owners = list(tree.pdf.Root.StructTreeRoot.ParentTree.Nums[1])
    contents = tree.pdf.pages[0].Contents.read_bytes()
    assert contents.count(b"/Artifact <</Type /Layout>>") == 5
    assert owners.count(None) >= 5


def test_the_bundle_has_a_name_for_each_field(bundle, sheet):
    own = said(sheet.pdf, "T")
    names = said(bundle.pdf, "T")
    assert names == [f"01-{name}" for name in own] + [f"03-{name}" for name in own]
    assert list(pypdf.PdfReader(io.BytesIO(bundle.pdf)).get_fields()) == names


def test_lines_that_go_on_on_the_next_page_are_two_fields(shared_renderer):
    lines = f'<div class="lines">{"<div class=line></div>" * 40}</div>'
    result = shared_renderer.render(handout(f"<p>Notes:</p>{lines}"))
    assert failures(result.pdf) == []
    assert said(result.pdf, "TU") == ["Notes", "Notes (continued)"]
    assert said(result.pdf, "T") == ["001-notes", "001-notes-more"]


def test_only_resources_are_forms(shared_renderer):
    """A plan and a certificate say what was decided."""
    kinds = {name: "".join(exports._sources(kind.template).values()) for name, kind in registry._kinds.items()}
    assert {"lesson-plan", "certificate"} <= set(kinds)
    assert [name for name, source in kinds.items() if "data-fillable" in source] == ["resource"]
    plain = shared_renderer.render(pages.html(f"<h1>Plan</h1>{toolbox.for_print(BODY)}"))
    with opened(plain.pdf) as pdf:
        assert widgets(pdf) == []
        assert "/AcroForm" not in pdf.Root
    assert pages.failures(plain.pdf) == []


def test_a_long_question_ends_with_a_whole_word(shared_renderer):
    result = shared_renderer.render(handout(f"<p>{pages.WORDS * 9}</p>{LINES}"))
    (label,) = said(result.pdf, "TU")
    assert label.endswith("…")
    assert 200 < len(label) <= 250


def test_the_same_sheet_gives_the_same_bytes_in_another_process(sheet):
    other = Renderer()
    try:
        assert other.render(handout()).pdf == sheet.pdf
    finally:
        other.close()
