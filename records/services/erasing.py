"""Erase a person: what they did stays and verifies, who they were goes."""

import json
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from acceptance.models import Act, Channel, LegacyAcceptance, Standing
from acceptance.services import note_erasure
from accounts.models import User
from notifications.models import Handover, Notice
from policies.refusal import Refusal

from ..models import ErasureRequest
from ..selectors import HOLDINGS, OnErasure, addresses_of, is_held

# So many sessions are read at a time.
PORTION = 2_000


class NotThere(Refusal):
    """There is no such person, or not any more."""


class UnderHold(Refusal):
    """What is recorded of the person is needed, such as for a lawsuit."""


def erase_person(*, person_id: int, decided_by: User | None, now: datetime) -> UUID:
    """Erase a person at `now`; gives the name under which the ledger says that somebody was erased.

    What they did, were shown and were sent stays, without the person. Their account goes; where work
    at the desk points to it, it stays without a name. An open request of theirs is carried out, in the
    name of `decided_by`. All in one transaction; their sessions end after it, when no new one can
    begin. Raises `NotThere`, and `UnderHold` while a legal hold stands.
    """
    erasure, addresses = erase_rows(person_id, decided_by, now)
    end_sessions([person_id], addresses)
    return erasure


@transaction.atomic
def erase_rows(person_id: int, decided_by: User | None, now: datetime) -> tuple[UUID, set[str]]:
    """Erase what the tables hold of a person; gives the name of the erasure, and all of their addresses.

    Locks the person's standings, their notices and then the person, in the order in which an act and a
    report of a mail server meet them. An act that comes in at the same moment is erased too, or is
    refused because the person is gone.
    """
    for rows in (Standing.objects, Notice.objects):
        list(rows.select_for_update().filter(user=person_id).order_by("pk").values_list("pk"))
    person = User.objects.select_for_update().filter(pk=person_id, erased_at=None).first()
    if person is None:
        raise NotThere(_("There is no account any more that could be erased."))
    if is_held(person_id):
        raise UnderHold(
            _("What is recorded of this person is under a legal hold. Lift the hold before you erase it.")
        )
    addresses = addresses_of(person)
    cut = {
        "acts": Act.objects.filter(user=person).count(),
        "entered": Act.objects.filter(acted_by=person, channel=Channel.DESK).count(),
        "taken_over": LegacyAcceptance.objects.filter(user=person).count(),
        "told": Handover.objects.filter(notice__user=person).count(),
    }
    ErasureRequest.objects.open().filter(person=person).update(carried_out_at=now, decided_by=decided_by)
    for holding in HOLDINGS:
        if holding.on_erasure is OnErasure.DELETED:
            holding.rows(person).delete()
        elif not isinstance(holding.on_erasure, OnErasure):
            holding.rows(person).update(**holding.on_erasure)
    if any(holding.rows(person).exists() for holding in HOLDINGS if holding.on_erasure is OnErasure.KEPT):
        person.forget(now=now)
    else:
        person.delete()
    erasure = uuid4()
    note_erasure(erasure, **cut, now=now)
    return erasure, addresses


def end_sessions(people: Iterable[int], addresses: Iterable[str]) -> None:
    """End the sessions of people who are gone, and those that hold one of their addresses.

    A session says only in itself whose it is, so all of them are read: outside of any transaction.
    """
    keys = {str(person) for person in people}
    quoted = [json.dumps(address, ensure_ascii=False) for address in addresses]
    for session in Session.objects.order_by("pk").iterator(chunk_size=PORTION):
        data = session.get_decoded()
        said = json.dumps(data, default=str, ensure_ascii=False).lower()
        if data.get("_auth_user_id") in keys or any(address in said for address in quoted):
            session.delete()
