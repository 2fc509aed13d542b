"""Which programs are told, and what became of the messages to them."""

from django.db.models import QuerySet

from ..models import WebhookDelivery, WebhookEndpoint

# As many as a person looks through.
SHOWN = 50


def webhooks() -> QuerySet[WebhookEndpoint]:
    """Give every endpoint, those that are on first, then the newest first."""
    return WebhookEndpoint.objects.order_by("-is_active", "-pk")


def newest_deliveries() -> QuerySet[WebhookDelivery]:
    """Give the last 50 deliveries with their endpoint and version, the newest first, without the bytes."""
    found = WebhookDelivery.objects.select_related("endpoint", "version__policy").defer("payload")
    return found.order_by("-created_at", "-pk")[:SHOWN]
