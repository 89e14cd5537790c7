import zoneinfo
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from accounts.models import Consortium
from modules.loader.folder import TOTAL_LIMIT
from modules.loader.region import COMPENSATION, STAGES, accent_problem, is_address

CHOICES = {
    "none": "None",
    "flex": "Flex or professional-learning hours",
    "stipend": "Stipend",
    "both": "Both",
    "undecided": "Undecided",
}


class UploadForm(forms.Form):
    archive = forms.FileField(
        label="Course folder as ZIP",
        help_text="Nothing changes yet: you see first what would be different.",
        widget=forms.ClearableFileInput(attrs={"accept": ".zip"}),
    )

    def clean_archive(self) -> "UploadedFile[bytes]":
        archive: UploadedFile[bytes] = self.cleaned_data["archive"]
        if (archive.size or 0) > TOTAL_LIMIT:
            raise forms.ValidationError(f"The file is too large; a course has at most {TOTAL_LIMIT // 1_000_000} MB.")
        return archive


class RegionForm(forms.Form):
    """What an administrator may change of a region without touching a file."""

    short_name = forms.CharField(label="Short name", max_length=80)
    time_zone = forms.ChoiceField(label="Time zone", help_text="Dates of new cohorts are in this zone.")
    label_ABOUT = forms.CharField(
        label="Learning about work", max_length=60, help_text="What the region calls the stage."
    )
    label_THROUGH = forms.CharField(label="Learning through work", max_length=60)
    label_FOR = forms.CharField(label="Learning for work", max_length=60)
    accent_light = forms.CharField(label="Accent on light pages", max_length=7, help_text="A color such as #0b5c6b.")
    accent_dark = forms.CharField(label="Accent on dark pages", max_length=7)
    compensation = forms.MultipleChoiceField(
        label="What participants may choose for their hours",
        choices=[(code, CHOICES[code]) for code in COMPENSATION],
        widget=forms.CheckboxSelectMultiple,
    )
    courses = forms.IntegerField(label="Courses a year", min_value=1, max_value=20)
    students = forms.IntegerField(
        label="Students a course",
        min_value=1,
        max_value=500,
        help_text="Estimated reach is people who completed × courses a year × students a course.",
    )

    def __init__(self, *args: Any, consortium: Consortium, **kwargs: Any) -> None:
        self.region = consortium.region
        kwargs["initial"] = self._initial()
        super().__init__(*args, **kwargs)
        zones = self.fields["time_zone"]
        assert isinstance(zones, forms.ChoiceField)
        zones.choices = [
            (zone, zone.replace("_", " ")) for zone in sorted(zoneinfo.available_timezones()) if "/" in zone
        ]
        for key in self.region.get("links", {}):
            words = key.replace("_", " ").capitalize()
            self.fields[f"link_{key}_label"] = forms.CharField(label=f"{words}: words", max_length=120)
            self.fields[f"link_{key}_url"] = forms.CharField(label=f"{words}: address", max_length=300, required=False)
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def _initial(self) -> dict[str, Any]:
        region = self.region
        links = region.get("links", {})
        return {
            "short_name": region.get("short_name", ""),
            "time_zone": region.get("time_zone", ""),
            **{f"label_{stage}": region.get("stage_labels", {}).get(stage, "") for stage in STAGES},
            **{f"accent_{theme}": region.get("accent", {}).get(theme, "") for theme in ("light", "dark")},
            "compensation": region.get("compensation", []),
            **{key: region.get("multipliers", {}).get(key) for key in ("courses", "students")},
            **{f"link_{key}_label": link.get("label", "") for key, link in links.items()},
            **{f"link_{key}_url": link.get("url", "") for key, link in links.items()},
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, value in list(data.items()):
            if isinstance(value, str) and ("{{" in value or "}}" in value):
                self.add_error(name, "Braces stand for values of a region; write plain text here.")
        for theme in ("light", "dark"):
            colour = data.get(f"accent_{theme}", "")
            if colour and (problem := accent_problem(theme, colour)):
                self.add_error(f"accent_{theme}", problem)
        for key in self.region.get("links", {}):
            if not is_address(data.get(f"link_{key}_url", "")):
                self.add_error(
                    f"link_{key}_url", "Write an address that starts with https:// or mailto:, or leave it empty."
                )
        return data

    def values(self) -> dict[str, Any]:
        """What was typed, as the region file would have it."""
        data = self.cleaned_data
        links = {
            key: {**link, "label": data[f"link_{key}_label"], "url": data[f"link_{key}_url"]}
            for key, link in self.region.get("links", {}).items()
        }
        return {
            "short_name": data["short_name"],
            "time_zone": data["time_zone"],
            "stage_labels": {
                **self.region.get("stage_labels", {}),
                **{stage: data[f"label_{stage}"] for stage in STAGES},
            },
            "accent": {theme: data[f"accent_{theme}"].lower() for theme in ("light", "dark")},
            "compensation": [code for code in COMPENSATION if code in data["compensation"]],
            "multipliers": {"courses": data["courses"], "students": data["students"]},
            "links": links,
        }
