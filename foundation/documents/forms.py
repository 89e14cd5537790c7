from django import forms


class AskForm(forms.Form):
    """Which document: buttons send it, nobody types it."""

    kind = forms.SlugField(max_length=40)
    subject_id = forms.RegexField(r"^[A-Za-z0-9_:.-]+$", max_length=64)
