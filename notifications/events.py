"""Build the messages that other programs get: what happened, and where to read it. Nobody is named."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import rfc8785
from django.conf import settings
from django.urls import reverse

from policies.canonical import instant
from policies.selectors import Publication

from .models import Campaign, EventKind

NAMESPACE = uuid.UUID("0b7b3c5e-52f5-4c0b-9a53-3d0f3f4c8b1e")


def event_id(kind: str, publication: Publication) -> str:
    """Give the id of an event: the same at every attempt, and after the database was restored."""
    name = f"{kind}/{publication.slug}/{publication.number}/{instant(publication.published_at)}"
    return f"msg_{uuid.uuid5(NAMESPACE, name).hex}"


def message(kind: str, happened_at: datetime, data: Mapping[str, Any]) -> bytes:
    """Give the bytes of a message, in the form that the Standard Webhooks specification recommends."""
    return rfc8785.dumps({"type": kind, "timestamp": instant(happened_at), "data": dict(data)})


def version_published(publication: Publication) -> bytes:
    """Tell of a new version, with all that a shop needs to tell its customers by its own means."""
    texts = {
        language: {"title": text.title, "summary": text.summary, "reason": text.reason}
        for language, text in publication.texts.items()
    }
    details = {
        "kind": publication.kind,
        "change_class": publication.change_class,
        "published_at": instant(publication.published_at),
        "effective_at": instant(publication.effective_at),
        "review_url": settings.SITE_URL + reverse("acceptance:review", args=[publication.slug]),
        "texts": texts,
    }
    return message(
        EventKind.VERSION_PUBLISHED, publication.published_at, version_in_brief(publication) | details
    )


def version_recalled(publication: Publication, recalled_at: datetime) -> bytes:
    """Tell of a version that is not in force any more, or never will be."""
    details = {"recalled_at": instant(recalled_at)}
    return message(EventKind.VERSION_RECALLED, recalled_at, version_in_brief(publication) | details)


def campaign_finished(publication: Publication, campaign: Campaign, notices: Mapping[str, int]) -> bytes:
    """Tell how the notices of a version ended, with their sums."""
    if campaign.finished_at is None:
        raise ValueError("A campaign that has not finished is not told of.")
    details = {
        "state": campaign.state,
        "reason": campaign.reason,
        "finished_at": instant(campaign.finished_at),
        "notices": dict(notices),
    }
    return message(EventKind.CAMPAIGN_FINISHED, campaign.finished_at, version_in_brief(publication) | details)


def version_in_brief(publication: Publication) -> dict[str, Any]:
    """Give what every message says of the version it is about."""
    address = reverse("policies:version", args=[publication.slug, publication.number])
    return {
        "policy": publication.slug,
        "name": publication.name,
        "version": publication.number,
        "url": settings.SITE_URL + address,
    }
