"""Several documents become one, and stay one that reads well aloud."""

import io
import subprocess

import pikepdf
import pytest

from foundation.documents.rendering.process import Renderer, RenderingFailed, Result
from tests.documents import pages
from tests.documents.test_tagged_pages import Tree

FRONT = pages.html(
    """<div class="cover"><div class="cover-words"><h1>Toolbox</h1></div></div>
    <section><h2>Contents</h2><ol class="contents">
    <li><a href="part:1" aria-label="First, page 3">First<span class="page-number">3</span></a></li>
    <li><a href="part:2" aria-label="Second, page 7">Second<span class="page-number">7</span></a></li>
    </ol></section>""",
    title="Toolbox",
    css_class="bundle",
)


@pytest.fixture(scope="module")
def parts(shared_renderer: Renderer) -> list[Result]:
    return [shared_renderer.render(pages.html(title=name)) for name in ("First", "Second")]


@pytest.fixture(scope="module")
def bundle(shared_renderer: Renderer, parts: list[Result]) -> Result:
    front = shared_renderer.render(FRONT)
    return shared_renderer.merge(front.pdf, [part.pdf for part in parts], title="Toolbox")


def test_validators_find_nothing_in_the_bundle(bundle):
    assert pages.failures(bundle.pdf) == []


def test_every_page_of_every_part_is_there_under_one_document(bundle, parts):
    assert bundle.pages == 2 + sum(part.pages for part in parts)
    tree = Tree(bundle.pdf)
    assert tree.kinds(tree.root) == ["/Part"] * 3
    assert tree.pdf.docinfo["/Title"] == "Toolbox"


def test_each_piece_of_content_leads_back_to_its_own_element(bundle):
    """The renumbered way back: what the parent tree says of a page's marks is what the elements say of themselves."""
    tree = Tree(bundle.pdf)
    root = tree.pdf.Root.StructTreeRoot
    numbers = {
        int(root.ParentTree.Nums[i]): root.ParentTree.Nums[i + 1] for i in range(0, len(root.ParentTree.Nums), 2)
    }
    assert list(numbers) == sorted(numbers)
    seen = 0
    for number, page in enumerate(tree.pdf.pages):
        for mcid, owner in enumerate(numbers[int(page.obj.StructParents)]):
            if owner is None:
                continue
            seen += 1
            marks = [kid for kid in owner.K if isinstance(kid, int)] if owner.Pg.objgen == page.obj.objgen else []
            marks += [kid.MCID for kid in owner.K if isinstance(kid, pikepdf.Dictionary) and "/MCID" in kid
                      and kid.Pg.objgen == page.obj.objgen]  # fmt: skip
            assert mcid in marks, (number, mcid)
        for annotation in page.obj.get("/Annots", []):
            owner = numbers[int(annotation.StructParent)]
            assert owner.S == "/Link"
    assert seen > 100


def test_page_numbers_run_through_and_the_parts_own_are_gone(bundle, parts, tmp_path):
    (tmp_path / "bundle.pdf").write_bytes(bundle.pdf)
    for number in range(2, bundle.pages + 1):
        command = ["pdftotext", "-f", str(number), "-l", str(number), tmp_path / "bundle.pdf", "-"]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert f"{number} of {bundle.pages}" in text
        assert f"of {parts[0].pages}" not in text


def test_contents_lead_to_the_parts_and_places_stay_within_their_part(bundle, parts):
    with pikepdf.open(io.BytesIO(bundle.pdf)) as pdf:
        numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
        targets = [
            numbers[link.Dest[0].objgen] for link in pdf.pages[1].obj.Annots if isinstance(link.Dest, pikepdf.Array)
        ]
        assert set(targets) == {2, 2 + parts[0].pages}
        names = pdf.Root.Names.Dests.Names
        places = {bytes(names[i]): numbers[names[i + 1][0].objgen] for i in range(0, len(names), 2)}
        used = {
            bytes(link.Dest)
            for page in pdf.pages
            for link in page.obj.get("/Annots", [])
            if isinstance(link.get("/Dest"), pikepdf.String)
        }
        assert used <= set(places)
        after = [places[name] for name in sorted(places) if name.endswith(b"after")]
        assert after[1] - after[0] == parts[0].pages


def test_the_outline_has_an_entry_for_each_part_with_its_headings(bundle):
    with pikepdf.open(io.BytesIO(bundle.pdf)) as pdf, pdf.open_outline() as outline:
        assert [entry.title for entry in outline.root] == ["Toolbox", "Guest speaker planner", "Guest speaker planner"]
        assert [child.title for child in outline.root[1].children] == ["Before the visit", "After the visit"]


def test_the_same_parts_give_the_same_bytes(shared_renderer, bundle, parts):
    front = shared_renderer.render(FRONT)
    assert shared_renderer.merge(front.pdf, [part.pdf for part in parts], title="Toolbox").pdf == bundle.pdf


def test_a_file_that_is_not_ours_is_refused(shared_renderer, parts):
    with pytest.raises(RenderingFailed, match="not a PDF of ours"):
        shared_renderer.merge(parts[0].pdf, [b"%PDF-1.7 nothing"], title="x")
