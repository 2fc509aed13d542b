"""Say what became of a notice, and count it."""

from datetime import datetime, timedelta
from hashlib import sha256

from django.db import connection, transaction
from django.db.models import Count, Min, Q

from acceptance.models import ExposureKind

from ..models import TAKEN_STATES, Chunk, Notice, NoticeState
from ..transport import Fate, Outcome
from .claiming import Claim, Settlement

# After these pauses a notice that the server put off is tried again; after the last one it has failed.
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 120, 480))

COUNTERS = {
    "accepted": TAKEN_STATES,
    "bounced": [NoticeState.BOUNCED],
    "complained": [NoticeState.COMPLAINED],
    "failed": [NoticeState.FAILED],
    "unknown": [NoticeState.UNKNOWN],
    "skipped": [NoticeState.SKIPPED],
    "cancelled": [NoticeState.CANCELLED],
}

# Whoever's notice the mail server took was told of the version, at that moment. It is read from the
# notices, so that it can be done again at any time. An erasure that is under way is waited for: of whoever
# is gone then, nothing is recorded. SQLite has one writer.
TELL = """
INSERT INTO acceptance_exposure (user_id, version_id, kind, at)
SELECT told.user_id, told.version_id, told.kind, told.settled_at FROM (
    SELECT notice.user_id, campaign.version_id, CAST(%s AS TEXT) AS kind, notice.settled_at
    FROM notifications_notice AS notice
    JOIN notifications_campaign AS campaign ON campaign.id = notice.campaign_id
    JOIN accounts_user AS person ON person.id = notice.user_id
    WHERE notice.chunk_id = %s AND notice.state = %s AND notice.wave <> 'CORRECTION'
        AND NOT EXISTS (SELECT 1 FROM acceptance_exposure AS known WHERE known.user_id = notice.user_id
            AND known.version_id = campaign.version_id AND known.kind = %s)
    {until_the_end}
) AS told
WHERE TRUE
ON CONFLICT DO NOTHING
"""
TELL_ON = {
    "postgresql": TELL.format(until_the_end="FOR KEY SHARE OF person"),
    "sqlite": TELL.format(until_the_end=""),
}


def settlement(claim: Claim, outcome: Outcome, now: datetime, message: bytes = b"") -> Settlement:
    """Give what an attempt's `outcome` makes of its notice; the `message` is empty where none was built."""
    state, due_at = next_state(claim, outcome, now)
    reason = "" if state == NoticeState.ACCEPTED else reason_for(state, outcome)
    digest = sha256(message).hexdigest() if message else ""
    return Settlement(claim, state, due_at, outcome.reply, reason, digest, None if due_at else now)


@transaction.atomic
def count_chunk(chunk_id: int, now: datetime, *, is_progress: bool = True) -> None:
    """Bring a chunk's counters, and who was told, up to date with its notices. Locks the chunk.

    They are read from the notices and never added up, so nothing that dies can leave them wrong. A
    chunk that was done meanwhile is due again for a notice that was put off. Without `is_progress` the
    chunk keeps the moment at which it last got on.
    """
    chunk = Chunk.objects.select_for_update(no_key=True).get(pk=chunk_id)
    counts = {name: Count("pk", filter=Q(state__in=states)) for name, states in COUNTERS.items()}
    put_off = Min("due_at", filter=Q(state=NoticeState.RETRY))
    found = Notice.objects.filter(chunk=chunk_id).aggregate(put_off=put_off, **counts)
    next_at = found.pop("put_off")
    if next_at and chunk.due_at is None:
        Chunk.objects.filter(pk=chunk_id).update(due_at=next_at)
    if any(getattr(chunk, name) != found[name] for name in found):
        moved_at = now if is_progress else chunk.progressed_at
        Chunk.objects.filter(pk=chunk_id).update(progressed_at=moved_at, is_unentered=True, **found)
        with connection.cursor() as cursor:
            kind = ExposureKind.NOTIFIED.value
            cursor.execute(TELL_ON[connection.vendor], [kind, chunk_id, NoticeState.ACCEPTED.value, kind])


def next_state(claim: Claim, outcome: Outcome, now: datetime) -> tuple[NoticeState, datetime | None]:
    """Give the state after an attempt, and when the next one is due where there is one."""
    if outcome.fate is Fate.ACCEPTED:
        return NoticeState.ACCEPTED, None
    if outcome.fate is Fate.UNKNOWN:
        return NoticeState.UNKNOWN, None
    if outcome.fate is Fate.REFUSED or claim.attempt > len(RETRY_AFTER):
        return NoticeState.FAILED, None
    return NoticeState.RETRY, now + RETRY_AFTER[claim.attempt - 1]


def reason_for(state: NoticeState, outcome: Outcome) -> str:
    """Give the sentence that says why a notice is not with the mail server."""
    if state == NoticeState.UNKNOWN:
        return "The connection broke after the message was sent and before the server answered."
    if outcome.fate is Fate.UNBUILT:
        return f"The letter could not be built ({outcome.reply}); the log says why."
    if outcome.fate is Fate.REFUSED:
        return "The mail server refused the message."
    if state == NoticeState.FAILED:
        return "The mail server put the message off too often."
    return "The mail server put the message off."
