"""Record what mail servers report of a notice, in whatever order it comes."""

from datetime import datetime

from django.db import transaction

from acceptance.models import ExposureKind
from acceptance.services import record_exposures

from ..models import Chunk, MailEvent, MailEventKind, Notice, NoticeState, SuppressionReason, Wave
from .settling import count_chunk
from .suppressing import suppress_address

# The later one stands whichever comes first, so that the order in which reports arrive does not matter.
PRECEDENCE = [
    NoticeState.SENDING,
    NoticeState.UNKNOWN,
    NoticeState.ACCEPTED,
    NoticeState.DELIVERED,
    NoticeState.BOUNCED,
    NoticeState.COMPLAINED,
]
STATE_AFTER = {
    MailEventKind.DELIVERED: NoticeState.DELIVERED,
    MailEventKind.BOUNCED: NoticeState.BOUNCED,
    MailEventKind.COMPLAINED: NoticeState.COMPLAINED,
}

# RFC 3463: 5.1.x says that the address is bad. These three speak of the sender, and of another server.
BAD_ADDRESS = "5.1."
NOT_OF_THE_RECIPIENT = ("5.1.7", "5.1.8", "5.1.9")


class NoSuchNotice(Exception):
    """A report names a notice that is not there."""


@transaction.atomic
def record_event(
    *, notice_id: int, kind: str, status: str, diagnostic: str, source: str, digest: str, now: datetime
) -> MailEvent | None:
    """Record one report on a notice, and what follows from it; gives the event, or None for a replay.

    `kind` is an `MailEventKind`, `status` a code of RFC 3463 or empty, `digest` the SHA-256 of the report
    in hexadecimal, by which it is known again. The notice moves by precedence: complained, bounced,
    delivered, accepted or unknown. A bad address and a complaint suppress the address that was used.
    Locks the chunk, as settling does, and the notice, as an erasure of its person does. Raises
    `NoSuchNotice`.
    """
    of_notice = Notice.objects.filter(pk=notice_id).values("chunk")
    if Chunk.objects.select_for_update(no_key=True).filter(pk__in=of_notice).first() is None:
        raise NoSuchNotice(f"There is no notice {notice_id}.")
    if MailEvent.objects.filter(digest=digest).exists():
        return None
    locked = Notice.objects.select_for_update(of=("self",), no_key=True).select_related("campaign")
    notice = locked.get(pk=notice_id)
    event = MailEvent.objects.create(
        notice=notice,
        kind=kind,
        status=status,
        # It may quote the address, of which nothing is kept once the person is erased.
        diagnostic=diagnostic if notice.user_id else "",
        received_at=now,
        source=source,
        digest=digest,
    )
    move(notice, event, now)
    suppress_if_bad(notice, event, now)
    return event


def move(notice: Notice, event: MailEvent, now: datetime) -> None:
    """Move a notice to the state that an event proves, and count it there, unless it is past that.

    A notice of which nothing was sent, or that failed, stays as it is: its event says what came in. When
    the mail server took it stays as well, for the event has a moment of its own.
    """
    state = STATE_AFTER.get(MailEventKind(event.kind))
    if state is None or notice.state not in PRECEDENCE:
        return
    record_exposure(
        notice, ExposureKind.RETURNED if state == NoticeState.BOUNCED else ExposureKind.NOTIFIED, now
    )
    before = NoticeState(notice.state)
    if PRECEDENCE.index(before) >= PRECEDENCE.index(state):
        return
    settled_at = notice.settled_at or now
    Notice.objects.filter(pk=notice.pk).update(state=state, reason=reason_for(event), settled_at=settled_at)
    # Only what is faster than the mail server's own answer gets the sending on.
    count_chunk(notice.chunk_id, now, is_progress=notice.settled_at is None)


def record_exposure(notice: Notice, kind: ExposureKind, now: datetime) -> None:
    """Record that the person was told, by what was delivered or complained of, or that the mail came back.

    A correction tells nobody of the version. A reminder that comes back takes nothing from the announcement
    that was delivered.
    """
    is_told_by_it = notice.wave == Wave.ANNOUNCEMENT or (
        notice.wave != Wave.CORRECTION and kind == ExposureKind.NOTIFIED
    )
    if notice.user_id and is_told_by_it:
        record_exposures(user_id=notice.user_id, version_ids=[notice.campaign.version_id], kind=kind, now=now)


def reason_for(event: MailEvent) -> str:
    """Give the sentence that says why a notice is in trouble; nothing for one that was delivered.

    It names the code and not the server's words, so that the desk can group by it.
    """
    if event.kind == MailEventKind.COMPLAINED:
        return "The person reported the message as unwanted."
    if event.kind == MailEventKind.BOUNCED:
        return f"The message came back, with {f'the code {event.status}' if event.status else 'no code'}."
    return ""


def suppress_if_bad(notice: Notice, event: MailEvent, now: datetime) -> None:
    """Leave the address alone that a notice went to, where it does not exist or somebody complained."""
    is_bad = event.status.startswith(BAD_ADDRESS) and event.status not in NOT_OF_THE_RECIPIENT
    if event.kind == MailEventKind.COMPLAINED:
        reason = SuppressionReason.COMPLAINT
    elif event.kind == MailEventKind.BOUNCED and is_bad:
        reason = SuppressionReason.BOUNCE
    else:
        return
    if notice.address:
        detail = event.diagnostic or event.status
        suppress_address(address=notice.address, reason=reason, detail=detail, now=now)
