"""What was given out about whom."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.models import PolicyVersion


class Pack(models.Model):
    """An evidence pack that was made: about a person at an instant, or about a version.

    The pack itself is not kept. The digest of its list of files shows whether one is the one that was made.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("person")
    )
    version = models.ForeignKey(
        PolicyVersion, models.PROTECT, null=True, related_name="+", verbose_name=_("version")
    )
    about = models.DateTimeField(_("instant asked about"))
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("made by"),
        help_text=_("Empty where it was made on the command line."),
    )
    manifest = models.CharField(_("digest of the list of files"), max_length=64)

    class Meta:
        verbose_name = _("evidence pack")
        verbose_name_plural = _("evidence packs")
        permissions = [("make_pack", _("Can make evidence packs"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(person=None) | Q(version=None), name="pack_about_a_person_or_a_version"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
