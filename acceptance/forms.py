"""What a person answers on the review page, and what the desk asks and enters about a person."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from policies.instants import UnclearInstant, refuse_far
from policies.models import Policy

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

    kind = forms.ChoiceField(label=_("What was answered"), choices=ActKind.choices)

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


class PolicyChoice(forms.ModelChoiceField[Policy]):
    """A policy by its name."""

    def label_from_instance(self, obj: Policy) -> str:
        """Give the name of a policy, with its address, which tells two of one name apart."""
        return f"{obj.name} ({obj.slug})"


class GoverningForm(forms.Form):
    """Whose text is asked about, of which policy, and at which instant."""

    person = forms.CharField(
        label=_("E-mail address"), max_length=254, help_text=_("The whole address, in any case.")
    )
    policy = PolicyChoice(
        label=_("Policy"), queryset=Policy.objects.order_by("slug"), to_field_name="slug", empty_label=None
    )
    at = forms.DateTimeField(
        label=_("Instant"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("In your time zone. Empty: now."),
    )

    def clean_person(self) -> User:
        """Give the person at the address."""
        try:
            return User.objects.get_by_natural_key(self.cleaned_data["person"])
        except User.DoesNotExist as error:
            raise forms.ValidationError(_("Nobody has this address. Check how it is written.")) from error

    def clean_at(self) -> datetime | None:
        """Refuse a year that not every zone can write."""
        at: datetime | None = self.cleaned_data["at"]
        try:
            return refuse_far(at) if at else None
        except UnclearInstant as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
