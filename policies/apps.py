"""Policies: what is said, since when."""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from .triggers import POLICY_TRIGGERS, make_triggers

GROUPS = {
    "Authors": ("view_policy", "write_version"),
    "Approvers": ("view_policy", "approve_version"),
    "Publishers": ("view_policy", "publish_version"),
}


class PoliciesConfig(AppConfig):
    """Makes the triggers again after every migration."""

    name = "policies"
    verbose_name = _("Policies")
    triggers = POLICY_TRIGGERS

    def ready(self) -> None:
        """Connect what happens after a migration, and when a connection is made."""
        connection_created.connect(guard_replacing, dispatch_uid="policies.replacing")
        post_migrate.connect(make_triggers, sender=self, dispatch_uid="policies.triggers")
        post_migrate.connect(make_groups, sender=self, dispatch_uid="policies.groups")


def guard_replacing(*, connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Let SQLite fire the triggers also for rows that `INSERT OR REPLACE` deletes."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers = ON")


def make_groups(*, app_config: AppConfig, using: str, **_kwargs: Any) -> None:
    """Make the desk's three groups where they are missing; an administrator may change them later."""
    create_permissions(app_config, using=using, verbosity=0)
    group_model = apps.get_model("auth", "Group")
    permission_model = apps.get_model("auth", "Permission")
    for name, codenames in GROUPS.items():
        group, created = group_model.objects.using(using).get_or_create(name=name)
        if created:
            group.permissions.set(
                permission_model.objects.using(using).filter(
                    content_type__app_label="policies", codename__in=codenames
                )
            )
