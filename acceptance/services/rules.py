"""Enter into the ledger what the notice rules said, and hold their history against it.

What a rule asked decides how past notice and past use of the shop are judged, so nobody may change it unseen.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from policies.canonical import instant
from policies.models import NoticeRule
from policies.selectors import BASELINE, DELETED

from ..bodies import rules_body
from ..models import EntryKind, LedgerEntry
from .findings import Finding, Verdict, tampered

# The sealer enters them every half minute. What waits for longer than this is not being entered.
ENTERED_WITHIN = timedelta(minutes=10)
# What is entered later than this says so.
BELIEVED_FOR = timedelta(hours=1)
# All that a rule says.
FIELDS = [field.attname for field in NoticeRule._meta.concrete_fields]  # noqa: SLF001 - Django documents it


def enter_rules(*, now: datetime) -> bool:
    """Enter every change of a rule that no entry holds; says whether there was any."""
    known = entered_changes()
    rows = [row for row in NoticeRule.history.order_by("history_id") if row.history_id not in known]
    if rows:
        late = instant(now) if any(is_late(row, now) for row in rows) else None
        body = rules_body(changes=[said_of(row) for row in rows], entered_at=now, late=late)
        LedgerEntry.objects.create(kind=EntryKind.RULES, body=body, entered_at=now)
    return bool(rows)


def is_late(row: Any, now: datetime) -> bool:
    """Whether a change is entered so long after it says it was made that nobody need believe when that was.

    Of the rules that came with the site nobody asks.
    """
    return bool(row.history_change_reason != BASELINE and row.history_date < now - BELIEVED_FOR)


def entered_changes() -> dict[int, Mapping[str, Any]]:
    """Give the changes that are entered, by the keys of their rows; none of an entry that was changed."""
    entries = LedgerEntry.objects.filter(kind=EntryKind.RULES).order_by("pk")
    return {
        change["history"]: change
        for body in entries.values_list("body", flat=True)
        for change in changes_in(bytes(body))
    }


def changes_in(body: bytes) -> list[dict[str, Any]]:
    """Give the changes that an entry holds; none where it was changed into something else."""
    try:
        return [change for change in json.loads(body)["changes"] if isinstance(change["history"], int)]
    except (ValueError, LookupError, TypeError):
        return []


def said_of(row: Any) -> dict[str, Any]:
    """Give a change of a rule as it is entered: all that it says from then on, and not who changed it."""
    said = {name: getattr(row, name) for name in FIELDS}
    said = {name: value.isoformat() if isinstance(value, time) else value for name, value in said.items()}
    change = {"history": row.history_id, "change": row.history_type, "at": instant(row.history_date)}
    return said | change | {"reason": row.history_change_reason or ""}


def wrong_rules(*, now: datetime) -> Iterator[Finding]:
    """Give the changes of rules that are not as they were entered, are gone, or wait to be entered."""
    entered, waiting = entered_changes(), 0
    for row in NoticeRule.history.order_by("history_id"):
        change, said = entered.pop(row.history_id, None), said_of(row)
        if change is None:
            waiting += row.history_date < now - ENTERED_WITHIN
        elif any(said.get(name) != value for name, value in change.items()):
            # A rule may say more today than it could then.
            yield tampered(f"What notice rule {row.id} said from {said['at']} on is not as it was entered.")
    yield from wrong_table()
    if entered:
        yield tampered(f"{len(entered)} changes of notice rules that were entered are not there.")
    if waiting:
        sentence = f"{waiting} changes of notice rules are not in the ledger. Run manage.py seal_ledger."
        yield Finding(Verdict.INCOMPLETE, sentence)


def wrong_table() -> Iterator[Finding]:
    """Give the rules that say something else than their history: they are applied, it is what is proved."""
    newest = {row.id: row for row in NoticeRule.history.order_by("history_id")}
    for rule in NoticeRule.objects.order_by("pk"):
        row = newest.pop(rule.pk, None)
        if row is None or any(getattr(rule, name) != getattr(row, name) for name in FIELDS):
            yield tampered(f"Notice rule {rule.pk} does not say what its history says.")
    if gone := [key for key, row in newest.items() if row.history_type != DELETED]:
        yield tampered(f"{len(gone)} notice rules are gone, and their history does not say so.")
