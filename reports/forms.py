"""The report's filters: a sentence that one edits, kept in the address."""

from collections import Counter
from collections.abc import Iterator, Mapping
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
        cohorts = [(each.cohort.slug, each.cohort.title) for each in scope.cohorts.values()]
        colleges = [(code, name) for code, name, _ in _colleges(scope)]
        self.options: dict[str, Choices] = {
            "term": [(ALL, "all terms"), *_terms(scope)],
            "cohort": [("", "all cohorts"), *cohorts],
            "college": [("", "all colleges"), *colleges, (NONE, "no college")],
            "facilitator": [("", "any facilitator"), *_facilitators(scope)],
            "fiscal_year": [("", "any fiscal year"), *((year, f"fiscal year {year}") for year in _fiscal_years(scope))],
            "status": [
                ("", "any status"),
                (FINISHED_CODE, "status completed, in time or late"),
                *((code, f"status {label.lower()}") for code, label in Status.choices),
            ],
        }
        for name, _, label in SENTENCE:
            wrong = f"There is no {label.lower()} “%(value)s” that you can report on."
            self.fields[name] = forms.ChoiceField(
                choices=self.options[name], required=False, label=label, error_messages={"invalid_choice": wrong}
            )

    def clean_term(self) -> str:
        given: str = self.cleaned_data["term"]
        return given or newest_term(self.scope)

    def filters(self) -> Filters:
        """Of a valid form."""
        given = self.cleaned_data
        codes = {code: pk for code, _, pk in _colleges(self.scope)} | {NONE: NOBODY}
        term, chosen = given["term"], given["status"]
        return Filters(
            term=None if term == ALL else "" if term == NONE else term,
            cohort=given["cohort"] or None,
            college=codes[given["college"]] if given["college"] else None,
            fiscal_year=given["fiscal_year"] or None,
            facilitator=int(given["facilitator"]) if given["facilitator"] else None,
            statuses=FINISHED if chosen == FINISHED_CODE else frozenset({Status(chosen)}) if chosen else None,
        )

    def given(self) -> dict[str, str]:
        """What narrows the report, for the audit and for the file."""
        return {name: self.cleaned_data[name] for name, _, _ in SENTENCE if self.cleaned_data[name]}

    def words(self) -> str:
        """The sentence as it stands: "Fall 2026, all cohorts, all colleges, …"."""
        return ", ".join(dict(self.options[name])[self.cleaned_data[name]] for name, _, _ in SENTENCE)

    def parts(self) -> Iterator[dict[str, Any]]:
        """The sentence's parts; a filter that offers no choice is left out."""
        for name, before, label in SENTENCE:
            value = self.cleaned_data.get(name, self.data.get(name, ""))
            errors = [str(error) for error in self.errors.get(name, ())]
            if name in ("facilitator", "fiscal_year") and len(self.options[name]) < 3 and not value:
                continue
            yield {
                "name": name,
                "before": before,
                "label": label,
                "value": value,
                "options": self.options[name],
                "errors": errors,
            }


def newest_term(scope: Scope) -> str:
    """The term of the cohort that starts last; cohorts come newest first."""
    newest = next(iter(scope.cohorts.values()), None)
    return ALL if newest is None else newest.cohort.term or NONE


def _terms(scope: Scope) -> Choices:
    return list(
        {(each.cohort.term or NONE): (each.term or "cohorts without a term") for each in scope.cohorts.values()}.items()
    )


def _colleges(scope: Scope) -> list[tuple[str, str, int]]:
    """Code in the address, name, id. The code is the slug, with the region's before it where two regions have it."""
    same = Counter(college.slug for college in scope.colleges)
    return [
        (
            college.slug if same[college.slug] == 1 else f"{college.consortium.slug}.{college.slug}",
            college.name if same[college.slug] == 1 else f"{college.name} ({college.consortium.short_name})",
            college.pk,
        )
        for college in scope.colleges
    ]


def _facilitators(scope: Scope) -> Choices:
    names = {pk: name for each in scope.cohorts.values() for pk, name in each.facilitators.items()}
    return [(str(pk), name) for pk, name in sorted(names.items(), key=lambda pair: (pair[1].casefold(), pair[0]))]


def _fiscal_years(scope: Scope) -> list[str]:
    return sorted({each.fiscal_year for each in scope.cohorts.values()}, reverse=True)
