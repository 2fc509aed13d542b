"""What people at the desk fill in about notices."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import EventKind


class WebhookForm(forms.Form):
    """Where another program takes messages, and about what."""

    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput,
        help_text=_("Where the program takes messages, such as https://shop.example/hooks."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Told when"),
        choices=EventKind.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=EventKind.values,
    )


class AddressForm(forms.Form):
    """One address, in any case; none at all stands for every address."""

    address = forms.CharField(
        label=_("Address"), required=False, max_length=254, help_text=_("The whole address, in any case.")
    )


class RecallForm(forms.Form):
    """Why a version is recalled."""

    reason = forms.CharField(label=_("Reason for the recall"), widget=forms.Textarea(attrs={"rows": 3}))
