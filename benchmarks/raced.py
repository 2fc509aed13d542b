"""Acts on forms that lie open, and what must be true of all that was recorded, however it raced."""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import pairwise
from threading import Barrier
from uuid import uuid4

from django.contrib.admin.models import ADDITION, LogEntry
from django.db import connection, connections
from django.utils import timezone

from acceptance.models import Act, ActContext, EntryKind, LedgerEntry, Standing
from acceptance.presentations import Shown
from acceptance.reviews import form_for, review_of, withdrawal_form_for, withdrawal_of
from acceptance.selectors import ErasedMeanwhile, asked_about, facts_of, position_of, words_about
from acceptance.services import (
    AnsweredAlready,
    AskedSomethingElse,
    Request,
    record_act,
    seal_ledger,
    verify_ledger,
    withdraw,
)
from acceptance.tokens import ReviewForm
from accounts.models import User
from policies.models import Policy
from policies.selectors import load_register, load_rule_book
from policies.services import publish_version
from records.services import erase_person

from .acted import SIGNER, SLUG
from .crowd import approved_next, desk, gather

REQUEST = Request(ip="192.0.2.1", user_agent="benchmark")
# Seconds in which other databases of the server let everything be sealed.
PATIENCE = 60
# The tabs of one person, and within how many seconds people act after publishing has begun.
TABS, LATEST = 4, 0.06
# How often the gate is asked while somebody withdraws, and after how long every version has taken effect.
LOOKS, IN_FORCE = 10, timedelta(days=60)

# Acts that stand in the ledger behind the publication of a later version of the same policy.
BEHIND = """
SELECT count(*) FROM acceptance_ledgerentry AS entry
JOIN acceptance_act AS act ON act.id = entry.act_id
JOIN policies_policyversion AS version ON version.id = act.version_id
WHERE EXISTS (
    SELECT 1 FROM acceptance_ledgerentry AS later
    JOIN policies_policyversion AS newer ON newer.id = later.version_id
    WHERE later.kind = 'PUBLICATION' AND newer.policy_id = version.policy_id
        AND newer.number > version.number AND later.position < entry.position
)
"""
# The same by the clock, which publishing and acting each read before they wait for each other.
LATER = """
SELECT count(*) FROM acceptance_act AS act
JOIN policies_policyversion AS version ON version.id = act.version_id
WHERE EXISTS (
    SELECT 1 FROM policies_policyversion AS newer
    WHERE newer.policy_id = version.policy_id AND newer.number > version.number
        AND newer.published_at <= act.at
)
"""


@dataclass(frozen=True)
class Race:
    """How many answers were taken in one race, and how often it showed what it must not."""

    taken: int
    wrong: int = 0


@dataclass(frozen=True)
class Opened:
    """A form that lies open before a person."""

    person: User
    form: ReviewForm
    shown: Shown


def open_form(person: User) -> Opened:
    """Give the form that the review page puts before a person now."""
    found = review_of(facts_of(person), SLUG, "en", at=timezone.now())
    if found is None:
        raise LookupError("There is nothing to answer.")
    return Opened(person, form_for(person, found), found.shown)


def act(opened: Opened, *, accepts: bool, after: float = 0) -> bool:
    """Answer after so many seconds; gives whether the answer was taken, and not refused."""
    time.sleep(after)
    try:
        record_act(
            person=opened.person,
            form=opened.form,
            shown=opened.shown,
            accepts=accepts,
            note="",
            request=REQUEST,
            now=timezone.now(),
        )
    except (AnsweredAlready, AskedSomethingElse, ErasedMeanwhile):
        return False
    return True


def begin_at_random() -> None:
    """Wait for a moment: what always began first would have everything else wait for it."""
    time.sleep(random.random() * LATEST)


def publish_and_act(people: Sequence[User]) -> Race:
    """Publish the next version while people act on the one before."""
    draft = approved_next(Policy.objects.get(slug=SLUG), now=timezone.now())
    publisher = desk("approver", timezone.now())
    forms = [open_form(person) for person in people]

    def go() -> bool:
        begin_at_random()
        publish_version(version_id=draft.pk, published_by=publisher, now=timezone.now())
        return False

    acts = [partial(act, form, accepts=True, after=random.random() * LATEST) for form in forms]
    return Race(taken=together([go, *acts]))


def act_and_act(people: Sequence[User]) -> Race:
    """Let one person answer in several tabs at once, two of them copies."""
    first = open_form(people[0])
    others = [replace(first, form=replace(first.form, nonce=str(uuid4()))) for _tab in range(TABS - 2)]
    forms: Sequence[Opened] = [first, first, *others]
    acts = [partial(act, form, accepts=bool(number % 2)) for number, form in enumerate(forms)]
    return Race(taken=together(acts))


def withdraw_and_look(people: Sequence[User]) -> Race:
    """Let a person withdraw while the gate is asked about them: once it is closed, it stays so."""
    person = people[0]
    act(open_form(person), accepts=True)
    offer = withdrawal_of(facts_of(person), SLUG, "en")
    if offer is None:
        raise LookupError("There is nothing to withdraw from.")
    form, seen = withdrawal_form_for(person, offer), []

    def go() -> bool:
        begin_at_random()
        withdraw(person=person, form=form, note="", request=REQUEST, now=timezone.now())
        return True

    def look() -> bool:
        for _look in range(LOOKS):
            seen.append(is_asked(person))
            # So that the looks are spread over the time in which the withdrawal comes.
            time.sleep(LATEST / LOOKS)
        return False

    taken = together([go, look])
    return Race(taken, wrong=int(seen != sorted(seen) or not is_asked(person)))


def is_asked(person: User) -> bool:
    """Whether the gate asks something of a person once every version has taken effect."""
    at = timezone.now() + IN_FORCE
    return asked_about(SLUG, facts_of(person), load_register(), load_rule_book(), at) is not None


def erase_and_act(_people: Sequence[User]) -> Race:
    """Erase somebody new while they act: nothing of them may stay, whichever comes first."""
    name = uuid4().hex
    gather(1, name=name, now=timezone.now())
    person = User.objects.get(email__startswith=name)
    form = open_form(person)
    if random.choice((True, False)):
        # Whoever did something at the desk keeps an account without a name.
        LogEntry.objects.create(user=person, action_flag=ADDITION, object_repr="")

    def go() -> bool:
        begin_at_random()
        erase_person(person_id=person.pk, decided_by=None, now=timezone.now())
        return False

    def answer() -> bool:
        return act(form, accepts=True, after=random.random() * LATEST)

    taken = together([go, answer])
    left = (
        User.objects.filter(email=person.email),
        ActContext.objects.filter(email=person.email),
        Act.objects.filter(user_id=person.pk),
        Standing.objects.filter(user_id=person.pk),
    )
    return Race(taken, wrong=int(any(rows.exists() for rows in left)))


def together(works: Sequence[Callable[[], bool]]) -> int:
    """Do all works at the same moment; returns how many of them say so."""
    start = Barrier(len(works))

    def ready(work: Callable[[], bool]) -> bool:
        try:
            connection.ensure_connection()
            start.wait()
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as threads:
        return sum(threads.map(ready, works))


def broken() -> dict[str, int]:
    """Seal everything; gives how often each thing that must be true is not."""
    until = time.monotonic() + PATIENCE
    while LedgerEntry.objects.filter(position=None).exists() and time.monotonic() < until:
        seal_ledger(signer=SIGNER, now=timezone.now())
    return {
        "an answer that was given twice in a row": given_twice(),
        "a standing that is not what the acts amount to": wrong_standings(),
        "an act without its entry": Act.objects.filter(entry=None).count(),
        "an entry without its act": LedgerEntry.objects.filter(kind=EntryKind.ACT).count()
        - Act.objects.count(),
        "an act behind the publication of a newer version": counted(BEHIND),
        "a finding of the verifier": len(verify_ledger(trusted=SIGNER.public, now=timezone.now())),
    }


def later_by_the_clock() -> int:
    """Count the acts whose moment is behind that of the publication of a newer version."""
    return counted(LATER)


def given_twice() -> int:
    """Count the acts that repeat what the same person did last about the same version."""
    acts = Act.objects.exclude(user=None).order_by("user", "version", "at", "pk")
    found = list(acts.values_list("user", "version", "kind"))
    return sum(one == next_one for one, next_one in pairwise(found))


def wrong_standings() -> int:
    """Count the standings that are not those that follow from the acts."""
    wrong = 0
    for standing in Standing.objects.all():
        words, _register = words_about(user_id=standing.user_id, policy_id=standing.policy_id)
        expected = position_of(words)
        stored = (standing.accepted_version_id, standing.declined_version_id, standing.withdrawn_version_id)
        follows = (expected.accepted, expected.declined, expected.withdrawn)
        wrong += stored != tuple(word.version_id if word else None for word in follows)
    return wrong


def counted(sql: str) -> int:
    """Give the number that a statement counts."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])
