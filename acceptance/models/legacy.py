"""What people accepted before this site kept a record, as an older system has it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from policies.models import Policy, PolicyVersion

from .ledger import LedgerEntry


class LegacyAcceptance(models.Model):
    """An acceptance taken over from an older system. Append-only.

    It is no act: nobody knows what was on the screen. Where not even the version is known it counts
    as accepting none. The salt is that of the commitments in the ledger, and can be erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="legacy_acceptances",
        verbose_name=_("person"),
    )
    policy = models.ForeignKey(
        Policy, models.PROTECT, db_index=False, related_name="+", verbose_name=_("policy")
    )
    version = models.ForeignKey(
        PolicyVersion,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("version"),
        help_text=_("None where it is not known."),
    )
    at = models.DateTimeField(_("at"))
    source = models.TextField(_("source"), help_text=_("Where the older system has it."))
    imported_at = models.DateTimeField(_("imported"))
    salt = models.BinaryField(_("salt"), max_length=32)
    entry = models.OneToOneField(
        LedgerEntry, models.PROTECT, related_name="legacy", verbose_name=_("ledger entry")
    )

    class Meta:
        verbose_name = _("acceptance taken over")
        verbose_name_plural = _("acceptances taken over")
        constraints = [
            models.UniqueConstraint(fields=["user", "policy", "at"], name="legacy_once_at_an_instant"),
            models.CheckConstraint(condition=Q(at__lte=F("imported_at")), name="legacy_is_of_the_past"),
            models.CheckConstraint(condition=~Q(source=""), name="legacy_names_its_source"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
