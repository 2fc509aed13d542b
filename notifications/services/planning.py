"""Plan who is told: one row per person, made by the database in slices.

The planner asks "which published version has no campaign, who concerned has no notice?", so it can
be stopped anywhere, run twice at once, and started again.
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import User
from policies.models import PolicyVersion
from policies.selectors import Publication, Register, State, load_register, load_rule_book

from ..models import (
    DUE_STATES,
    Campaign,
    CampaignState,
    Chunk,
    Notice,
    NoticeChannel,
    NoticeState,
    Wave,
)

CHUNK_SIZE = 500
OPEN_STATES = (CampaignState.RUNNING, CampaignState.PAUSED)
STOPPED_BY = {
    State.RECALLED: "The version was recalled.",
    State.OVERTAKEN: "A newer version takes effect no later.",
    State.SUPERSEDED: "A newer version is in force.",
}

# The audience is the WHERE clause; it must be there, or SQLite takes ON CONFLICT for a join's ON.
INSERT_NOTICES = """
INSERT INTO notifications_notice
    (campaign_id, chunk_id, user_id, wave, channel, state,
     attempt, reason, address, language, message_id, reply)
SELECT %s, %s, person.id, %s, %s, %s, 0, '', '', '', '', ''
FROM accounts_user AS person WHERE person.id IN ({audience})
ORDER BY person.id
ON CONFLICT DO NOTHING
"""


def plan_campaigns(*, now: datetime) -> int:
    """Make the campaigns and notices that are missing at `now`, and stop what must not go on.

    Returns how many notices were made. Running it twice, or two at once, makes none twice.
    """
    open_campaigns(now)
    stop_campaigns(now=now)
    # Read after the campaigns were found, so that it holds the version of each.
    running = list(Campaign.objects.filter(state=CampaignState.RUNNING).order_by("pk"))
    register = load_register()
    made = 0
    for campaign in running:
        publication = register.by_id[campaign.version_id]
        made += plan_notices(campaign, publication, now)
        finish_if_done(campaign, publication, now)
    return made


def open_campaigns(now: datetime) -> None:
    """Make a campaign for every published version that has none; imported history tells nobody."""
    campaigns = Campaign.objects.filter(version=OuterRef("pk"))
    versions = PolicyVersion.objects.filter(published_at__isnull=False, imported_at=None)
    missing = versions.filter(~Exists(campaigns)).order_by("pk").values_list("pk", flat=True)
    Campaign.objects.bulk_create(
        [Campaign(version_id=version_id, created_at=now) for version_id in missing], ignore_conflicts=True
    )


def stop_campaigns(*, now: datetime) -> int:
    """Cancel the campaigns of versions that are recalled, overtaken or superseded at `now`.

    What the mail server put off while its campaign was being cancelled is cancelled by the next
    call. Returns how many notices were cancelled.
    """
    cut_short = Q(state=CampaignState.CANCELLED, chunks__due_at__isnull=False)
    campaigns = Campaign.objects.filter(Q(state__in=OPEN_STATES) | cut_short).distinct().order_by("pk")
    found, register = list(campaigns), load_register()
    return sum(stop_if_over(campaign, register, now) for campaign in found)


@transaction.atomic
def stop_if_over(campaign: Campaign, register: Register, now: datetime) -> int:
    """Cancel a campaign and what is still to be sent of it. Locks the campaign, then its chunks."""
    state = register.state(register.by_id[campaign.version_id], now)
    reason = campaign.reason if campaign.state == CampaignState.CANCELLED else STOPPED_BY.get(state)
    if reason is None:
        return 0
    Campaign.objects.filter(pk=campaign.pk, state__in=OPEN_STATES).update(
        state=CampaignState.CANCELLED, reason=reason, finished_at=now, generation=F("generation") + 1
    )
    cancelled = 0
    chunks = Chunk.objects.select_for_update(no_key=True).filter(campaign=campaign, due_at__isnull=False)
    for chunk in chunks.order_by("pk"):
        due = Notice.objects.filter(chunk=chunk, state__in=DUE_STATES)
        stopped = due.update(state=NoticeState.CANCELLED, reason=reason, settled_at=now)
        Chunk.objects.filter(pk=chunk.pk).update(cancelled=F("cancelled") + stopped, due_at=None)
        cancelled += stopped
    return cancelled


def plan_notices(campaign: Campaign, publication: Publication, now: datetime) -> int:
    """Make a notice for everyone concerned who has none, a chunk at a time, each in its own commit."""
    made = 0
    while slice_made := plan_chunk(campaign, untold(campaign, publication), now):
        made += slice_made
    if campaign.planned_at is None:
        Campaign.objects.filter(pk=campaign.pk, planned_at=None).update(planned_at=now)
    return made


@transaction.atomic
def plan_chunk(campaign: Campaign, audience: QuerySet[User], now: datetime) -> int:
    """Make one chunk with the notices of the next 500 of `audience`; returns how many.

    Locks the campaign, so that planners take turns and none plans for a campaign that has ended.
    """
    running = Campaign.objects.select_for_update(no_key=True).filter(state=CampaignState.RUNNING)
    if running.filter(pk=campaign.pk).first() is None:
        return 0
    try:
        slice_sql, slice_values = audience.order_by("pk").values("pk")[:CHUNK_SIZE].query.sql_with_params()
    except EmptyResultSet:
        # The rules tell nobody, wherever they live.
        return 0
    chunk = Chunk.objects.create(campaign=campaign, due_at=now)
    with connection.cursor() as cursor:
        fixed: list[Any] = [campaign.pk, chunk.pk, Wave.ANNOUNCEMENT, NoticeChannel.MAIL, NoticeState.PENDING]
        cursor.execute(INSERT_NOTICES.format(audience=slice_sql), [*fixed, *slice_values])
        made = int(cursor.rowcount)
    if made:
        Chunk.objects.filter(pk=chunk.pk).update(size=made)
    else:
        chunk.delete()
    return made


def untold(campaign: Campaign, publication: Publication) -> QuerySet[User]:
    """Give the people concerned who have no announcement yet.

    Concerned is who joined before the version takes effect, is active and no program, and lives
    where the rule says that people are told.
    """
    notices = Notice.objects.filter(campaign=campaign, user=OuterRef("pk"), wave=Wave.ANNOUNCEMENT)
    people = User.objects.filter(
        ~Exists(notices), is_active=True, is_service=False, date_joined__lt=publication.effective_at
    )
    rules = load_rule_book()
    countries = User.objects.order_by("country").values_list("country", flat=True).distinct()
    told = [
        country
        for country in countries
        if rules.demand(publication.kind, publication.change_class, country).is_told
    ]
    return people.filter(country__in=told)


def finish_if_done(campaign: Campaign, publication: Publication, now: datetime) -> None:
    """Close the campaign once the version is in force and every notice is settled."""
    is_open = Chunk.objects.filter(campaign=campaign).filter(
        Q(due_at__isnull=False) | Q(lease_token__isnull=False)
    )
    if publication.effective_at <= now and not is_open.exists():
        Campaign.objects.filter(pk=campaign.pk, state=CampaignState.RUNNING).update(
            state=CampaignState.DONE, finished_at=now
        )
