"""Reports at the desk, beside the same figures counted live over everyone in the same run, on PostgreSQL.

A policy with 20 versions, most people concerned by all of them. Everyone's record of the newest
version is full; of the older ones one person in a hundred was told. Each version was counted on 60 days.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import django

from .databases import postgres, postgres_url

os.environ["DATABASE_URL"] = postgres_url("policysite_bench_report")
os.environ |= {"LOG_LEVEL": "ERROR", "CELERY_BROKER_URL": ""}
django.setup()

from django.conf import settings  # noqa: E402 - the same
from django.core.management import call_command  # noqa: E402 - models need the set-up above
from django.db import connection, connections  # noqa: E402 - the same
from django.test import Client  # noqa: E402 - the same
from django.utils import timezone  # noqa: E402 - the same

from acceptance.models import Presentation, Tally  # noqa: E402 - the same
from acceptance.selectors import people_by_state  # noqa: E402 - the same
from acceptance.services import count_people  # noqa: E402 - the same
from accounts.models import User  # noqa: E402 - the same
from accounts.places import EEA  # noqa: E402 - the same
from policies.models import ChangeClass, PolicyKind, PolicyVersion  # noqa: E402 - the same
from policies.selectors import load_register, load_rule_book  # noqa: E402 - the same
from policies.services import create_policy, save_text  # noqa: E402 - the same

from .crowd import desk  # noqa: E402 - the same

PEOPLE = {"small": 20_000, "full": 1_000_000}
REQUESTS = {"small": 10, "full": 30}
VERSIONS, DAYS, LIMIT = 20, 60, 100
COUNTRIES = sorted(EEA | {"US", "GB", "CH", "CA", "AU"})
SLUG = "benchmark"

CROWD = """
INSERT INTO accounts_user (email, password, is_superuser, guardian_email, language, country, time_zone,
    is_service, is_active, is_staff, date_joined)
SELECT 'person-' || n || '@crowd.example', '!', FALSE, '', (ARRAY['en', 'de', 'fr'])[1 + n / 40 %% 3],
    (%(countries)s::text[])[1 + n %% %(count)s], 'Europe/Berlin', FALSE, n %% 200 <> 0, FALSE,
    %(now)s - CASE WHEN n %% 10 < 7 THEN 900 ELSE n / 10 %% 600 END * INTERVAL '1 day'
FROM generate_series(1, %(people)s) AS n
"""
# Six in ten accepted the newest version, two an older one, and one in fifty declined the newest.
ACCEPTED = """
FROM accounts_user AS person JOIN policies_policyversion AS version ON version.number = CASE
    WHEN person.id %% 10 < 6 THEN %(newest)s
    WHEN person.id %% 10 < 8 THEN 1 + person.id / 10 %% (%(newest)s - 1)
    WHEN person.id %% 50 = 9 THEN %(newest)s END
JOIN policies_policytext AS text ON text.version_id = version.id
WHERE person.email LIKE '%%@crowd.example'
"""
ACTS = f"""
INSERT INTO acceptance_act
    (id, user_id, version_id, text_id, kind, at, channel, presentation_id, acted_by_id, note)
SELECT gen_random_uuid(), person.id, version.id, text.id,
    CASE WHEN person.id %% 10 = 9 THEN 'DECLINED' ELSE 'ACKNOWLEDGED' END,
    version.effective_at + person.id %% 777600 * INTERVAL '1 second', 'WEB', %(presentation)s, person.id, ''
{ACCEPTED}
"""
STANDINGS = f"""
INSERT INTO acceptance_standing
    (user_id, policy_id, accepted_version_id, accepted_kind, declined_version_id, updated_at)
SELECT person.id, version.policy_id, CASE WHEN person.id %% 10 < 9 THEN version.id END,
    CASE WHEN person.id %% 10 < 9 THEN 'ACKNOWLEDGED' ELSE '' END,
    CASE WHEN person.id %% 10 = 9 THEN version.id END, %(now)s
{ACCEPTED}
"""
# Each kind: of how many in a hundred people, and how many days after publication.
MET = {"NOTIFIED": (95, 0), "RETURNED": (1, 1), "SHOWN": (40, 20), "USED": (55, 33)}
EXPOSURES = """
INSERT INTO acceptance_exposure (user_id, version_id, kind, at)
SELECT person.id, version.id, CAST(%(kind)s AS TEXT), version.published_at + %(days)s * INTERVAL '1 day'
FROM accounts_user AS person, policies_policyversion AS version
WHERE (person.id / 10 + %(days)s * 13) %% 100 < %(share)s AND person.email LIKE '%%@crowd.example'
    AND (version.number = %(newest)s
        OR CAST(%(kind)s AS TEXT) = 'NOTIFIED' AND (person.id + version.id) %% 100 = 0)
"""
HISTORY = """
INSERT INTO acceptance_tally
    (version_id, date, begun_at, counted_at, seconds, is_final, people, never_accepted)
SELECT version_id, date - n, begun_at - n * INTERVAL '1 day', counted_at - n * INTERVAL '1 day', seconds,
    is_final, people, never_accepted
FROM acceptance_tally, generate_series(1, %s) AS n
"""
BARE = "SELECT country, language, COUNT(*) FROM accounts_user GROUP BY 1, 2"


def run(scale: str) -> Iterator[dict[str, object]]:
    """Give the lines of the pages, beside 100 ms and beside counting live, and what counting costs."""
    with postgres("policysite_bench_report"), tempfile.TemporaryDirectory() as settings.STATIC_ROOT:
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("migrate", verbosity=0)
        fill(PEOPLE[scale])
        now = timezone.now()
        if count_people(now=now) != VERSIONS:
            raise LookupError("Not every version was counted.")
        with connection.cursor() as cursor:
            cursor.execute(HISTORY, [DAYS])
            cursor.execute("ANALYZE")
        yield from lines(PEOPLE[scale], REQUESTS[scale])
        connections.close_all()


def lines(people: int, requests: int) -> Iterator[dict[str, object]]:
    """Give all lines."""
    register = load_register()
    newest = register.of(SLUG)[-1]
    last = Tally.objects.filter(is_final=False).latest("date")
    every = sum(Tally.objects.filter(date=last.date).values_list("seconds", flat=True))
    live = timed(lambda: people_by_state(newest, register, load_rule_book()), 3)
    with connection.cursor() as cursor:
        bare = timed(lambda: cursor.execute(BARE), 3)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(desk("author", timezone.now()))
    pages = {
        f"report on {VERSIONS} versions": f"/desk/policies/{SLUG}/report/",
        f"report on one version, {DAYS} days": f"/desk/versions/{newest.version_id}/report/",
        "first page of who never accepted": f"/desk/versions/{newest.version_id}/never-accepted/",
        "first page of answers": f"/desk/versions/{newest.version_id}/answers/",
    }
    took = {name: timed(lambda: opened(client, address), requests) for name, address in pages.items()}  # noqa: B023 - called at once
    for name, milliseconds in took.items():
        yield line(f"{people} people, {name}", milliseconds, f"{LIMIT} ms", LIMIT, requests)
    whole, one, *_rest = took.items()
    yield line(f"{people} people, {whole[0]}", whole[1], "each counted live", every * 1000, 1)
    yield line(f"{people} people, {one[0]}", one[1], "counted live", live, 3)
    case = f"{people} people, counting one version in the background"
    yield line(case, live, "a bare GROUP BY over people", bare, 3)


def line(case: str, value: float, reference: str, reference_value: float, runs: int) -> dict[str, object]:
    """Give one line, of milliseconds."""
    return {
        "benchmark": "report",
        "case": case,
        "value": round(value, 1),
        "unit": "ms",
        "reference": reference,
        "reference_value": round(reference_value, 1),
        "ratio": round(reference_value / value, 2),
        "runs": runs,
    }


def timed(ask: Callable[[], object], times: int) -> float:
    """Give the median of what asking so many times took, in milliseconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def opened(client: Client, address: str) -> None:
    """Open a page, which must be there."""
    if client.get(address).status_code != HTTPStatus.OK:
        raise LookupError(f"{address} does not answer; there is nothing to measure.")


def fill(people: int) -> None:
    """Make the policy, its versions, the people, and what is on record of them."""
    now = timezone.now()
    publish(VERSIONS)
    words = Presentation.objects.create(
        sha256="0" * 64, surface="REVIEW_PAGE", language="en", wording={}, markup="0" * 64, release="0"
    )
    known: dict[str, Any] = {"now": now, "newest": VERSIONS, "presentation": words.pk, "people": people}
    with connection.cursor() as cursor:
        # Triggers and foreign keys looked at for each of millions of rows take longer than all the rest.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(CROWD, known | {"countries": COUNTRIES, "count": len(COUNTRIES)})
        cursor.execute(ACTS, known)
        cursor.execute(STANDINGS, known)
        for kind, (share, days) in MET.items():
            cursor.execute(EXPOSURES, known | {"kind": kind, "share": share, "days": days})
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")
    if User.objects.filter(email__endswith="@crowd.example").count() != people:
        raise LookupError("People are missing.")


def publish(count: int) -> None:
    """Publish so many versions, a month apart; the newest has been in force for nine days."""
    policy = create_policy(slug=SLUG, kind=PolicyKind.PRIVACY_NOTICE, name="Benchmark", default_language="en")
    for number in range(1, count + 1):
        at = timezone.now() - timedelta(days=40 + 30 * (count - number))
        version = PolicyVersion.objects.create(
            policy=policy, created_at=at, change_class=ChangeClass.MATERIAL, reason="A new supplier."
        )
        save_text(version_id=version.pk, language="en", title="Benchmark", summary="More.", body=f"{number}.")
        PolicyVersion.objects.filter(pk=version.pk).update(
            number=number, published_at=at, effective_at=at + timedelta(days=31), imported_at=at
        )
