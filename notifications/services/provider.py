"""Take in what a mail provider reports of notices, as django-anymail makes it the same for all of them."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from ..codes import notices_named
from ..emails import MESSAGE_ID
from ..models import EventSource, MailEventKind
from .events import NoSuchNotice, record_event
from .reports import Verdict

logger = logging.getLogger(__name__)

KINDS = {
    "delivered": MailEventKind.DELIVERED,
    "deferred": MailEventKind.DELAYED,
    "bounced": MailEventKind.BOUNCED,
    # The provider itself would not send it, or could not: the person was not told.
    "rejected": MailEventKind.BOUNCED,
    "failed": MailEventKind.BOUNCED,
    "complained": MailEventKind.COMPLAINED,
}
# A code of RFC 3463, as servers write it into their replies.
STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
# The provider says that there is no such address, and gives no code: "other address status".
NO_SUCH_ADDRESS = "5.1.0"
DIAGNOSTIC_SIZE = 300


class ProviderEvent(Protocol):
    """What of django-anymail's `AnymailTrackingEvent` is looked at."""

    event_type: str
    event_id: str | None
    message_id: str | None
    metadata: dict[str, object]
    mta_response: str | None
    description: str | None
    reject_reason: str | None
    esp_event: object


def take_event(event: ProviderEvent, *, provider: str, now: datetime) -> Verdict:
    """Record what a provider reports, once; `provider` is its name.

    It must name the notice by its Message-ID, which nobody can make up. Opened letters and clicked
    links, of which the site wants to know nothing, are no reports.
    """
    kind = KINDS.get(event.event_type)
    if kind is None:
        return Verdict.NO_REPORT
    notice_id = next(notices_in(event), None)
    if notice_id is None:
        logger.warning("An event of %s is refused: it names no notice of this site.", provider)
        return Verdict.REFUSED
    try:
        recorded = record_event(
            notice_id=notice_id,
            kind=kind,
            status=status_of(event),
            diagnostic=(event.mta_response or event.description or "")[:DIAGNOSTIC_SIZE],
            source=EventSource.PROVIDER,
            digest=digest_of(event, provider),
            now=now,
        )
    except NoSuchNotice:
        logger.warning("An event of %s is refused: notice %s is not there.", provider, notice_id)
        return Verdict.REFUSED
    return Verdict.RECORDED if recorded else Verdict.KNOWN


def notices_in(event: ProviderEvent) -> Iterator[int]:
    """Give the notices that an event names.

    Providers give a message a key of their own, and repeat its Message-ID in places of their own.
    """
    for said in (event.message_id, event.metadata, event.esp_event):
        yield from notices_named(plain(said), MESSAGE_ID)


def status_of(event: ProviderEvent) -> str:
    """Give the code of RFC 3463 that the receiving server gave, or empty where there is none."""
    found = STATUS.search(f"{event.mta_response or ''} {event.description or ''}")
    if found:
        return found[0]
    return NO_SUCH_ADDRESS if event.reject_reason == "invalid" else ""


def digest_of(event: ProviderEvent, provider: str) -> str:
    """Give the SHA-256 by which an event is known again when the provider sends it once more."""
    name = event.event_id or plain(event.esp_event)
    return sha256(f"{provider}/{event.event_type}/{name}".encode(errors="surrogatepass")).hexdigest()


def plain(said: object) -> str:
    """Give what a provider said as text that is the same each time."""
    return said if isinstance(said, str) else json.dumps(said, sort_keys=True, default=str)
