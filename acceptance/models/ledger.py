"""The log over publications and acts in which nothing can be changed unseen."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.models import PolicyVersion

from .acts import Act


class EntryKind(models.TextChoices):
    """What an entry is about."""

    ACT = "ACT", _("act")
    PUBLICATION = "PUBLICATION", _("publication")
    RECALL = "RECALL", _("recall")
    KEY = "KEY", _("key that signs")
    LEGACY = "LEGACY", _("acceptance taken over from an older system")
    ERASURE = "ERASURE", _("erasure of a person")
    PACK = "PACK", _("evidence given out")
    RESTORE = "RESTORE", _("restored from a backup")
    RULES = "RULES", _("changes of notice rules")
    HANDOVERS = "HANDOVERS", _("notices that the mail server took")


class LedgerEntry(models.Model):
    """One entry, written in the transaction of what it is about; `position` is its place once sealed.

    On PostgreSQL the table has another column, `xid`, which says in which transaction it was written.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=EntryKind)
    body = models.BinaryField(_("body"), help_text=_("Canonical JSON (RFC 8785)."))
    act = models.OneToOneField(Act, models.PROTECT, null=True, related_name="entry", verbose_name=_("act"))
    version = models.ForeignKey(
        PolicyVersion, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("version")
    )
    entered_at = models.DateTimeField(_("entered"))
    position = models.BigIntegerField(_("position"), null=True, unique=True)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="ledger_entry_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind="ACT") ^ Q(act=None), name="ledger_entry_of_an_act_names_it"
            ),
            models.UniqueConstraint(fields=["version", "kind"], name="ledger_entry_once_for_a_version"),
        ]
        indexes = [
            models.Index(fields=["id"], name="ledger_entry_unsealed", condition=Q(position=None)),
        ]

    def __str__(self) -> str:
        return f"ledger-entry-{self.pk}"


class LedgerRow(models.Model):
    """Up to 256 hashes of the tree over the entries. It follows from them, and is never evidence itself."""

    level = models.PositiveSmallIntegerField(_("level"))
    place = models.BigIntegerField(_("place"))
    hashes = models.BinaryField(_("hashes"))

    class Meta:
        verbose_name = _("row of hashes")
        verbose_name_plural = _("rows of hashes")
        constraints = [models.UniqueConstraint(fields=["level", "place"], name="ledger_row_once_per_place")]

    def __str__(self) -> str:
        return f"{self.level}/{self.place}"


class Checkpoint(models.Model):
    """A signed root over the first `size` entries, as C2SP's tlog-checkpoint has it."""

    size = models.BigIntegerField(_("entries"), unique=True)
    root = models.BinaryField(_("root"), max_length=32)
    note = models.TextField(_("signed note"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")

    def __str__(self) -> str:
        return f"checkpoint-{self.size}"


class TimestampToken(models.Model):
    """What a time-stamping authority answered about a checkpoint (RFC 3161): it was there at that moment."""

    checkpoint = models.OneToOneField(
        Checkpoint, models.PROTECT, related_name="token", verbose_name=_("checkpoint")
    )
    token = models.BinaryField(_("token"))
    stamped_at = models.DateTimeField(_("stamped"), help_text=_("By the authority's clock."))
    authority = models.CharField(_("authority"), max_length=200)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("time stamp")
        verbose_name_plural = _("time stamps")

    def __str__(self) -> str:
        return f"token-{self.checkpoint_id}"
