"""What a person answers on the review page, and what is entered for another at the desk."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import ActKind


class AnswerForm(forms.Form):
    """The answer to what is asked: a tick and a button, or a decline with an optional reason."""

    token = forms.CharField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=[("accept", "accept"), ("decline", "decline")])
    ticked = forms.BooleanField(required=False)
    note = forms.CharField(label=_("Reason (optional)"), required=False, max_length=2000)
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class WithdrawalAnswer(forms.Form):
    """That a person withdraws, with an optional reason."""

    token = forms.CharField(widget=forms.HiddenInput)
    note = forms.CharField(label=_("Reason (optional)"), required=False, max_length=2000)


class PersonForm(forms.Form):
    """Whose answer is to be entered."""

    email = forms.EmailField(label=_("E-mail address of the person"), max_length=254)


class EntryForm(forms.Form):
    """What a person answered by another way than the site, and to which text."""

    kind = forms.ChoiceField(label=_("Answer"), choices=ActKind.choices)

    def __init__(self, texts: Iterable[tuple[int, str]], data: Mapping[str, Any] | None = None) -> None:
        """Offer `texts` to choose from: key and name."""
        super().__init__(data)
        self.fields["text"] = forms.TypedChoiceField(label=_("Text"), choices=list(texts), coerce=int)
        self.order_fields(["text"])


class RecordForm(forms.Form):
    """That the answer of another person is as the page says, and how it came."""

    token = forms.CharField(widget=forms.HiddenInput)
    ticked = forms.BooleanField(
        error_messages={
            "required": _("Tick the statement to say that it is true, then press the button again.")
        }
    )
    note = forms.CharField(
        label=_("How the answer came"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("On what paper, of what day, and by whom: the person, a guardian."),
    )
