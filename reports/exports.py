"""The completion report as files. A spreadsheet that opens them finds text, numbers and days, never a formula
(OWASP ASVS 1.2.10).
"""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date
from typing import IO, Any

import xlsxwriter

from reports import columns
from reports.access import Scope
from reports.columns import COLUMNS, Cell
from reports.ledger import Row
from reports.status import MEANINGS

BOM = "\ufeff"  # without it Excel reads UTF-8 as something else
# What a spreadsheet takes for a formula at the start of a cell, in the full width of East Asian keyboards, too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MOST_CHARACTERS = 32_767
CUT = " … [cut]"


def file_name(scope: Scope, ending: str) -> str:
    """Says when it was true."""
    return f"completions-{scope.as_of:%Y-%m-%d-%H%M}.{ending}"


def csv_lines(scope: Scope, parts: Iterable[list[Row]]) -> Iterator[str]:
    """The report as CSV, a chunk of rows at a time."""
    as_of = scope.as_of.isoformat(timespec="seconds")
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([column.header for column in COLUMNS] + [columns.AS_OF])
    yield BOM + buffer.getvalue()
    for part in parts:
        buffer.seek(0)
        buffer.truncate()
        writer.writerows([_inert(column.value(row)) for column in COLUMNS] + [as_of] for row in part)
        yield buffer.getvalue()


def _inert(cell: Cell) -> Cell:
    """Text that would start a formula gets an apostrophe before it, which a spreadsheet takes as "this is text"."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def xlsx(scope: Scope, parts: Iterable[list[Row]], *, words: str) -> IO[bytes]:
    """The report as a workbook in a temporary file, which is gone when it is closed. `words` say what the filters are.

    Row after row is written to disk: memory stays the same however many there are. The second sheet explains the first.
    """
    file: IO[bytes] = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - who sends it closes it
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    heading, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Completions")
    sheet.freeze_panes(1, 3)
    as_of = scope.as_of.isoformat(timespec="seconds")
    for index, column in enumerate(COLUMNS):
        sheet.set_column(index, index, column.width)
        sheet.write_string(0, index, column.header, heading)
    sheet.set_column(len(COLUMNS), len(COLUMNS), 28)
    sheet.write_string(0, len(COLUMNS), columns.AS_OF, heading)
    line = 0
    for part in parts:
        for row in part:
            line += 1
            for index, column in enumerate(COLUMNS):
                _write(sheet, line, index, column.value(row), day)
            sheet.write_string(line, len(COLUMNS), as_of)
    sheet.autofilter(0, 0, line, len(COLUMNS))
    _write_about(book, heading, [(columns.AS_OF, as_of), ("Filters", words), ("Rows", str(line))])
    book.close()
    file.seek(0)
    return file


def _write_about(book: Any, heading: Any, facts: list[tuple[str, str]]) -> None:
    sheet = book.add_worksheet("About")
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 100)
    statuses = [(status.label, meaning) for status, meaning in MEANINGS.items()]
    meanings = [(column.header, column.meaning) for column in COLUMNS] + [(columns.AS_OF, columns.AS_OF_MEANING)]
    line = 0
    for title, entries in (("Completions", facts), ("Statuses", statuses), ("Columns", meanings)):
        sheet.write_string(line, 0, title, heading)
        for term, meaning in entries:
            line += 1
            sheet.write_string(line, 0, fit(term))
            sheet.write_string(line, 1, fit(meaning))
        line += 2


def _write(sheet: Any, line: int, index: int, cell: Cell, day: Any) -> None:
    if isinstance(cell, str):
        if cell:
            sheet.write_string(line, index, fit(cell))
    elif isinstance(cell, date):
        sheet.write_datetime(line, index, cell, day)
    elif cell is not None:
        sheet.write_number(line, index, cell)


def fit(text: str) -> str:
    """A cell holds so much, and the writer drops longer text without a word: cut it, and say so.

    Characters beyond the basic plane count twice.
    """
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if units <= MOST_CHARACTERS:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (MOST_CHARACTERS - len(CUT))].decode("utf-16-le", "ignore")
    return kept + CUT
