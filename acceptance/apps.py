"""Acceptance: who did what, and the gate."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from policies.triggers import make_triggers

from .triggers import ACCEPTANCE_TRIGGERS


class AcceptanceConfig(AppConfig):
    """Connects the receivers, and makes the triggers again after every migration."""

    name = "acceptance"
    verbose_name = _("Acceptance")
    triggers = ACCEPTANCE_TRIGGERS

    def ready(self) -> None:
        """Connect what happens after a migration and when a text is viewed."""
        from .receivers import connect  # noqa: PLC0415 - models can be imported from here on only

        post_migrate.connect(make_triggers, sender=self, dispatch_uid="acceptance.triggers")
        connect()
