"""Reading a roster that somebody pasted or uploaded, and what would become of each row. Nothing here writes.

Spreadsheets save in many ways: with a BOM, as UTF-16, in the Windows code page, apart by commas, semicolons or tabs.
Rows are read strictly: one forgotten quote must not swallow the hundred rows after it.
"""

import csv
import io
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import models

ROWS = 5_000
BYTES = 10 * 1024 * 1024
COLUMNS = ("email", "first name", "last name", "college")
TOO_MANY = f"There are more than {ROWS:,} rows. Split the file, and import the parts one after the other."
EXPECTED = "The first row names the columns: email, first name, last name, college. Only email is required."
_ALIASES = {
    "email": ("email", "e-mail", "mail", "email address", "e-mail address", "emailaddress", "work email"),
    "first_name": ("first name", "first", "firstname", "first_name", "given name"),
    "last_name": ("last name", "last", "lastname", "last_name", "surname", "family name"),
    "college": ("college", "campus", "institution", "school", "college name"),
}
_NAMES = {alias: name for name, aliases in _ALIASES.items() for alias in aliases}
_IN_ORDER = ("email", "first_name", "last_name", "college")
_is_address = EmailValidator()
UNREADABLE = "\ufffd"  # what stands for a character that could not be read


class Verdict(models.TextChoices):
    """What becomes of a row."""

    NEW = "new", "Will be invited"
    NO_COLLEGE = (
        "no-college",
        "Will be invited; the college is not in this consortium’s list, so they choose it themselves",
    )
    AGAIN = "again", "Will be invited again; the earlier invitation ended"
    ENROLLED = "enrolled", "Already takes the course"
    WITHDRAWN = "withdrawn", "Was withdrawn; re-admit them on the roster"
    ELSEWHERE = "elsewhere", "Will be invited; takes part in another cohort already"
    FACILITATES = "facilitates", "Not invited: facilitates this cohort, and nobody can take a cohort they facilitate"
    INVITED = "invited", "Already invited"
    DUPLICATE = "duplicate", "The same address is in a line above"
    INVALID = "invalid", "Not a valid e-mail address"
    UNREADABLE = "unreadable", "Has characters or lengths that cannot be kept"


SENDS = (Verdict.NEW, Verdict.NO_COLLEGE, Verdict.AGAIN, Verdict.ELSEWHERE)


@dataclass(frozen=True)
class Row:
    """One person of the file; `line` is where they stand in it."""

    line: int
    email: str
    first_name: str = ""
    last_name: str = ""
    college: str = ""


@dataclass(frozen=True)
class Sheet:
    """What was read. With a `problem` nothing may be done with it."""

    rows: list[Row] = field(default_factory=list)
    problem: str = ""
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What the database knows about a cohort, for the verdicts: addresses in lower case."""

    enrolled: frozenset[str]
    withdrawn: frozenset[str]
    invited: frozenset[str]
    ended: frozenset[str]
    colleges: Mapping[str, int]
    facilitating: frozenset[str] = frozenset()
    elsewhere: Mapping[str, str] = field(default_factory=dict)  # address → title of the other cohort


@dataclass(frozen=True)
class Judged:
    """What becomes of a row, and what that is about: the line of the same address, the title of another cohort."""

    row: Row
    verdict: Verdict
    about: str = ""


def words(verdict: Verdict, about: str) -> str:
    """The verdict of one row; the label alone is for many."""
    if about and verdict == Verdict.ELSEWHERE:
        return f"Will be invited; takes part in {about} already"
    if about and verdict == Verdict.DUPLICATE:
        return f"The same address is in line {about}"
    return verdict.label


def read(data: bytes) -> Sheet:
    """The rows of a file, or the one thing that is wrong with it."""
    if len(data) > BYTES:
        return Sheet(
            problem=f"The file is larger than {BYTES // 1024 // 1024} MB. A roster of {ROWS:,} people is smaller."
        )
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        return Sheet(
            problem="This is a spreadsheet file. Save it as CSV and upload that, or copy its cells and paste them."
        )
    text = _decode(data).replace("\x00", UNREADABLE)
    if not text.strip():
        return Sheet(problem="There is nothing in it yet. " + EXPECTED)
    first = next(line for line in text.splitlines() if line.strip())
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((start, [_tidy(cell) for cell in cells]))
            start = reader.line_num + 1
            if len(lines) > ROWS + 1:
                return Sheet(problem=TOO_MANY)
    except csv.Error as error:
        return Sheet(
            problem=f"The row that begins on line {start} cannot be read: {_reason(error)}. Nothing was imported."
        )
    return _named(lines) if lines else Sheet(problem="There is nothing in it yet. " + EXPECTED)


def _named(lines: list[tuple[int, list[str]]]) -> Sheet:
    """Rows by the names in the first one; a list of bare addresses needs no names."""
    head = [_NAMES.get(cell.casefold(), "") for cell in lines[0][1]]
    if "email" in head:
        doubled = next((name for name in _IN_ORDER if head.count(name) > 1), "")
        if doubled:
            return Sheet(problem=f"Two columns are called {doubled.replace('_', ' ')}. {EXPECTED}")
        body, unused = lines[1:], tuple(cell for cell, name in zip(lines[0][1], head, strict=True) if not name and cell)
    elif "@" in lines[0][1][0]:
        head, body, unused = list(_IN_ORDER), lines, ()
    else:
        found = ", ".join(cell for cell in lines[0][1] if cell)[:200]
        return Sheet(problem=f"There is no column called email. {EXPECTED} Found: {found}.")
    if len(body) > ROWS:
        return Sheet(problem=TOO_MANY)
    if not body:
        return Sheet(problem="There are column names, but no rows below them.")
    return Sheet([Row(line, **_cells(head, cells)) for line, cells in body], unused=unused)


def _cells(head: list[str], cells: list[str]) -> dict[str, str]:
    found = {name: cell for name, cell in zip(head, cells, strict=False) if name}
    return {"email": "", **found}


def judge(rows: Iterable[Row], known: Known) -> list[Judged]:
    """A verdict for each row, in order. Pure: the same rows and the same knowledge give the same verdicts."""
    seen: dict[str, int] = {}
    judged = []
    for row in rows:
        address = row.email.lower()
        verdict = _verdict(row, address, seen, known)
        about = {Verdict.DUPLICATE: str(seen.get(address, "")), Verdict.ELSEWHERE: known.elsewhere.get(address, "")}
        judged.append(Judged(row, verdict, about.get(verdict, "")))
        seen.setdefault(address, row.line)
    return judged


def _verdict(row: Row, address: str, seen: Collection[str], known: Known) -> Verdict:
    if UNREADABLE in row.email + row.first_name + row.last_name or max(len(row.first_name), len(row.last_name)) > 80:
        return Verdict.UNREADABLE
    if not is_valid(address):
        return Verdict.INVALID
    groups: tuple[tuple[Collection[str], Verdict], ...] = (
        (seen, Verdict.DUPLICATE),
        (known.enrolled, Verdict.ENROLLED),
        (known.withdrawn, Verdict.WITHDRAWN),
        (known.facilitating, Verdict.FACILITATES),
        (known.invited, Verdict.INVITED),
        (known.ended, Verdict.AGAIN),
        (known.elsewhere, Verdict.ELSEWHERE),
    )
    for group, verdict in groups:
        if address in group:
            return verdict
    return Verdict.NO_COLLEGE if row.college and row.college.casefold() not in known.colleges else Verdict.NEW


def is_valid(address: str) -> bool:
    if len(address) > 254 or not address.isascii():
        return False
    try:
        _is_address(address)
    except ValidationError:
        return False
    return True


def _decode(data: bytes) -> str:
    """The text in whatever a spreadsheet made of it. UTF-16 without a mark gives itself away by its zero bytes."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if data[1:200:2].count(0) > len(data[1:200:2]) // 2:
        return data.decode("utf-16-le", errors="replace")
    if data[0:200:2].count(0) > len(data[0:200:2]) // 2:
        return data.decode("utf-16-be", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _tidy(cell: str) -> str:
    """A cell without the blanks that copying leaves: no-break spaces, zero-width ones, a BOM in the middle."""
    return " ".join(cell.translate(dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))).split())


def _reason(error: csv.Error) -> str:
    words = str(error)
    if "unexpected end" in words:
        return "a quotation mark is opened there and never closed"
    if "expected after" in words:
        return "there is text after a closing quotation mark"
    if "field larger" in words:
        return "a cell is longer than any name or address"
    return words
