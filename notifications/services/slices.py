"""Make the notices of a wave, in slices: one row per person, made by the database."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Sum

from acceptance.selectors import people_without
from accounts.models import User

from ..models import REMINDERS, Campaign, CampaignState, Chunk, Notice, NoticeChannel, NoticeState, Wave

CHUNK_SIZE = 500
# So many chunks are made in one commit.
SLICE_CHUNKS = 40

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

# When a slice is committed the server looks up the chunk of each notice. It plans that once, while there are
# few chunks, and would go on reading all of them when there are thousands.
CHECK_BY_KEY = "SET LOCAL enable_seqscan = off"


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
    campaign, so that planners take turns and none plans for a campaign that has ended. The first notices
    of a campaign, which go ahead of the others, are a slice of their own.
    """
    running = Campaign.objects.select_for_update(no_key=True).filter(state=CampaignState.RUNNING)
    locked = running.filter(pk=campaign.pk).first()
    if locked is None:
        return None
    if locked.planned_at is None and wave not in REMINDERS:
        # The first pass. Where another planner is at it too, each goes on where the other stopped.
        after = max(after, locked.planned_to)
    untold = without_notice(campaign, people, wave).filter(pk__gt=after).order_by("pk").values("pk")
    ahead = left_to_go_ahead(locked)
    count = untold[: min(ahead or CHUNK_SIZE * SLICE_CHUNKS, CHUNK_SIZE * SLICE_CHUNKS)].count()
    if not count:
        return None
    chunks = make_chunks(campaign, wave, -(-count // CHUNK_SIZE), now, is_trial=ahead > 0)
    made = insert_notices(campaign, wave, chunks, untold[:count])
    last = measure_chunks(chunks) or after
    if wave not in REMINDERS:
        Campaign.objects.filter(pk=campaign.pk, planned_to__lt=last).update(planned_to=last)
    return last, made


def without_notice(campaign: Campaign, people: QuerySet[User], wave: Wave) -> QuerySet[User]:
    """Leave out of `people` whoever has a notice in `wave`."""
    notices = Notice.objects.filter(campaign=campaign, user=OuterRef("pk"), wave=wave)
    # An announcement is a join that PostgreSQL does well; of the first reminder it knows too little.
    return people_without(notices, people) if wave in REMINDERS else people.filter(~Exists(notices))


def left_to_go_ahead(campaign: Campaign) -> int:
    """Say how many of the first notices of a campaign, which go ahead of the others, are still to be made."""
    if campaign.widened_at:
        return 0
    made: int = Chunk.objects.filter(campaign=campaign).aggregate(made=Sum("size", default=0))["made"]
    return max(settings.NOTICE_TRIAL_SIZE - made, 0)


def make_chunks(campaign: Campaign, wave: Wave, count: int, now: datetime, *, is_trial: bool) -> list[Chunk]:
    """Make the empty chunks of one slice."""
    return Chunk.objects.bulk_create(
        [Chunk(campaign=campaign, wave=wave, due_at=now, is_trial=is_trial) for _number in range(count)]
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
        made = int(cursor.rowcount)
        if connection.vendor == "postgresql":
            cursor.execute(CHECK_BY_KEY)
    return made
