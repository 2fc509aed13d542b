"""Settings of the ledger that are wrong together, found before they do harm."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from .timestamps import NoToken, trusted_roots


def register_checks() -> None:
    """Register every check of this app."""
    register(check_stamps)


def check_stamps(**_kwargs: Any) -> Sequence[CheckMessage]:
    """Refuse an authority whose time stamps could not be told from forged ones, and roots that are none."""
    if settings.TIMESTAMP_AUTHORITY and not settings.TIMESTAMP_ROOTS:
        message = (
            "TIMESTAMP_AUTHORITY is set without TIMESTAMP_ROOTS, so no time stamp of it could be checked."
            " Give the file with its root certificates too."
        )
        return [Error(message, id="acceptance.E001")]
    if settings.TIMESTAMP_ROOTS:
        try:
            trusted_roots()
        except NoToken as error:
            return [Error(str(error), id="acceptance.E002")]
    return []
