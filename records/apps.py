"""Records: what is held of whom, given out as evidence or to the person, and erased when its time is over."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from policies.apps import add_groups
from policies.triggers import make_triggers

from .triggers import RECORD_TRIGGERS

GROUPS = {
    "Data protection": (
        "policies.view_policy",
        "accounts.list_people",
        "records.carry_out_erasure",
        "records.hold_person",
        "records.make_pack",
    )
}


class RecordsConfig(AppConfig):
    """Stands on all other apps, because what is held of a person lies in all of them."""

    name = "records"
    verbose_name = _("Records")
    triggers = RECORD_TRIGGERS

    def ready(self) -> None:
        """Make the triggers and the group again after every migration, and connect the receivers."""
        from .receivers import connect  # noqa: PLC0415 - models can be imported from here on only

        post_migrate.connect(make_triggers, sender=self, dispatch_uid="records.triggers")
        post_migrate.connect(make_groups, sender=self, dispatch_uid="records.groups")
        connect()


def make_groups(*, using: str, **_kwargs: Any) -> None:
    """Make the group of those who decide about what is held of people."""
    add_groups(GROUPS, using=using)
