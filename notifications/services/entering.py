"""Enter into the ledger what the mail server took: who was told, and when, can then not be changed unseen."""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from acceptance.services import note_handovers
from policies.selectors import load_register

from ..emails import rebuilt
from ..models import TAKEN_STATES, Chunk, Handover, Notice
from ..selectors import TOLD, Told, leaf_of

logger = logging.getLogger(__name__)

# So many chunks are entered in one round; the others wait for the next.
CHUNKS = 40
SALT_BYTES = 32


def enter_handovers(*, now: datetime) -> int:
    """Enter every notice that the mail server took and that has no entry; returns how many.

    The notices of a chunk have one entry, once no worker holds it: the root over all of them. What is
    taken later, such as after a pause, has another one.
    """
    waiting = Chunk.objects.filter(is_unentered=True, lease_token=None).order_by("pk")
    entered = 0
    for chunk_id in list(waiting.values_list("pk", flat=True)[:CHUNKS]):
        try:
            entered += enter_chunk(chunk_id, now)
        except Exception:
            logger.exception("The notices of chunk %s cannot be entered; the others go on.", chunk_id)
    return entered


@transaction.atomic
def enter_chunk(chunk_id: int, now: datetime) -> int:
    """Enter what of one chunk has no entry; returns how many. Locks the chunk, then these notices.

    So it waits for an erasure that is under way, and enters nothing of who is gone then.
    """
    locked = Chunk.objects.select_for_update(no_key=True, of=("self",)).select_related("campaign")
    chunk = locked.get(pk=chunk_id)
    if chunk.lease_token:
        return 0
    Chunk.objects.filter(pk=chunk_id).update(is_unentered=False)
    known = Handover.objects.filter(notice=OuterRef("pk"))
    taken = Notice.objects.filter(~Exists(known), chunk=chunk_id, state__in=TAKEN_STATES, user__isnull=False)
    told = list(
        digested(taken.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list(*TOLD))
    )
    if not told:
        return 0
    publication = load_register().by_id[chunk.campaign.version_id]
    salts = [token_bytes(SALT_BYTES) for _each in told]
    leaves = [leaf_of(each, salt, publication) for each, salt in zip(told, salts, strict=True)]
    entry = note_handovers(
        leaves, policy=publication.slug, version=publication.number, wave=chunk.wave, now=now
    )
    Handover.objects.bulk_create(
        Handover(notice_id=each.notice, entry=entry, place=place, leaf=leaf, salt=salt)
        for place, (each, leaf, salt) in enumerate(zip(told, leaves, salts, strict=True))
    )
    return len(told)


def digested(rows: Iterable[tuple[Any, ...]]) -> Iterator[Told]:
    """Give what notices say, with the digest of the message.

    What was sent before releases that keep the digest, or is only known from a report, is built again.
    """
    for row in rows:
        told = Told(*row)
        if not told.sha256:
            told = told._replace(sha256=digest_of_rebuilt(told.notice))
            Notice.objects.filter(pk=told.notice).update(sha256=told.sha256)
        yield told


def digest_of_rebuilt(notice_id: int) -> str:
    """Give the digest of a message as it is built again; nothing where that takes more than was kept."""
    try:
        return sha256(rebuilt(Notice.objects.select_related("letter").get(pk=notice_id))).hexdigest()
    except ValueError:
        return ""
