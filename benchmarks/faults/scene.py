"""A crowd that is being told of a version, by workers that can be killed, and what became of it."""

import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from django.conf import settings
from django.db import connections
from django.utils import timezone

from accounts.models import User
from benchmarks.crowd import campaign_of, gather, publish
from benchmarks.mailsink import Mailsink, sink
from notifications.models import TAKEN_STATES, Campaign, CampaignState, Chunk, Notice, NoticeState, Pace
from notifications.services import (
    enter_handovers,
    plan_campaigns,
    reap_leases,
    run_due,
    slices,
    wrong_handovers,
)
from policies.models import PolicyVersion

# A worker that is forked inherits the set-up, and so begins at once.
CONTEXT = multiprocessing.get_context("fork")
NAMED = (NoticeState.UNKNOWN, NoticeState.FAILED, NoticeState.SKIPPED, NoticeState.CANCELLED)


@dataclass(frozen=True)
class Scene:
    """People who are told of a version, and the server that their mail goes to."""

    version: PolicyVersion
    sink: Mailsink
    people: int

    @property
    def campaign(self) -> Campaign:
        """The campaign as it is now."""
        return campaign_of(self.version)

    def states(self) -> Counter[str]:
        """Count the notices by their state."""
        return Counter(Notice.objects.filter(campaign__version=self.version).values_list("state", flat=True))

    def is_due(self) -> bool:
        """Whether anything is left to be sent, or held."""
        chunks = Chunk.objects.filter(campaign__version=self.version)
        return (
            chunks.filter(due_at__isnull=False).exists() or chunks.filter(lease_token__isnull=False).exists()
        )

    def wait(self, count: int) -> None:
        """Wait until the server has taken so many messages."""
        wait_until(lambda: self.sink.count() >= count)

    def line(self, case: str, *, kills: int, unknowns: int, also: bool = True) -> dict[str, object]:
        """Give the line of a case, where so many unknowns are allowed and `also` must hold too."""
        taken = Counter(recipient for recipient, _name in self.sink.lines())
        ids = Counter(name for _recipient, name in self.sink.lines())
        notices = Notice.objects.filter(campaign__version=self.version)
        told = dict(notices.values_list("user__email", "state"))
        addresses = dict(notices.values_list("user__email", "address"))
        lost = [
            email
            for email, state in told.items()
            if state not in NAMED and not taken[addresses[email]] and not taken[email]
        ]
        copies = max(taken.total() - len(taken), ids.total() - len(ids))
        states = self.states()
        missing = len(lost) + self.people - len(told)
        unknown = states[NoticeState.UNKNOWN]
        is_whole = states.total() == self.people and not self.is_due() and not states[NoticeState.SENDING]
        also = also and self.is_entered()
        return {
            "benchmark": "faults",
            "case": case,
            "people": self.people,
            "kills": kills,
            "copies": copies,
            "lost": missing,
            "unknown": unknown,
            "states": dict(states),
            "holds": not copies and not missing and unknown <= unknowns and is_whole and also,
        }

    def is_entered(self) -> bool:
        """Whether the ledger knows each notice that the mail server took, but of who was erased, as it is."""
        now = timezone.now()
        while enter_handovers(now=now):
            pass
        taken = Notice.objects.filter(
            campaign__version=self.version, state__in=TAKEN_STATES, user__isnull=False
        )
        return not taken.filter(handover=None).exists() and not list(wrong_handovers(now=now))


def wait_until(holds: Callable[[], object], *, seconds: float = 120) -> None:
    """Wait until `holds`, looking often. Raises `TimeoutError`."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("What was waited for did not happen.")
        time.sleep(0.005)


@contextmanager
def scene(folder: str, people: int, *options: str, chunk: int = 500, plan: bool = True) -> Iterator[Scene]:
    """Give new people who are to be told of a new version; nobody else is told of it."""
    now, name = timezone.now(), uuid4().hex
    User.objects.exclude(email__endswith="@desk.example").update(is_active=False)
    # What a server asked for in another scene slows nobody down in this one.
    Pace.objects.all().delete()
    gather(people, name=name[:12], now=now)
    version = publish(f"faults-{name}", now=now)
    with sink(Path(folder) / name, *options) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        if plan:
            with patch.object(slices, "CHUNK_SIZE", chunk):
                plan_campaigns(now=now)
        yield Scene(version, server, people)
    # It tells nobody else.
    Campaign.objects.filter(version=version, state=CampaignState.RUNNING).update(
        state=CampaignState.DONE, finished_at=timezone.now()
    )


class Forked:
    """A process that runs a function of ours, on connections of its own."""

    def __init__(self, target: Callable[..., object], *given: Any) -> None:
        connections.close_all()
        self.process = CONTEXT.Process(target=target, args=given)
        self.process.start()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.process.pid or 0, number)

    def kill(self) -> None:
        """Kill it, so that it cannot put anything in order."""
        self.process.kill()
        self.process.join()

    def end(self) -> None:
        """Wait until it has ended by itself. Raises `ChildProcessError` where it failed or hangs."""
        self.process.join(120)
        if self.process.exitcode != 0:
            self.kill()
            raise ChildProcessError(f"A worker ended with {self.process.exitcode}.")


def work() -> None:
    """Send all that is due."""
    run_due(clock=timezone.now)


def take_back() -> None:
    """Let the time of every lease run out, and take back what was held."""
    past = timezone.now() - timedelta(seconds=1)
    Chunk.objects.filter(lease_token__isnull=False).update(lease_until=past)
    reap_leases(now=timezone.now())
