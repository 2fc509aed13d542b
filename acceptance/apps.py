"""Acceptance: who did what, and the gate."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from policies.apps import add_groups
from policies.triggers import make_triggers

from .triggers import ACCEPTANCE_TRIGGERS

GROUPS = {"Support": ("policies.view_policy", "acceptance.act_for_others", "accounts.list_people")}


class AcceptanceConfig(AppConfig):
    """Connects receivers and checks, and makes the triggers and the group again after every migration."""

    name = "acceptance"
    verbose_name = _("Acceptance")
    triggers = ACCEPTANCE_TRIGGERS

    def ready(self) -> None:
        """Connect what happens after a migration and when a text is viewed."""
        from .checks import register_checks  # noqa: PLC0415 - models can be imported from here on only
        from .receivers import connect  # noqa: PLC0415 - the same

        post_migrate.connect(make_triggers, sender=self, dispatch_uid="acceptance.triggers")
        post_migrate.connect(make_groups, sender=self, dispatch_uid="acceptance.groups")
        connect()
        register_checks()


def make_groups(*, using: str, **_kwargs: Any) -> None:
    """Make the group of those who enter the answers of other people."""
    add_groups(GROUPS, using=using)
