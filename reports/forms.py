"""The report's filters: a sentence that one edits, kept in the address."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from django import forms

from reports.access import Scope
from reports.ledger import NOBODY, Filters
from reports.status import FINISHED, Status

ALL = "all"
NONE = "none"
FINISHED_CODE = "finished"
Choices = list[tuple[str, str]]

# Name, the words before it in the sentence, its label for people who hear it alone.
SENTENCE = (
    ("term", "Showing", "Term"),
    ("cohort", "in", "Cohort"),
    ("college", "from", "College"),
    ("facilitator", "led by", "Facilitator"),
    ("fiscal_year", "in", "Fiscal year"),
    ("status", "with", "Status"),
)


class FilterForm(forms.Form):
    """What the report may be narrowed to: values that this person's cohorts have. Without a term it is the newest."""

    def __init__(self, data: Mapping[str, str], *, scope: Scope) -> None:
        super().__init__(data)
        self.scope = scope
        for name, _, label in SENTENCE:
            # Choices are read when a value or the page asks for them: most files need none.
            self.fields[name] = forms.ChoiceField(
                choices=partial(OPTIONS[name], scope),
                required=False,
                label=label,
                error_messages={"invalid_choice": f"There is no {label.lower()} “%(value)s” that you can report on."},
            )

    def clean_term(self) -> str:
        given: str = self.cleaned_data["term"]
        return given or newest_term(self.scope)

    def filters(self) -> Filters:
        """Of a valid form."""
        given = self.cleaned_data
        term, college, chosen = given["term"], given["college"], given["status"]
        return Filters(
            term=None if term == ALL else "" if term == NONE else term,
            cohort=given["cohort"] or None,
            college=_college_codes(self.scope)[college][1] if college else None,
            fiscal_year=given["fiscal_year"] or None,
            facilitator=int(given["facilitator"]) if given["facilitator"] else None,
            statuses=FINISHED if chosen == FINISHED_CODE else frozenset({Status(chosen)}) if chosen else None,
        )

    def given(self) -> dict[str, str]:
        """What narrows the report, for the audit and for the file."""
        return {name: self.cleaned_data[name] for name, _, _ in SENTENCE if self.cleaned_data[name]}

    def words(self) -> str:
        """The sentence as it stands: "Fall 2026, all cohorts, all colleges, …"."""
        return ", ".join(dict(OPTIONS[name](self.scope))[self.cleaned_data[name]] for name, _, _ in SENTENCE)

    def parts(self) -> Iterator[dict[str, Any]]:
        """The sentence's parts; a filter that offers no choice is left out."""
        for name, before, label in SENTENCE:
            value = self.cleaned_data.get(name, self.data.get(name, ""))
            errors = [str(error) for error in self.errors.get(name, ())]
            options = OPTIONS[name](self.scope)
            if name in ("facilitator", "fiscal_year") and len(options) < 3 and not value:
                continue
            yield {
                "name": name,
                "before": before,
                "label": label,
                "value": value,
                "options": options,
                "errors": errors,
            }


def newest_term(scope: Scope) -> str:
    """The term of the latest cohort that has begun: one that was only just set up has nothing to report yet.

    Cohorts come newest first; where none has begun, it is the newest.
    """
    seen = [each.cohort for each in scope.cohorts.values()]
    begun = (cohort for cohort in seen if cohort.starts_on <= scope.now.astimezone(cohort.zone).date())
    newest = next(begun, seen[0] if seen else None)
    return ALL if newest is None else newest.term or NONE


def _terms(scope: Scope) -> Choices:
    labels = {each.cohort.term or NONE: each.term or "cohorts without a term" for each in scope.cohorts.values()}
    return [(ALL, "all terms"), *labels.items()]


def _cohorts(scope: Scope) -> Choices:
    return [("", "all cohorts"), *((each.cohort.slug, each.cohort.title) for each in scope.cohorts.values())]


def _colleges(scope: Scope) -> Choices:
    found = [(code, name) for code, (name, _) in _college_codes(scope).items()]
    return [("", "all colleges"), *found]


def _college_codes(scope: Scope) -> dict[str, tuple[str, int]]:
    """Code in the address → name, id. The code is the slug, with the region’s before it where two regions have it."""
    same = Counter(college.slug for college in scope.colleges)
    codes: dict[str, tuple[str, int]] = {}
    for college in scope.colleges:
        if same[college.slug] == 1:
            codes[college.slug] = college.name, college.pk
        else:
            region = college.consortium
            codes[f"{region.slug}.{college.slug}"] = f"{college.name} ({region.short_name})", college.pk
    return codes | {NONE: ("no college", NOBODY)}


def _facilitators(scope: Scope) -> Choices:
    names = {pk: name for each in scope.cohorts.values() for pk, name in each.facilitators.items()}
    by_name = sorted(names.items(), key=lambda pair: (pair[1].casefold(), pair[0]))
    return [("", "any facilitator"), *((str(pk), name) for pk, name in by_name)]


def _fiscal_years(scope: Scope) -> Choices:
    years = sorted({each.fiscal_year for each in scope.cohorts.values()}, reverse=True)
    return [("", "any fiscal year"), *((year, f"fiscal year {year}") for year in years)]


def _statuses(scope: Scope) -> Choices:
    each = [(code, f"status {label.lower()}") for code, label in Status.choices]
    return [("", "any status"), (FINISHED_CODE, "status completed, in time or late"), *each]


OPTIONS: dict[str, Callable[[Scope], Choices]] = {
    "term": _terms,
    "cohort": _cohorts,
    "college": _colleges,
    "facilitator": _facilitators,
    "fiscal_year": _fiscal_years,
    "status": _statuses,
}
