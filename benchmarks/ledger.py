"""The ledger: sealing, verifying, and proving that one entry is among a million.

PostgreSQL at `BENCH_POSTGRES_URL`, on a database of its own. Sealing and verifying are measured in
seconds of CPU of the process that does it, beside a loop that hashes the same bodies and nothing else.
Proofs are read from the stored rows, and held against those that the definition in RFC 9162 gives.
"""

import multiprocessing
import os
import random
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from typing import Any

import django

from tests.acceptance import rfc9162

from .databases import postgres, postgres_url
from .lines import line_of, percentile

DATABASE = "policysite_bench_ledger"
os.environ |= {"DATABASE_URL": postgres_url(DATABASE), "LOG_LEVEL": "ERROR", "CELERY_BROKER_URL": ""}
django.setup()

from django.core.management import call_command  # noqa: E402 - models need the set-up above
from django.db import connection, connections, transaction  # noqa: E402 - the same
from django.utils import timezone  # noqa: E402 - the same

from acceptance.bodies import LEAF  # noqa: E402 - the same
from acceptance.merkle import Tree, grown, leaf_hash  # noqa: E402 - the same
from acceptance.models import LedgerEntry, LedgerRow  # noqa: E402 - the same
from acceptance.selectors import stored_row  # noqa: E402 - the same
from acceptance.services import seal_ledger, verify_ledger  # noqa: E402 - the same

from .acted import SIGNER, enter  # noqa: E402 - the same

SPAWN = multiprocessing.get_context("spawn")
SEALED, SEALING = 50_000, 2
VERIFIED = {"small": 20_000, "full": 1_000_000}
# What verifying a million entries may take in seconds and MB, and a proof in milliseconds.
MILLION, VERIFYING, MEMORY, PROVING = 1_000_000, 60, 500, 5
LEAVES = {"small": 100_000, "full": MILLION}
PROOFS = 500
line = partial(line_of, "ledger")


def run(scale: str) -> Iterator[dict[str, object]]:
    """Give the lines of sealing, verifying and proving."""
    with postgres(DATABASE):
        call_command("migrate", verbosity=0)
        yield from sealing(SEALED if scale == "full" else VERIFIED["small"])
        yield from verifying(VERIFIED[scale])
        yield from proving(LEAVES[scale])
        connections.close_all()


def sealing(count: int) -> Iterator[dict[str, object]]:
    """Give what sealing so many entries takes, for as many as there should be."""
    enter(count)
    took = seconds(lambda: seal_ledger(signer=SIGNER, now=timezone.now()))
    bodies = [bytes(body) for body in LedgerEntry.objects.values_list("body", flat=True)]
    bare = seconds(lambda: [sha256(b"\x00" + LEAF + body).digest() for body in bodies])
    case = f"sealing {count} entries, CPU of the sealer"
    limit = SEALING * count / SEALED
    yield line(case, took, "s", f"{SEALING} s for {SEALED}", limit, limit / took, 1)
    yield line(case, took, "s", "hashing the same bodies with hashlib", bare, bare / took, 1)


def verifying(count: int) -> Iterator[dict[str, object]]:
    """Give what verifying so many entries takes, nearly all of them of acts."""
    enter(count - LedgerEntry.objects.count() - 1)
    seal_ledger(signer=SIGNER, now=timezone.now())
    entries = LedgerEntry.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connections.close_all()
    with SPAWN.Pool(1) as pool:
        found, cpu, wall, memory = pool.apply(verified)
    with SPAWN.Pool(1) as pool:
        bare = pool.apply(hashed)
    if found:
        raise LookupError(f"The verifier finds fault with a sound ledger: {found[0]}")
    case, limit = f"verifying {entries} entries", VERIFYING * entries / MILLION
    target = f"{VERIFYING} s for {MILLION}"
    yield line(case, wall, "s", target, limit, limit / wall, 1)
    yield line(f"{case}, CPU of the verifier", cpu, "s", target, limit, limit / cpu, 1)
    yield line(f"{case}, CPU of the verifier", cpu, "s", "reading and hashing them", bare, bare / cpu, 1)
    yield line(f"{case}, largest memory", memory, "MB", f"{MEMORY} MB", MEMORY, MEMORY / memory, 1)


def verified() -> tuple[list[str], float, float, float]:
    """Verify the ledger; gives what is wrong, the seconds of CPU and of the clock, and the memory in MB."""
    began = time.perf_counter()
    found: list[str] = []
    cpu = seconds(
        lambda: found.extend(
            str(each) for each in verify_ledger(trusted=SIGNER.public, held=(), now=timezone.now())
        )
    )
    wall = time.perf_counter() - began
    return found, cpu, wall, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def hashed() -> float:
    """Read every body and hash it; gives the seconds of CPU."""
    bodies = LedgerEntry.objects.order_by("position").values_list("body", flat=True)

    def read() -> None:
        for body in bodies.iterator(chunk_size=2_000):
            sha256(b"\x00" + LEAF + bytes(body)).digest()

    return seconds(read)


def proving(count: int) -> Iterator[dict[str, object]]:
    """Give what a proof takes in a tree of so many leaves, whose rows alone are stored."""
    leaves = [f"leaf {number}".encode() for number in range(count)]
    with transaction.atomic():
        LedgerRow.objects.all().delete()
        rows = grown(lambda _level, _place: b"", 0, map(leaf_hash, leaves))
        LedgerRow.objects.bulk_create(
            (LedgerRow(level=level, place=place, hashes=hashes) for level, place, hashes in rows),
            batch_size=500,
        )
    drawn = random.Random(9162).sample(range(count), PROOFS)
    took = []
    for index in drawn:
        began = time.perf_counter()
        Tree(stored_row, count).inclusion_proof(index)
        took.append(time.perf_counter() - began)
    began = time.perf_counter()
    defined = rfc9162.path(drawn[0], leaves)
    once = time.perf_counter() - began
    tree = Tree(stored_row, count)
    if defined != tree.inclusion_proof(drawn[0]) or rfc9162.mth(leaves) != tree.root():
        raise LookupError("The proof is not the one that RFC 9162 defines.")
    middle, late = statistics.median(took), percentile(took, 99)
    case, limit = f"inclusion proof at {count} entries", f"{PROVING} ms"
    yield line(f"{case}, p50", middle * 1000, "ms", limit, PROVING, PROVING / middle / 1000, PROOFS)
    yield line(f"{case}, p99", late * 1000, "ms", limit, PROVING, PROVING / late / 1000, PROOFS)
    yield line(case, middle * 1000, "ms", "the definition of RFC 9162", once * 1000, once / middle, 1)


def seconds(work: Callable[[], Any]) -> float:
    """Give the seconds of CPU that this process takes for some work."""
    began = time.process_time()
    work()
    return time.process_time() - began
