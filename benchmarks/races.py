"""What happens at the same moment: publishing against acting, and acting against acting, over and over.

PostgreSQL at `BENCH_POSTGRES_URL`, on a database of its own. In each round several people, or one
person in several tabs, act on forms that lie open, in one race while the next version is published.
Afterwards everything that was recorded is held against what must be true of it.
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
from .raced import act_and_act, broken, later_by_the_clock, publish_and_act  # noqa: E402 - the same

ROUNDS = {"small": 30, "full": 1_000}
PEOPLE = 3


def run(scale: str) -> Iterator[dict[str, object]]:
    """Give a line for each race and each thing that must be true after it: how often it was not."""
    with postgres(DATABASE):
        call_command("migrate", verbosity=0)
        gather(PEOPLE, now=timezone.now())
        publish(SLUG, now=timezone.now())
        people = list(User.objects.filter(email__endswith="@crowd.example").order_by("pk"))
        for name, race in (("publish against act", publish_and_act), ("act against act", act_and_act)):
            taken = sum(race(people) for _round in range(ROUNDS[scale]))
            for what, count in broken().items():
                case = f"{name}, {ROUNDS[scale]} rounds, {taken} answers taken: {what}"
                yield line_of("races", case, count, "times", "never", 0, 0.0 if count else 1.0, ROUNDS[scale])
        case, late = (
            "publish against act: an act later by the clock than the publication",
            later_by_the_clock(),
        )
        yield line_of("races", case, late, "times", "never", 0, 0.0 if late else 1.0, ROUNDS[scale])
        connections.close_all()
