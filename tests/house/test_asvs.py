"""docs/asvs.csv names a test for each requirement that applies, and the test is there."""

import ast
import csv
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)


def rows() -> list[dict[str, str]]:
    with (ROOT / "docs" / "asvs.csv").open(newline="") as file:
        return list(csv.DictReader(file, strict=True))


def is_there(test: str) -> bool:
    path, _, name = test.partition("::")
    if not (ROOT / path).is_file():
        return False
    tree = ast.parse((ROOT / path).read_text())
    return not name or name in {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)}


def test_each_requirement_that_applies_names_a_test_that_is_there() -> None:
    for row in rows():
        assert set(row) == {"requirement", "applies", "how", "test"}
        if row["applies"] == "yes":
            assert is_there(row["test"]), row
        else:
            assert (row["applies"], bool(row["how"]), row["test"]) == ("no", True, ""), row


def test_the_list_is_long_enough_to_mean_something() -> None:
    assert len(rows()) >= 40


def test_a_test_that_is_gone_would_be_noticed() -> None:
    assert not is_there("tests/house/test_asvs.py::test_that_never_was")
    assert not is_there("tests/house/test_nothing.py")
    assert is_there("tests/house/test_asvs.py::rows")
