"""Check an evidence pack, or a receipt, with nothing but this file and Python 3.9 or later.

    python -I verify.py PACK.zip --key 4f3c...      the pack as it was given out
    python -I verify.py FOLDER --key 4f3c...        the same, unpacked; without FOLDER the one of this file
    python -I verify.py RECEIPT.json --key 4f3c...  what a person took home

-I keeps Python from running anything that lies in the same folder.

The key is the public one with which the shop signs, 64 hexadecimal digits. Take it from somewhere else
than from the pack: without it everything is held against the key in the pack, which is shown, and
whoever could make the whole pack up could have put it there.

The exit status is 0: sound, 1: something was changed, 2: something is not sealed yet, 3: cannot decide.
Nothing is unpacked, and nothing is asked of the network. Signatures are Ed25519 (RFC 8032), proofs are
those of RFC 9162, section 2.1.3, in the form of C2SP's tlog-proof, checkpoints are C2SP signed notes.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import re
import sys
import unicodedata
import zipfile
import zlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Callable, Mapping, NoReturn, Sequence

SOUND, CHANGED, INCOMPLETE, UNDECIDED = range(4)
Point = tuple[int, int, int, int]
MANIFEST, SIGNED, CHECKPOINT = "manifest.json", "manifest.note", "ledger/checkpoint.txt"
# What the mail server took, whatever was reported of it later.
TAKEN = {"ACCEPTED", "DELIVERED", "BOUNCED", "COMPLAINED"}
# So long after it was taken a notice is entered at the latest, unless something held that up.
SOON = timedelta(hours=1)
# The parts of a notice that never change once it is taken, and as what they were entered.
NOTICE = {
    "id": "notice",
    "policy": "policy",
    "version": "version",
    "wave": "wave",
    "address": "address",
    "language": "language",
    "message_id": "message_id",
    "claimed_at": "claimed_at",
    "settled_at": "taken_at",
    "reply": "reply",
}
# What a receipt may say. Nothing else in it would be checked.
RECEIPT = {"format", "act", "presentation", "opening", "entry", "proof", "text", "key"}
LEAF = b"\x00policysite/v1\n"


class Changed(Exception):
    """Something is not as it was given out."""


class Undecided(Exception):
    """There is nothing here that could be checked."""


# Ed25519, as RFC 8032, section 5.1, has it. Points are X, Y, Z and T of section 5.1.4.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(p: Point, q: Point) -> Point:
    """Add two points."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    """Multiply a point by a number."""
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = add(found, point)
        point, number = add(point, point), number >> 1
    return found


def decoded(octets: bytes) -> Point:
    """Give the point that 32 octets stand for (5.1.3). Raises `ValueError`."""
    y = int.from_bytes(octets, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * ROOT % P
    if y >= P or x * x % P != square or (x == 0 and sign):
        raise ValueError("This is no point.")
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


BASE = decoded((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature of 64 octets is that of a message by a key (5.1.7)."""
    try:
        key, point = decoded(public), decoded(signature[:32])
    except ValueError:
        return False
    number = int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or number >= ORDER:
        return False
    hashed = hashlib.sha512(signature[:32] + public + message).digest()
    left = times(number, BASE)
    right = add(point, times(int.from_bytes(hashed, "little") % ORDER, key))
    # Two points are the same where their X/Z and their Y/Z are.
    return all((left[at] * right[2] - right[at] * left[2]) % P == 0 for at in (0, 1))


def note_text(note: str, origin: str, public: bytes) -> str:
    """Give the text of a signed note, that this key has signed. Raises `Changed`."""
    text, _blank, signatures = note.partition("\n\n")
    text += "\n"
    mark = hashlib.sha256(origin.encode() + b"\n\x01" + public).digest()[:4]
    *lines, end = signatures.split("\n")
    for line in lines if not end else ():
        if line.startswith(f"\u2014 {origin} "):
            signature = unbase64(line.rpartition(" ")[2])
            if signature[:4] == mark and is_signed(public, text.encode(), signature[4:]):
                return text
    raise Changed("is not signed with the key.")


def unbase64(text: str) -> bytes:
    """Give the octets of a text in base64. Raises `Changed`."""
    try:
        octets = base64.b64decode(text, validate=True)
    except ValueError:
        octets = b""
    # A text of the same octets with other bits behind the last one is another text.
    if not octets or base64.b64encode(octets).decode() != text:
        raise Changed("holds what is no base64.")
    return octets


def root_above(leaf: bytes, index: int, size: int, hashes: Sequence[bytes]) -> bytes:
    """Give the root that follows from a leaf and the hashes beside its way (RFC 9162, 2.1.3.2)."""
    at, last, root = index, size - 1, leaf
    if index >= size:
        raise Changed("has a place that the checkpoint does not cover.")
    for beside in hashes:
        if last == 0:
            raise Changed("has a proof that is too long.")
        if at & 1 or at == last:
            root = hashlib.sha256(b"\x01" + beside + root).digest()
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            root = hashlib.sha256(b"\x01" + root + beside).digest()
        at, last = at >> 1, last >> 1
    if last:
        raise Changed("has a proof that is too short.")
    return root


def roots_that_grew(old: int, new: int, root: bytes, hashes: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Give the old and the new root that follow from a proof of consistency (RFC 9162, 2.1.4.2)."""
    if old == new and not hashes:
        return root, root
    path = [root, *hashes] if old & (old - 1) == 0 else list(hashes)
    if not 0 < old < new or not path:
        raise Changed("has no proof that the ledger grew from it.")
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for beside in path[1:]:
        if last == 0:
            raise Changed("has a proof of growth that is too long.")
        if at & 1 or at == last:
            before = hashlib.sha256(b"\x01" + beside + before).digest()
            after = hashlib.sha256(b"\x01" + beside + after).digest()
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            after = hashlib.sha256(b"\x01" + after + beside).digest()
        at, last = at >> 1, last >> 1
    if last:
        raise Changed("has a proof of growth that is too short.")
    return before, after


def canonical(value: Any) -> bytes:
    """Give what is made of text, whole numbers, lists and plain names in RFC 8785 form."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of_text(body: str) -> str:
    """Give the digest of a text: SHA-256 over UTF-8 in NFC with LF line ends."""
    folded = unicodedata.normalize("NFC", body.replace("\r\n", "\n").replace("\r", "\n"))
    return hashlib.sha256(folded.encode()).hexdigest()


class Check:
    """What was found out about a pack or a receipt, held against one key."""

    def __init__(self, origin: str, public: bytes) -> None:
        self.origin, self.public = origin, public
        self.changed: list[str] = []
        self.unsealed: list[str] = []
        self.remarks: list[str] = []
        self.notes: dict[str, str] = {}
        self.checked = 0
        self.files: Mapping[str, bytes] = {}

    def hold(self, name: str, check: Callable[..., object], *arguments: object) -> None:
        """Carry a check out, and note what it found under a name."""
        try:
            check(*arguments)
            self.checked += 1
        except Changed as found:
            self.changed.append(f"{name} {found}")
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            self.changed.append(f"{name} is not of the form that it must have: {error!r}.")

    def entry(self, name: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """Give what the ledger's entry in a record says, once it is proved to be under the checkpoint."""
        found: dict[str, Any] = read(record["entry"])
        if "entered_late" in found:
            self.remarks.append(
                f"{name} was entered at {found['entered_late']}, and is proved from then on only."
            )
        if record["proof"] is None:
            self.unsealed.append(name)
            return found
        head, _blank, note = record["proof"].partition("\n\n")
        form, index, *hashes = head.split("\n")
        if form != "c2sp.org/tlog-proof@v1" or not re.fullmatch("index [0-9]+", index):
            raise Changed("has no proof of the form c2sp.org/tlog-proof@v1.")
        origin, size, root = self.signed(note).split("\n")[:3]
        if origin != self.origin:
            raise Changed("was entered into another ledger.")
        leaf = hashlib.sha256(LEAF + record["entry"].encode()).digest()
        path = [unbase64(line) for line in hashes]
        if root_above(leaf, int(index[6:]), int(size), path) != unbase64(root):
            raise Changed("is not in the ledger as it stands here.")
        return found

    def signed(self, note: str) -> str:
        """Give the text of a note, once it is found to be signed with the key."""
        # The entries of one pack have mostly one note in common.
        if note not in self.notes:
            self.notes[note] = note_text(note, self.origin, self.public)
        return self.notes[note]

    def act(self, name: str, record: Mapping[str, Any]) -> None:
        """Check an act: its entry, the person and the note behind the commitments, and what was shown."""
        entry = self.entry(name, record)
        act, text, opening = record["act"], entry["text"], record["opening"]
        same = {"id": entry["act"], **{part: entry[part] for part in ("kind", "at", "channel")}, **text}
        if entry["type"] != "act" or act != same or {*record} - RECEIPT:
            raise Changed("says something else than its entry.")
        if hashlib.sha256(canonical(record["presentation"])).hexdigest() != entry["presentation"]:
            raise Changed("shows other words than those that were on the screen.")
        self.committed(name, "act", entry["committed"], opening)
        if "text" in record and digest_of_text(record["text"]) != text["sha256"]:
            raise Changed("holds another text than the one that was shown.")

    def committed(
        self, name: str, what: str, expected: Mapping[str, str], opening: Mapping[str, str] | None
    ) -> None:
        """Check what an entry only commits to, and note what of it nobody says, as after an erasure."""
        values = opening or {}
        for part in sorted({*values} - {"salt"}):
            made = hmac.digest(bytes.fromhex(values["salt"]), canonical({part: [values[part]]}), "sha256")
            if made.hex() != expected.get(part):
                raise Changed(f"names another {part} than the one that was entered.")
        if not values:
            self.remarks.append(f"{name} does not say whose {what} it is.")
        for part in sorted({*expected} - {*values}) if values else ():
            self.remarks.append(f"{name} does not say which {part} was entered.")

    def taken_over(self, name: str, record: Mapping[str, Any]) -> None:
        """Check an acceptance that was taken over from an older system."""
        entry = self.entry(name, record)
        if entry["type"] != "legacy" or any(
            entry[part] != value for part, value in record["taken_over"].items()
        ):
            raise Changed("says something else than its entry.")
        self.committed(name, "acceptance", entry["committed"], record["opening"])

    def notice(self, path: str, record: Mapping[str, Any]) -> None:
        """Check a notice: that the mail server took this very message, for this person, as was entered."""
        if "handover" not in record:
            self.remarks.append(f"{path} is from a release that did not enter notices into the ledger.")
            return
        handover = record["handover"]
        if handover is None:
            if record["state"] in TAKEN:
                self.unsealed.append(path)
            return
        entry, said = self.entry(path, handover), read(handover["leaf"])
        leaf, hashes = (
            hashlib.sha256(LEAF + handover["leaf"].encode()).digest(),
            map(unbase64, handover["hashes"]),
        )
        root = root_above(leaf, handover["place"], handover["count"], list(hashes))
        about = tuple(entry[part] for part in ("type", "policy", "version", "wave", "count", "root"))
        told = ("handovers", said["policy"], said["version"], said["wave"], handover["count"], root.hex())
        if about != told or said["type"] != "handover":
            raise Changed("is not among the notices that were entered.")
        if any(record[name] != said[part] for name, part in NOTICE.items()):
            raise Changed("says something else than what was entered.")
        if str(read(self.files["identity.json"])["id"]) != said["person"]:
            raise Changed("went to somebody else.")
        message = self.files.get(f"{path[: -len('.json')]}.eml", b"")
        if (hashlib.sha256(message).hexdigest() if message else "") != said["message"]:
            raise Changed("has another message than the one that was sent.")
        if not message:
            self.remarks.append(f"{path} does not say what the message was.")
        entered = datetime.fromisoformat(entry["entered_at"])
        if entered - datetime.fromisoformat(said["taken_at"]) > SOON:
            self.remarks.append(
                f"{path} was entered at {entry['entered_at']}, and is proved from then on only."
            )

    def version(self, name: str, record: Mapping[str, Any]) -> None:
        """Check a version: its publication, all that was published with it, and its recall."""
        entry = self.entry(name, record["publication"])
        parts = record["fingerprinted"]
        texts = {language: digests["body"] for language, digests in parts["texts"].items()}
        said = tuple(entry[part] for part in ("type", "policy", "version", "effective_at", "texts"))
        if said != ("publication", parts["policy"], parts["number"], parts["effective_at"], texts) or any(
            entry[part] != record[part] for part in ("published_at", "imported")
        ):
            raise Changed("says something else than its entry.")
        if hashlib.sha256(canonical(parts)).hexdigest() != entry["fingerprint"]:
            raise Changed("is not what was published.")
        for language, text in record["texts"].items():
            for part in ("title", "summary", "reason"):
                if digest_of_text(text[part]) != parts["texts"][language][part]:
                    raise Changed(f"has another {part} than what was published.")
        for language, expected in entry.get("html", {}).items():
            if hashlib.sha256(record["texts"][language]["html"].encode()).hexdigest() != expected:
                raise Changed("looks otherwise on the page than what was published.")
        if record["recall"]:
            recall = self.entry(name, record["recall"])
            reason = hashlib.sha256(record["recall"]["reason"].encode()).hexdigest()
            said = tuple(recall[part] for part in ("type", "policy", "version", "reason", "recalled_at"))
            if said != ("recall", parts["policy"], parts["number"], reason, record["recall"]["at"]):
                raise Changed("was not recalled in this way.")

    def pack(self, files: Mapping[str, bytes]) -> None:
        """Check every file of a pack, by its path."""
        manifest, self.files = read(files[MANIFEST]), files
        self.hold(SIGNED, self.manifest, manifest, files)
        for path in sorted({*manifest["files"], *files} - {MANIFEST, SIGNED}):
            self.hold(path, self.listed, manifest["files"], files, path)
        self.hold(CHECKPOINT, lambda: self.signed(files[CHECKPOINT].decode()))
        for path, octets in sorted(files.items()):
            check = CHECKS.get(path.partition("/")[0])
            if check and path.endswith((".json", ".md")):
                self.hold(path, check, self, path, octets)

    def manifest(self, manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
        """Check that the list of the files is the one that was signed."""
        said = f"policysite/pack/1\n{manifest['pack']}\n{hashlib.sha256(files[MANIFEST]).hexdigest()}\n"
        if self.signed(files[SIGNED].decode()) != said:
            raise Changed("is about another list of files.")

    def listed(self, expected: Mapping[str, str], files: Mapping[str, bytes], path: str) -> None:
        """Check that a file is there, and as the list has it."""
        if path not in files:
            raise Changed("is listed and not there.")
        if expected.get(path) != hashlib.sha256(files[path]).hexdigest():
            raise Changed("is not the file that was given out." if path in expected else "is not listed.")

    def text(self, path: str, body: bytes) -> None:
        """Check that a text is the one that its name, a digest, says."""
        if digest_of_text(body.decode()) != Path(path).stem:
            raise Changed("is not the text of that digest.")

    def stamp(self, path: str, octets: bytes) -> None:
        """Check that a token is about a checkpoint from which the ledger grew to the one of the pack."""
        place, growth = path[: -len(".json")], [bytes.fromhex(each) for each in read(octets)["growth"]]
        note = self.files[f"{place}.txt"]
        _origin, old, old_root = note.decode().split("\n")[:3]
        _origin, new, new_root = self.files[CHECKPOINT].decode().split("\n")[:3]
        expected = unbase64(old_root), unbase64(new_root)
        if roots_that_grew(int(old), int(new), expected[0], growth) != expected:
            raise Changed("is not a beginning of the ledger.")
        # The authority's own signature is for `openssl ts -verify`; README.txt says how.
        if hashlib.sha256(note).digest() not in self.files[f"{place}.tsr"]:
            raise Changed("has a token about something else.")

    def keys(self, path: str, octets: bytes) -> None:
        """Check what the ledger says about the keys that signed it."""
        for record in read(octets):
            self.entry(path, record)


# What is checked of the files in a folder of a pack, beyond their digests.
CHECKS: dict[str, Callable[[Check, str, bytes], None]] = {
    "acts": lambda check, path, octets: check.act(path, read(octets)),
    "versions": lambda check, path, octets: check.version(path, read(octets)),
    "taken_over": lambda check, path, octets: check.taken_over(path, read(octets)),
    "notices": lambda check, path, octets: check.notice(path, read(octets)),
    "texts": Check.text,
    "ledger": Check.keys,
    "stamps": lambda check, path, octets: check.stamp(path, octets) if path.endswith(".json") else None,
}


def is_tight(octets: bytes, archive: zipfile.ZipFile) -> bool:
    """Whether an archive holds its files, its list of them, and not an octet else."""
    at = 0
    for info in sorted(archive.infolist(), key=lambda each: each.header_offset):
        if info.header_offset != at or info.extra or info.comment or info.flag_bits & ~0x800:
            return False
        named, more = (int.from_bytes(octets[at + place : at + place + 2], "little") for place in (26, 28))
        at += 30 + named + more + info.compress_size
        if (
            more
            or octets[at - info.compress_size - named : at - info.compress_size] != info.filename.encode()
        ):
            return False
    listed = sum(46 + len(info.filename.encode()) for info in archive.infolist())
    return archive.start_dir == at and len(octets) == at + listed + 22 and not archive.comment


def read(text: str | bytes) -> Any:
    """Give what a text in JSON says, in which no name stands twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(pairs) != len({name for name, _value in pairs}):
            raise Changed("says one thing twice.")
        return dict(pairs)

    return json.loads(text, object_pairs_hook=once)


def read_files(place: Path) -> dict[str, bytes]:
    """Give the files of a pack by path: of an archive, or of a folder. Raises `Changed`."""
    if place.is_dir():
        found = (path for path in place.rglob("*") if not path.is_dir())
        return {path.relative_to(place).as_posix(): path.read_bytes() for path in found}
    try:
        with zipfile.ZipFile(place) as archive:
            names = archive.namelist()
            if len(names) != len(set(names)):
                raise Changed("holds two files of one name.")
            if not is_tight(place.read_bytes(), archive):
                raise Changed("holds something beside its files.")
            return {name: archive.read(name) for name in names}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Changed(f"is no whole archive: {error}") from error


def verified(place: Path, key: str) -> Check:
    """Give what was found out about a pack or a receipt, held against its own key where `key` is empty.

    Raises `Undecided` and `Changed`.
    """
    if key and not re.fullmatch("[0-9a-fA-F]{64}", key):
        raise Undecided("--key takes 64 hexadecimal digits.")
    if not place.exists():
        raise Undecided(f"{place} is not there.")
    files = {} if place.suffix == ".json" else read_files(place)
    octets = files.get(MANIFEST, b"null") if files else place.read_bytes()
    try:
        record = read(octets)
        origin, public = record["key"]["origin"], bytes.fromhex(key or record["key"]["public"])
    except (ValueError, LookupError, TypeError, AttributeError):
        if octets == b"null":
            raise Undecided(f"{place} is neither a pack nor a receipt.") from None
        raise Changed("does not say what it must.") from None
    check = Check(origin, public)
    if files:
        check.pack(files)
    else:
        check.hold(place.name, check.act, place.name, record)
    return check


class Arguments(argparse.ArgumentParser):
    """Reads the command line. What it cannot read, nothing can be decided about."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and how it is meant."""
        print(f"CANNOT DECIDE: {message}\n{self.format_usage()}", end="")
        sys.exit(UNDECIDED)


def main() -> int:
    """Check what the command line names, and say what was found."""
    parser = Arguments(description="Check an evidence pack or a receipt.")
    parser.add_argument("place", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--key", default="", help="the shop's public key, 64 hexadecimal digits")
    asked = parser.parse_args()
    try:
        check = verified(asked.place, asked.key)
    except Changed as found:
        print(f"CHANGED: {asked.place.name} {found}")
        return CHANGED
    except (Undecided, OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        print(f"CANNOT DECIDE: {error}")
        return UNDECIDED
    for sentence in check.changed:
        print(f"CHANGED: {sentence}")
    for name in check.unsealed:
        print(f"NOT SEALED YET: {name} is in no checkpoint; ask for it again later.")
    for sentence in check.remarks:
        print(f"TO BE KNOWN: {sentence}")
    by = f"Signed by {check.origin} with the key {check.public.hex()}"
    print(f"{check.checked} checks passed. {by if check.notes else 'Nothing in it is signed.'}")
    if not asked.key:
        print("No --key was given: find out elsewhere whether this is the shop's key.")
    return CHANGED if check.changed else INCOMPLETE if check.unsealed else SOUND


if __name__ == "__main__":
    sys.exit(main())
