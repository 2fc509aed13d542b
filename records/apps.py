"""Records: what is held of whom, given out as evidence or to the person, and erased when its time is over."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from policies.triggers import make_triggers

from .triggers import RECORD_TRIGGERS


class RecordsConfig(AppConfig):
    """Stands on all other apps, because what is held of a person lies in all of them."""

    name = "records"
    verbose_name = _("Records")
    triggers = RECORD_TRIGGERS

    def ready(self) -> None:
        """Make the triggers again after every migration."""
        post_migrate.connect(make_triggers, sender=self, dispatch_uid="records.triggers")
