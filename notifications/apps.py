"""Notifications: who is told, and were they."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from policies.triggers import create_triggers

from .triggers import NOTIFICATION_TRIGGERS


class NotificationsConfig(AppConfig):
    """Connects the receivers, and makes the triggers again after every migration."""

    name = "notifications"
    verbose_name = _("Notices")

    def ready(self) -> None:
        """Connect what happens after a migration and when a version is published."""
        from . import checks  # noqa: PLC0415 - models can be imported from here on only
        from .receivers import connect  # noqa: PLC0415 - the same

        post_migrate.connect(make_triggers, sender=self, dispatch_uid="notifications.triggers")
        checks.register_checks()
        connect()


def make_triggers(*, using: str, **_kwargs: Any) -> None:
    """Make this app's triggers on the database `using`."""
    create_triggers(connections[using], NOTIFICATION_TRIGGERS)
