"""Instants in words."""

from datetime import datetime

from django.utils import formats, timezone


def in_words(local: datetime) -> str:
    """Give an instant as its own zone tells it, in the language that is active, with the zone's name."""
    return f"{formats.date_format(local, 'DATETIME_FORMAT')} {local.tzname()}"


def for_reader(moment: datetime) -> str:
    """Give an instant in the reader's zone and language."""
    return in_words(timezone.localtime(moment))
