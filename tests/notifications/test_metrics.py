"""`/metrics`: figures for Prometheus, for whoever holds the token, asked of the database at each scrape."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import User
from notifications.models import Chunk
from notifications.selectors import AlarmName, measures
from notifications.services import run_due
from policies.models import PolicyVersion
from tests.conftest import NOW

from .conftest import Use
from .mail_servers import StubbornSink
from .records import at, leased, planned, statements

Scrape = Callable[[], dict[tuple[str, ...], float]]
TOKEN = "a-token-of-more-than-thirty-two-characters"


@pytest.fixture
def scrape(client: Client, settings: Any) -> Scrape:
    """Give a way to scrape as Prometheus does: `scrape()[("policysite_notices", "accepted")]`."""
    settings.METRICS_TOKEN = TOKEN

    def read() -> dict[tuple[str, ...], float]:
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        families = text_string_to_metric_families(answer.content.decode())
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in families
            for sample in family.samples
        }

    return read


def test_an_empty_site_has_every_figure_at_nought(db: None, scrape: Scrape) -> None:
    figures = scrape()

    assert set(figures.values()) == {0.0}
    assert set(figures) == {
        *(("policysite_campaigns", state) for state in ("running", "paused", "done", "cancelled")),
        *(
            ("policysite_notices", state)
            for state in ("waiting", "accepted", "failed", "unknown", "skipped", "cancelled")
        ),
        ("policysite_chunks_due",),
        ("policysite_oldest_due_age_seconds",),
        ("policysite_leases_expired",),
        *(("policysite_alarm", name.value) for name in AlarmName),
    }


def test_the_figures_are_those_of_the_database(
    make_people: Callable[..., list[User]],
    version: PolicyVersion,
    use: Use,
    tmp_path: Path,
    scrape: Scrape,
) -> None:
    people = make_people(4)
    planned()
    with use(StubbornSink(tmp_path)) as sink:
        sink.to_recipients = {people[0].email: "550 No such user", people[1].email: "451 Later"}
        run_due(clock=at(NOW))
    leased(NOW)

    figures = scrape()

    assert figures["policysite_campaigns", "running"] == 1
    assert figures["policysite_notices", "accepted"] == 2
    assert figures["policysite_notices", "failed"] == 1
    assert figures["policysite_notices", "waiting"] == 1
    assert figures["policysite_chunks_due",] == 1
    assert figures["policysite_leases_expired",] == 1
    assert figures["policysite_oldest_due_age_seconds",] > 0
    assert figures["policysite_alarm", "no_progress"] == 1
    assert figures["policysite_alarm", "version_unplanned"] == 0


def test_the_age_is_that_of_the_oldest_chunk_that_is_due(alice: User, version: PolicyVersion) -> None:
    campaign = planned()
    Chunk.objects.create(campaign=campaign, due_at=NOW + timedelta(seconds=30))

    early, later = measures(now=NOW + timedelta(seconds=20)), measures(now=NOW + timedelta(seconds=40))

    assert (early.chunks_due, early.oldest_due_age) == (1, 20.0)
    assert (later.chunks_due, later.oldest_due_age) == (2, 40.0)


def test_a_scrape_costs_eleven_queries_however_many_people_there_are_and_reads_no_notice(
    make_people: Callable[..., list[User]],
    version: PolicyVersion,
    scrape: Scrape,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("notifications.services.slices.CHUNK_SIZE", 2)
    make_people(7)
    planned()

    with CaptureQueriesContext(connection) as asked:
        scrape()

    assert len(asked) == 11
    assert not [sql for sql in statements(asked) if "notifications_notice" in sql or "accounts_" in sql]


def test_without_a_token_in_the_settings_there_is_no_such_page(
    client: Client, db: None, settings: Any
) -> None:
    settings.METRICS_TOKEN = ""

    answers = [client.get("/metrics", headers=headers) for headers in ({}, {"Authorization": "Bearer "})]

    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize(
    "sent", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer é"]
)
def test_who_has_not_the_token_learns_nothing_and_costs_no_query(
    client: Client, db: None, settings: Any, sent: str, django_assert_num_queries: Any
) -> None:
    settings.METRICS_TOKEN = TOKEN

    with django_assert_num_queries(0):
        answer = client.get("/metrics", headers={"Authorization": sent} if sent else {})

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.content == b"The token is missing or wrong.\n"


def test_a_scrape_makes_no_session_and_is_never_kept(client: Client, db: None, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN

    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    posted = client.post("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert not answer.cookies
    assert not Session.objects.exists()
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Type"].startswith("text/plain; version=")
    assert posted.status_code == 405
