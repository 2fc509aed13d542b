"""Records: what is held of whom, given out as evidence or to the person, and erased when its time is over."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    """Stands on all other apps, because what is held of a person lies in all of them."""

    name = "records"
    verbose_name = _("Records")
