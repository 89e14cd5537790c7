"""A page becomes a PDF that reads well aloud."""

import io
import subprocess

import pikepdf
import pytest

from foundation.documents.rendering.process import Renderer, RenderingFailed, Result
from tests.documents import pages


class Tree:
    """The structure tree of a PDF, with the text that each element marks left out: kinds and attributes only."""

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pikepdf.open(io.BytesIO(pdf))
        self.root = self.pdf.Root.StructTreeRoot.K[0]

    def all(self, kind: str, within: pikepdf.Object | None = None) -> list[pikepdf.Object]:
        """Every element of a kind, in reading order."""
        start = self.root if within is None else within
        found = [start] if start.get("/S") == f"/{kind}" else []
        for kid in start.get("/K", []):
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                found += self.all(kind, kid)
        return found

    @staticmethod
    def kinds(element: pikepdf.Object) -> list[str]:
        """The kinds of an element's kids; "·" for content."""
        return [str(kid.S) if isinstance(kid, pikepdf.Dictionary) and "/S" in kid else "·" for kid in element.K]


@pytest.fixture(scope="module")
def planner(shared_renderer: Renderer) -> Result:
    return shared_renderer.render(pages.html())


@pytest.fixture(scope="module")
def tree(planner: Result) -> Tree:
    return Tree(planner.pdf)


def test_validators_for_accessible_and_archived_pdf_find_nothing(planner):
    assert pages.failures(planner.pdf) == []


def test_the_title_is_shown_and_the_language_is_known(tree):
    assert tree.pdf.Root.Lang == "en-US"
    assert tree.pdf.Root.ViewerPreferences.DisplayDocTitle
    assert tree.pdf.docinfo["/Title"] == "Guest speaker planner"


def test_a_table_over_two_pages_is_one_table_with_one_head(tree, planner):
    assert planner.pages >= 3
    (table,) = tree.all("Table")
    assert tree.kinds(table) == ["/Caption", "/THead", "/TBody"]
    assert len(tree.all("TR", table)) == 41
    assert len({row.Pg.objgen for row in tree.all("TR", table)}) > 1


def test_every_header_cell_has_a_scope(tree):
    scopes = [str(cell.A.Scope) for cell in tree.all("TH")]
    assert scopes == ["/Column"] * 2 + ["/Row"] * 40


def test_a_table_with_empty_and_joined_cells_keeps_its_columns(shared_renderer):
    body = """<h1>Table</h1><table><tr><th scope="col">A</th><th scope="col">B</th><th scope="col">C</th></tr>
    <tr><th scope="row" rowspan="2">One</th><td></td><td>x</td></tr><tr><td colspan="2"></td></tr></table>"""
    result = shared_renderer.render(pages.html(body))
    assert pages.failures(result.pdf) == []
    tree = Tree(result.pdf)
    assert [tree.kinds(row) for row in tree.all("TR")] == [["/TH"] * 3, ["/TH", "/TD", "/TD"], ["/TD"]]


def test_a_paragraph_over_two_pages_is_one_paragraph(tree):
    last = tree.all("P")[-2:]
    assert any(isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/MCR" for p in last for kid in p.K)


def test_a_link_says_its_text_and_not_its_address(tree):
    said = {str(kid.Obj.Contents) for link in tree.all("Link") for kid in link.K if isinstance(kid, pikepdf.Dictionary)
            and kid.get("/Type") == "/OBJR"}  # fmt: skip
    assert said == {"the guide to speakers", "what comes after", "Map", "A place to look up the step"}


def test_lists_have_labels_and_bodies_and_nest_inside_an_item(tree):
    outer = tree.all("L")[0]
    assert tree.kinds(outer) == ["/LI", "/LI"]
    assert tree.kinds(outer.K[0]) == ["/Lbl", "/LBody"]
    assert "/L" in tree.kinds(outer.K[0].K[1])
    definitions = tree.all("L")[-1]
    assert [tree.kinds(item) for item in definitions.K] == [["/Lbl", "/LBody"], ["/Lbl", "/LBody"]]


def test_a_figure_has_its_alternative_its_caption_and_its_place_on_the_page(tree):
    figure, linked = tree.all("Figure")
    assert str(figure.Alt) == "Three stages"
    assert "/Caption" in tree.kinds(figure)
    left, bottom, right, top = (float(number) for number in figure.A.BBox)
    assert 0 < left < right < 612
    assert 0 < bottom < top < 792
    assert str(linked.Alt) == "Map"


def test_parts_keep_their_language_and_abbreviations_their_meaning(tree):
    spans = tree.all("Span")
    assert [str(span.Lang) for span in spans if "/Lang" in span] == ["es"]
    assert [str(span.E) for span in spans if "/E" in span] == ["work-based learning"]


def test_running_heads_page_numbers_and_hidden_text_are_not_content(tree):
    """What the tree does not reach is marked as an artifact on the page."""
    contents = tree.pdf.pages[1].Contents.read_bytes()
    assert b"/Subtype /Header" in contents
    assert b"/Subtype /Footer" in contents
    assert b"/Subtype /PageNum" in contents
    reached = sum(len([kid for kid in element.K if isinstance(kid, int)]) for element in tree.all("P"))
    assert reached
    owners = tree.pdf.Root.StructTreeRoot.ParentTree.Nums[1]
    assert None in list(owners)  # the hidden paragraph and the page number have no element on the first page


def test_the_order_of_the_text_is_that_of_the_page(planner, tmp_path):
    (tmp_path / "planner.pdf").write_bytes(planner.pdf)
    text = subprocess.run(
        ["pdftotext", tmp_path / "planner.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    places = [
        text.index(words) for words in ("Plan one visit", "Before the visit", "Room booked", "Audience", "Step 40")
    ]
    assert places == sorted(places)


def test_the_same_page_gives_the_same_bytes_in_another_process(planner):
    other = Renderer()
    try:
        assert other.render(pages.html()).pdf == planner.pdf
    finally:
        other.close()


def test_a_character_that_no_font_has_is_shown_and_reported(shared_renderer, tmp_path):
    result = shared_renderer.render(pages.html("<h1>One</h1><p>A 漢 and a 🧑‍🍳 here ☐</p>"))
    assert result.missing == ["漢", "🍳", "🧑"]
    (tmp_path / "x.pdf").write_bytes(result.pdf)
    text = subprocess.run(["pdftotext", tmp_path / "x.pdf", "-"], capture_output=True, text=True, check=True).stdout
    assert "A � and a [adult][cooking] here ☐" in text
    assert pages.failures(result.pdf) == []


def test_a_page_without_title_or_language_is_refused(shared_renderer):
    for broken in ("<html lang='en'><body>x", "<html><title>x</title><body>x"):
        with pytest.raises(RenderingFailed, match="title"):
            shared_renderer.render(broken)
