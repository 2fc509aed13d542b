"""Make packs, take them apart, and check them with the program that is in them."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from acceptance.signed_notes import Signer
from accounts.models import User
from policies.models import PolicyVersion
from records import verify
from records.services import Made, make_person_pack, make_version_pack
from records.services.packs import archive
from tests.acceptance.conftest import EFFECT
from tests.acceptance.ledgers import HOUR, SIGNER

MADE_AT = EFFECT + 2 * HOUR


def person_pack(person: User) -> Made:
    return make_person_pack(person=person, at=MADE_AT, made_by=None, signer=SIGNER, now=MADE_AT)


def version_pack(version: PolicyVersion) -> Made:
    return make_version_pack(version=version, made_by=None, signer=SIGNER, now=MADE_AT)


def files_of(made: Made) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(made.content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def sign_anew(files: dict[str, bytes], made: Made, path: str, signer: Signer = SIGNER) -> None:
    """Put a file that was changed into the list of files, and sign that."""
    manifest = json.loads(files["manifest.json"])
    manifest["files"][path] = sha256(files[path]).hexdigest()
    files["manifest.json"] = json.dumps(manifest).encode()
    digest = sha256(files["manifest.json"]).hexdigest()
    text = f"policysite/pack/1\n{made.pack.pk}\n{digest}\n"
    files["manifest.note"] = signer.sign_text(text).encode()


def found(files: Mapping[str, bytes], place: Path, key: bytes = SIGNER.public) -> list[str]:
    """Give what is found to be changed in a pack of these files."""
    place.write_bytes(archive(files))
    try:
        return verify.verified(place, key.hex()).changed
    except verify.Changed as changed:
        return [str(changed)]


def alone(program: Path, *arguments: str) -> tuple[int, str]:
    """Run the program with Python and nothing else: no packages, no settings, an empty environment."""
    ended = subprocess.run(
        [sys.executable, "-I", "-S", str(program), *arguments],
        capture_output=True,
        check=False,
        text=True,
        env={},
        cwd=program.parent,
    )
    return ended.returncode, ended.stdout + ended.stderr
