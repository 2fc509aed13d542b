"""Which program is told of what: each event once, whoever plans it and however often."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from demo.sink import Sink
from notifications.models import EventKind, WebhookDelivery
from notifications.services import disable_webhook, plan_campaigns, plan_webhooks, run_due, webhook_planning
from policies.models import PolicyVersion
from policies.selectors import load_register
from policies.services import import_history, recall_version
from tests.conftest import NOW

from .hooks import EARLIER, MakeWebhook, told
from .records import answer, at, planned


def test_a_published_version_is_told_with_all_that_a_shop_needs(
    alice: User, version: PolicyVersion, make_webhook: MakeWebhook
) -> None:
    webhook = make_webhook()

    made = plan_webhooks(now=NOW)

    (message,) = told(webhook)
    assert made == 1
    assert message == {
        "type": "version.published",
        "timestamp": "2026-03-02T09:00:00.000000+00:00",
        "data": {
            "policy": "privacy",
            "name": "Privacy policy",
            "version": 1,
            "url": f"{settings.SITE_URL}/policies/privacy/versions/1/",
            "kind": "PRIVACY_NOTICE",
            "change_class": "MATERIAL",
            "published_at": "2026-03-02T09:00:00.000000+00:00",
            "effective_at": "2026-04-02T09:00:00.000000+00:00",
            "review_url": f"{settings.SITE_URL}/me/review/privacy/",
            "texts": {
                "en": {
                    "title": "Privacy policy",
                    "summary": "We keep orders for longer.",
                    "reason": "A new supplier.",
                }
            },
        },
    }


def test_a_recall_is_told(version: PolicyVersion, make_webhook: MakeWebhook, approver: User) -> None:
    webhook = make_webhook(kinds=[EventKind.VERSION_RECALLED])
    recall_version(version_id=version.pk, reason="An error.", recalled_by=approver, now=NOW)

    plan_webhooks(now=NOW)

    (message,) = told(webhook)
    assert message["type"] == "version.recalled"
    assert message["data"] == {
        "policy": "privacy",
        "name": "Privacy policy",
        "version": 1,
        "url": f"{settings.SITE_URL}/policies/privacy/versions/1/",
        "recalled_at": "2026-03-02T09:00:00.000000+00:00",
    }


def test_a_campaign_that_is_done_is_told_with_its_sums_and_nobodys_name(
    alice: User, version: PolicyVersion, make_webhook: MakeWebhook, mailbox: Sink
) -> None:
    webhook = make_webhook(kinds=[EventKind.CAMPAIGN_FINISHED])
    planned()
    run_due(clock=at(NOW))
    answer(alice, version)
    plan_webhooks(now=NOW)
    before = told(webhook)
    plan_campaigns(now=NOW + timedelta(days=31))

    plan_webhooks(now=NOW + timedelta(days=31))

    (message,) = told(webhook)
    assert before == []
    assert message["type"] == "campaign.finished"
    assert message["data"]["state"] == "DONE"
    assert message["data"]["notices"] == {
        "notices": 1,
        "accepted": 1,
        "failed": 0,
        "unknown": 0,
        "skipped": 0,
        "cancelled": 0,
        "bounced": 0,
        "complained": 0,
    }
    assert alice.email not in json.dumps(message)


def test_a_campaign_that_was_cancelled_is_told_with_the_reason(
    alice: User, version: PolicyVersion, make_webhook: MakeWebhook, approver: User
) -> None:
    webhook = make_webhook(kinds=[EventKind.CAMPAIGN_FINISHED])
    planned()
    recall_version(version_id=version.pk, reason="An error.", recalled_by=approver, now=NOW)
    plan_campaigns(now=NOW)

    plan_webhooks(now=NOW)

    (message,) = told(webhook)
    assert (message["data"]["state"], message["data"]["reason"]) == (
        "CANCELLED",
        "The version was recalled.",
    )


def test_every_webhook_has_its_own_delivery_of_what_it_wants(
    version: PolicyVersion, make_webhook: MakeWebhook
) -> None:
    one, other, third = make_webhook(), make_webhook(), make_webhook(kinds=[EventKind.VERSION_RECALLED])

    made = plan_webhooks(now=NOW)

    assert made == 2
    assert [len(told(webhook)) for webhook in (one, other, third)] == [1, 1, 0]


def test_planning_twice_makes_nothing_twice(version: PolicyVersion, make_webhook: MakeWebhook) -> None:
    make_webhook()

    made = plan_webhooks(now=NOW), plan_webhooks(now=NOW + timedelta(days=1))

    assert made == (1, 0)
    assert WebhookDelivery.objects.count() == 1


def test_of_two_that_plan_at_once_both_finish_and_one_delivery_is_there(
    version: PolicyVersion, make_webhook: MakeWebhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_webhook()

    def meanwhile() -> Any:
        monkeypatch.setattr(webhook_planning, "load_register", load_register)
        plan_webhooks(now=NOW)
        return load_register()

    monkeypatch.setattr(webhook_planning, "load_register", meanwhile)

    plan_webhooks(now=NOW)

    assert WebhookDelivery.objects.count() == 1


def test_what_happened_before_a_webhook_was_added_is_not_told_to_it(
    version: PolicyVersion, make_webhook: MakeWebhook
) -> None:
    make_webhook(now=NOW)
    make_webhook(now=NOW + timedelta(microseconds=1))

    assert plan_webhooks(now=NOW + timedelta(days=1)) == 1


def test_what_was_published_while_nobody_planned_is_told_later(
    version: PolicyVersion, make_webhook: MakeWebhook
) -> None:
    webhook = make_webhook(now=EARLIER)

    plan_webhooks(now=NOW + timedelta(days=30))

    assert len(told(webhook)) == 1


def test_drafts_and_imported_history_are_told_to_nobody(
    make_draft: Callable[..., PolicyVersion], make_webhook: MakeWebhook, tmp_path: Path
) -> None:
    make_webhook(now=NOW - timedelta(days=10_000))
    (tmp_path / "1.md").write_text("# Privacy\n\nWe keep orders.\n")
    (tmp_path / "manifest.csv").write_text("number,file,committed_at\n1,1.md,2019-05-14T12:00:00+00:00\n")
    import_history(slug="privacy", folder=tmp_path, language="en", now=NOW)
    make_draft()

    assert plan_webhooks(now=NOW) == 0


def test_a_webhook_that_is_off_is_told_nothing(version: PolicyVersion, make_webhook: MakeWebhook) -> None:
    webhook = make_webhook()
    disable_webhook(endpoint_id=webhook.pk, reason="It moved.", now=NOW)

    assert plan_webhooks(now=NOW) == 0


def test_the_id_of_an_event_is_the_same_wherever_it_is_told_and_another_for_each_event(
    version: PolicyVersion, make_webhook: MakeWebhook, approver: User
) -> None:
    make_webhook()
    make_webhook()
    recall_version(version_id=version.pk, reason="An error.", recalled_by=approver, now=NOW)
    plan_webhooks(now=NOW)

    ids = WebhookDelivery.objects.order_by("endpoint", "kind").values_list("event_id", flat=True)

    assert (len(ids), len(set(ids))) == (4, 2)
    assert ids[0] == ids[2] != ids[1] == ids[3]
    assert not [identity for identity in ids if "." in identity]


def test_no_event_is_told_twice_to_a_webhook_even_by_hand(
    version: PolicyVersion, make_webhook: MakeWebhook
) -> None:
    make_webhook()
    plan_webhooks(now=NOW)
    delivery = WebhookDelivery.objects.get()
    delivery.pk, delivery.event_id = None, "msg_other"

    with pytest.raises(IntegrityError), transaction.atomic():
        delivery.save(force_insert=True)


def test_looking_costs_the_same_however_much_was_told(
    version: PolicyVersion, make_version: Callable[..., PolicyVersion], make_webhook: MakeWebhook
) -> None:
    with CaptureQueriesContext(connection) as without:
        plan_webhooks(now=NOW)
    make_webhook()
    for day in range(3):
        make_version(published_at=NOW + timedelta(days=day), body=f"We keep orders for {day} years.")
        plan_webhooks(now=NOW + timedelta(days=day))

    with CaptureQueriesContext(connection) as nothing_new:
        plan_webhooks(now=NOW + timedelta(days=3))

    assert (len(without), len(nothing_new)) == (1, 4)
