"""Records: what is held of whom, given out as evidence or to the person, and erased when its time is over."""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

GROUP = "Data protection"
PERMISSIONS = ("view_policy", "carry_out_erasure", "hold_person")


class RecordsConfig(AppConfig):
    """Stands on all other apps, because what is held of a person lies in all of them."""

    name = "records"
    verbose_name = _("Records")

    def ready(self) -> None:
        """Connect what happens after a migration."""
        post_migrate.connect(make_group, sender=self, dispatch_uid="records.group")


def make_group(*, using: str, **_kwargs: Any) -> None:
    """Make the group of those who erase people, where it is missing; an administrator may change it later."""
    for label in ("policies", "records"):
        # This app migrates before the one whose permission it gives away.
        create_permissions(apps.get_app_config(label), using=using, verbosity=0)
    group, created = apps.get_model("auth", "Group").objects.using(using).get_or_create(name=GROUP)
    if created:
        permissions = apps.get_model("auth", "Permission").objects.using(using)
        group.permissions.set(
            permissions.filter(content_type__app_label__in=("policies", "records"), codename__in=PERMISSIONS)
        )
