"""Write down what became of a notice."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from acceptance.models import ExposureKind
from acceptance.services import record_exposures

from ..models import Chunk, Notice, NoticeState
from ..transport import Fate, Outcome

# After these pauses a notice that the server put off is tried again; after the last one it has failed.
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 120, 480))

COUNTERS = {
    NoticeState.ACCEPTED: "accepted",
    NoticeState.FAILED: "failed",
    NoticeState.UNKNOWN: "unknown",
}


@transaction.atomic
def settle(*, notice: Notice, outcome: Outcome, now: datetime) -> str:
    """Record the outcome of an attempt, in one commit with the chunk's counter; returns the new state.

    What the mail server accepted is recorded as an exposure: the person was told. A notice that was
    taken for unknown meanwhile, because its lease ran out, is corrected by what is known now.
    Locks the chunk, as the reaper does: neither counts what the other has not seen.
    """
    state, due_at = next_state(notice, outcome, now)
    Chunk.objects.select_for_update(no_key=True).get(pk=notice.chunk_id)
    was_unknown = Notice.objects.filter(pk=notice.pk, state=NoticeState.UNKNOWN).exists()
    settled = Notice.objects.filter(
        pk=notice.pk, attempt=notice.attempt, state__in=[NoticeState.SENDING, NoticeState.UNKNOWN]
    ).update(
        state=state,
        due_at=due_at,
        reply=outcome.reply,
        reason="" if state == NoticeState.ACCEPTED else reason_for(state, outcome),
        settled_at=None if due_at else now,
    )
    if not settled:
        return str(Notice.objects.values_list("state", flat=True).get(pk=notice.pk))
    if was_unknown:
        Chunk.objects.filter(pk=notice.chunk_id).update(unknown=F("unknown") - 1)
    if state in COUNTERS:
        counter = COUNTERS[state]
        Chunk.objects.filter(pk=notice.chunk_id).update(**{counter: F(counter) + 1})
    if due_at:
        # A chunk that was taken from this worker and done since would not look again by itself.
        Chunk.objects.filter(pk=notice.chunk_id, due_at=None).update(due_at=due_at)
    if state == NoticeState.ACCEPTED and notice.user_id:
        record_exposures(
            user_id=notice.user_id,
            version_ids=[notice.campaign.version_id],
            kind=ExposureKind.NOTIFIED,
            now=now,
        )
    return state


def next_state(notice: Notice, outcome: Outcome, now: datetime) -> tuple[NoticeState, datetime | None]:
    """Give the state after an attempt, and when the next one is due where there is one."""
    if outcome.fate is Fate.ACCEPTED:
        return NoticeState.ACCEPTED, None
    if outcome.fate is Fate.UNKNOWN:
        return NoticeState.UNKNOWN, None
    if outcome.fate is Fate.REFUSED or notice.attempt > len(RETRY_AFTER):
        return NoticeState.FAILED, None
    return NoticeState.RETRY, now + RETRY_AFTER[notice.attempt - 1]


def reason_for(state: NoticeState, outcome: Outcome) -> str:
    """Give the sentence that says why a notice is not with the mail server."""
    if state == NoticeState.UNKNOWN:
        return "The connection broke after the message was sent and before the server answered."
    if outcome.fate is Fate.UNBUILT:
        return "The letter could not be built; the log says why."
    if outcome.fate is Fate.REFUSED:
        return "The mail server refused the message."
    if state == NoticeState.FAILED:
        return "The mail server put the message off too often."
    return "The mail server put the message off."
