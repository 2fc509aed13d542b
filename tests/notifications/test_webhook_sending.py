"""Messages to other programs: signed, at least once under one id, and tried again for a day and a half."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest

from notifications.models import DeliveryState, EventKind, WebhookDelivery, WebhookEndpoint
from notifications.posting import Answer
from notifications.services import (
    plan_webhooks,
    send_webhooks,
    webhook_sending,
)
from notifications.services.webhook_sending import LEASE, LONGEST_PAUSE, RETRY_AFTER, claim, settle
from policies.models import PolicyVersion
from tests.conftest import NOW

from .hooks import MakeWebhook, only
from .mail_servers import silent_port
from .meanwhile import closing
from .records import at
from .web_servers import Receiver, is_genuine

SECOND = timedelta(seconds=1)
MakeVersion = Callable[..., PolicyVersion]


def claimed(now: datetime = NOW) -> WebhookDelivery:
    """Claim the next attempt, as a process does that then hangs or dies."""
    delivery = claim(set(), now)
    assert delivery
    return delivery


def test_a_message_arrives_once_and_genuine(
    version: PolicyVersion, webhook: WebhookEndpoint, receiver: Receiver
) -> None:
    plan_webhooks(now=NOW)

    delivered = send_webhooks(clock=at(NOW)), send_webhooks(clock=at(NOW + timedelta(days=9)))

    (received,) = receiver.received
    delivery = only()
    assert delivered == (1, 0)
    assert is_genuine(received, webhook.secret)
    assert received.body == bytes(delivery.payload)
    assert received.headers["webhook-id"] == delivery.event_id
    assert received.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert received.headers["content-type"] == "application/json"
    assert (delivery.state, delivery.last_status, delivery.attempt) == (DeliveryState.DELIVERED, 204, 1)
    assert (delivery.due_at, delivery.settled_at, delivery.last_error) == (None, NOW, "")


def test_a_message_that_was_tampered_with_is_not_genuine(
    version: PolicyVersion, webhook: WebhookEndpoint, receiver: Receiver, make_webhook: MakeWebhook
) -> None:
    plan_webhooks(now=NOW)
    send_webhooks(clock=at(NOW))
    (received,) = receiver.received
    other = make_webhook()

    assert not is_genuine(received, other.secret)
    assert not is_genuine(
        type(received)(received.path, received.headers, received.body + b" "), webhook.secret
    )
    later = dict(received.headers) | {"webhook-timestamp": "1"}
    assert not is_genuine(type(received)(received.path, later, received.body), webhook.secret)


def test_every_secret_is_long_and_another_one(make_webhook: MakeWebhook) -> None:
    one, other = make_webhook(), make_webhook()

    assert one.secret.startswith("whsec_")
    assert len(one.secret) == len("whsec_") + 44
    assert one.secret != other.secret


def test_a_process_that_dies_between_post_and_settling_leaves_what_is_sent_again_under_one_id(
    version: PolicyVersion, webhook: WebhookEndpoint, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_webhooks(now=NOW)

    def die(**_arguments: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(webhook_sending, "settle", die)
    with pytest.raises(SystemExit):
        send_webhooks(clock=at(NOW))
    monkeypatch.setattr(webhook_sending, "settle", settle)
    early = send_webhooks(clock=at(NOW + LEASE - SECOND))

    late = send_webhooks(clock=at(NOW + LEASE))

    first, second = receiver.received
    assert (early, late) == (0, 1)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert first.body == second.body
    assert is_genuine(first, webhook.secret)
    assert is_genuine(second, webhook.secret)
    assert (only().state, only().attempt) == (DeliveryState.DELIVERED, 2)


def test_what_one_process_has_in_hand_no_other_takes(
    version: PolicyVersion, webhook: WebhookEndpoint, receiver: Receiver
) -> None:
    plan_webhooks(now=NOW)
    claimed()

    delivered = send_webhooks(clock=at(NOW + SECOND))

    assert (delivered, receiver.received) == (0, [])


def test_a_failed_attempt_is_made_again_after_longer_and_longer_pauses_and_then_no_more(
    version: PolicyVersion, webhook: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.status = 500
    plan_webhooks(now=NOW)
    now, pauses = NOW, []

    while only().state == DeliveryState.PENDING:
        send_webhooks(clock=at(now))
        due_at = only().due_at
        pauses.append(due_at - now if due_at else None)
        now = due_at or now

    delivery = only()
    assert pauses == [*RETRY_AFTER, None]
    assert (delivery.state, delivery.attempt, delivery.settled_at) == (DeliveryState.FAILED, 8, now)
    assert (delivery.last_status, delivery.last_error) == (500, "The server answered with status 500.")
    assert len(receiver.received) == 8
    assert len({received.headers["webhook-id"] for received in receiver.received}) == 1
    assert now - NOW == sum(RETRY_AFTER, timedelta())
    assert send_webhooks(clock=at(now + timedelta(days=9))) == 0


def test_before_its_moment_a_failed_attempt_is_not_made_again(
    version: PolicyVersion, webhook: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.status = 500
    plan_webhooks(now=NOW)
    send_webhooks(clock=at(NOW))
    receiver.status = 200

    early = send_webhooks(clock=at(NOW + RETRY_AFTER[0] - SECOND))
    due = send_webhooks(clock=at(NOW + RETRY_AFTER[0]))

    assert (early, due) == (0, 1)
    assert (only().state, only().last_error) == (DeliveryState.DELIVERED, "")


def test_a_server_that_is_away_is_tried_again(version: PolicyVersion, make_webhook: MakeWebhook) -> None:
    with silent_port() as port:
        make_webhook(f"http://127.0.0.1:{port}/", kinds=[EventKind.VERSION_PUBLISHED])
        plan_webhooks(now=NOW)
        send_webhooks(clock=at(NOW))

    assert only().due_at == NOW + RETRY_AFTER[0]
    assert only().last_status is None
    assert only().last_error == "The connection failed: ConnectionRefusedError."


def test_a_redirect_is_a_failure(
    version: PolicyVersion, webhook: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.status, receiver.headers = 308, {"Location": receiver.address}
    plan_webhooks(now=NOW)

    send_webhooks(clock=at(NOW))

    assert len(receiver.received) == 1
    assert (only().state, only().last_status) == (DeliveryState.PENDING, 308)


@pytest.mark.parametrize(
    ("asked", "pause"), [("60", timedelta(seconds=60)), ("1", RETRY_AFTER[0]), ("999999", LONGEST_PAUSE)]
)
def test_a_server_that_asks_for_patience_gets_it_within_a_day(
    version: PolicyVersion, webhook: WebhookEndpoint, receiver: Receiver, asked: str, pause: timedelta
) -> None:
    receiver.status, receiver.headers = 429, {"Retry-After": asked}
    plan_webhooks(now=NOW)

    send_webhooks(clock=at(NOW))

    assert only().due_at == NOW + pause


def test_a_server_that_is_gone_is_told_nothing_more(
    version: PolicyVersion, webhook: WebhookEndpoint, receiver: Receiver, make_version: MakeVersion
) -> None:
    make_version(published_at=NOW + SECOND, body="We keep orders for seven years.")
    receiver.status = 410
    plan_webhooks(now=NOW + SECOND)

    send_webhooks(clock=at(NOW + SECOND))

    webhook.refresh_from_db()
    gone, other = WebhookDelivery.objects.order_by("pk")
    assert (webhook.is_active, webhook.disabled_reason) == (False, "The server answered with status 410.")
    assert (gone.state, gone.last_status) == (DeliveryState.FAILED, 410)
    assert (other.state, other.last_error) == (DeliveryState.FAILED, "The webhook was switched off.")
    assert len(receiver.received) == 1


def test_a_private_address_is_refused_where_the_setting_does_not_allow_it(
    version: PolicyVersion, webhook: WebhookEndpoint, receiver: Receiver, settings: Any
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False
    plan_webhooks(now=NOW)

    send_webhooks(clock=at(NOW))

    assert receiver.received == []
    assert only().state == DeliveryState.PENDING
    assert only().last_error == "The address leads into a private network."


def test_an_endpoint_that_fails_costs_one_attempt_a_round_and_keeps_nobody_else_waiting(
    version: PolicyVersion,
    webhook: WebhookEndpoint,
    make_webhook: MakeWebhook,
    make_version: MakeVersion,
    receiver: Receiver,
) -> None:
    make_version(published_at=NOW + SECOND, body="We keep orders for seven years.")
    with Receiver(status=503) as failing:
        make_webhook(failing.address, kinds=[EventKind.VERSION_PUBLISHED])
        plan_webhooks(now=NOW + SECOND)

        delivered = send_webhooks(clock=at(NOW + SECOND))

    assert delivered == 2
    assert len(receiver.received) == 2
    assert len(failing.received) == 1


def test_two_processes_at_once_post_each_message_once(
    committed: None, make_webhook: MakeWebhook, version: PolicyVersion, receiver: Receiver
) -> None:
    for _number in range(8):
        make_webhook(receiver.address, kinds=[EventKind.VERSION_PUBLISHED])
    plan_webhooks(now=NOW)
    workers = [Thread(target=closing, args=[lambda: send_webhooks(clock=at(NOW))]) for _number in range(2)]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(receiver.received) == 8
    assert set(WebhookDelivery.objects.values_list("state", "attempt")) == {(DeliveryState.DELIVERED, 1)}


def test_a_failure_that_is_reported_late_undoes_no_success(
    version: PolicyVersion, webhook: WebhookEndpoint
) -> None:
    plan_webhooks(now=NOW)
    slow = claimed()
    send_webhooks(clock=at(NOW + LEASE))

    settle(delivery=slow, answer=Answer(error="The connection failed: OSError."), now=NOW + LEASE)

    assert (only().state, only().last_error) == (DeliveryState.DELIVERED, "")


def test_a_success_counts_even_where_the_attempt_was_taken_for_dead(
    version: PolicyVersion, webhook: WebhookEndpoint
) -> None:
    plan_webhooks(now=NOW)
    slow = claimed()
    again = claimed(NOW + LEASE)

    settle(delivery=slow, answer=Answer(status=200), now=NOW + LEASE)
    settle(delivery=again, answer=Answer(status=500), now=NOW + LEASE)

    assert (only().state, only().last_status) == (DeliveryState.DELIVERED, 200)
