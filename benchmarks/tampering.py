"""Ten thousand changes behind the site's back, each of which the verifier must find out.

On SQLite, whose owner can change everything. Each change is made to a sealed ledger of so many entries
by statements that no trigger stops, judged by the site's own verifier up to its first finding of
tampering, and taken back. Now and then the ledger is judged as it was, and must be sound.
"""

import multiprocessing
import os
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command

from .lines import line_of

SPAWN = multiprocessing.get_context("spawn")
ENTRIES = {"small": 1_000, "full": 10_000}
CHANGES = {"small": 300, "full": 10_000}
PROCESSES = 2
# The ledger as it was is judged after so many changes.
UNTOUCHED = 100


def run(scale: str) -> Iterator[dict[str, object]]:
    """Give a line for each kind of change, and one for the untouched ledger."""
    with tempfile.TemporaryDirectory() as folder, SPAWN.Pool(PROCESSES) as pool:
        share = CHANGES[scale] // PROCESSES
        judge = partial(judged, folder, ENTRIES[scale], share)
        found = pool.map(judge, range(PROCESSES))
    made, missed = sum((one[0] for one in found), Counter()), sum((one[1] for one in found), Counter())
    line = partial(line_of, "tampering", runs=1)
    for kind, count in sorted(made.items()):
        seen = count - missed[kind]
        yield line(f"{kind}, {ENTRIES[scale]} entries", seen, "found out", "changes", count, seen / count)


def judged(folder: str, entries: int, changes: int, seed: int) -> tuple[Counter[str], Counter[str]]:
    """Make so many changes on a ledger of one's own; gives how many of each kind, and those not found out."""
    os.environ |= {"DATABASE_URL": f"sqlite:///{Path(folder) / str(seed)}.sqlite3", "LOG_LEVEL": "ERROR"}
    django.setup()
    call_command("migrate", verbosity=0)
    # Imported here, because its models need the database's address.
    ledger, drawn = import_module("benchmarks.tampered").Ledger(entries), random.Random(seed)
    made: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for number in range(changes):
        if number % UNTOUCHED == 0:
            made["untouched and sound"] += 1
            missed["untouched and sound"] += ledger.is_tampered()
        kind = ledger.changes[number % len(ledger.changes)]
        made[kind.__name__] += 1
        missed[kind.__name__] += not ledger.finds(kind, drawn)
    return made, missed
