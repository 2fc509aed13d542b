"""What a person fills in about themselves, and what the desk says of an erasure."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from acceptance.forms import GoverningForm
from accounts.models import User
from accounts.places import time_zones


def zone_choices() -> list[tuple[str, str]]:
    """Give the time zones by their names."""
    return [(name, name) for name in sorted(time_zones())]


class DetailsForm(forms.ModelForm[User]):
    """What a person reads, where they live, and what time it is there."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices)

    class Meta:
        model = User
        fields = ("language", "country", "time_zone")


class AddressForm(forms.Form):
    """The address to which a person wants to change."""

    email = forms.EmailField(label=_("New e-mail address"), max_length=254)

    def clean_email(self) -> str:
        """Give the address in lower case, as all are kept."""
        return str(self.cleaned_data["email"]).lower()


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
