"""What happens at the same moment, over and over: acting against publishing, another act, an erasure.

PostgreSQL at `BENCH_POSTGRES_URL`, on a database of its own. In each round several people, or one
person in several tabs, act on forms that lie open, while the next version is published or while they
are erased; or the gate is asked about somebody who withdraws. Afterwards everything that was recorded
is held against what must be true of it.
"""

import os
from collections.abc import Iterator

import django

from .databases import postgres, postgres_url

DATABASE = "policysite_bench_races"
os.environ |= {"DATABASE_URL": postgres_url(DATABASE), "LOG_LEVEL": "ERROR", "CELERY_BROKER_URL": ""}
django.setup()

from django.core.management import call_command  # noqa: E402 - models need the set-up above
from django.db import connections  # noqa: E402 - the same
from django.utils import timezone  # noqa: E402 - the same

from accounts.models import User  # noqa: E402 - the same

from .acted import SLUG  # noqa: E402 - the same
from .crowd import gather, publish  # noqa: E402 - the same
from .lines import line_of  # noqa: E402 - the same
from .raced import (  # noqa: E402 - the same
    act_and_act,
    broken,
    erase_and_act,
    later_by_the_clock,
    publish_and_act,
    withdraw_and_look,
)

ROUNDS = {"small": 30, "full": 1_000}
PEOPLE = 3
# Each race, and what it must not show by itself.
RACES = {
    "act against act": (act_and_act, ""),
    "withdraw against gate": (withdraw_and_look, "a gate that opens again, or stays open"),
    "erase against act": (erase_and_act, "something that stays of who was erased"),
    # Last, for the versions that it leaves take their time to read.
    "publish against act": (publish_and_act, ""),
}


def run(scale: str) -> Iterator[dict[str, object]]:
    """Give a line for each race and each thing that must be true after it: how often it was not."""
    with postgres(DATABASE):
        call_command("migrate", verbosity=0)
        gather(PEOPLE, now=timezone.now())
        publish(SLUG, now=timezone.now())
        people = list(User.objects.filter(email__endswith="@crowd.example").order_by("pk"))
        for name, (race, what_not) in RACES.items():
            found = [race(people) for _round in range(ROUNDS[scale])]
            taken, wrong = sum(one.taken for one in found), sum(one.wrong for one in found)
            shown = {what_not: wrong} if what_not else {}
            for what, count in (shown | broken()).items():
                case = f"{name}, {ROUNDS[scale]} rounds, {taken} answers taken: {what}"
                yield line_of("races", case, count, "times", "never", 0, 0.0 if count else 1.0, ROUNDS[scale])
        case, late = (
            "publish against act: an act later by the clock than the publication",
            later_by_the_clock(),
        )
        yield line_of("races", case, late, "times", "never", 0, 0.0 if late else 1.0, ROUNDS[scale])
        connections.close_all()
