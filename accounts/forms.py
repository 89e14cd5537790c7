import zoneinfo
from functools import cache
from typing import Any, cast

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from accounts.models import US_ZONES, College, Consortium, User

OTHER = "other"
AREAS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


@cache
def zone_choices() -> list[tuple[str, Any]]:
    """Those of the United States by the names people use, then the world's."""
    world = sorted(zone for zone in zoneinfo.available_timezones() if zone.startswith(AREAS) and zone not in US_ZONES)
    return [
        ("United States", list(US_ZONES.items())),
        ("Elsewhere", [(zone, zone.replace("_", " ")) for zone in world]),
    ]


class ProfileForm(forms.ModelForm[User]):
    """Who a person is in their college; the lists come from their region."""

    discipline = forms.ChoiceField(label="Discipline", help_text="What you teach or work in.")
    other_discipline = forms.CharField(
        label="Discipline, in your own words", max_length=80, required=False, help_text="If it isn’t in the list."
    )
    time_zone = forms.ChoiceField(label="Time zone", help_text="Dates are shown in your own time.")

    class Meta:
        model = User
        fields = [
            "first_name",
            "last_name",
            "college",
            "position",
            "discipline",
            "other_discipline",
            "is_career_education",
            "time_zone",
        ]

    def __init__(self, *args: Any, consortium: Consortium | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = (consortium.region.get("disciplines") or []) if consortium else []
        self.listed = {entry["code"]: entry for entry in listed}
        cast("forms.ModelChoiceField[College]", self.fields["college"]).queryset = (
            College.objects.filter(consortium=consortium) if consortium else College.objects.none()
        )
        cast("forms.ModelChoiceField[College]", self.fields["college"]).empty_label = "Choose one"
        position = cast(forms.ChoiceField, self.fields["position"])
        position.label = "Role"
        position.choices = [("", "Choose one"), *User.Position.choices]
        for name in ("first_name", "last_name", "position"):
            self.fields[name].required = True
        self.fields["college"].required = consortium is not None
        for name, autocomplete in (("first_name", "given-name"), ("last_name", "family-name")):
            self.fields[name].widget.attrs["autocomplete"] = autocomplete
        cast(forms.ChoiceField, self.fields["discipline"]).choices = [
            ("", "Choose one"),
            *((code, entry["label"]) for code, entry in self.listed.items()),
            (OTHER, "Another one"),
        ]
        self.fields["is_career_education"].label = "It is career education (CTE)"
        self.fields["is_career_education"].help_text = "Only asked for a discipline in your own words."
        cast(forms.ChoiceField, self.fields["time_zone"]).choices = zone_choices()
        self.fields["time_zone"].widget.attrs["data-time-zone"] = True
        self._show_what_is_known(consortium)

    def _show_what_is_known(self, consortium: Consortium | None) -> None:
        known = self.instance.discipline
        if known and known not in self.listed:
            self.initial["discipline"], self.initial["other_discipline"] = OTHER, known
        if not self.initial.get("time_zone"):
            self.initial["time_zone"] = consortium.time_zone if consortium else "America/Los_Angeles"
            self.fields["time_zone"].widget.attrs["data-guess"] = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("discipline") == OTHER:
            data["discipline"] = (data.get("other_discipline") or "").strip()
            if not data["discipline"]:
                self.add_error("other_discipline", "Write what you teach or work in.")
        elif data.get("discipline"):
            data["is_career_education"] = bool(self.listed[data["discipline"]].get("career_education"))
        return data

    @property
    def profile(self) -> dict[str, Any]:
        """The fields of the person, for an action."""
        return {name: value for name, value in self.cleaned_data.items() if name in _PROFILE}


_PROFILE = {"first_name", "last_name", "college", "position", "discipline", "is_career_education", "time_zone"}


class JoiningForm(ProfileForm):
    """The profile of someone new, and the password they will sign in with."""

    password = forms.CharField(
        label="Password",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "data-reveal": True}),
        help_text="At least 10 characters. A sentence you remember is a good one.",
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        password = data.get("password")
        if password:
            person = User(email=self.email, first_name=data.get("first_name", ""), last_name=data.get("last_name", ""))
            try:
                password_validation.validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return data
