"""Two windows, one text each: what may be written over, and what is a conflict. Pure; the same for a plan's fields
and a review's notes.
"""

from collections.abc import Mapping
from typing import Any


def changed_since(versions: Mapping[str, int], base: int) -> set[str]:
    """Keys that somebody changed after the version a page was made from."""
    return {key for key, version in versions.items() if version > base}


def conflicts(
    current: Mapping[str, Any],
    versions: Mapping[str, int],
    changes: Mapping[str, Any],
    base: int,
    bases: Mapping[str, int],
) -> list[str]:
    """Keys of changes that would write over what somebody else changed meanwhile. The same value twice is no conflict.

    `bases` says for single keys which version the writer has seen, where that is not `base`.
    """
    return [
        key
        for key, value in changes.items()
        if versions.get(key, 0) > bases.get(key, base) and current.get(key) != value
    ]
