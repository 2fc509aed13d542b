"""Plan who is told: one row per person, made by the database in slices.

The planner asks "which published version has no campaign, who concerned has no notice?", so it can
be stopped anywhere, run twice at once, and started again.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from acceptance.selectors import people_without
from accounts.models import User
from policies.models import PolicyVersion
from policies.selectors import Publication, Register, RuleBook, State, load_register, load_rule_book

from ..models import (
    OPEN_STATES,
    Campaign,
    CampaignState,
    Chunk,
    Notice,
    NoticeChannel,
    NoticeState,
    Wave,
)
from .breakers import trip_breakers
from .control import CampaignNotRunning, cancel_campaign, cancel_due
from .reckoning import reckon
from .reminding import reminders_due, reminders_to_come

CHUNK_SIZE = 500
# So many chunks are made in one commit.
SLICE_CHUNKS = 40
# So often everyone concerned is asked for, and not only those who came since: someone may have become
# active, moved to a place whose rule tells people, or been saved late with a lower key.
CHECK_EVERY = timedelta(minutes=5)
STOPPED_BY = {
    State.RECALLED: "The version was recalled.",
    State.OVERTAKEN: "A newer version takes effect no later.",
    State.SUPERSEDED: "A newer version is in force.",
}

# The chunks are a table of their number among these and their key. The audience is the WHERE clause;
# it must be there, or SQLite takes ON CONFLICT for a join's ON.
INSERT_NOTICES = """
INSERT INTO notifications_notice
    (campaign_id, chunk_id, user_id, wave, channel, state,
     attempt, reason, address, language, message_id, reply)
WITH chunk (number, id) AS (VALUES {chunks}),
audience AS (
    SELECT person.id, (ROW_NUMBER() OVER (ORDER BY person.id) - 1) / {size} AS number
    FROM accounts_user AS person WHERE person.id IN ({people})
)
SELECT %s, chunk.id, audience.id, %s, %s, %s, 0, '', '', '', '', ''
FROM audience JOIN chunk ON chunk.number = audience.number
WHERE TRUE
ORDER BY audience.id
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
    register, rules = load_register(), load_rule_book()
    made = 0
    for campaign in running:
        publication = register.by_id[campaign.version_id]
        made += plan_notices(campaign, told_people(publication, rules), now)
        reckon(campaign, publication, rules, now)
        made += plan_reminders(campaign, publication, register, rules, now)
        # What came back since the last pass, while perhaps nothing was being sent.
        if not trip_breakers(campaign.pk, now):
            widen_if_sound(campaign, now)
        if publication.effective_at <= now and not reminders_to_come(campaign, publication, rules):
            finish_if_done(campaign, now)
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
    found, register = list(Campaign.objects.filter(state__in=OPEN_STATES).order_by("pk")), load_register()
    stopped = sum(stop_if_over(campaign, register, now) for campaign in found)
    cut_short = Campaign.objects.filter(state=CampaignState.CANCELLED, chunks__due_at__isnull=False)
    return stopped + sum(cancel_rest(campaign, now) for campaign in cut_short.distinct().order_by("pk"))


def stop_if_over(campaign: Campaign, register: Register, now: datetime) -> int:
    """Cancel a campaign whose version is over, unless somebody else has; returns how many notices."""
    reason = STOPPED_BY.get(register.state(register.by_id[campaign.version_id], now))
    if reason is None:
        return 0
    try:
        return cancel_campaign(campaign_id=campaign.pk, reason=reason, now=now)
    except CampaignNotRunning:
        return 0


@transaction.atomic
def cancel_rest(campaign: Campaign, now: datetime) -> int:
    """Cancel what is left over of a cancelled campaign."""
    return cancel_due(campaign.pk, campaign.reason, now)


def plan_notices(campaign: Campaign, people: QuerySet[User], now: datetime) -> int:
    """Announce the version to everyone concerned who has no notice of it.

    Looks at those who came since the last pass, and now and then at everyone.
    """
    is_check = campaign.checked_at is None or campaign.checked_at <= now - CHECK_EVERY
    after = 0 if is_check else campaign.planned_to
    made = plan_wave(campaign, people, after, now, Wave.ANNOUNCEMENT)
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


def plan_wave(campaign: Campaign, people: QuerySet[User], after: int, now: datetime, wave: Wave) -> int:
    """Make a notice in `wave` for each of `people` who has none, a slice at a time, each in its own commit.

    Leaves out those whose keys are not above `after`. Returns how many were made.
    """
    made = 0
    while (found := plan_slice(campaign, people, after, now, wave)) is not None:
        after, count = found
        made += count
    return made


@transaction.atomic
def plan_slice(
    campaign: Campaign, people: QuerySet[User], after: int, now: datetime, wave: Wave = Wave.ANNOUNCEMENT
) -> tuple[int, int] | None:
    """Make chunks with the notices of the next of `people` whose keys are above `after`.

    Returns the last key and how many notices were made, None where there is nobody left. Locks the
    campaign, so that planners take turns and none plans for a campaign that has ended.
    """
    running = Campaign.objects.select_for_update(no_key=True).filter(state=CampaignState.RUNNING)
    if running.filter(pk=campaign.pk).first() is None:
        return None
    untold = without_notice(campaign, people, wave).filter(pk__gt=after).order_by("pk").values("pk")
    count = untold[: CHUNK_SIZE * SLICE_CHUNKS].count()
    if not count:
        return None
    chunks = make_chunks(campaign, wave, -(-count // CHUNK_SIZE), now)
    made = insert_notices(campaign, wave, chunks, untold[:count])
    last = measure_chunks(chunks) or after
    if wave == Wave.ANNOUNCEMENT:
        Campaign.objects.filter(pk=campaign.pk, planned_to__lt=last).update(planned_to=last)
    return last, made


def without_notice(campaign: Campaign, people: QuerySet[User], wave: Wave) -> QuerySet[User]:
    """Leave out of `people` whoever has a notice in `wave`."""
    notices = Notice.objects.filter(campaign=campaign, user=OuterRef("pk"), wave=wave)
    # An announcement is a join that PostgreSQL does well; of the first reminder it knows too little.
    if wave == Wave.ANNOUNCEMENT:
        return people.filter(~Exists(notices))
    return people_without(notices, people)


def make_chunks(campaign: Campaign, wave: Wave, count: int, now: datetime) -> list[Chunk]:
    """Make the empty chunks of one slice. The first of a campaign go ahead of the others."""
    done = Chunk.objects.filter(campaign=campaign).count()
    trial = -(-settings.NOTICE_TRIAL_SIZE // CHUNK_SIZE)
    return Chunk.objects.bulk_create(
        [
            Chunk(campaign=campaign, wave=wave, due_at=now, is_trial=done + number < trial)
            for number in range(count)
        ]
    )


def measure_chunks(chunks: list[Chunk]) -> int | None:
    """Note how many notices each chunk holds; returns the highest key of their people, None without any.

    A person can drop out after they were counted, so a last chunk may have stayed empty. It goes.
    """
    notices = Notice.objects.filter(chunk__in=chunks).values("chunk")
    found = {row["chunk"]: row for row in notices.annotate(count=Count("pk"), last=Max("user"))}
    filled = [chunk for chunk in chunks if chunk.pk in found]
    for chunk in filled:
        chunk.size = found[chunk.pk]["count"]
    Chunk.objects.bulk_update(filled, ["size"])
    if len(filled) < len(chunks):
        Chunk.objects.filter(pk__in=[chunk.pk for chunk in chunks if chunk.pk not in found]).delete()
    return max((row["last"] for row in found.values()), default=None)


def insert_notices(campaign: Campaign, wave: Wave, chunks: list[Chunk], people: QuerySet[Any]) -> int:
    """Make the notices of `people` in `wave`, shared out over `chunks`; returns how many."""
    people_sql, people_values = people.query.sql_with_params()
    numbered = ", ".join(f"({number}, {chunk.pk})" for number, chunk in enumerate(chunks))
    statement = INSERT_NOTICES.format(chunks=numbered, size=CHUNK_SIZE, people=people_sql)
    kind = (wave.value, NoticeChannel.MAIL.value, NoticeState.PENDING.value)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*people_values, campaign.pk, *kind])
        return int(cursor.rowcount)


def told_people(publication: Publication, rules: RuleBook) -> QuerySet[User]:
    """Give the people whom a version concerns and whom its rules tell.

    Concerned is who joined before the version takes effect, is active and no program, and lives
    where the rule says that people are told.
    """
    countries = User.objects.order_by("country").values_list("country", flat=True).distinct()
    told = [
        country
        for country in countries
        if rules.demand(publication.kind, publication.change_class, country).is_told
    ]
    return User.objects.filter(
        is_active=True, is_service=False, date_joined__lt=publication.effective_at, country__in=told
    )


def widen_if_sound(campaign: Campaign, now: datetime) -> None:
    """Let notices go to more than the first few people, once there was time for those to bounce."""
    chunks = Chunk.objects.filter(campaign=campaign)
    if campaign.widened_at or not chunks.exists():
        return
    first = Notice.objects.filter(chunk__in=chunks.filter(is_trial=True))
    if chunks.filter(is_trial=False).exists():
        if first.filter(state__in=[NoticeState.PENDING, NoticeState.SENDING]).exists():
            return
        last = first.aggregate(last=Max("armed_at"))["last"]
        if last and now < last + timedelta(minutes=settings.NOTICE_TRIAL_MINUTES):
            return
    Campaign.objects.filter(pk=campaign.pk, widened_at=None).update(widened_at=now)


def finish_if_done(campaign: Campaign, now: datetime) -> None:
    """Close the campaign of a version in force once every notice is settled."""
    is_open = Chunk.objects.filter(campaign=campaign).filter(
        Q(due_at__isnull=False) | Q(lease_token__isnull=False)
    )
    if not is_open.exists():
        Campaign.objects.filter(pk=campaign.pk, state=CampaignState.RUNNING).update(
            state=CampaignState.DONE, finished_at=now
        )
