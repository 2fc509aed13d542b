"""Everything that is held of a person, as they are given it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Field
from django.urls import reverse
from django.utils.functional import Promise

from accounts.models import User

from .holding import Holding
from .holdings import HOLDINGS, VERSION


@dataclass(frozen=True)
class Column:
    """A column of what is held: its path, its name for the reader, and the words for its values."""

    path: str
    label: str
    choices: dict[Any, Any]


@dataclass(frozen=True)
class Held:
    """What one table holds of a person."""

    name: str
    title: str | Promise
    columns: list[Column]
    rows: list[dict[str, Any]]


def held_of(person: User) -> list[Held]:
    """Give what is held of a person, table by table, those that hold nothing left out.

    One query for each table, and never anybody else's rows.
    """
    found = (
        Held(holding.name, holding.title, list(columns_of(holding)), rows_of(holding, person))
        for holding in HOLDINGS
    )
    return [held for held in found if held.rows]


def rows_of(holding: Holding, person: User) -> list[dict[str, Any]]:
    """Give the rows of one table, each with the address of the text that it is about, if there is one."""
    rows = list(holding.rows(person).order_by("pk").values(*holding.shows))
    for row in rows:
        slug, number = (row.get(path) for path in VERSION)
        if number:
            row["text_address"] = settings.SITE_URL + reverse("policies:version", args=[slug, number])
    return rows


def columns_of(holding: Holding) -> Iterator[Column]:
    """Give the columns of one table, named as the tables name them."""
    for path in holding.shows:
        fields = fields_on(holding, path)
        names = " – ".join(str(field.verbose_name) for field in fields)
        yield Column(path, names[:1].upper() + names[1:], dict(fields[-1].flatchoices))


def fields_on(holding: Holding, path: str) -> "list[Field[Any, Any]]":
    """Give the last two fields along a path that have a name for readers, or the only one."""
    model: Any = holding.model
    found = []
    for step in path.split("__"):
        field = model._meta.get_field(step)  # noqa: SLF001 - Django's own way to ask a model
        if hasattr(field, "verbose_name"):
            found.append(field)
        model = field.related_model
    return found[-2:]


def as_text(value: object) -> object:
    """Give a value that JSON does not know as text: instants in ISO 8601, bytes in hexadecimal."""
    if isinstance(value, datetime):
        return value.isoformat()
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else str(value)
