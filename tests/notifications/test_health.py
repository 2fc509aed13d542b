"""Whether the site lives and each of its parts is ready, told to whoever watches it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from policies.models import PolicyVersion
from policies.triggers import POLICY_TRIGGERS, drop_triggers

from .brokers import Broker
from .mail_servers import mute_port, silent_port
from .records import planned

BROKER_IS_DOWN = "The broker does not answer. Notices go on with manage.py run_notices."


def test_a_living_site_says_so_without_asking_anybody(
    client: Client, django_assert_num_queries: Any, db: None
) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_a_site_without_a_broker_is_ready(client: Client, db: None) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "parts": {"database": "ok", "broker": "not used", "notices": "ok"},
    }


def test_a_site_whose_broker_answers_is_ready(
    client: Client, db: None, broker: Broker, settings: Any
) -> None:
    settings.CELERY_BROKER_URL = broker.url

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "parts": {"database": "ok", "broker": "ok", "notices": "ok"}}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("scheme", ["redis", "amqp"])
@pytest.mark.parametrize("open_port", [silent_port, mute_port])
def test_a_broker_that_does_not_answer_is_named(
    client: Client,
    db: None,
    settings: Any,
    scheme: str,
    open_port: Callable[[], AbstractContextManager[int]],
) -> None:
    with open_port() as port:
        settings.CELERY_BROKER_URL = f"{scheme}://127.0.0.1:{port}"

        answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "parts": {"database": "ok", "broker": BROKER_IS_DOWN, "notices": "ok"},
    }


def test_a_broker_that_lets_us_not_in_is_named(
    client: Client, db: None, broker: Broker, settings: Any
) -> None:
    parts = urlsplit(broker.url)
    settings.CELERY_BROKER_URL = f"{parts.scheme}://nobody:wrong@{parts.hostname}:{parts.port}{parts.path}"

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["parts"]["broker"] == BROKER_IS_DOWN


def test_a_database_that_would_let_evidence_change_is_named(client: Client, db: None) -> None:
    name = "version_unchanged_once_published"
    drop_triggers(connection, [trigger for trigger in POLICY_TRIGGERS if trigger.name == name])

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["parts"]["database"] == f"Triggers are missing: {name}. Run manage.py migrate."


def test_readiness_names_the_notices_where_something_is_broken(
    client: Client, alice: User, version: PolicyVersion
) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["parts"]["notices"] == (
        "A published version has no campaign. Start a worker and beat, or run manage.py run_notices."
        " What people did is not being sealed. Start beat and a worker, or run manage.py run_notices."
    )


def test_readiness_is_given_while_notices_are_on_their_way(
    client: Client, alice: User, current_version: PolicyVersion
) -> None:
    planned(timezone.now())

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["parts"]["notices"]) == (200, "ok")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_answer_is_never_kept_and_nothing_can_be_posted(client: Client, db: None, path: str) -> None:
    kept, posted = client.head(path), client.post(path)

    assert "no-store" in kept["Cache-Control"]
    assert posted.status_code == 405
