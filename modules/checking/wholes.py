"""What only the whole folder shows: outcomes without a use, minutes that do not add up, words that wait for others."""

import re
from collections.abc import Iterator

from modules.loader import Composed, Problem
from modules.loader.folder import Folder

# In two halves, so that a search for what is unfinished in the application does not find its own words.
SHOUTED = ("TO" + "DO", "FIX" + "ME", "TB" + "D", "TB" + "A", "XX" + "X+", r"\?\?\?+")
SPOKEN = (
    "lorem ip" + "sum",
    "coming so" + "on",
    "under constr" + "uction",
    "to be writ" + "ten",
    "text goes h" + "ere",
)
PLACEHOLDER = re.compile(rf"(?<!\w)(?:{'|'.join(SHOUTED)}|(?i:{'|'.join(SPOKEN)}))(?!\w)")


def unserved_outcomes(course: Composed) -> Iterator[Problem]:
    """A promise of a module that nothing in it keeps."""
    for module in course.modules:
        served = {code for item in module.items for code in item.data.get("outcomes", ())}
        for outcome in module.outcomes:
            if outcome["slug"] not in served:
                line = module.reading.line_of(f'"{outcome["slug"]}"') or 1
                message = f"No item serves the outcome “{outcome['slug']}”; expected it in the outcomes of one."
                yield Problem(module.reading.path, line, message)


def minutes(course: Composed) -> Iterator[Problem]:
    """The items' minutes against what `course.toml` declares, if it does."""
    total = course.course["minutes"]
    if course.head is not None and course.declared_minutes not in (None, total):
        message = (
            f"The items of {course.slug} take {total} minutes; expected the {course.declared_minutes} declared here."
        )
        yield Problem(course.head.path, course.head.line_of("minutes") or 1, message)


def placeholders(folder: Folder) -> Iterator[Problem]:
    """Words that stand for what somebody means to write, in any file, whoever reads it."""
    for path, text in folder.texts.items():
        for number, line in enumerate(text.split("\n"), 1):
            for match in PLACEHOLDER.finditer(line):
                yield Problem(path, number, f"“{match[0]}” holds a place; expected the text itself.")
