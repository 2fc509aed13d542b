"""What a person fills in about themselves, and what the desk says of an erasure."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from acceptance.forms import GoverningForm
from accounts.mailboxes import AddressUnusable, mailbox
from accounts.models import User
from accounts.places import country_names, zones_by_country


class DetailsForm(forms.ModelForm[User]):
    """What a person reads, where they live, and what time it is there, in words of their language."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    country = forms.ChoiceField(label=_("Country"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"))

    class Meta:
        model = User
        fields = ("language", "country", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spoken, own = get_language() or settings.LANGUAGE_CODE, self.instance
        names = country_names(spoken)
        countries = [("", _("not stated")), *names.items()]
        # What is on record can stay, though it is in no list.
        if own.country and own.country not in names:
            countries.append((own.country, own.country))
        self.fields["country"].choices = countries  # type: ignore[attr-defined]  # it is a ChoiceField
        self.fields["time_zone"].choices = zone_choices(spoken, own)  # type: ignore[attr-defined]  # the same


def zone_choices(language: str, person: User) -> list[tuple[str, Any]]:
    """Give the time zones country by country, that of the person first, and their own among them."""
    zones = zones_by_country(language)
    names = country_names(language)
    order = [code for code in (person.country, *names) if code in zones and code in names]
    groups: list[tuple[str, Any]] = [(names[code], zones[code]) for code in dict.fromkeys(order)]
    listed = {zone for _name, found in groups for zone, _city in found}
    others = [(zone, zone) for zone in dict.fromkeys((person.time_zone, "UTC")) if zone not in listed]
    return others + groups


class AddressForm(forms.Form):
    """The address to which a person wants to change."""

    email = forms.EmailField(label=_("New e-mail address"), max_length=254)

    def clean_email(self) -> str:
        """Give the address in lower case, as all are kept; refuse one that no mail server takes."""
        address = str(self.cleaned_data["email"]).lower()
        try:
            mailbox(address)
        except AddressUnusable as error:
            raise forms.ValidationError(
                _("No mail can be sent to this address. Give another one.")
            ) from error
        return address


class ErasureForm(forms.Form):
    """That a person means it."""

    is_meant = forms.BooleanField(label=_("I want to be erased. I know that this cannot be undone."))


class EvidenceForm(GoverningForm):
    """About whom evidence is given out, and at which instant: which text of each policy governed them."""

    policy = None  # type: ignore[assignment]  # so Django leaves a field out that it would inherit


class HoldForm(forms.Form):
    """Whose record must stay, and why."""

    address = forms.CharField(label=_("Address"), max_length=254)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The person reads it where they look at what is held about them."),
    )
