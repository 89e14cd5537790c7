"""What keeps a course good, beyond what loading it refuses: findings and warnings, each with its place.

`manage.py check_course` prints them. Every edition is looked at, because layers and values make each another text.
"""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from modules import loader
from modules.checking import claims, prose, wholes
from modules.checking.reading import texts
from modules.loader import Composed, Problem
from modules.loader.folder import Folder

Check = Callable[[Composed], Iterator[Problem]]

# Each looks at one region's course. The first two groups see text by text, so they work on a course with mistakes.
OF_TEXTS: tuple[Check, ...] = (prose.lengths, claims.unlabelled)
OF_THE_WHOLE: tuple[Check, ...] = (wholes.unserved_outcomes, wholes.minutes)


@dataclass(frozen=True)
class Report:
    """What is wrong (a course with a finding isn't ready), and what somebody should look at."""

    courses: list[Composed]
    findings: list[Problem]
    warnings: list[Problem]


def check(folder: Folder, today: datetime.date) -> Report:
    """Everything about a course folder, sorted by place. What loading would refuse is a finding, too."""
    courses, problems = loader.read(folder)
    findings = {*problems, *wholes.placeholders(folder)}
    warnings: set[Problem] = set()
    for course in courses:
        findings.update(problem for each in OF_TEXTS for problem in each(course))
        if not problems:
            # Where a file couldn't be read, the sums and what serves what would all seem wrong.
            findings.update(problem for each in OF_THE_WHOLE for problem in each(course))
        warnings.update(prose.levels(course))
        warnings.update(claims.expired(course, today))
    replaced = _replaced_everywhere(folder, courses)
    if replaced is not None:
        findings.update(replaced.problems, *(each(replaced) for each in OF_TEXTS))
        warnings.update(prose.levels(replaced), claims.expired(replaced, today))
    return Report(courses, sorted(findings), sorted(warnings))


def _replaced_everywhere(folder: Folder, courses: list[Composed]) -> Composed | None:
    """The national layer with just those texts that stand in no edition: the next region reads them."""
    national = loader.national(folder)
    if national is None:
        return None
    read = {text.reading.path for course in courses for text in texts(course)}
    for module in national.modules:
        module.items = [item for item in module.items if item.reading.path not in read]
    national.resources = [resource for resource in national.resources if resource.reading.path not in read]
    own = {text.reading.path for text in texts(national)}
    national.problems = [problem for problem in national.problems if problem.path in own]
    return national
