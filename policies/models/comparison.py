"""Comparisons that were worked out once, so that the next reader need not wait for them."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .version import PolicyText


class KeptComparisonQuerySet(models.QuerySet["KeptComparison"]):
    """What is done with kept comparisons as a whole."""

    def keep(self, **fields: Any) -> None:
        """Keep a comparison, unless somebody kept the same one meanwhile."""
        self.bulk_create([self.model(**fields)], ignore_conflicts=True)

    def forget_text(self, sha256: str) -> None:
        """Let go of the comparisons of a draft's text that nothing says any more."""
        if sha256 and not PolicyText.objects.filter(sha256=sha256).exists():
            self.filter(Q(old_sha256=sha256) | Q(new_sha256=sha256)).delete()


class KeptComparison(models.Model):
    """What became of one text in another, named by the digests of both and the engine's release.

    It follows from the two texts, so it is no evidence, never changes, and may be deleted at any time.
    """

    key = models.CharField(_("name"), max_length=64, primary_key=True)
    engine = models.CharField(_("engine"), max_length=40)
    old_sha256 = models.CharField(_("digest of the old text"), max_length=64, db_index=True)
    new_sha256 = models.CharField(_("digest of the new text"), max_length=64, db_index=True)
    summary = models.JSONField(_("how much changed"))
    record = models.BinaryField(_("the comparison"), help_text=_("JSON, compressed by zlib."))

    objects = KeptComparisonQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept comparison")
        verbose_name_plural = _("kept comparisons")

    def __str__(self) -> str:
        return self.key
