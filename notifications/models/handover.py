"""That the mail server took a notice, as the ledger has it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from acceptance.models import LedgerEntry

from .notice import Notice


class Handover(models.Model):
    """The place of a notice that the mail server took among those of one entry. Append-only.

    `leaf` is the hash over what was sent to whom, which stays when the person is erased; `salt`, under
    which it was made, goes then.
    """

    notice = models.OneToOneField(
        Notice, models.PROTECT, primary_key=True, related_name="handover", verbose_name=_("notice")
    )
    entry = models.ForeignKey(
        LedgerEntry, models.PROTECT, db_index=False, related_name="+", verbose_name=_("ledger entry")
    )
    place = models.PositiveSmallIntegerField(_("place"))
    leaf = models.BinaryField(_("hash"), max_length=32)
    salt = models.BinaryField(_("salt"), max_length=32)

    class Meta:
        verbose_name = _("handover to the mail server")
        verbose_name_plural = _("handovers to the mail server")
        constraints = [models.UniqueConstraint(fields=["entry", "place"], name="handover_once_per_place")]

    def __str__(self) -> str:
        return f"handover-{self.notice_id}"
