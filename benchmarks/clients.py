"""Clients that work at the same time, each a process of its own, forked from one that has loaded the site."""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections

CONTEXT = multiprocessing.get_context("fork")
# Seconds that no client takes.
LIMIT = 600

# Makes a client ready, and gives what it then does again and again.
Ready = Callable[[Any], Callable[[], object]]


@dataclass(frozen=True)
class Took:
    """Seconds from the first beginning to the last end, and those of each piece of work."""

    seconds: float
    each: list[float]

    @property
    def rate(self) -> float:
        """How many pieces of work were done in a second."""
        return len(self.each) / self.seconds


def at_once(ready: Ready, works: Sequence[Sequence[Any]]) -> Took:
    """Let a client do each of `works`, all starting together once everyone is ready.

    `ready` is called with each piece of work before the start, so that only the work itself is measured.
    """
    connections.close_all()
    answers, start = CONTEXT.Queue(), CONTEXT.Barrier(len(works))
    clients = [CONTEXT.Process(target=client, args=(ready, work, start, answers)) for work in works]
    for each in clients:
        each.start()
    found = [answers.get(timeout=LIMIT) for _ in clients]
    for each in clients:
        each.join()
    failed = [answer for answer in found if isinstance(answer, str)]
    if failed:
        raise LookupError(f"A client failed: {failed[0]}")
    began, ended = min(answer[0] for answer in found), max(answer[1] for answer in found)
    return Took(ended - began, [took for answer in found for took in answer[2]])


def client(ready: Ready, work: Sequence[Any], start: Any, answers: Any) -> None:
    """Do one client's work, and answer when it began and ended, and how long each piece took."""
    try:
        calls = [ready(piece) for piece in work]
        start.wait(LIMIT)
        took, began = [], time.perf_counter()
        last = began
        for call in calls:
            call()
            now = time.perf_counter()
            took.append(now - last)
            last = now
        answers.put((began, last, took))
    except Exception as error:  # noqa: BLE001 - told by whoever asked
        start.abort()
        answers.put(f"{type(error).__name__}: {error}")


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[None]:
    """Do `work` again and again in a process of its own, until what is inside has been done."""
    connections.close_all()
    ended = CONTEXT.Event()
    process = CONTEXT.Process(target=again, args=(work, ended))
    process.start()
    try:
        yield
    finally:
        ended.set()
        process.join(LIMIT)
    if process.exitcode:
        raise LookupError("What ran beside has failed.")


def again(work: Callable[[], object], ended: Any) -> None:
    """Do `work` until it is enough."""
    while not ended.is_set():
        work()
