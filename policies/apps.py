"""Policies: what is said, since when."""

from collections.abc import Mapping
from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models import Value
from django.db.models.functions import Concat
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from .triggers import POLICY_TRIGGERS, make_triggers

GROUPS = {
    "Authors": ("policies.view_policy", "policies.write_version"),
    "Approvers": ("policies.view_policy", "policies.approve_version", "accounts.list_people"),
    "Publishers": ("policies.view_policy", "policies.publish_version", "accounts.list_people"),
}


class PoliciesConfig(AppConfig):
    """Makes the triggers again after every migration, and lets go of what an older engine compared."""

    name = "policies"
    verbose_name = _("Policies")
    triggers = POLICY_TRIGGERS

    def ready(self) -> None:
        """Connect what happens after a migration, and when a connection is made."""
        connection_created.connect(guard_replacing, dispatch_uid="policies.replacing")
        post_migrate.connect(make_triggers, sender=self, dispatch_uid="policies.triggers")
        post_migrate.connect(make_groups, sender=self, dispatch_uid="policies.groups")
        post_migrate.connect(forget_comparisons, sender=self, dispatch_uid="policies.comparisons")


def guard_replacing(*, connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Let SQLite fire the triggers also for rows that `INSERT OR REPLACE` deletes."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers = ON")


def make_groups(*, using: str, **_kwargs: Any) -> None:
    """Make the desk's three groups."""
    add_groups(GROUPS, using=using)


def forget_comparisons(*, app_config: AppConfig, using: str, **_kwargs: Any) -> None:
    """Let go of the comparisons that an older release of the engine made, which nobody reads any more."""
    from .redline import ENGINE  # noqa: PLC0415 - a tenth of a second that every other command can do without

    kept: Any = app_config.get_model("KeptComparison")
    if kept._meta.db_table in connections[using].introspection.table_names():  # noqa: SLF001 - as documented
        kept.objects.using(using).exclude(engine=ENGINE).delete()


def add_groups(groups: Mapping[str, tuple[str, ...]], *, using: str) -> None:
    """Make groups where they are missing, with their permissions; an administrator may change them later."""
    group_model = apps.get_model("auth", "Group")
    permission_model = apps.get_model("auth", "Permission")
    for label in {name.partition(".")[0] for permissions in groups.values() for name in permissions}:
        create_permissions(apps.get_app_config(label), using=using, verbosity=0)
    for name, permissions in groups.items():
        group, created = group_model.objects.using(using).get_or_create(name=name)
        if created:
            full_name = Concat("content_type__app_label", Value("."), "codename")
            known = permission_model.objects.using(using).annotate(full_name=full_name)
            group.permissions.set(known.filter(full_name__in=permissions))
