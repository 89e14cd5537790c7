"""The long proofs. PROVE_SCALE (default 1.0) shrinks how long they run and how much they make: 0.05 while writing one."""

import os
from collections.abc import Callable

import pytest

Say = Callable[..., None]
SCALE = float(os.environ.get("PROVE_SCALE", "1"))


@pytest.fixture(autouse=True)
def _no_leftovers() -> None:
    """The database is an installation's of its own; the test process needs none."""


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Print lines whether or not the tests are asked to."""

    def print_(*lines: str) -> None:
        with capsys.disabled():
            print("", *lines, sep="\n", flush=True)

    return print_
