"""Notifications: who is told, and were they."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Connects the receivers."""

    name = "notifications"
    verbose_name = _("Notices")

    def ready(self) -> None:
        """Connect what happens when a version is published."""
        from . import checks  # noqa: PLC0415 - models can be imported from here on only
        from .receivers import connect  # noqa: PLC0415 - the same

        checks.register_checks()
        connect()
