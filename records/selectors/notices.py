"""What was sent to a person, and what mail servers said of it."""

from collections.abc import Iterable
from typing import Any

from acceptance.models import Checkpoint
from accounts.models import User
from notifications.emails import rebuilt
from notifications.models import MailEvent, Notice
from notifications.selectors import handover_record
from policies.canonical import instant
from policies.selectors import load_register


def notices_of(person: User) -> list[Notice]:
    """Give all notices to a person, sent or not, the oldest first, with what was reported of them."""
    found = Notice.objects.filter(user=person).select_related("campaign__version__policy", "letter")
    return list(found.prefetch_related("events").order_by("armed_at", "pk"))


def notice_record(notice: Notice, checkpoint: Checkpoint | None) -> dict[str, Any]:
    """Give what is on record of a notice, and what shows that the mail server took it."""
    version = notice.campaign.version
    publication = load_register().by_id[version.pk]
    return {
        "id": notice.pk,
        "policy": version.policy.slug,
        "version": version.number,
        "wave": notice.wave,
        "channel": notice.channel,
        "state": notice.state,
        "reason": notice.reason,
        "address": notice.address,
        "language": notice.language,
        "message_id": notice.message_id,
        "attempts": notice.attempt,
        "claimed_at": instant(notice.armed_at),
        "settled_at": instant(notice.settled_at),
        "reply": notice.reply,
        "sent_again": notice.is_resent,
        "letter": notice.letter and notice.letter.sha256,
        "handover": handover_record(notice, publication, checkpoint),
        "reports": [event_record(event) for event in reported(notice.events.all())],
    }


def reported(events: Iterable[MailEvent]) -> list[MailEvent]:
    """Give reports in the order in which they came."""
    return sorted(events, key=lambda event: (event.received_at, event.pk))


def event_record(event: MailEvent) -> dict[str, Any]:
    """Give what was reported of a notice."""
    return {
        "kind": event.kind,
        "status": event.status,
        "diagnostic": event.diagnostic,
        "received_at": instant(event.received_at),
        "source": event.source,
        "sha256": event.digest,
    }


def message_of(notice: Notice) -> bytes | None:
    """Give the message as it was sent, byte for byte; None where nothing was."""
    try:
        return rebuilt(notice)
    except ValueError:
        return None
