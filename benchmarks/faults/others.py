"""Everything else that gets in the way of a campaign, on PostgreSQL, a few dozen people each."""

import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.management import call_command
from django.utils import timezone

from acceptance.reviews import form_for, review_of
from acceptance.selectors import facts_of
from acceptance.services import Request, record_act
from accounts.models import User
from notifications.models import Chunk, Notice, NoticeState
from notifications.services import cancel_campaign, due_chunks, plan_campaigns
from tests.notifications.brokers import Broker

from .killed import CARRY, nudging, start
from .scene import CONTEXT, Forked, Scene, scene, take_back, wait_until, work

PEOPLE = {"small": 50, "full": 200}
# The message in whose middle something happens, and seconds that the mail server takes for each.
MOMENT, SLOW = 10, ("--delay", "0.02")
Line = dict[str, object]


def lines(broker: str, folder: str, scale: str) -> Iterator[Line]:
    """Give a line for each case."""
    call_command("migrate", verbosity=0)
    people = PEOPLE[scale]
    for case in (killed_before_settling, hung_up, stopped, planned_twice, cancelled, changed):
        yield case(folder, people)
    for with_broker in (thrice, purged):
        queue = Broker(broker, f"bench-{uuid4().hex}")
        try:
            yield with_broker(queue, folder, people)
        finally:
            queue.remove()


def killed_before_settling(folder: str, people: int) -> Line:
    """Kill a worker whose message was taken and not answered yet."""
    with scene(folder, people, "--silent-at", str(MOMENT)) as told:
        worker = Forked(work)
        told.wait(MOMENT)
        worker.kill()
        take_back()
        Forked(work).end()
        is_named = told.states()[NoticeState.UNKNOWN] == 1
        return told.line(
            "killed after the message was taken, before settling", kills=1, unknowns=1, also=is_named
        )


def hung_up(folder: str, people: int) -> Line:
    """Let the mail server take a message and hang up without an answer."""
    with scene(folder, people, "--hang-up-at", str(MOMENT)) as told:
        Forked(work).end()
        # The chunk waits a minute after such a thing.
        Chunk.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
        Forked(work).end()
        is_named = told.states()[NoticeState.UNKNOWN] == 1
        return told.line("the mail server hangs up on a message it took", kills=0, unknowns=1, also=is_named)


def stopped(folder: str, people: int) -> Line:
    """Stop a worker past its lease, let another one send everything, and let the first go on."""
    with scene(folder, people, *SLOW) as told:
        first = Forked(work)
        told.wait(MOMENT)
        first.send(signal.SIGSTOP)
        time.sleep(0.1)
        take_back()
        Forked(work).end()
        sent = told.sink.count()
        first.send(signal.SIGCONT)
        first.end()
        # What it had claimed it may send; everybody else's is another worker's.
        is_fenced = told.sink.count() - sent <= 1
        return told.line("stopped past the lease, then on again", kills=0, unknowns=0, also=is_fenced)


def planned_twice(folder: str, people: int) -> Line:
    """Let two planners plan the same campaign at the same moment."""
    with scene(folder, people, plan=False) as told:
        start_together = CONTEXT.Barrier(2)
        planners = [Forked(plan, start_together) for _ in range(2)]
        for planner in planners:
            planner.end()
        Forked(work).end()
        return told.line("two planners at once", kills=0, unknowns=0)


def plan(start_together: Any) -> None:
    """Plan when the other one does."""
    start_together.wait()
    plan_campaigns(now=timezone.now())


def cancelled(folder: str, people: int) -> Line:
    """Cancel in mid-flight: nothing begins after the commit."""
    with scene(folder, people, *SLOW) as told:
        worker = Forked(work)
        told.wait(MOMENT)
        cancel_campaign(campaign_id=told.campaign.pk, reason="Enough.", now=timezone.now())
        committed_at = timezone.now()
        worker.end()
        claimed = Notice.objects.filter(campaign=told.campaign, armed_at__isnull=False)
        is_stopped = not claimed.filter(armed_at__gt=committed_at).exists()
        also = is_stopped and told.sink.count() == claimed.count() < people
        return told.line("cancelled in mid-flight", kills=0, unknowns=0, also=also)


def changed(folder: str, people: int) -> Line:
    """Let people in mid-flight acknowledge the version, move their address, be switched off and erased."""
    with scene(folder, people, *SLOW) as told:
        crowd = User.objects.filter(is_active=True).exclude(email__endswith="@desk.example").order_by("-pk")
        actor, mover, leaver, erased = crowd[:4]
        old, new = mover.email, f"moved-{mover.email}"
        worker = Forked(work)
        told.wait(MOMENT)
        acknowledge(actor, told)
        User.objects.filter(pk=mover.pk).update(email=new)
        User.objects.filter(pk=leaver.pk).update(is_active=False)
        Notice.objects.filter(user=erased.pk).update(user=None)
        worker.end()
        taken = [recipient for recipient, _name in told.sink.lines()]
        also = (
            not {actor.email, old, leaver.email, erased.email} & set(taken)
            and taken.count(new) == 1
            and told.states()[NoticeState.SKIPPED] == 3  # noqa: PLR2004 - all but the mover
        )
        return told.line(
            "people act, move, leave and are erased in mid-flight", kills=0, unknowns=0, also=also
        )


def acknowledge(person: User, told: Scene) -> None:
    """Let a person answer what the review page shows."""
    now = timezone.now()
    found = review_of(facts_of(person), told.campaign.version.policy.slug, person.language, at=now)
    if found is None:
        raise LookupError("There is nothing to answer.")
    record_act(
        person=person,
        form=form_for(person, found),
        shown=found.shown,
        accepts=True,
        note="",
        request=Request(ip="192.0.2.7", user_agent="benchmark"),
        now=now + timedelta(microseconds=1),
    )


def thrice(queue: Broker, folder: str, people: int) -> Line:
    """Send every message of the broker three times, to two workers that do so too."""
    with scene(folder, people, *SLOW, chunk=10) as told:
        for chunk_id in due_chunks(now=timezone.now(), limit=100):
            queue.send("notifications.send_chunk", times=3, part="sending", chunk_id=chunk_id)
        app = "benchmarks.faults.thrice"
        with start(told, queue, folder, app), start(told, queue, folder, app):
            queue.send(CARRY, times=3)
            wait_until(lambda: not told.is_due())
        return told.line("every broker message three times", kills=0, unknowns=0)


def purged(queue: Broker, folder: str, people: int) -> Line:
    """Lose what the broker holds in mid-flight; the next beat finds the work again."""
    with scene(folder, people, *SLOW, chunk=10) as told, start(told, queue, folder):
        queue.send(CARRY)
        told.wait(MOMENT)
        lost = queue.purge()
        wait_until(nudging(told, queue))
        return told.line("the broker's queue purged in mid-flight", kills=0, unknowns=0, also=lost > 0)
