from django import forms, template

register = template.Library()


@register.filter
def without_placeholders(form: forms.BaseForm) -> forms.BaseForm:
    """The form with empty boxes: what allauth writes into them only repeats the labels, and is gone as one types."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
    return form
