"""What legal staff fill in at the desk."""

from typing import ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .manuscript import KINDS
from .models import Policy, PolicyKind, PolicyVersion


class PolicyForm(forms.Form):
    """A new policy."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("Such as “Privacy policy”."))
    slug = forms.SlugField(
        label=_("Address"), max_length=60, help_text=_("Lower-case letters and hyphens: privacy-policy.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=PolicyKind.choices)
    default_language = forms.ChoiceField(label=_("Default language"), choices=settings.LANGUAGES)

    def clean_slug(self) -> str:
        """Refuse an address that another policy has."""
        slug: str = self.cleaned_data["slug"]
        if Policy.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("Another policy has this address. Choose another one."))
        return slug


class VersionForm(forms.ModelForm[PolicyVersion]):
    """What is said of a draft as a whole; `based_on` is the state that the writer had before them."""

    based_on = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = PolicyVersion
        fields: ClassVar[list[str]] = ["change_class", "reason", "effective_at", "exception_reason"]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "reason": forms.Textarea(attrs={"rows": 3}),
            "exception_reason": forms.Textarea(attrs={"rows": 2}),
            "effective_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }


class TextForm(forms.Form):
    """A draft's text in one language."""

    title = forms.CharField(label=_("Title"), max_length=200)
    summary = forms.CharField(
        label=_("Summary of changes"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What changes for the reader, in plain words. It stands in the notice."),
    )
    reason = forms.CharField(
        label=_("Reason for the reader"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why the change is made, in this language."),
    )
    body = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "true"}),
    )
    file = forms.FileField(
        label=_("Take over from a file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(KINDS)}),
        help_text=_(
            "A .docx, .md or .txt file. It replaces the title and the text above, and saves nothing."
        ),
    )
    based_on = forms.CharField(required=False, widget=forms.HiddenInput)


class CatchUpForm(forms.Form):
    """Up to which version a draft holds what was published."""

    number = forms.IntegerField(min_value=1)


class SendBackForm(forms.Form):
    """What is to be changed of a draft before it is approved."""

    note = forms.CharField(label=_("What is to be changed"), required=False, max_length=5000)
