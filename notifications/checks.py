"""Settings that are wrong together, notices that advertise, and triggers that are not there."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import connections
from django.template import Engine
from django.template.loader import render_to_string
from django.utils import translation

from policies.triggers import every_trigger, missing_triggers

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# What makes a notice advertising, which people do not read, in every shipped language.
MARKETING = re.compile(
    r"discount|coupon|voucher|special offer|% off\b|\bsale\b|buy now|shop now|free shipping|limited time"
    r"|rabatt|gutschein|sonderangebot|jetzt kaufen|jetzt bestellen|gratis|aktionscode"
    r"|remise|bon d['’]achat|offre spéciale|soldes|achetez|code promo|livraison gratuite",
    re.IGNORECASE,
)
# What a mail program would fetch when the mail is opened: pictures, styles, programs, frames.
FETCHED = re.compile(
    r"<(?:img|script|link|iframe|object|embed|video|audio|base)\b|url\(|@import|\b(?:src|background)=",
    re.IGNORECASE,
)


def register_checks() -> None:
    """Register every check of this app."""
    register(check_mail)
    register(check_templates, Tags.templates)
    register(check_address, deploy=True)
    register(check_triggers, Tags.database)


def check_mail(**_kwargs: Any) -> Sequence[CheckMessage]:
    """Refuse both kinds of encryption at once, which no mail server speaks."""
    if settings.EMAIL_USE_TLS and settings.EMAIL_USE_SSL:
        message = "EMAIL_USE_TLS and EMAIL_USE_SSL are both on. Keep the one that the mail server asks for."
        return [Error(message, id="notifications.E001")]
    return []


def check_templates(**_kwargs: Any) -> Sequence[CheckMessage]:
    """Refuse templates of notices that advertise or have mail programs ask the network, in any language."""
    found: list[CheckMessage] = []
    for name in dict.fromkeys(notice_templates()):
        text = "\n".join(written_out(name))
        if match := MARKETING.search(text):
            message = f"{name} advertises: “{match[0]}”. A notice is about the change alone."
            found.append(Error(message, id="notifications.E002"))
        if match := FETCHED.search(text):
            message = f"{name} has mail programs ask the network: “{match[0]}”. Take it out."
            found.append(Error(message, id="notifications.E003"))
    return found


def notice_templates() -> Iterator[str]:
    """Give the names of the templates of notices, in every folder of templates."""
    for folder in map(Path, Engine.get_default().dirs):
        for path in sorted((folder / "notices").rglob("*.*")):
            yield str(path.relative_to(folder))


def written_out(name: str) -> Iterator[str]:
    """Give a template in each shipped language, with what it shows at times and without what differs."""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for before in ("", "-"):
                yield render_to_string(name, {"before": before, "compare_url": "-", "changes": "-"})


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
        tables = connections[alias].introspection.table_names()
        expected = [trigger for trigger in every_trigger() if trigger.table in tables]
        missing = missing_triggers(connections[alias], expected)
        if missing:
            message = f"The database lacks the triggers {', '.join(missing)}. Run manage.py migrate."
            found.append(Caution(message, id="notifications.W003"))
    return found
