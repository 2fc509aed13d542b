"""Settle the last notice and claim the next one, in one commit.

This is done for every single message, so it is one statement where the database can: a commit costs
as much as handing the message to the mail server.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from policies.prepared import prepared

from ..emails import Addressed
from ..models import Campaign, Chunk, NoticeState

# A notice whose worker was taken for dead is corrected by what that worker knows now. A reply may quote
# the address: of a person who was erased meanwhile it is not kept.
SETTLE = """
UPDATE notifications_notice SET state = %s, due_at = %s,
    reply = CASE WHEN user_id IS NULL THEN '' ELSE %s END, reason = %s, sha256 = %s, settled_at = %s
WHERE id = %s AND attempt = %s AND state IN ('SENDING', 'UNKNOWN')
"""
# The chunk is locked before the notice, in the order that everybody keeps. Who stops a campaign takes
# the leases of its chunks away, and waits here for a claim that is under way.
HOLD = "SELECT id FROM notifications_chunk WHERE id = %s AND lease_token = %s AND lease_until > %s"
# Only a correction is for people who have answered, and about a version that was recalled.
ANSWERED = """SELECT 1 FROM acceptance_act AS act
        WHERE act.user_id = notifications_notice.user_id AND act.version_id = %s"""
RECALLED = "SELECT 1 FROM policies_recall AS recall WHERE recall.version_id = %s"
REPLACED = """SELECT 1 FROM policies_policyversion AS later
        JOIN policies_policyversion AS told ON told.policy_id = later.policy_id AND told.number < later.number
        WHERE told.id = %s AND later.published_at IS NOT NULL
            AND (later.effective_at <= told.effective_at OR later.effective_at <= %s)
            AND NOT EXISTS (SELECT 1 FROM policies_recall AS undone WHERE undone.version_id = later.id)"""
# A reminder goes to nobody who wants none, nor to whoever has answered a newer version meanwhile.
STOPPED = """SELECT 1 FROM acceptance_reminderchoice AS choice
        WHERE choice.user_id = notifications_notice.user_id AND NOT choice.is_wanted
            AND NOT EXISTS (SELECT 1 FROM acceptance_reminderchoice AS latest
                WHERE latest.user_id = choice.user_id AND latest.id > choice.id)"""
ANSWERED_LATER = """SELECT 1 FROM acceptance_act AS said
        JOIN policies_policyversion AS newer ON newer.id = said.version_id
        JOIN notifications_campaign AS asking ON asking.id = notifications_notice.campaign_id
        JOIN policies_policyversion AS asked ON asked.id = asking.version_id
        WHERE said.user_id = notifications_notice.user_id
            AND newer.policy_id = asked.policy_id AND newer.number > asked.number"""
CLAIM = f"""
UPDATE notifications_notice
SET state = 'SENDING', attempt = attempt + 1, armed_at = %s, due_at = NULL,
    reason = '', reply = '', sha256 = '',
    address = %s, language = %s, message_id = %s, letter_id = %s, variables = %s
WHERE id = %s AND state IN ('PENDING', 'RETRY')
    AND EXISTS (SELECT 1 FROM notifications_campaign AS campaign
        WHERE campaign.id = %s AND campaign.state = 'RUNNING' AND campaign.generation = %s)
    AND EXISTS (SELECT 1 FROM accounts_user AS person
        WHERE person.id = notifications_notice.user_id AND person.id = %s AND person.is_active
            AND COALESCE(NULLIF(person.guardian_email, ''), person.email) = %s
            AND person.language = %s AND person.country = %s AND person.time_zone = %s)
    AND NOT EXISTS (SELECT 1 FROM notifications_suppression AS suppression
        WHERE LOWER(suppression.address) = CAST(%s AS TEXT) AND suppression.released_at IS NULL)
    AND (notifications_notice.wave = 'CORRECTION'
        OR NOT EXISTS ({ANSWERED}) AND NOT EXISTS ({RECALLED}) AND NOT EXISTS ({REPLACED}))
    AND (notifications_notice.wave IN ('ANNOUNCEMENT', 'CORRECTION')
        OR NOT EXISTS ({STOPPED}) AND NOT EXISTS ({ANSWERED_LATER}))
"""  # noqa: S608 - of constants
# The same in one statement, for PostgreSQL: without the lease nothing is claimed.
HELD = f"held AS ({HOLD} FOR NO KEY UPDATE)"
CLAIM_HELD = f"WITH {HELD} {CLAIM} AND EXISTS (SELECT 1 FROM held) RETURNING attempt"  # noqa: S608 - of constants
SETTLE_AND_CLAIM = f"WITH settled AS ({SETTLE}), {CLAIM_HELD.removeprefix('WITH ')}"


@dataclass(frozen=True)
class Claim:
    """The right to send one notice, which its number of the attempt names; `armed_at` dates the message."""

    notice_id: int
    attempt: int
    armed_at: datetime


@dataclass(frozen=True)
class Settlement:
    """What became of a claimed notice; `sha256` is the digest of its message, empty where there is none."""

    claim: Claim
    state: NoticeState
    due_at: datetime | None
    reply: str
    reason: str
    sha256: str
    settled_at: datetime | None


def settle(settlement: Settlement) -> bool:
    """Write down what became of a notice; returns whether it was still this attempt's to say."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, settling(settlement))
        return bool(cursor.rowcount)


def settle_and_claim(
    last: Settlement | None,
    letter: Addressed,
    chunk: Chunk,
    *,
    token: UUID,
    now: datetime,
) -> Claim | None:
    """Settle the `last` notice, where there is one, and claim the one that `letter` is for.

    The claim is given only while the notice is due, the lease and the campaign's generation are those
    that the worker began with, the campaign runs, its version is neither recalled nor overtaken, and
    the person is as the letter says, active, not to be left alone, and has not acted. Without it
    nothing may be sent. Locks the chunk.
    """
    held = [chunk.pk, token.hex, instant(now)]
    claimed = claiming(letter, chunk.campaign, now)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            settled = settling(last) if last else ()
            with prepared():
                cursor.execute(SETTLE_AND_CLAIM if last else CLAIM_HELD, [*settled, *held, *claimed])
            row = cursor.fetchone()
        else:
            row = in_turn(cursor, last, held, claimed)
    return Claim(letter.person.notice_id, row[0], now) if row else None


def in_turn(cursor: Any, last: Settlement | None, held: list[Any], claimed: list[Any]) -> tuple[int] | None:
    """Do the same in one transaction, which on SQLite has the whole database to itself."""
    with transaction.atomic():
        if last:
            cursor.execute(SETTLE, settling(last))
        cursor.execute(HOLD, held)
        if cursor.fetchone() is None:
            return None
        cursor.execute(f"{CLAIM} RETURNING attempt", claimed)
        row: tuple[int] | None = cursor.fetchone()
        return row


def settling(settlement: Settlement) -> list[Any]:
    """Give the values of `SETTLE`."""
    return [
        str(settlement.state),
        instant(settlement.due_at),
        settlement.reply,
        settlement.reason,
        settlement.sha256,
        instant(settlement.settled_at),
        settlement.claim.notice_id,
        settlement.claim.attempt,
    ]


def claiming(letter: Addressed, campaign: Campaign, now: datetime) -> list[Any]:
    """Give the values of `CLAIM`."""
    person, version = letter.person, campaign.version_id
    kept = [person.email, letter.language, letter.message_id, letter.letter_id, json.dumps(letter.variables)]
    # The key goes first and twice: else PostgreSQL may look for the person among all of their country.
    as_known = [person.user_id, person.email, person.language, person.country, person.time_zone]
    return [
        instant(now),
        *kept,
        person.notice_id,
        campaign.pk,
        campaign.generation,
        *as_known,
        # In lower case as it is kept; SQLite itself lowers ASCII alone.
        person.email.lower(),
        *(version, version, version),
        instant(now),
    ]


def instant(moment: datetime | None) -> Any:
    """Give an instant as this database takes it."""
    return connection.ops.adapt_datetimefield_value(moment) if moment else None
