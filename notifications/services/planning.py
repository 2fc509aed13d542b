"""Plan who is told: one row per person, made by the database in slices.

The planner asks "which published version has no campaign, who concerned has no notice?", so it can
be stopped anywhere, run twice at once, and started again.
"""

from datetime import datetime
from typing import Any

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
    register = load_register()
    open_campaigns(now)
    made = 0
    for campaign in Campaign.objects.filter(state=CampaignState.RUNNING).order_by("pk"):
        publication = register.by_id[campaign.version_id]
        if not stop_if_over(campaign, register, publication, now):
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


@transaction.atomic
def stop_if_over(campaign: Campaign, register: Register, publication: Publication, now: datetime) -> bool:
    """Cancel the campaign of a version that is recalled, overtaken or superseded. Locks the campaign."""
    reason = STOPPED_BY.get(register.state(publication, now))
    if reason is None:
        return False
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    Campaign.objects.filter(pk=campaign.pk, state=CampaignState.RUNNING).update(
        state=CampaignState.CANCELLED, reason=reason, finished_at=now, generation=F("generation") + 1
    )
    for chunk in Chunk.objects.filter(campaign=campaign, due_at__isnull=False).order_by("pk"):
        due = Notice.objects.filter(chunk=chunk, state__in=DUE_STATES)
        stopped = due.update(state=NoticeState.CANCELLED, reason=reason, settled_at=now)
        Chunk.objects.filter(pk=chunk.pk).update(cancelled=F("cancelled") + stopped, due_at=None)
    return True


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
    """Make one chunk with the notices of the next 500 of `audience`; returns how many."""
    slice_sql, slice_values = audience.order_by("pk").values("pk")[:CHUNK_SIZE].query.sql_with_params()
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
