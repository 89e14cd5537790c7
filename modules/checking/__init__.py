"""What keeps a course good, beyond what loading it refuses: findings and warnings, each with its place.

`manage.py check_course` prints them. Every edition is looked at, because layers and values make each another text.
"""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from modules import loader
from modules.checking import claims, prose, wholes
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
    return Report(courses, sorted(findings), sorted(warnings))
