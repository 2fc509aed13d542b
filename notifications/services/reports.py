"""Take in what arrives at the address for reports, and believe only what this site's own code proves."""

import logging
from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from hashlib import sha256

from ..bounces import Report, read_report
from ..models import MailEventKind
from ..verp import notice_of
from .events import NoSuchNotice, record_event

logger = logging.getLogger(__name__)


class Verdict(Enum):
    """What became of a message that arrived."""

    RECORDED = "recorded"
    KNOWN = "known already"
    NO_REPORT = "no report"
    REFUSED = "refused"
    TOO_LARGE = "too large"
    LEFT = "left for later"


def take_message(*, raw: bytes, label: str, source: str, now: datetime) -> Verdict:
    """Record the report that the message `raw` is, once; `label` names it in the log.

    It counts only if the address that it came to, or from which the message in question went out, is
    the envelope sender of a notice: nobody can make one for a notice that they have not had.
    """
    report = read_report(raw)
    if report is None:
        return Verdict.NO_REPORT
    notice_id = noticed(report.came_to)
    if notice_id is None:
        logger.warning("The report %s is refused: this site made no such address.", label)
        return Verdict.REFUSED
    try:
        return record(report, notice_id, digest_of(raw), source, now)
    except NoSuchNotice:
        logger.warning("The report %s is refused: its notice is not there.", label)
        return Verdict.REFUSED


def record(report: Report, notice_id: int, digest: str, source: str, now: datetime) -> Verdict:
    """Record a report that has proved which notice it is about. Raises `NoSuchNotice`."""
    event = record_event(
        notice_id=notice_id,
        kind=MailEventKind(report.kind.value),
        status=report.status,
        diagnostic=report.diagnostic,
        source=source,
        digest=digest,
        now=now,
    )
    return Verdict.RECORDED if event else Verdict.KNOWN


def noticed(addresses: Iterable[str]) -> int | None:
    """Give the notice that the first good address belongs to."""
    return next((found for address in addresses if (found := notice_of(address))), None)


def digest_of(raw: bytes) -> str:
    """Give the SHA-256 by which a report is known again, whichever line ends a mailbox gives it."""
    return sha256(raw.replace(b"\r\n", b"\n")).hexdigest()
