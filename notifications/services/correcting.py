"""Find whom a recall must be told: people who were told of the version, and may take it for valid."""

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from policies.models import PolicyVersion
from policies.selectors import Publication, Register, load_register

from ..models import OPEN_STATES, Campaign, CampaignKind, Chunk, Notice, NoticeState, Wave
from .slices import without_notice

# Of an unknown notice nobody can say that it told nothing.
MAY_HAVE_TOLD = (
    NoticeState.ACCEPTED,
    NoticeState.DELIVERED,
    NoticeState.COMPLAINED,
    NoticeState.UNKNOWN,
)


def uncorrected() -> list[int]:
    """Give the keys of recalled versions of which people were told, and whose recall has no campaign.

    Not those that a later version had replaced before: what people were told last is true.
    """
    chunks = Chunk.objects.filter(campaign__version=OuterRef("pk"))
    corrections = Campaign.objects.filter(version=OuterRef("pk"), kind=CampaignKind.CORRECTION)
    recalled = PolicyVersion.objects.filter(
        Exists(chunks.filter(accepted__gt=0)) | Exists(chunks.filter(unknown__gt=0)),
        ~Exists(corrections),
        recall__isnull=False,
    )
    keys = list(recalled.order_by("pk").values_list("pk", flat=True))
    register = load_register() if keys else Register(())
    return [key for key in keys if not was_over(register.by_id[key], register)]


def was_over(entry: Publication, register: Register) -> bool:
    """Whether a later version had taken the place of `entry` when it was recalled."""
    holds = register.in_force(entry.slug, entry.recalled_at) if entry.recalled_at else None
    return register.is_overtaken(entry) or (holds is not None and holds.number > entry.number)


def announcement_of(campaign: Campaign) -> Campaign:
    """Give the campaign that a correction takes back."""
    return Campaign.objects.get(version=campaign.version_id, kind=CampaignKind.ANNOUNCEMENT)


def misinformed(campaign: Campaign) -> QuerySet[User]:
    """Give the people who were, or may have been, told what a correction takes back."""
    told = Notice.objects.filter(
        campaign=announcement_of(campaign).pk,
        user=OuterRef("pk"),
        wave=Wave.ANNOUNCEMENT,
        state__in=MAY_HAVE_TOLD,
    )
    return User.objects.filter(Exists(told))


def is_corrected(campaign: Campaign) -> bool:
    """Whether everybody who was told has a notice of the recall, and nobody is still being told.

    A worker may hold a message that was claimed before the recall, and say later that it was accepted.
    """
    announcing = announcement_of(campaign)
    sending = Notice.objects.filter(campaign=announcing, state=NoticeState.SENDING)
    if announcing.state in OPEN_STATES or sending.exists():
        return False
    return not without_notice(campaign, misinformed(campaign), Wave.CORRECTION).exists()
