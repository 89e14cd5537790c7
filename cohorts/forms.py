from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from accounts.models import Consortium, Role, User
from cohorts import roster, schedule
from cohorts.models import Cohort, Compensation
from cohorts.schedule import Due
from foundation.richtext.forms import RichTextField

COMPENSATION_HELP = "Your college decides what it grants. If your answer changes later, tell your facilitator."


def date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def version_field() -> forms.CharField:
    """Of what is being changed: two facilitators may have it open, and the second sees what the first made of it."""
    return forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)


def _choice(form: forms.Form, name: str) -> forms.ChoiceField:
    return cast(forms.ChoiceField, form.fields[name])


class PersonField(forms.ModelChoiceField[User]):
    """One of many people, told apart by address."""

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name} ({obj.email})"


class PeopleField(forms.ModelMultipleChoiceField[User]):
    """Some of many people, told apart by address."""

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name} ({obj.email})"


def _people(form: forms.Form, name: str) -> "forms.ModelChoiceField[User]":
    return cast("forms.ModelChoiceField[User]", form.fields[name])


def term_on(consortium: Consortium, day: date) -> str:
    """The code of the region's term that has this day; empty between terms."""
    terms = consortium.region.get("terms") or ()
    days = day.isoformat()
    return next((str(t["code"]) for t in terms if str(t["starts_on"]) <= days <= str(t["ends_on"])), "")


def term_choices(consortium: Consortium, empty: str) -> list[tuple[str, str]]:
    return [("", empty), *((term["code"], term["label"]) for term in consortium.region.get("terms") or ())]


def may_facilitate(consortium: Consortium) -> QuerySet[User]:
    """Those whom an administrator allowed to facilitate in this consortium."""
    allowed = Role.objects.filter(consortium=consortium, kind=Role.Kind.FACILITATOR)
    return User.objects.filter(is_active=True, roles__in=allowed).distinct()


class CompensationForm(forms.Form):
    """The one question that belongs to the enrolment; a region may leave out answers."""

    compensation = forms.ChoiceField(
        label="Recognition of your hours", help_text=COMPENSATION_HELP, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, consortium: Consortium, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = consortium.region.get("compensation") or Compensation.values
        _choice(self, "compensation").choices = [choice for choice in Compensation.choices if choice[0] in offered]
        self.initial.setdefault("compensation", Compensation.UNDECIDED)


class CohortForm(forms.Form):
    """A cohort to be: a name, a start, and who has charge of it."""

    title = forms.CharField(label="Name", max_length=80, help_text="What participants see, such as Fall 2026.")
    term = forms.ChoiceField(label="Term", required=False, help_text="For the reports.")
    starts_on = forms.DateField(
        label="Starts on",
        widget=date_input(),
        help_text="The first day of week 1; a Monday is best. Every other date follows from it.",
    )
    facilitators = PeopleField(label="Facilitators", queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, consortium: Consortium, by: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.consortium, self.by, self.today = consortium, by, today
        _choice(self, "term").choices = term_choices(consortium, "The one in which it starts")
        people = may_facilitate(consortium)
        _people(self, "facilitators").queryset = people
        self.initial.setdefault("facilitators", [by.pk] if people.filter(pk=by.pk).exists() else [])

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if day < self.today:
            raise ValidationError("This day has passed. Choose a day from today on.")
        if (day - self.today).days > 3 * 365:
            raise ValidationError("This is more than three years ahead. Is the year right?")
        return day

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        if Cohort.objects.filter(consortium=self.consortium, title__iexact=title).exclude(created_by=self.by).exists():
            raise ValidationError("There is a cohort of this name. Add a word that tells them apart.")
        return title

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not data.get("term") and data.get("starts_on"):
            data["term"] = term_on(self.consortium, data["starts_on"])
        return data


class DetailsForm(forms.Form):
    title = forms.CharField(label="Name", max_length=80)
    term = forms.ChoiceField(label="Term", required=False)
    welcome = RichTextField(
        label="Your words in the invitation",
        required=False,
        limit=2_000,
        help_text="Stands in the e-mail, between the dates and the button.",
    )
    version = version_field()

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        kept = {"title": cohort.title, "term": cohort.term, "welcome": cohort.welcome}
        kwargs.setdefault("initial", {**kept, "version": cohort.details_version})
        super().__init__(*args, **kwargs)
        _choice(self, "term").choices = term_choices(cohort.consortium, "None")


class DatesForm(forms.Form):
    """Every date of a cohort that can be moved by itself, one field each."""

    ends_on = forms.DateField(
        label="The course ends", widget=date_input(), help_text="What is completed later counts as late."
    )
    closes_on = forms.DateField(
        label="The cohort closes", widget=date_input(), help_text="What is missing then stays missing."
    )
    version = version_field()

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        kept = {"ends_on": cohort.ends_on, "closes_on": cohort.closes_on}
        kwargs.setdefault("initial", {**kept, "version": cohort.dates_version})
        super().__init__(*args, **kwargs)
        self.cohort = cohort
        self.dues: dict[str, Due] = {}
        for number, due in enumerate(schedule.of(cohort, cohort.edition.outline)):
            name = f"date_{number}"
            self.dues[name] = due
            self.fields[name] = forms.DateField(
                label=f"{due.label}: {due.item.title}",
                widget=date_input(),
                initial=due.at.astimezone(cohort.zone).date(),
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        ends, closes, starts = data.get("ends_on"), data.get("closes_on"), self.cohort.starts_on
        if ends and ends < starts:
            self.add_error("ends_on", f"The course starts on {starts:%B} {starts.day}; it can’t end before.")
        elif ends and closes and closes < ends:
            self.add_error("closes_on", "The cohort can’t close before the course ends.")
        for name in self.dues:
            day = data.get(name)
            if day and closes and not starts <= day <= closes:
                self.add_error(name, "This is outside the cohort’s time.")
        return data

    @property
    def changes(self) -> dict[str, date]:
        """Due key → day, for an action."""
        return {due.key: self.cleaned_data[name] for name, due in self.dues.items()}


class StartForm(forms.Form):
    starts_on = forms.DateField(label="Starts on", widget=date_input())

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if day < self.today:
            raise ValidationError("This day has passed. Choose a day from today on.")
        return day


class FacilitatorForm(forms.Form):
    facilitator = PersonField(label="Add a facilitator", queryset=User.objects.none(), empty_label="Choose one")

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = may_facilitate(cohort.consortium).exclude(facilitations__cohort=cohort)
        _people(self, "facilitator").queryset = people


class RosterForm(forms.Form):
    """A roster, pasted or as a file. What is wrong with it is said beside it, and what was pasted stays."""

    pasted = forms.CharField(
        label="Paste rows",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text="With column names: email, first name, last name, college. Addresses alone are fine, too.",
    )
    file = forms.FileField(
        label="Or upload a CSV file",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        help_text=f"At most {roster.ROWS:,} rows.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        upload = data.get("file")
        if self.errors:
            return data
        if upload is None and not (data.get("pasted") or "").strip():
            raise ValidationError("Paste rows or choose a file first.")
        where = "file" if upload is not None else "pasted"
        # One byte more than allowed is enough for the reader to see that it is too much.
        sheet = roster.read(upload.read(roster.BYTES + 1) if upload else data["pasted"].encode(errors="replace"))
        if sheet.problem:
            self.add_error(where, sheet.problem)
        data["sheet"], data["name"] = sheet, upload.name if upload is not None else "pasted rows"
        return data


class AnnouncementForm(forms.Form):
    title = forms.CharField(
        label="Headline",
        max_length=120,
        error_messages={"required": "There is no headline yet. A few words tell people what it is about."},
    )
    body = RichTextField(label="Text")
    token = forms.CharField(max_length=40, widget=forms.HiddenInput)


class AnnouncementEditForm(AnnouncementForm):
    version = version_field()
