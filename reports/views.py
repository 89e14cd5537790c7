from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import chain, islice
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import formats
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_safe

from reports import access, actions, columns, exports, ledger
from reports.access import Scope
from reports.columns import Cell
from reports.forms import FilterForm
from reports.ledger import Row
from reports.status import FINISHED, MEANINGS, NO_PARTICIPANT, Status

PER_PAGE = 50
CHUNKS_AHEAD = 3  # people, invitations, and one more to see that there is none
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def completions(request: HttpRequest) -> HttpResponse:
    """Who finished: in sentences, by college, and person by person."""
    scope = access.scope(request)
    form = FilterForm(request.GET, scope=scope)
    if not form.is_valid():
        return _refusal(request, scope, form)
    filters = form.filters()
    everybody = ledger.rows(scope, filters)
    sort = request.GET.get("sort", "name")
    shown = _sorted([row for row in everybody if filters.takes(row.status)], sort)
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    ledger.add_facts(page.object_list)
    context = {
        **_frame(request, scope, form),
        "figures": Figures.of(everybody),
        "colleges": by_college(everybody),
        "page": page,
        "count": len(shown),
        "headings": [(column, _turned(column.sort, sort)) for column in columns.PAGE],
        "name_sort": _turned("name", sort),
        "sort": sort,
        "rows": [(row, [_words(column.on_page(row)) for column in columns.PAGE]) for row in page.object_list],
        "definitions": _definitions(),
    }
    return render(request, "reports/completions.html", context)


@require_GET
def completions_csv(request: HttpRequest) -> HttpResponseBase:
    """The same people with every column, streamed."""
    scope = access.scope(request)
    form = FilterForm(request.GET, scope=scope)
    if not form.is_valid():
        return _refusal(request, scope, form)
    parts = _recorded(scope, form, "csv")
    name = exports.file_name(scope, "csv")
    return StreamingHttpResponse(
        exports.csv_lines(scope, parts),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_GET
def completions_xlsx(request: HttpRequest) -> HttpResponseBase:
    """The same as a workbook, with a sheet that explains it."""
    scope = access.scope(request)
    form = FilterForm(request.GET, scope=scope)
    if not form.is_valid():
        return _refusal(request, scope, form)
    file = exports.xlsx(scope, _recorded(scope, form, "xlsx"), words=form.words())
    name = exports.file_name(scope, "xlsx")
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _recorded(scope: Scope, form: FilterForm, ending: str) -> Iterator[list[Row]]:
    """The rows to send. Before the first of them leaves, it is written down who takes how many."""
    filters = form.filters()
    parts = ledger.chunks(scope, filters)
    head = list(islice(parts, CHUNKS_AHEAD))
    rows = sum(map(len, head)) if len(head) < CHUNKS_AHEAD else ledger.count(scope, filters)
    actions.record_export(by=scope.user, consortium=scope.consortium, form=ending, filters=form.given(), rows=rows)
    return chain(head, parts)


def _refusal(request: HttpRequest, scope: Scope, form: FilterForm) -> HttpResponse:
    """The page with what is wrong beside the filter, and nobody in it: a mistyped college must not show all of them."""
    return render(request, "reports/completions.html", _frame(request, scope, form), status=422)


def _frame(request: HttpRequest, scope: Scope, form: FilterForm) -> dict[str, Any]:
    query = request.GET.copy()
    for name in ("page", "sort"):
        query.pop(name, None)
    return {
        "consortium": scope.consortium,
        "parts": list(form.parts()),
        "query": query.urlencode(),
        "as_of": formats.date_format(scope.as_of, "l, F j, Y, g:i a T"),
        "as_of_iso": scope.as_of.isoformat(timespec="seconds"),
        "has_cohorts": bool(scope.cohorts),
    }


@dataclass(frozen=True)
class Figures:
    """What a board asks first. Who withdrew or has not joined yet is no participant."""

    participants: int
    completed: int
    late: int
    on_the_way: int
    inactive: int
    incomplete: int
    withdrawn: int
    invited: int

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Figures":
        found: dict[Status, int] = defaultdict(int)
        for row in rows:
            found[row.status] += 1
        return cls(
            participants=sum(count for status, count in found.items() if status not in NO_PARTICIPANT),
            completed=sum(found[status] for status in FINISHED),
            late=found[Status.COMPLETED_LATE],
            on_the_way=found[Status.ACTIVE] + found[Status.ENROLLED],
            inactive=found[Status.INACTIVE],
            incomplete=found[Status.INCOMPLETE],
            withdrawn=found[Status.WITHDRAWN],
            invited=found[Status.INVITED],
        )

    @property
    def percent(self) -> int:
        """Rounded, but never up to all or down to nobody: 100 % and 0 % mean what they say."""
        if not 0 < self.completed < self.participants:
            return 100 if self.completed else 0
        return min(99, max(1, round(100 * self.completed / self.participants)))


def by_college(rows: Iterable[Row]) -> list[tuple[str, Figures]]:
    """The same figures for each college that has a participant, by name; people without a college come last."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.college].append(row)
    found = [(college, Figures.of(group)) for college, group in groups.items()]
    return sorted(((name, each) for name, each in found if each.participants), key=lambda pair: (not pair[0], pair[0]))


def _sorted(rows: list[Row], sort: str) -> list[Row]:
    """In the order asked for, by name and then by id within it; an unknown order means by name."""
    rows.sort(key=lambda row: (*columns.SORTS["name"](row), row.is_invited, row.raw["pk"]))
    key = columns.SORTS.get(sort.removeprefix("-"))
    if key is None or sort == "name":
        return rows
    known = sorted((row for row in rows if key(row) is not None), key=key, reverse=sort.startswith("-"))
    return known + [row for row in rows if key(row) is None]


def _turned(name: str, sort: str) -> str:
    """The order that a click on a heading asks for."""
    return f"-{name}" if name and sort == name else name


def _words(cell: Cell) -> str:
    if cell is None or cell == "":
        return "–"
    if isinstance(cell, date):
        return f"{cell:%b} {cell.day}, {cell.year}"
    return f"{cell:g}" if isinstance(cell, float) else str(cell)


@cache
def _definitions() -> SafeString:
    """What the statuses and columns mean: the same for everybody, so it is drawn once a process."""
    entries = [(column.header, column.meaning) for column in columns.COLUMNS] + [(columns.AS_OF, columns.AS_OF_MEANING)]
    statuses = [(status.label, meaning) for status, meaning in MEANINGS.items()]
    return render_to_string("reports/_definitions.html", {"statuses": statuses, "columns": entries})
