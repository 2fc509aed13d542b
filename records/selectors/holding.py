"""What one table holds of a person: how its rows are found, and by which addresses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.functional import Promise

from acceptance.models import ActContext
from accounts.models import User
from notifications.models import Notice, Suppression

Rows = Callable[[User], QuerySet[Any]]


class OnErasure(Enum):
    """What becomes of rows when their person is erased; else they are changed as the list says."""

    DELETED = "deleted"
    # What somebody did at the desk is evidence of its own. It points to an account that says no name.
    KEPT = "kept"
    # The account itself, when all the rest is done.
    LAST = "last"


@dataclass(frozen=True)
class Holding:
    """What one table holds of a person, and what becomes of it when they are erased.

    `shows` are the columns that they are given, `on_erasure` what becomes of the rows: the new values of
    some columns, or one of `OnErasure`.
    """

    name: str
    title: Promise
    model: type[Model]
    rows: Rows
    shows: tuple[str, ...]
    on_erasure: OnErasure | Mapping[str, Any]


def linked(model: Any, *links: str) -> Rows:
    """Give the rows in which one of `links` leads to the person."""

    def rows(person: User) -> QuerySet[Any]:
        wanted = Q()
        for link in links:
            wanted |= Q(**{link: person.pk})
        found: QuerySet[Any] = model.objects.filter(wanted)
        return found

    return rows


def addresses_of(person: User) -> set[str]:
    """Give every address under which a person is or was known, in lower case."""
    found = {person.email, person.guardian_email}
    for rows, column in (
        (EmailAddress.objects.filter(user=person), "email"),
        (Notice.objects.filter(user=person), "address"),
        (ActContext.objects.filter(act__user=person), "email"),
    ):
        found.update(rows.values_list(column, flat=True).distinct())
    return {address.lower() for address in found if address}


def suppressions_of(person: User) -> QuerySet[Suppression]:
    """Give the suppressions of the person's addresses, but for one to which somebody else's notices go.

    Nothing is kept of them after an erasure: nobody is left to whom anything would be sent, and whoever
    comes back under the same address is written to like anybody new.
    """
    others = User.objects.exclude(pk=person.pk).filter(
        Q(email=Lower(OuterRef("address"))) | Q(guardian_email=Lower(OuterRef("address")))
    )
    known = Suppression.objects.alias(lowered=Lower("address")).filter(lowered__in=addresses_of(person))
    return known.filter(~Exists(others))


def entries_about(person: User) -> QuerySet[LogEntry]:
    """Give the entries of the administration's log about a person, or about one of their addresses."""
    account = Q(content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk))
    return LogEntry.objects.filter(account | Q(object_repr__in=addresses_of(person)))
