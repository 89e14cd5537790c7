"""What stands in double braces: values of region, state and course, put into texts when a course is loaded."""

import re
from collections.abc import Mapping
from typing import Any

from modules.loader.source import Problem

TOKEN = re.compile(r"\{\{\s*([^{}\n]*?)\s*\}\}")
_NAME = re.compile(r"(?:region|state|course)(?:\.[A-Za-z0-9_-]+)+")


def find(values: Mapping[str, Any], name: str) -> str | None:
    """The text of a value by its dotted name; None where there is none. A fact or a link gives its words."""
    here: Any = values
    for part in name.split("."):
        if not isinstance(here, Mapping) or part not in here:
            return None
        here = here[part]
    if isinstance(here, Mapping):
        here = here.get("text", here.get("label"))
    if isinstance(here, bool) or not isinstance(here, str | int | float):
        return None
    text = f"{here:g}" if isinstance(here, float) else str(here)
    return text or None


def entry(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The table behind a name (a fact with its source and dates, a link with its address), empty for plain values."""
    here: Any = values
    for part in name.split("."):
        here = here.get(part, {}) if isinstance(here, Mapping) else {}
    return here if isinstance(here, Mapping) else {}


def filled(values: Mapping[str, Any], text: str) -> str:
    """The text with its values. One that is missing is left out here; `missing` reports it, with its line."""
    return TOKEN.sub(lambda token: find(values, token[1]) or "", text) if "{{" in text else text


def missing(path: str, raw: str, values: Mapping[str, Any], region: str) -> list[Problem]:
    """Every value of a file that this region does not have, and braces that are no value, each at its line."""
    problems = []
    for number, line in enumerate(raw.split("\n"), 1):
        if "{{" not in line and "}}" not in line:
            continue
        for token in TOKEN.finditer(line):
            name = token[1]
            if not _NAME.fullmatch(name):
                problems.append(
                    Problem(
                        path, number, f"“{token[0]}” is no value; expected a name such as {{{{ region.short_name }}}}."
                    )
                )
            elif find(values, name) is None:
                problems.append(Problem(path, number, f"{{{{ {name} }}}} has no value in the region “{region}”."))
        # Inline tables of TOML may close two at once; only an opening pair means a value.
        if "{{" in TOKEN.sub("", line):
            problems.append(Problem(path, number, "A value is not closed on its line; expected {{ name }}."))
    return problems
