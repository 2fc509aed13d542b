"""Count, now and then, where people are with each version, so that no page has to."""

from datetime import UTC, datetime, timedelta
from time import perf_counter

from policies.selectors import Publication, Register, State, load_register, load_rule_book

from ..models import Tally
from ..selectors import latest_of, never_accepted, people_by_state

# A count of a million people takes seconds, so one rests twenty times as long as it worked.
SHORTEST_REST, REST_FOR_WORK = timedelta(minutes=1), 20
# A version that is over changes only because people who accept a newer one answer for it too.
REST_WHEN_OVER = timedelta(days=1)
# Whoever has been counting for so long is dead.
UNFINISHED = timedelta(minutes=10)


def count_people(*, now: datetime) -> int:
    """Count the people of each version whose last count has grown old; gives how many were counted.

    Each count is claimed by a conditional update, so that two processes never do the same. Nothing
    that anybody does waits for it: it reads, and then writes one row. Counting is no transaction,
    because one that had written would hold up the sealer for as long as it reads.
    """
    register = load_register()
    last = {tally.version_id: tally for tally in latest_of(Tally.objects.defer("people"))}
    newest_first = sorted(register.by_id.values(), key=lambda entry: entry.published_at, reverse=True)
    return sum(count_version(entry, register, last.get(entry.version_id), now) for entry in newest_first)


def count_version(entry: Publication, register: Register, last: Tally | None, now: datetime) -> bool:
    """Count one version's people, where that is due and nobody else does it. Says whether it did."""
    is_over = register.state(entry, now) not in {State.ANNOUNCED, State.IN_FORCE}
    if entry.published_at > now or (last and now < last.begun_at + rest(last, is_over=is_over)):
        return False
    key = claim(entry, last, now)
    if key is None:
        return False
    began = perf_counter()
    people = people_by_state(entry, register, load_rule_book())
    never = never_accepted(entry, register).count()
    Tally.objects.filter(pk=key, begun_at=now).update(
        counted_at=now,
        seconds=perf_counter() - began,
        is_final=is_over,
        people=people,
        never_accepted=never,
    )
    return True


def rest(last: Tally, *, is_over: bool) -> timedelta:
    """Give how long after the beginning of a count the next one may begin."""
    if last.counted_at != last.begun_at:
        return UNFINISHED
    shortest = REST_WHEN_OVER if is_over and last.is_final else SHORTEST_REST
    return max(shortest, REST_FOR_WORK * timedelta(seconds=last.seconds))


def claim(entry: Publication, last: Tally | None, now: datetime) -> int | None:
    """Give the key of the row of today, taken for a count that begins now; None where somebody has it.

    The last count of each day is kept, until the version is over: then the last one moves along.
    """
    today = now.astimezone(UTC).date()
    if last and (last.date == today or last.is_final):
        own = Tally.objects.filter(pk=last.pk, begun_at=last.begun_at)
        return last.pk if own.update(begun_at=now, date=today) else None
    begun = {"begun_at": now, "seconds": last.seconds if last else 0.0}
    tally, is_new = Tally.objects.get_or_create(version_id=entry.version_id, date=today, defaults=begun)
    return tally.pk if is_new else None
