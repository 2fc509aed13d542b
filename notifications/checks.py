"""Settings that are right one by one and wrong together, and triggers that are not there."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import connections

from policies.triggers import missing_triggers

from .triggers import ALL_TRIGGERS

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def register_checks() -> None:
    """Register every check of this app."""
    register(check_mail)
    register(check_address, deploy=True)
    register(check_triggers, Tags.database)


def check_mail(**_kwargs: Any) -> Sequence[CheckMessage]:
    """Refuse both kinds of encryption at once, which no mail server speaks."""
    if settings.EMAIL_USE_TLS and settings.EMAIL_USE_SSL:
        message = "EMAIL_USE_TLS and EMAIL_USE_SSL are both on. Keep the one that the mail server asks for."
        return [Error(message, id="notifications.E001")]
    return []


def check_address(**_kwargs: Any) -> Sequence[CheckMessage]:
    """Warn where the links in notices would not lead people to this site safely."""
    parts = urlsplit(settings.SITE_URL)
    if parts.hostname in LOOPBACK:
        return [
            Caution("SITE_URL is a loopback address: no link in a notice will work.", id="notifications.W001")
        ]
    if parts.scheme != "https":
        return [
            Caution(
                "SITE_URL is not https: sign-in would cross the network in the clear.",
                id="notifications.W002",
            )
        ]
    return []


def check_triggers(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> Sequence[CheckMessage]:
    """Warn of a database that would let published versions or recorded acts change.

    A warning and no error, because `migrate` runs these checks and is what mends it.
    """
    found: list[CheckMessage] = []
    for alias in databases or ():
        missing = missing_triggers(connections[alias], ALL_TRIGGERS)
        if missing and "notifications_mailevent" in connections[alias].introspection.table_names():
            message = f"The database lacks the triggers {', '.join(missing)}. Run manage.py migrate."
            found.append(Caution(message, id="notifications.W003"))
    return found
