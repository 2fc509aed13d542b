"""What a person answers on the review page."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AnswerForm(forms.Form):
    """The answer to what is asked: a tick and a button, or a decline with an optional reason."""

    token = forms.CharField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=[("accept", "accept"), ("decline", "decline")])
    ticked = forms.BooleanField(required=False)
    note = forms.CharField(label=_("Reason (optional)"), required=False, max_length=2000)
    next = forms.CharField(required=False, widget=forms.HiddenInput)
