"""A campaign: one version's notices to everyone concerned, in waves, handed out in chunks."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from policies.models import PolicyVersion


class CampaignState(models.TextChoices):
    """Whether notices may go out."""

    RUNNING = "RUNNING", _("running")
    PAUSED = "PAUSED", _("paused")
    DONE = "DONE", _("done")
    CANCELLED = "CANCELLED", _("cancelled")


OPEN_STATES = (CampaignState.RUNNING, CampaignState.PAUSED)
# Kept in English and shown in the reader's language: it tells a pause that somebody meant from a fault.
PAUSED_AT_THE_DESK = gettext_noop("Paused at the desk.")


class CampaignKind(models.TextChoices):
    """What people are told."""

    ANNOUNCEMENT = "ANNOUNCEMENT", _("that the version comes")
    CORRECTION = "CORRECTION", _("that the version was recalled")


class Campaign(models.Model):
    """One version's notices to everyone concerned, or those that take them back after a recall."""

    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="+", verbose_name=_("version"))
    kind = models.CharField(_("kind"), max_length=16, choices=CampaignKind, default=CampaignKind.ANNOUNCEMENT)
    state = models.CharField(_("state"), max_length=16, choices=CampaignState, default=CampaignState.RUNNING)
    generation = models.PositiveIntegerField(
        _("generation"), default=1, help_text=_("Goes up with every pause and resumption.")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    paused_before = models.CharField(
        _("why it was paused before"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text=_("Kept where a newer version stopped it; if that one is recalled, it is paused again."),
    )
    created_at = models.DateTimeField(_("created"))
    planned_to = models.BigIntegerField(
        _("planned up to person"), default=0, help_text=_("People with a higher key are still to be planned.")
    )
    resumed_at = models.DateTimeField(_("last resumed"), null=True)
    planned_at = models.DateTimeField(_("first planned in full"), null=True)
    checked_at = models.DateTimeField(_("last checked against everyone concerned"), null=True)
    expected_at = models.DateTimeField(
        _("expected to be told by"),
        null=True,
        help_text=_("When everyone will have been told, as reckoned when the notices were planned."),
    )
    reminded_at = models.DateTimeField(
        _("last looked for people to remind"),
        null=True,
        help_text=_("Empty before the first day of any rule."),
    )
    widened_at = models.DateTimeField(
        _("widened"), null=True, help_text=_("From then on notices go to more than the first few people.")
    )
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = [
            models.UniqueConstraint(fields=["version", "kind"], name="campaign_once_per_version_and_kind"),
            models.CheckConstraint(condition=Q(kind__in=CampaignKind.values), name="campaign_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=CampaignState.values), name="campaign_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["PAUSED", "CANCELLED"]) | ~Q(reason=""),
                name="campaign_stops_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"campaign-{self.pk}"


class Wave(models.TextChoices):
    """Which round of a campaign."""

    ANNOUNCEMENT = "ANNOUNCEMENT", _("announcement")
    FIRST_REMINDER = "REMINDER_1", _("first reminder")
    SECOND_REMINDER = "REMINDER_2", _("second reminder")
    THIRD_REMINDER = "REMINDER_3", _("third reminder")
    CORRECTION = "CORRECTION", _("correction")


REMINDERS = (Wave.FIRST_REMINDER, Wave.SECOND_REMINDER, Wave.THIRD_REMINDER)


class ChunkQuerySet(models.QuerySet["Chunk"]):
    """Chunks."""

    def of_running(self) -> "ChunkQuerySet":
        """Give the chunks that may be sent: those of running campaigns, of a new one only the first few."""
        running = Campaign.objects.filter(pk=OuterRef("campaign"), state=CampaignState.RUNNING)
        widened = running.filter(widened_at__isnull=False)
        return self.filter(Q(Exists(widened)) | Q(Exists(running), is_trial=True))


class Chunk(models.Model):
    """Up to 500 notices that one worker sends at a time, held by a lease with a fencing token.

    Progress is the sum of these counters, never a count over notices. Each notice that is settled
    counts in one of `accepted`, `failed`, `unknown`, `skipped` and `cancelled`; `bounced` and
    `complained` say how many of the accepted ones came back or were complained of later.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="chunks", verbose_name=_("campaign"))
    wave = models.CharField(_("wave"), max_length=16, choices=Wave, default=Wave.ANNOUNCEMENT)
    is_trial = models.BooleanField(
        _("trial"), default=False, help_text=_("Among the first, whose bounces decide about the rest.")
    )
    size = models.PositiveIntegerField(_("notices"), default=0)
    due_at = models.DateTimeField(_("due"), null=True)
    lease_token = models.UUIDField(_("lease"), null=True)
    lease_until = models.DateTimeField(_("lease ends"), null=True)
    begun_at = models.DateTimeField(
        _("begun"), null=True, help_text=_("When a worker first took this chunk to send it.")
    )
    stalled_at = models.DateTimeField(
        _("stalled since"),
        null=True,
        help_text=_("Since when the mail server could not be reached for this chunk."),
    )
    progressed_at = models.DateTimeField(
        _("last progress"),
        null=True,
        help_text=_("When a notice of this chunk was last claimed for sending."),
    )
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    unknown = models.PositiveIntegerField(_("unknown"), default=0)
    skipped = models.PositiveIntegerField(_("skipped"), default=0)
    cancelled = models.PositiveIntegerField(_("cancelled"), default=0)
    bounced = models.PositiveIntegerField(_("came back"), default=0)
    complained = models.PositiveIntegerField(_("reported as unwanted"), default=0)
    is_unentered = models.BooleanField(
        _("to be entered"),
        default=False,
        db_default=False,
        help_text=_("The mail server may have taken something that the ledger does not know of."),
    )

    objects = ChunkQuerySet.as_manager()

    class Meta:
        verbose_name = _("chunk")
        verbose_name_plural = _("chunks")
        constraints = [
            models.CheckConstraint(
                condition=Q(lease_token=None, lease_until=None)
                | Q(lease_token__isnull=False, lease_until__isnull=False),
                name="chunk_lease_has_token_and_end",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="chunk_due", condition=Q(due_at__isnull=False)),
            # On the token, not the end of the lease, which every notice moves: an index on that would grow.
            models.Index(fields=["id"], name="chunk_leased", condition=Q(lease_token__isnull=False)),
            models.Index(fields=["id"], name="chunk_unentered", condition=Q(is_unentered=True)),
            models.Index(fields=["stalled_at"], name="chunk_stalled", condition=Q(stalled_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"chunk-{self.pk}"
