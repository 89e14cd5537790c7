from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from modules import actions, loader
from tests.modules import folders


@pytest.fixture
def files() -> folders.Files:
    return folders.course()


@pytest.fixture
def load(tmp_path: Path, files: folders.Files) -> Callable[[], dict[str, actions.Loaded]]:
    """Loads `files` as they are now; what became of each region by its slug."""
    count = iter(range(100))

    def run() -> dict[str, actions.Loaded]:
        root = folders.write(tmp_path / f"course-{next(count)}", files)
        return {each.consortium.slug: each for each in actions.load_folder(path=root, now=timezone.now())}

    return run


@pytest.fixture
def problems(tmp_path: Path, files: folders.Files) -> Callable[[], list[str]]:
    """What is wrong with `files`, a line for each."""

    def run() -> list[str]:
        root = folders.write(tmp_path / "broken", files)
        return [str(problem) for problem in loader.read(loader.open_folder(root))[1]]

    return run


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    """The second factor has its own tests."""
    settings.SECOND_FACTOR_REQUIRED = False
