"""Webhooks that are switched off, messages that are sent again, and who carries them."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from demo.sink import Sink
from notifications.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from notifications.services import (
    CannotSendAgain,
    WebhookIsOff,
    disable_webhook,
    plan_webhooks,
    send_again,
    send_webhooks,
)
from notifications.tasks import carry_webhooks
from policies.models import PolicyVersion
from tests.conftest import NOW

from .hooks import MakeWebhook, only
from .records import at
from .web_servers import Receiver


def test_a_webhook_that_is_switched_off_is_not_posted_to(
    version: PolicyVersion, webhook: WebhookEndpoint, receiver: Receiver
) -> None:
    plan_webhooks(now=NOW)
    disable_webhook(endpoint_id=webhook.pk, reason="It moved.", now=NOW)

    delivered = send_webhooks(clock=at(NOW))

    assert (delivered, receiver.received) == (0, [])
    assert (only().state, only().last_error) == (DeliveryState.FAILED, "The webhook was switched off.")


def test_a_webhook_is_switched_off_once(webhook: WebhookEndpoint) -> None:
    disable_webhook(endpoint_id=webhook.pk, reason="It moved.", now=NOW)

    with pytest.raises(WebhookIsOff, match="switched off already"):
        disable_webhook(endpoint_id=webhook.pk, reason="It moved again.", now=NOW)

    webhook.refresh_from_db()
    assert webhook.disabled_reason == "It moved."


def test_a_failed_message_can_be_sent_again_under_the_same_id_with_all_its_attempts(
    version: PolicyVersion, webhook: WebhookEndpoint, receiver: Receiver
) -> None:
    plan_webhooks(now=NOW)
    event_id = only().event_id
    WebhookDelivery.objects.update(
        state=DeliveryState.FAILED, due_at=None, attempt=8, last_error="The server answered with status 500."
    )
    send_again(delivery_id=only().pk, now=NOW)

    delivered = send_webhooks(clock=at(NOW))

    assert delivered == 1
    assert receiver.received[0].headers["webhook-id"] == event_id
    assert (only().state, only().attempt) == (DeliveryState.DELIVERED, 1)


def test_what_is_on_its_way_or_has_nowhere_to_go_is_not_sent_again(
    version: PolicyVersion, webhook: WebhookEndpoint
) -> None:
    plan_webhooks(now=NOW)
    with pytest.raises(CannotSendAgain):
        send_again(delivery_id=only().pk, now=NOW)
    disable_webhook(endpoint_id=webhook.pk, reason="It moved.", now=NOW)

    with pytest.raises(CannotSendAgain):
        send_again(delivery_id=only().pk, now=NOW)

    assert only().state == DeliveryState.FAILED


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": DeliveryState.PENDING, "due_at": None},
        {"state": DeliveryState.DELIVERED, "due_at": NOW},
        {"state": DeliveryState.FAILED, "due_at": None, "last_error": ""},
        {"kind": "version.guessed"},
    ],
)
def test_a_delivery_that_makes_no_sense_is_refused_by_the_database(
    version: PolicyVersion, webhook: WebhookEndpoint, wrong: dict[str, Any]
) -> None:
    plan_webhooks(now=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookDelivery.objects.update(**wrong)


def test_looking_for_what_is_due_costs_one_query(webhook: WebhookEndpoint) -> None:
    with CaptureQueriesContext(connection) as asked:
        send_webhooks(clock=at(NOW))

    assert len(asked) == 1


def test_the_task_plans_and_sends_and_does_no_harm_twice(
    make_webhook: MakeWebhook, receiver: Receiver, current_version: PolicyVersion
) -> None:
    make_webhook(receiver.address)

    delivered = carry_webhooks(), carry_webhooks()

    assert delivered == (1, 0)
    assert len(receiver.received) == 1


def test_without_a_broker_run_notices_sends_them_after_the_mail(
    alice: User, make_webhook: MakeWebhook, receiver: Receiver, current_version: PolicyVersion, mailbox: Sink
) -> None:
    make_webhook(receiver.address, now=timezone.now() - timedelta(days=1))
    output = StringIO()

    call_command("run_notices", stdout=output)

    assert output.getvalue().endswith("newly unknown 0.\nWebhooks delivered 1.\n")
    assert len(receiver.received) == 1
