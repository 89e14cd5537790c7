"""How long a page is and how hard to read."""

import re
from collections.abc import Iterator

from modules.checking.reading import PROSE, Text, count, texts
from modules.loader import Composed, Problem

PAGE = "page"
LEAST, MOST = 500, 1_000
GRADE = 12.0
# Below so many words one long sentence decides.
ENOUGH = 100


def lengths(course: Composed) -> Iterator[Problem]:
    """Pages that are too short to say anything, or too long for one sitting."""
    for text in texts(course):
        words = length(text)
        if text.kind == PAGE and not LEAST <= words <= MOST:
            message = f"The page has {words:,} words of running text; expected {LEAST} to {MOST:,}."
            yield Problem(text.reading.path, text.reading.text_line, message)


def length(text: Text) -> int:
    """Words of the running text: paragraphs, lists and boxes; not headings, tables, drawings or the list of sources."""
    return sum(count(block.words) for block in text.blocks if block.tag in PROSE)


def levels(course: Composed) -> Iterator[Problem]:
    """Texts that ask for more than twelve years of school."""
    for text in texts(course):
        sentences = [sentence.words for block in text.blocks if block.tag in PROSE for sentence in block.sentences]
        if count(" ".join(sentences)) < ENOUGH:
            continue
        level = grade(sentences)
        if level > GRADE:
            message = f"The reading level is grade {level:.1f} (Flesch–Kincaid); expected at most {GRADE:.0f}."
            yield Problem(text.reading.path, text.reading.text_line, message)


def grade(sentences: list[str]) -> float:
    """Flesch–Kincaid grade of sentences; 0 where the library isn't installed (`can_grade`)."""
    if not can_grade():
        return 0.0
    import textstat

    # One full stop a sentence: in a number or an abbreviation it would count as another end.
    clean = [re.sub(r"[.!?…:]", "", re.sub(r"(\d)[.,](?=\d)", r"\1", sentence)).strip() for sentence in sentences]
    return float(textstat.flesch_kincaid_grade(". ".join(each for each in clean if each) + "."))


def can_grade() -> bool:
    """The library comes with the tools of `make setup-dev`; an installation that only serves does without."""
    try:
        import textstat  # noqa: F401  # whether it can be imported is the question
    except ImportError:
        return False
    return True
