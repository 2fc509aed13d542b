"""How fast mail may go out, to all and to each domain."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Pace(models.Model):
    """From when the next message may go out, for all workers together.

    The scope is a recipient's domain in lower case, or empty for all mail. `gap` is what a server asked
    for by putting mail off, in seconds between two messages; it wears off from `slowed_at` on.
    """

    scope = models.CharField(_("scope"), max_length=255, unique=True, blank=True)
    next_at = models.DateTimeField(_("next message from"))
    gap = models.FloatField(_("seconds between messages"), default=0)
    slowed_at = models.DateTimeField(_("slowed down"), null=True)

    class Meta:
        verbose_name = _("pace")
        verbose_name_plural = _("paces")
        indexes = [models.Index(fields=["scope"], name="pace_slowed", condition=models.Q(gap__gt=0))]

    def __str__(self) -> str:
        return self.scope or "all"
