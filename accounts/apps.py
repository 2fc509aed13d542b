"""Accounts: who people are."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """The lowest app: it imports none of the others."""

    name = "accounts"
    verbose_name = _("People")
