"""One message to one person, and what became of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .campaign import Campaign, Chunk, Wave


class NoticeState(models.TextChoices):
    """Where one notice is on its way."""

    PENDING = "PENDING", _("to be sent")
    SENDING = "SENDING", _("being sent")
    RETRY = "RETRY", _("to be tried again")
    ACCEPTED = "ACCEPTED", _("accepted by the mail server")
    DELIVERED = "DELIVERED", _("delivered")
    BOUNCED = "BOUNCED", _("came back")
    COMPLAINED = "COMPLAINED", _("reported as unwanted")
    UNKNOWN = "UNKNOWN", _("unknown")
    FAILED = "FAILED", _("failed")
    SKIPPED = "SKIPPED", _("not sent")
    CANCELLED = "CANCELLED", _("cancelled")


# Why nothing is sent to who has acted meanwhile; they were told by the site.
ANSWERED_ALREADY = "The person has answered already."
DUE_STATES = (NoticeState.PENDING, NoticeState.RETRY)
# What the mail server took, whatever it reported of it later.
TAKEN_STATES = (
    NoticeState.ACCEPTED,
    NoticeState.DELIVERED,
    NoticeState.BOUNCED,
    NoticeState.COMPLAINED,
)
STATES_WITH_REASON = (
    NoticeState.RETRY,
    NoticeState.BOUNCED,
    NoticeState.COMPLAINED,
    NoticeState.UNKNOWN,
    NoticeState.FAILED,
    NoticeState.SKIPPED,
    NoticeState.CANCELLED,
)


TROUBLED_STATES = (
    NoticeState.BOUNCED,
    NoticeState.COMPLAINED,
    NoticeState.FAILED,
    NoticeState.UNKNOWN,
    NoticeState.SKIPPED,
    NoticeState.CANCELLED,
)


class NoticeChannel(models.TextChoices):
    """By what means."""

    MAIL = "MAIL", _("mail")


class Letter(models.Model):
    """What everyone who reads one language is sent, byte for byte, with places left for what differs.

    A notice names its letter and keeps what stood in those places, so that the message can be
    rebuilt. A letter never changes; a corrected template makes a new one.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", verbose_name=_("campaign"))
    wave = models.CharField(_("wave"), max_length=16, choices=Wave)
    language = models.CharField(_("language"), max_length=12)
    skeleton = models.BinaryField(_("message"))
    sha256 = models.CharField(_("digest of the message"), max_length=64)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "wave", "sha256"], name="letter_once_per_content")
        ]

    def __str__(self) -> str:
        return f"letter-{self.pk}"


class Notice(models.Model):
    """One message to one person, and what became of it. Every non-send says why."""

    # The first column of the constraint below.
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, db_index=False, related_name="+", verbose_name=_("campaign")
    )
    chunk = models.ForeignKey(Chunk, models.PROTECT, related_name="notices", verbose_name=_("chunk"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("person")
    )
    wave = models.CharField(_("wave"), max_length=16, choices=Wave)
    channel = models.CharField(_("channel"), max_length=16, choices=NoticeChannel)
    state = models.CharField(_("state"), max_length=16, choices=NoticeState)
    attempt = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("next attempt"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    address = models.CharField(_("address used"), max_length=254, blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=200, blank=True)
    letter = models.ForeignKey(
        Letter, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("letter")
    )
    variables = models.JSONField(
        _("what differs"), null=True, help_text=_("What stood in the places that the letter leaves.")
    )
    sha256 = models.CharField(
        _("digest"),
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text=_("Of the message, as it was sent."),
    )
    reply = models.CharField(_("the server's reply"), max_length=300, blank=True)
    armed_at = models.DateTimeField(_("claimed for sending"), null=True)
    settled_at = models.DateTimeField(_("settled"), null=True)
    is_resent = models.BooleanField(
        _("sent again"),
        default=False,
        db_default=False,
        help_text=_("Nobody knew what became of the first message, so there may be two."),
    )

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "user", "wave", "channel"], name="notice_once_per_person_wave_and_channel"
            ),
            models.CheckConstraint(condition=Q(state__in=NoticeState.values), name="notice_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state__in=STATES_WITH_REASON) | ~Q(reason=""),
                name="notice_not_sent_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["chunk", "id"], name="notice_due", condition=Q(state__in=DUE_STATES)),
            models.Index(fields=["armed_at"], name="notice_sending", condition=Q(state="SENDING")),
            models.Index(
                fields=["campaign", "reason"], name="notice_troubled", condition=Q(state__in=TROUBLED_STATES)
            ),
        ]

    def __str__(self) -> str:
        return f"notice-{self.pk}"
