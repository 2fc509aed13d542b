"""A policy: a document with a life."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.places import refuse_unknown


class PolicyKind(models.TextChoices):
    """What a policy is for; notice rules are kept per kind."""

    PRIVACY_NOTICE = "PRIVACY_NOTICE", _("Privacy notice")
    TERMS = "TERMS", _("Terms")
    COOKIES = "COOKIES", _("Cookies")
    OTHER = "OTHER", _("Other")


class Policy(models.Model):
    """A document with a life: its versions come and go, its address stays."""

    slug = models.SlugField(_("address"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=PolicyKind)
    name = models.CharField(_("name"), max_length=200, help_text=_("As the desk lists it."))
    default_language = models.CharField(_("default language"), max_length=12, default="en")

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=PolicyKind.values), name="policy_kind_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.slug

    def clean(self) -> None:
        """Raise `ValidationError` for a language that the site does not speak."""
        super().clean()
        refuse_unknown(default_language=self.default_language)
