"""Acceptance: who did what, and the gate."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from policies.triggers import create_triggers

from .triggers import ACCEPTANCE_TRIGGERS


class AcceptanceConfig(AppConfig):
    """Connects the receivers, and makes the triggers again after every migration."""

    name = "acceptance"
    verbose_name = _("Acceptance")

    def ready(self) -> None:
        """Connect what happens after a migration and when a text is viewed."""
        from .receivers import connect  # noqa: PLC0415 - models can be imported from here on only

        post_migrate.connect(make_triggers, sender=self, dispatch_uid="acceptance.triggers")
        connect()


def make_triggers(*, using: str, **_kwargs: Any) -> None:
    """Make this app's triggers on the database `using`."""
    create_triggers(connections[using], ACCEPTANCE_TRIGGERS)
