"""What the tests of webhooks share."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from notifications.models import WebhookDelivery, WebhookEndpoint
from tests.conftest import NOW

EARLIER = NOW - timedelta(days=1)
MakeWebhook = Callable[..., WebhookEndpoint]


def told(endpoint: WebhookEndpoint) -> list[dict[str, Any]]:
    """Give the messages that an endpoint is to get, the oldest first."""
    found = WebhookDelivery.objects.filter(endpoint=endpoint).order_by("pk")
    return [json.loads(bytes(delivery.payload)) for delivery in found]


def only() -> WebhookDelivery:
    """Give the only delivery."""
    return WebhookDelivery.objects.get()
