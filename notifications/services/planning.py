"""Plan who is told: who is concerned by which version, and what is over.

The planner asks "which published version has no campaign, who concerned has no notice?", so it can
be stopped anywhere, run twice at once, and started again.
"""

import logging
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from policies.models import PolicyVersion
from policies.selectors import Publication, Register, RuleBook, load_register, load_rule_book

from ..models import Campaign, CampaignKind, CampaignState, Chunk, Wave
from ..selectors import told_people
from .breakers import trip_breakers
from .correcting import is_corrected, misinformed, uncorrected
from .overtaking import may_end_later, stop_campaigns, take_up_campaigns
from .reckoning import reckon
from .reminding import reminders_due, reminders_to_come
from .slices import plan_wave, without_notice
from .widening import widen_if_sound

logger = logging.getLogger(__name__)

# So often everyone concerned is asked for, and not only those who came since: someone may have become
# active, moved to a place whose rule tells people, or been saved late with a lower key.
CHECK_EVERY = timedelta(minutes=5)


def plan_campaigns(*, now: datetime) -> int:
    """Make the campaigns and notices that are missing at `now`, and stop what must not go on.

    Returns how many notices were made. Running it twice, or two at once, makes none twice.
    """
    open_campaigns(now)
    reopen_campaigns(now)
    stop_campaigns(now=now)
    take_up_campaigns(now=now)
    # Read after the campaigns were found, so that it holds the version of each.
    running = list(Campaign.objects.filter(state=CampaignState.RUNNING).order_by("pk"))
    register, rules = load_register(), load_rule_book()
    made = 0
    for campaign in running:
        try:
            made += carry_on(campaign, register, rules, now)
        except Exception:
            logger.exception("Campaign %s cannot be planned; the others go on.", campaign.pk)
    return made


def carry_on(campaign: Campaign, register: Register, rules: RuleBook, now: datetime) -> int:
    """Make the notices that one campaign lacks, look at what came back, and close it where all is done."""
    publication = register.by_id[campaign.version_id]
    if campaign.kind == CampaignKind.CORRECTION:
        made = plan_notices(campaign, misinformed(campaign), now, Wave.CORRECTION)
    else:
        made = plan_notices(campaign, told_people(publication, rules), now, Wave.ANNOUNCEMENT)
        reckon(campaign, publication, rules, now)
        made += plan_reminders(campaign, publication, register, rules, now)
    # What came back since the last pass, while perhaps nothing was being sent.
    if not trip_breakers(campaign.pk, now, is_thorough=True):
        widen_if_sound(campaign, now)
    if not is_sending(campaign) and is_complete(campaign, publication, rules, now):
        finish(campaign, now)
    return made


def open_campaigns(now: datetime) -> None:
    """Make a campaign for every published version that has none, and for every recall of one people know of.

    Imported history tells nobody.
    """
    campaigns = Campaign.objects.filter(version=OuterRef("pk"))
    versions = PolicyVersion.objects.filter(published_at__isnull=False, imported_at=None)
    missing = versions.filter(~Exists(campaigns)).order_by("pk").values_list("pk", flat=True)
    found = [Campaign(version_id=version_id, created_at=now) for version_id in missing]
    found += [
        Campaign(version_id=version_id, kind=CampaignKind.CORRECTION, created_at=now)
        for version_id in uncorrected()
    ]
    Campaign.objects.bulk_create(found, ignore_conflicts=True)


def reopen_campaigns(now: datetime) -> None:
    """Take up again what was done lately, where a notice is to be sent after all."""
    due = Chunk.objects.filter(campaign=OuterRef("pk"), due_at__isnull=False)
    done = Campaign.objects.filter(Exists(due), state=CampaignState.DONE)
    if done.exists():
        done.filter(pk__in=may_end_later(now=now)).update(state=CampaignState.RUNNING, finished_at=None)


def plan_notices(campaign: Campaign, people: QuerySet[User], now: datetime, wave: Wave) -> int:
    """Make a notice in `wave` for everyone concerned who has none.

    Looks at those who came since the last pass, and now and then at everyone.
    """
    is_check = campaign.checked_at is None or campaign.checked_at <= now - CHECK_EVERY
    after = 0 if is_check else campaign.planned_to
    made = plan_wave(campaign, people, after, now, wave)
    known = Campaign.objects.filter(pk=campaign.pk)
    if is_check:
        known.update(checked_at=now)
    known.filter(planned_at=None).update(planned_at=now)
    return made


def plan_reminders(
    campaign: Campaign, publication: Publication, register: Register, rules: RuleBook, now: datetime
) -> int:
    """Make the reminders that are due at `now`; returns how many."""
    due = reminders_due(campaign, publication, register, rules, now)
    made = 0
    for wave, people in due:
        # Asked first without a lock: mostly there is nobody, and finding that out goes over everyone.
        if without_notice(campaign, people, wave).exists():
            made += plan_wave(campaign, people, 0, now, wave)
    if due:
        Campaign.objects.filter(pk=campaign.pk).update(reminded_at=now)
    return made


def is_sending(campaign: Campaign) -> bool:
    """Whether a notice is still to be sent, or is being sent."""
    is_open = Q(due_at__isnull=False) | Q(lease_token__isnull=False)
    return Chunk.objects.filter(is_open, campaign=campaign).exists()


def is_complete(campaign: Campaign, publication: Publication, rules: RuleBook, now: datetime) -> bool:
    """Whether nobody can come to whom a notice is due."""
    if campaign.kind == CampaignKind.CORRECTION:
        return is_corrected(campaign)
    return publication.effective_at <= now and not reminders_to_come(campaign, publication, rules)


def finish(campaign: Campaign, now: datetime) -> None:
    """Close a campaign of which every notice is settled."""
    Campaign.objects.filter(pk=campaign.pk, state=CampaignState.RUNNING).update(
        state=CampaignState.DONE, finished_at=now
    )
