"""The one form in which a version is named: RFC 8785 JSON and its SHA-256."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypedDict

import rfc8785


class TextDigests(TypedDict):
    """The digests of one language's title, summary, reason and body, in hexadecimal."""

    title: str
    summary: str
    reason: str
    body: str


def instant(moment: datetime | None) -> str | None:
    """Give an aware `moment` in UTC as RFC 3339 with microseconds, or null."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds") if moment else None


def fingerprint(
    *,
    slug: str,
    number: int,
    change_class: str,
    reason: str,
    exception_reason: str,
    effective_at: datetime | None,
    texts: Mapping[str, TextDigests],
) -> str:
    """Give the SHA-256, in hexadecimal, of all that an approver approves.

    `texts` goes by language code. The number belongs to it: an approval is of this text as the
    successor of the one before. So does the reason for shorter notice, where one is claimed.
    """
    body: dict[str, Any] = {
        "policy": slug,
        "number": number,
        "change_class": change_class,
        "reason": reason,
        "exception_reason": exception_reason,
        "effective_at": instant(effective_at),
        "texts": {language: dict(digests) for language, digests in texts.items()},
    }
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()
