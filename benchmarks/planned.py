"""What the benchmark of planning does in processes of its own, on the database that DATABASE_URL names."""

import resource
import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - models need the set-up above
from django.db import connection  # noqa: E402 - the same
from django.utils import timezone  # noqa: E402 - the same

from accounts.models import User  # noqa: E402 - the same
from notifications.models import Campaign, CampaignState, Notice  # noqa: E402 - the same
from notifications.services import plan_campaigns  # noqa: E402 - the same
from policies.services import publish_version  # noqa: E402 - the same

from .crowd import approved, desk  # noqa: E402 - the same

# Copies of one person, under keys and addresses of their own. It counts as PostgreSQL and SQLite both can.
PEOPLE = """
INSERT INTO accounts_user (email, {columns})
WITH RECURSIVE series (number) AS (
    SELECT {first} UNION ALL SELECT number + 1 FROM series WHERE number < {last}
)
SELECT 'person-' || series.number || '@crowd.example', {columns}
FROM series, accounts_user AS person WHERE person.email = 'person-0@crowd.example'
"""


def fill(people: int) -> None:
    """Make as many customers as are missing, so that there are `people`."""
    call_command("migrate", verbosity=0)
    joined = timezone.now() - timedelta(days=400)
    known = {"password": "!", "country": "US", "date_joined": joined}
    User.objects.get_or_create(email="person-0@crowd.example", defaults=known)
    there = User.objects.filter(email__startswith="person-").count()
    known_columns = [field.name for field in User._meta.concrete_fields]  # noqa: SLF001 - documented for all to use
    columns = ", ".join(name for name in known_columns if name not in {"id", "email"})
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE.format(columns=columns, first=there, last=people - 1))
        tidy(cursor)


def round_of(people: int) -> tuple[float, float, float]:
    """Publish, then plan for everyone; gives the seconds of each, and the largest memory in MB."""
    clear()
    now = timezone.now()
    draft, publisher = approved(f"bench-{uuid4().hex}", now=now), desk("approver", now)
    began = time.perf_counter()
    version = publish_version(version_id=draft.pk, published_by=publisher, now=now)
    published = time.perf_counter()
    made = plan_campaigns(now=now)
    planned = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    if not made == people == Notice.objects.filter(campaign__version=version).count():
        raise LookupError(f"{made} notices were made for {people} people.")
    return published - began, planned - published, memory


def clear() -> None:
    """Leave no notice of a round before, and nothing of it to be planned."""
    running = Campaign.objects.filter(state=CampaignState.RUNNING)
    running.update(state=CampaignState.DONE, finished_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM notifications_notice")
        cursor.execute("DELETE FROM notifications_chunk")
        tidy(cursor)


def tidy(cursor: Any) -> None:
    """Count anew and clear away what was deleted, as autovacuum has long done on a site of that size."""
    cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
