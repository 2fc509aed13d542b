"""Sending, beside a bare smtplib loop and django-post-office, to the same mail server in the same run.

PostgreSQL at `BENCH_POSTGRES_URL`, on databases of its own. Every sender is a process of its own, and
the mail server says afterwards that everyone has one message.
"""

import multiprocessing
import os
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import django

from .databases import postgres, postgres_url
from .lines import line_of, percentile
from .mailsink import ROOT, Mailsink, sink
from .plans import plan_of, scans

os.environ["DATABASE_URL"] = postgres_url("policysite_bench")
os.environ |= {"NOTICE_TRIAL_SIZE": "0", "LOG_LEVEL": "ERROR", "EMAIL_HOST": "127.0.0.1"}
django.setup()

from django.core.management import call_command  # noqa: E402 - models need the set-up above
from django.db import connection, connections  # noqa: E402 - the same
from django.utils import timezone  # noqa: E402 - the same

from notifications.emails import rebuilt  # noqa: E402 - the same
from notifications.models import Campaign, CampaignState, Notice, NoticeState  # noqa: E402 - the same
from notifications.services import due_chunks, plan_campaigns, run_due, send_chunk, working  # noqa: E402 - the same
from notifications.services.claiming import settle_and_claim  # noqa: E402 - the same

from .crowd import campaign_of, gather, publish  # noqa: E402 - the same

line = partial(line_of, "send")
PEOPLE = {"small": 1_000, "full": 4_000}
FOREIGN = {"small": 20_000, "full": 2_000_000}
ROUNDS = {"small": 1, "full": 3}
SENDER = "notices@fernhill.example"
CONTEXT = multiprocessing.get_context("spawn")

# The notices of another campaign, 500 in each of its chunks, all sent long ago.
FOREIGN_CHUNKS = """
INSERT INTO notifications_chunk
    (campaign_id, wave, is_trial, size, accepted, failed, unknown, skipped, cancelled, bounced,
     complained)
SELECT %s, 'ANNOUNCEMENT', FALSE, 500, 500, 0, 0, 0, 0, 0, 0 FROM generate_series(1, %s)
"""
FOREIGN_NOTICES = """
INSERT INTO notifications_notice
    (campaign_id, chunk_id, wave, channel, state, attempt, reason, address, language, message_id, reply,
     armed_at, settled_at)
SELECT chunk.campaign_id, chunk.id, 'ANNOUNCEMENT', 'MAIL', 'ACCEPTED', 1, '',
    'foreign-' || chunk.id || '-' || number || '@crowd.example', 'en',
    '<' || md5(chunk.id || '-' || number) || '@fernhill.example>', '250 OK', now(), now()
FROM notifications_chunk AS chunk, generate_series(1, 500) AS number WHERE chunk.campaign_id = %s
"""


@dataclass
class Run:
    """What sending to everyone took, in seconds, and each settling and claiming of one process."""

    seconds: float
    claims: list[float] = field(default_factory=list)


def run(scale: str) -> Iterator[dict[str, object]]:
    """Give the lines: messages a second beside each reference, then what a claim takes as the table grows."""
    with postgres("policysite_bench"), tempfile.TemporaryDirectory() as folder:
        call_command("migrate", verbosity=0)
        gather(PEOPLE[scale], now=timezone.now())
        with connection.cursor() as cursor:
            # As autovacuum has done long since on a site that has so many people.
            cursor.execute("VACUUM ANALYZE")
        with sink(Path(folder) / "log") as server:
            os.environ["EMAIL_PORT"] = str(server.port)
            yield from rates(server, scale, Path(folder))
            yield from claims(server, scale)
        connections.close_all()


def rates(server: Mailsink, scale: str, folder: Path) -> Iterator[dict[str, object]]:
    """Give the lines of the messages a second, all senders taking turns."""
    people, rounds = PEOPLE[scale], ROUNDS[scale]
    message = folder / "message.eml"
    senders: dict[str, Callable[[], float]] = {
        "one": lambda: ours(server, people, processes=1).seconds,
        "two": lambda: ours(server, people, processes=2).seconds,
        "smtplib": lambda: counted(server, people, lambda: apart(bare, message.read_bytes(), people)),
        "django-post-office": lambda: counted(server, people, lambda: post_office(message, people, folder)),
    }
    took: dict[str, list[float]] = {name: [] for name in senders}
    for _round in range(rounds):
        for name, send in senders.items():
            took[name].append(send())
            message.write_bytes(one_message())
    rate = {name: people / statistics.median(seconds) for name, seconds in took.items()}
    references = {
        "smtplib": "smtplib, one connection",
        "django-post-office": "django-post-office, its 5 threads",
    }
    for processes in ("one", "two"):
        for name, reference in references.items():
            case = f"{people} people, {processes} process{'es' if processes == 'two' else ''}"
            yield line(
                case,
                rate[processes],
                "messages/s",
                reference,
                rate[name],
                rate[processes] / rate[name],
                rounds,
            )


def claims(server: Mailsink, scale: str) -> Iterator[dict[str, object]]:
    """Give how long settling and claiming takes with and without many notices of others, and its plans."""
    people, foreign = PEOPLE[scale], FOREIGN[scale]
    empty = [ours(server, people, processes=1).claims for _round in range(ROUNDS[scale])]
    add_foreign(foreign)
    full = [ours(server, people, processes=1).claims for _round in range(ROUNDS[scale])]
    for name, share in (("p50", 50), ("p99", 99)):
        before, after = (statistics.median(percentile(one, share) for one in some) for some in (empty, full))
        yield line(
            f"settle and claim, {name}, {foreign} notices of another campaign",
            after * 1000,
            "ms",
            "the same without them",
            before * 1000,
            before / after,
            ROUNDS[scale],
        )
    alone = statistics.median(apart(commits, 200)) * 1000
    after = statistics.median(percentile(one, 50) for one in full) * 1000
    case = f"settle and claim, p50, {foreign} notices of another campaign"
    yield line(case, after, "ms", "a commit of one changed row", alone, alone / after, ROUNDS[scale])
    publish(f"bench-{uuid4().hex}", now=timezone.now())
    plan_campaigns(now=timezone.now())
    asked, found = apart(explained)
    case = f"sequential scans of notices in {asked} statements that sending a chunk asks"
    yield line(case, found, "scans", "none", 0, 0.0 if found else 1.0, 1)


def ours(server: Mailsink, people: int, *, processes: int) -> Run:
    """Publish, plan, and send to everyone with so many processes, which start together."""
    version = publish(f"bench-{uuid4().hex}", now=timezone.now())
    plan_campaigns(now=timezone.now())
    before, answers, start = server.count(), CONTEXT.Queue(), CONTEXT.Barrier(processes)
    workers = [CONTEXT.Process(target=work, args=(start, answers)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    found = [answers.get(timeout=600) for _ in workers]
    for worker in workers:
        worker.join()
    accepted = Notice.objects.filter(campaign=campaign_of(version), state=NoticeState.ACCEPTED).count()
    if not people == accepted == server.count() - before:
        raise LookupError(f"{accepted} of {people} were told; the server took {server.count() - before}.")
    # It tells nobody else, so that the next campaign is alone.
    Campaign.objects.filter(version=version).update(state=CampaignState.DONE, finished_at=timezone.now())
    seconds = max(ended for _began, ended, _claims in found) - min(began for began, _ended, _claims in found)
    return Run(seconds, [took for _began, _ended, claims in found for took in claims])


def work(start: Any, answers: Any) -> None:
    """Send what is due, and answer with when it began and ended, and how long each claim took."""
    took: list[float] = []

    def timed(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return settle_and_claim(*given, **named)
        finally:
            took.append(time.perf_counter() - began)

    connection.ensure_connection()
    start.wait()
    began = time.time()
    with patch.object(working, "settle_and_claim", timed):
        run_due(clock=timezone.now)
    answers.put((began, time.time(), took))


def one_message() -> bytes:
    """Give the bytes of a message that was sent."""
    sent = Notice.objects.filter(state=NoticeState.ACCEPTED, letter__isnull=False).select_related("letter")
    return rebuilt(sent.order_by("-pk")[0])


def apart(call: Callable[..., Any], *given: Any) -> Any:
    """Give what `call` returns in a process of its own."""
    with CONTEXT.Pool(1) as pool:
        return pool.apply(call, given)


def counted(server: Mailsink, people: int, send: Callable[[], float]) -> float:
    """Give how many seconds `send` says it took, once the server has a message for everyone."""
    before = server.count()
    seconds = send()
    if server.count() - before != people:
        raise LookupError(f"The reference sent {server.count() - before} messages to {people} people.")
    return seconds


def bare(message: bytes, people: int) -> float:
    """Send the same bytes to everyone over one connection with nothing else; gives the seconds."""
    with smtplib.SMTP("127.0.0.1", int(os.environ["EMAIL_PORT"])) as smtp:
        smtp.ehlo()
        started = time.perf_counter()
        for number in range(people):
            smtp.sendmail(SENDER, f"person-{number:06d}@crowd.example", message)
        return time.perf_counter() - started


def post_office(message: Path, people: int, folder: Path) -> float:
    """Send the same content with django-post_office on a database of its own; gives the seconds."""
    command = [sys.executable, "-m", "benchmarks.post_office", str(message), str(people)]
    with postgres("policysite_bench_post_office") as url:
        environment = os.environ | {"DATABASE_URL": url, "POST_OFFICE_FILES": str(folder / "files")}
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ours
    return float(done.stdout)


def commits(count: int) -> list[float]:
    """Change one row so many times, with a commit each; gives the seconds of each."""
    took = []
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS benchmark_row AS SELECT 0 AS number")
        for _ in range(count):
            started = time.perf_counter()
            cursor.execute("UPDATE benchmark_row SET number = number + 1")
            took.append(time.perf_counter() - started)
    return took


def add_foreign(count: int) -> None:
    """Put in so many notices of another campaign, which has ended."""
    now = timezone.now()
    version = publish(f"bench-{uuid4().hex}", now=now)
    other = Campaign.objects.create(
        version=version, state=CampaignState.DONE, created_at=now, finished_at=now
    )
    with connection.cursor() as cursor:
        cursor.execute(FOREIGN_CHUNKS, [other.pk, count // 500])
        cursor.execute(FOREIGN_NOTICES, [other.pk])
        cursor.execute("VACUUM ANALYZE")


def explained() -> tuple[int, int]:
    """Send one chunk; gives how many statements about notices that took, and their sequential scans."""
    asked: dict[str, Any] = {}

    def note(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - as Django calls it
        if "notifications_notice" in sql:
            asked.setdefault(sql, values)
        return execute(sql, values, many, context)

    with connection.execute_wrapper(note):
        send_chunk(chunk_id=due_chunks(now=timezone.now(), limit=1)[0], token=uuid4(), clock=timezone.now)
    with connection.cursor() as cursor:
        return len(asked), sum(scans(plan_of(cursor, sql, values)) for sql, values in asked.items())
