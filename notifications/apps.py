"""Notifications: who is told, and were they."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from policies.triggers import make_triggers

from .triggers import NOTIFICATION_TRIGGERS


class NotificationsConfig(AppConfig):
    """Connects the receivers, and makes the triggers again after every migration."""

    name = "notifications"
    verbose_name = _("Notices")
    triggers = NOTIFICATION_TRIGGERS

    def ready(self) -> None:
        """Connect what happens after a migration and when a version is published."""
        from . import checks  # noqa: PLC0415 - models can be imported from here on only
        from .receivers import connect  # noqa: PLC0415 - the same

        post_migrate.connect(make_triggers, sender=self, dispatch_uid="notifications.triggers")
        checks.register_checks()
        connect()
