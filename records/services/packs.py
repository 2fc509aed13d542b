"""Make evidence packs: archives that can be checked without this site, for a court or an auditor.

A pack holds the text and what shows that it is the one: the ledger's entries with their proofs, the list
of all files with their digests, the signature over that list, and the program that checks all of it.
"""

import io
import json
import re
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from acceptance.bodies import pack_body
from acceptance.models import Checkpoint, EntryKind, LedgerEntry
from acceptance.proofs import read_proof
from acceptance.selectors import growth_since, key_entries, newest_checkpoint, rule_entries, stamps_over
from acceptance.services import seal_ledger
from acceptance.signed_notes import Signer, opened_by_any
from accounts.models import User
from policies.canonical import instant
from policies.models import PolicyVersion
from policies.refusal import Refusal

from .. import verify
from ..models import Pack
from ..papers import as_json, as_pdf, paper
from ..selectors import proved
from .person_files import person_files
from .version_files import version_files

# The records of acts and notices, whose entries a time stamp may stand over.
STAMPED = re.compile(r"(acts|notices)/.*\.json$")
# The records of what is entered into the ledger.
ENTERED = re.compile(r"(acts|taken_over|versions)/.*\.json$")
FORMAT = "policysite/pack/1"
# Files of an archive bear this moment, so that the same content gives the same archive.
EPOCH = (1980, 1, 1, 0, 0, 0)


class KeyIsNew(Refusal):
    """The newest checkpoint is signed with another key than the one that would sign the pack."""


class NotEntered(Refusal):
    """Something is not in the ledger yet, so that nothing could prove it."""


class PackUnsound(Refusal):
    """What the pack would hold does not stand up to the program that checks it."""


@dataclass(frozen=True)
class Made:
    """A pack as it is given out, and its record."""

    pack: Pack
    content: bytes


def make_person_pack(
    *, person: User, at: datetime, made_by: User | None, signer: Signer, now: datetime
) -> Made:
    """Make the pack that answers which texts governed `person` at the instant `at`, and why.

    Seals the ledger first, so that all that is in the pack can be proved. Raises `LedgerBroken`, `KeyIsNew`,
    `NotEntered` and `PackUnsound`.
    """
    checkpoint = sealed(signer, now)
    pack = Pack(person=person, about=at, made_at=now, made_by=made_by)
    return finished(
        pack, person_files(person, at=at, made_at=pack.made_at, checkpoint=checkpoint), checkpoint, signer
    )


def make_version_pack(*, version: PolicyVersion, made_by: User | None, signer: Signer, now: datetime) -> Made:
    """Make the pack that shows what a published version says, since when, and how people were told.

    It is about nobody. Seals the ledger first. Raises `LedgerBroken`, `KeyIsNew`, `NotEntered`
    and `PackUnsound`.
    """
    checkpoint = sealed(signer, now)
    pack = Pack(version=version, about=now, made_at=now, made_by=made_by)
    return finished(pack, version_files(version, checkpoint=checkpoint), checkpoint, signer)


def sealed(signer: Signer, now: datetime) -> Checkpoint | None:
    """Seal what is ready, and give the checkpoint over it."""
    seal_ledger(signer=signer, now=now)
    checkpoint = newest_checkpoint()
    if checkpoint and opened_by_any(checkpoint.note, [(signer.name, signer.public)]) is None:
        raise KeyIsNew("The ledger's key was changed, and has not signed yet. Try again in a minute.")
    return checkpoint


def finished(pack: Pack, files: dict[str, bytes], checkpoint: Checkpoint | None, signer: Signer) -> Made:
    """Give the archive of `files`, once it is signed, checked as its reader will, and recorded."""
    pack.id = uuid.uuid4()
    pdf = as_pdf(files["report.html"], str(pack.pk))
    if pdf:
        files["report.pdf"] = pdf
    if checkpoint:
        files["ledger/checkpoint.txt"] = checkpoint.note.encode()
        files |= stamp_files(files, checkpoint)
    files["ledger/keys.json"] = as_json([proved(entry, checkpoint) for entry in key_entries()])
    files["ledger/rules.json"] = as_json([proved(entry, checkpoint) for entry in rule_entries()])
    stamps = [path.removesuffix(".tsr") for path in files if path.endswith(".tsr")]
    files["verify.py"] = Path(verify.__file__).read_bytes()
    for name in ("README.txt", "system.txt", "declaration.txt"):
        files[name] = paper(
            name, pack=pack, has_pdf=bool(pdf), stamps=stamps, key=signer.public.hex(), origin=signer.name
        )
    files["manifest.json"] = as_json(manifest_of(pack, files, signer))
    pack.manifest = sha256(files["manifest.json"]).hexdigest()
    files["manifest.note"] = signer.sign_text(f"{FORMAT}\n{pack.pk}\n{pack.manifest}\n").encode()
    if checkpoint is None or any(lacks_entry(path, content) for path, content in files.items()):
        raise NotEntered(
            _(
                "Some of what the pack holds is not in the ledger yet. Try again in a minute. If that does"
                " not help, it is older than the ledger: “manage.py seal_ledger --enter-missing” enters it."
            )
        )
    check = verify.Check(signer.name, signer.public)
    check.pack(files)
    if check.changed:
        raise PackUnsound(
            _(
                "The pack would not prove what it says, because the records do not fit the ledger: %(found)s"
                " Find out with “manage.py verify_ledger” what was changed before evidence is given out."
            )
            % {"found": check.changed[0]}
        )
    record(pack)
    return Made(pack, archive(files))


def lacks_entry(path: str, content: bytes) -> bool:
    """Whether a file is the record of something that the ledger should know, and does not."""
    record = json.loads(content) if ENTERED.match(path) else {}
    return "entry" in record and record["entry"] is None


def stamp_files(files: Mapping[str, bytes], checkpoint: Checkpoint) -> dict[str, bytes]:
    """Give the earliest time stamp over each act and notice, with its checkpoint and how that grew."""
    records = [json.loads(content) for path, content in files.items() if STAMPED.match(path)]
    proofs = [(record.get("handover") or record).get("proof") for record in records]
    positions = [read_proof(proof).position for proof in proofs if proof]
    found = {}
    for stamp in stamps_over(positions, checkpoint):
        place = f"stamps/{stamp.checkpoint.size}"
        growth = [hashed.hex() for hashed in growth_since(stamp.checkpoint, checkpoint)]
        found[f"{place}.txt"] = stamp.checkpoint.note.encode()
        found[f"{place}.tsr"] = bytes(stamp.token)
        found[f"{place}.json"] = as_json({"stamped_at": instant(stamp.stamped_at), "growth": growth})
    return found


def manifest_of(pack: Pack, files: Mapping[str, bytes], signer: Signer) -> dict[str, Any]:
    """Give the list of the files with their digests, and whose key signs it."""
    return {
        "format": FORMAT,
        "pack": str(pack.pk),
        "site": settings.SITE_URL,
        "release": settings.RELEASE,
        "about": instant(pack.about),
        "made_at": instant(pack.made_at),
        "key": {"origin": signer.name, "public": signer.public.hex()},
        "files": {path: sha256(content).hexdigest() for path, content in sorted(files.items())},
    }


@transaction.atomic
def record(pack: Pack) -> None:
    """Keep the record of a pack, and enter it into the ledger, which names nobody."""
    pack.save(force_insert=True)
    version = pack.version
    body = pack_body(
        pack=str(pack.pk),
        made_at=pack.made_at,
        about=pack.about,
        version=f"{version.policy.slug}/{version.number}" if version else "",
        manifest=pack.manifest,
    )
    LedgerEntry.objects.create(kind=EntryKind.PACK, body=body, entered_at=pack.made_at)


def archive(files: Mapping[str, bytes]) -> bytes:
    """Give files as a ZIP archive, the same for the same files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for path, content in sorted(files.items()):
            target.writestr(zipfile.ZipInfo(path, EPOCH), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
