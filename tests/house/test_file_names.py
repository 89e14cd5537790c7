"""The closed list of file names inside an app, and what the repository's files may not contain."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
ANATOMY = next(contract for contract in CONTRACTS if contract["id"] == "anatomy")
APPS = [ROOT / container.replace(".", "/") for container in ANATOMY["containers"]]

# Any app may have these; a change here is a decision about the house.
USUAL = {
    "urls", "views", "admin", "forms", "tasks", "actions", "exports", "emails", "access", "policies", "kinds", "models",
    "apps", "migrations", "management", "templatetags", "middleware", "adapters", "checks", "context_processors",
    "invariants",
}  # fmt: skip

# Nouns of the domain, each in the app whose subject it is.
NOUNS: dict[str, set[str]] = {
    "accounts": {"hashers"},
    "foundation.drafts": {"bodies"},
    "foundation.richtext": {"cleaning"},
    "foundation.notices": {"backends", "registry"},
    "foundation.documents": {"registry", "rendering", "storage"},
    "modules": {"checking", "facts", "itemkinds", "loader", "outline", "overrides", "preview", "readers"},
    "cohorts": {"activities", "completion", "progress", "roster", "schedule"},
    "discussions": {"composing", "threads"},
    "knowledgechecks": {"paper", "scoring"},
    "lessonplans": {"completeness", "exemplars", "fields", "merging", "paper", "parsing", "template"},
    "surveys": {"paper", "parsing", "questions"},
    "reports": {"columns", "fiscal", "ledger", "status"},
    "classroom": {"overview", "reading", "whiteboard"},
}


def modules_of(app: Path) -> set[str]:
    return {
        path.stem
        for path in app.iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path.is_dir() and (path / "__init__.py").exists())
    }


def ours(pattern: str) -> list[Path]:
    skipped = {".venv", "node_modules", "vendor", "var", ".git"}
    return [path for path in sorted(ROOT.rglob(pattern)) if not skipped & set(path.relative_to(ROOT).parts)]


TEMPLATES = ours("*.html")


@pytest.mark.parametrize("app", APPS, ids=lambda app: str(app.relative_to(ROOT)))
def test_an_app_has_only_files_of_the_list(app):
    name = str(app.relative_to(ROOT)).replace("/", ".")
    assert modules_of(app) - USUAL - NOUNS.get(name, set()) == set()


def test_the_contract_knows_every_name():
    layers = {name.strip(" ()") for line in ANATOMY["layers"] for name in re.split("[|:]", line)}
    assert layers == USUAL | set().union(*NOUNS.values())


def test_nothing_is_called_after_no_subject():
    vague = {"utils", "helpers", "common", "core", "services", "manager", "managers", "misc"}
    assert [path for path in ours("*.py") if path.stem in vague] == []


INLINE = {
    "a script in the page": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE),
    "a style in the page": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a handler attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
}
# Print templates and e-mails are no pages: the content security policy does not reach them.
NO_PAGES = re.compile(r"/(emails|pdf|print|documents/print)/")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_has_no_inline_script_or_style(template):
    text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", template.read_text(), flags=re.DOTALL)
    if not NO_PAGES.search(template.as_posix()):
        assert [what for what, pattern in INLINE.items() if pattern.search(text)] == []


def test_inline_parts_would_be_seen():
    for text in (
        "<script>1</script>",
        "<style>",
        '<p class="a" style="x">',
        '<a onclick="x">',
        "<a href='javascript:1'>",
    ):
        assert any(pattern.search(text) for pattern in INLINE.values()), text
    for text in ('<script src="/static/js/a.js" defer></script>', '<p data-style="x">', "<p>style = calm</p>"):
        assert not any(pattern.search(text) for pattern in INLINE.values()), text


# Spelled in two halves, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|(?i:coming so" + r"on|lorem ip" + r"sum))\b")


@pytest.mark.parametrize("pattern", ["*.py", "*.html", "*.js", "*.css", "*.md", "*.toml"])
def test_nothing_is_announced_that_is_not_there(pattern):
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in ours(pattern)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert found == []


def test_query_counts_are_asserted_not_only_mentioned():
    wrong = re.compile(r"^\s*(self\.|django_)?assert_?[nN]um_?[qQ]ueries\([^)]*\)\s*$", re.MULTILINE)
    assert wrong.search("    self.assertNumQueries(1)\n")
    assert [path for path in ours("test_*.py") if wrong.search(path.read_text())] == []


def test_no_signals():
    pattern = re.compile(r"django\.db\.models\.signals|django\.dispatch|@receiver\b")
    code = [path for app in APPS for path in app.rglob("*.py")]
    assert [path for path in code if pattern.search(path.read_text())] == []


def test_only_rich_text_marks_html_as_safe():
    code = [path for app in APPS for path in app.rglob("*.py") if "richtext" not in path.parts]
    assert [path for path in code if re.search(r"\bmark_safe\(|\bSafeString\(", path.read_text())] == []


def test_views_do_not_write():
    code = [path for app in APPS for path in [*app.glob("views.py"), *app.glob("views/*.py")]]
    assert [
        path for path in code if re.search(r"(?<!actions)\.(save|create|bulk_create|delete)\(", path.read_text())
    ] == []


def test_the_lock_files_name_no_index_and_no_machine():
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        assert not re.search(r"https?://|file:|index|find-links|/opt|/work|/home|/root", text), name
        pinned = re.findall(r"^[a-z0-9][^\s;]*", text, re.MULTILINE)
        assert pinned
        assert all("==" in line for line in pinned)
        assert len(re.findall(r"\\\n    --hash=", text)) >= len(pinned)


def test_the_development_lock_contains_the_other():
    pins = [
        set(re.findall(r"^\S+==\S+", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt")
    ]
    assert pins[0] <= pins[1]
