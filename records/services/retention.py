"""Clear what has been kept for long enough, a portion at a time, so that it can be broken off anywhere."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F

from acceptance.models import ActContext

from ..addresses import shortened
from ..models import EndedRelationship, RetentionRun
from ..selectors import gone_people, long_known_addresses, people_to_erase, returned_people
from .erasing import end_sessions, erase_rows

logger = logging.getLogger(__name__)

PORTION = 1_000
# An erasure is a transaction of its own. After so many the sessions of all of them are ended at once.
ERASED_AT_ONCE = 100


def apply_retention(*, now: datetime) -> RetentionRun:
    """Shorten old IP addresses, and erase those whose relationship ended long ago; gives what was done.

    Whoever is under a legal hold is left as they are. A run that was broken off is done again by the
    next one, which finds what is left; two at once do no harm.
    """
    run = RetentionRun.objects.create(began_at=now)
    note_ends(now)
    while done := shorten_some(now):
        RetentionRun.objects.filter(pk=run.pk).update(shortened=F("shortened") + done)
    last = 0
    while people := list(erasable(now, last)):
        erased, failed = erase_some(people, now)
        RetentionRun.objects.filter(pk=run.pk).update(
            erased=F("erased") + erased, failed=F("failed") + failed
        )
        last = people[-1]
    RetentionRun.objects.filter(pk=run.pk).update(ended_at=now)
    run.refresh_from_db()
    return run


def note_ends(now: datetime) -> None:
    """Note whose account was switched off, and forget it of whoever came back unseen by the trigger."""
    returned_people().delete()
    while note_some(now):
        pass


@transaction.atomic
def note_some(now: datetime) -> int:
    """Note a portion of those who are gone; returns how many. Locks them, so that none returns meanwhile."""
    gone = gone_people().select_for_update(of=("self",), no_key=True).order_by("pk")
    ended = [EndedRelationship(person_id=person.pk, noted_at=now) for person in gone.only("pk")[:PORTION]]
    EndedRelationship.objects.bulk_create(ended, ignore_conflicts=True)
    return len(ended)


@transaction.atomic
def shorten_some(now: datetime) -> int:
    """Shorten a portion of old IP addresses; returns how many. Locks them, and passes over locked ones."""
    found = list(
        long_known_addresses(now=now)
        .select_for_update(of=("self",), skip_locked=True)
        .only("pk", "ip")
        .order_by("pk")[:PORTION]
    )
    for context in found:
        context.ip = shortened(str(context.ip))
    ActContext.objects.bulk_update(found, ["ip"])
    return len(found)


def erasable(now: datetime, last: int) -> list[int]:
    """Give the keys of a few people behind `last` whose time is over."""
    people = people_to_erase(now=now).filter(pk__gt=last).order_by("pk")
    return list(people.values_list("pk", flat=True)[:ERASED_AT_ONCE])


def erase_some(people: list[int], now: datetime) -> tuple[int, int]:
    """Erase people one by one; returns how many, and how many could not be. None stops the others."""
    erased: list[int] = []
    addresses: set[str] = set()
    failed = 0
    for person_id in people:
        if not people_to_erase(now=now).filter(pk=person_id).exists():
            continue  # Meanwhile they came back, or are held.
        try:
            _erasure, known = erase_rows(person_id, None, now)
        except Exception:
            logger.exception("Person %s cannot be erased.", person_id)
            failed += 1
        else:
            erased.append(person_id)
            addresses |= known
    if erased:
        end_sessions(erased, addresses)
    return len(erased), failed
