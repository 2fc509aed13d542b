"""Take acceptances over that an older system recorded."""

import csv
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models.functions import Lower

from accounts.models import User
from policies.instants import parse_instant
from policies.models import Policy
from policies.refusal import Refusal
from policies.selectors import Publication, load_register

from ..models import LedgerEntry, LegacyAcceptance
from .entries import legacy_entry
from .standing import rebuild_standings

COLUMNS = ("at", "version", "source")
WHO = ("email", "external_id")
# So many rows are looked up, written and forgotten at a time.
PORTION = 1_000
LONGEST_SOURCE = 2_000
NUMBER = re.compile(r"[0-9]{1,9}")


class FileRefused(Refusal):
    """The file cannot be read as what it must be."""


class RowsRefused(Refusal):
    """The file has bad rows, so that nothing of it was taken over."""


class BadRow(Refusal):
    """A row cannot be taken over; `str()` of it says why."""


@dataclass(frozen=True)
class Row:
    """A row as it stands in the file; an empty version is one that is not known."""

    line: int
    email: str
    external_id: str
    at: str
    version: str
    source: str
    is_whole: bool

    @property
    def has_nul(self) -> bool:
        """Whether a cell holds the one character that PostgreSQL takes in no text, nor in a question."""
        return any(
            "\0" in cell for cell in (self.email, self.external_id, self.at, self.version, self.source)
        )


@dataclass(frozen=True)
class Claim:
    """A good row: who accepted which version when, as the older system has it."""

    line: int
    user_id: int
    at: datetime
    version: Publication | None
    source: str


@dataclass(frozen=True)
class Taken:
    """How many rows were taken over, were there already, and were bad."""

    new: int
    known: int
    bad: int


def read_rows(lines: Iterable[str]) -> Iterator[Row]:
    """Give the rows of a CSV file one by one. Raises `FileRefused`."""
    reader = csv.DictReader(lines, strict=True)
    try:
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing or not set(WHO) & set(reader.fieldnames or ()):
            raise FileRefused(
                f"The first line must name the columns {', '.join(COLUMNS)}, and {' or '.join(WHO)}."
            )
        for cells in reader:
            yield Row(
                line=reader.line_num,
                is_whole=None not in cells and None not in cells.values(),
                **{name: (cells.get(name) or "").strip() for name in (*WHO, *COLUMNS)},
            )
    except UnicodeDecodeError as error:
        raise FileRefused("The file is not in UTF-8.") from error
    except csv.Error as error:
        raise FileRefused(f"Line {reader.line_num} is not CSV: {error}.") from error


@transaction.atomic
def import_acceptances(
    *, slug: str, rows: Iterable[Row], skip_bad: bool, tell: Callable[[int, str], None], now: datetime
) -> Taken:
    """Take the acceptances of a policy over, each with its ledger entry, and set the standings anew.

    `tell` is called with the line and the reason of each bad row. All of it is one transaction, in which
    a portion of the rows is in memory at a time; people in the file who answer meanwhile wait for its
    end. What was taken over before is left as it is. Locks the policy, so that one import runs at a time.
    Raises `FileRefused`, and `RowsRefused` where rows are bad and `skip_bad` is off.
    """
    policy = Policy.objects.select_for_update(no_key=True).filter(slug=slug).first()
    if policy is None:
        raise FileRefused(f"There is no policy “{slug}”.")
    takeover = Takeover(policy, tell, now)
    rest = iter(rows)
    while portion := list(islice(rest, PORTION)):
        takeover.take(portion)
    if takeover.bad and not skip_bad:
        raise RowsRefused(
            f"{takeover.bad} rows are bad, and nothing was taken over. Mend them, or add --skip-bad."
        )
    return Taken(takeover.new, takeover.known, takeover.bad)


class Takeover:
    """One import, and what has come of it so far."""

    def __init__(self, policy: Policy, tell: Callable[[int, str], None], now: datetime) -> None:
        self.policy, self.tell, self.now = policy, tell, now
        self.versions = {entry.number: entry for entry in load_register().of(policy.slug)}
        self.new = self.known = self.bad = 0

    def take(self, portion: Sequence[Row]) -> None:
        """Take the good rows of a portion over, and tell of the bad ones."""
        people = People(portion)
        claims = []
        for row in portion:
            try:
                claims.append(self.claim(row, people))
            except Refusal as refusal:
                self.refuse(row.line, str(refusal))
        self.keep(self.fresh(claims))

    def refuse(self, line: int, reason: str) -> None:
        """Count a bad row and tell of it."""
        self.bad += 1
        self.tell(line, reason)

    def claim(self, row: Row, people: "People") -> Claim:
        """Give what a row says. Raises `BadRow`, and `UnclearInstant`."""
        if not row.is_whole:
            raise BadRow("The row has more or fewer cells than the first line.")
        if row.has_nul:
            raise BadRow("The row holds a NUL, which no text does.")
        if not row.source or len(row.source) > LONGEST_SOURCE:
            raise BadRow(f"The source is missing, or longer than {LONGEST_SOURCE} characters.")
        user_id, at = people.find(row), parse_instant(row.at)
        if at > self.now:
            raise BadRow("The instant lies in the future.")
        return Claim(
            row.line, user_id, at, self.version(row.version, at) if row.version else None, row.source
        )

    def version(self, number: str, at: datetime) -> Publication:
        """Give the version of that number, which must have been published by then."""
        found = self.versions.get(int(number)) if NUMBER.fullmatch(number) else None
        if found is None:
            raise BadRow(f"There is no version “{number}”. Leave it empty where it is not known.")
        if found.published_at > at:
            raise BadRow(
                f"Version {number} was published after that. Import its history with its dates first."
            )
        if found.is_recalled(self.now):
            raise BadRow(f"Version {number} was recalled.")
        return found

    def fresh(self, claims: Sequence[Claim]) -> list[Claim]:
        """Give the claims that are not on record; tell of those that say a thing twice, or otherwise."""
        there = LegacyAcceptance.objects.filter(
            policy=self.policy,
            user__in={claim.user_id for claim in claims},
            at__in={claim.at for claim in claims},
        )
        known: dict[tuple[int | None, datetime], tuple[int | None, datetime]] = {
            (user_id, at): (version_id, imported_at)
            for user_id, at, version_id, imported_at in there.values_list(
                "user_id", "at", "version_id", "imported_at"
            )
        }
        found = []
        for claim in claims:
            version_id = claim.version.version_id if claim.version else None
            on_record = known.get((claim.user_id, claim.at))
            if on_record is None:
                known[claim.user_id, claim.at] = (version_id, self.now)
                found.append(claim)
            elif on_record[1] == self.now:
                self.refuse(claim.line, "The file names this person and instant twice.")
            elif on_record[0] != version_id:
                self.refuse(claim.line, "Another version is on record for this person and instant.")
            else:
                self.known += 1
        return found

    def keep(self, claims: Sequence[Claim]) -> None:
        """Write claims with their ledger entries, and set the standings of their people anew."""
        taken = [
            LegacyAcceptance(
                user_id=claim.user_id,
                policy=self.policy,
                version_id=claim.version.version_id if claim.version else None,
                at=claim.at,
                source=claim.source,
                imported_at=self.now,
                salt=secrets.token_bytes(32),
            )
            for claim in claims
        ]
        entries = [
            legacy_entry(
                each, policy=self.policy.slug, version=claim.version.number if claim.version else None
            )
            for each, claim in zip(taken, claims, strict=True)
        ]
        for each, entry in zip(taken, LedgerEntry.objects.bulk_create(entries), strict=True):
            each.entry = entry
        LegacyAcceptance.objects.bulk_create(taken)
        self.new += len(taken)
        concerned = {claim.user_id for claim in claims if claim.version}
        rebuild_standings(user_ids=concerned, policy_id=self.policy.pk, now=self.now)


class People:
    """The people whom some rows name, looked up at once."""

    def __init__(self, rows: Sequence[Row]) -> None:
        people = User.objects.filter(is_service=False).annotate(folded=Lower("email"))
        asked = [row for row in rows if not row.has_nul]
        emails = {row.email.lower() for row in asked if row.email}
        ids = {row.external_id for row in asked if row.external_id}
        self.by_email = dict(people.filter(folded__in=emails).values_list("folded", "pk"))
        self.by_id = dict(people.filter(external_id__in=ids).values_list("external_id", "pk"))

    def find(self, row: Row) -> int:
        """Give the key of the person of a row. Raises `BadRow` where it names nobody, or two people."""
        named = set()
        if row.email:
            named.add(self.by_email.get(row.email.lower()))
        if row.external_id:
            named.add(self.by_id.get(row.external_id))
        found = next(iter(named), None)
        if found is None or len(named) > 1:
            raise BadRow("The row names nobody who is known here, or two different people.")
        return found
