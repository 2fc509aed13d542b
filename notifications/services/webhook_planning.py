"""Find what happened and was not yet written to the programs that want to hear of it.

The planner asks "which event since a webhook was added has no delivery?", so it can be stopped anywhere,
run twice at once, and started again.
"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from policies.models import PolicyVersion, Recall
from policies.selectors import Publication, Register, load_register

from ..events import campaign_finished, event_id, version_published, version_recalled
from ..models import Campaign, CampaignKind, EventKind, WebhookDelivery, WebhookEndpoint
from ..selectors import progress

Source = PolicyVersion | Recall | Campaign


def plan_webhooks(*, now: datetime) -> int:
    """Make the deliveries that are missing at `now`; returns how many were missing.

    What happened before a webhook was added is not told to it, and imported history to nobody.
    """
    endpoints = WebhookEndpoint.objects.filter(is_active=True).order_by("pk")
    missing = [(endpoint, kind, source) for endpoint in endpoints for kind, source in untold(endpoint)]
    if not missing:
        return 0
    # Read after the events were found, so that it holds the version of each.
    register = load_register()
    WebhookDelivery.objects.bulk_create(
        [delivery(endpoint, kind, source, register, now) for endpoint, kind, source in missing],
        ignore_conflicts=True,
    )
    return len(missing)


def untold(endpoint: WebhookEndpoint) -> Iterator[tuple[EventKind, Source]]:
    """Give the events that an endpoint wants and has no delivery of, each with the row that it stands in."""
    since = endpoint.created_at
    sources: dict[EventKind, tuple[QuerySet[Any], str]] = {
        EventKind.VERSION_PUBLISHED: (
            PolicyVersion.objects.filter(published_at__gte=since, imported_at=None),
            "pk",
        ),
        EventKind.VERSION_RECALLED: (Recall.objects.filter(recalled_at__gte=since), "version"),
        EventKind.CAMPAIGN_FINISHED: (
            Campaign.objects.filter(kind=CampaignKind.ANNOUNCEMENT, finished_at__gte=since),
            "version",
        ),
    }
    for kind, (rows, version) in sources.items():
        told = WebhookDelivery.objects.filter(endpoint=endpoint, kind=kind, version=OuterRef(version))
        if kind in endpoint.kinds:
            for row in rows.filter(~Exists(told)).order_by("pk"):
                yield kind, row


def delivery(
    endpoint: WebhookEndpoint, kind: EventKind, source: Source, register: Register, now: datetime
) -> WebhookDelivery:
    """Give the delivery of one event to one endpoint, due at once."""
    version_id = source.pk if isinstance(source, PolicyVersion) else source.version_id
    publication = register.by_id[version_id]
    return WebhookDelivery(
        endpoint=endpoint,
        version_id=version_id,
        kind=kind,
        event_id=event_id(kind, publication),
        payload=payload(source, publication),
        due_at=now,
        created_at=now,
    )


def payload(source: Source, publication: Publication) -> bytes:
    """Give the message about an event; it is kept, so that every attempt sends the same bytes."""
    match source:
        case Campaign():
            return campaign_finished(publication, source, asdict(progress(source)))
        case Recall():
            return version_recalled(publication, source.recalled_at)
        case PolicyVersion():
            return version_published(publication)
