"""Take over texts from files: one as a draft, or a whole history as published versions."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.places import validate_language

from ..fingerprints import next_number, version_fingerprint
from ..instants import parse_instant
from ..manuscript import read_manuscript, read_text
from ..models import ChangeClass, Policy, PolicyKind, PolicyVersion
from ..refusal import Refusal
from ..signals import holding, publishing
from .drafting import create_policy, edit_version, normalise_short, save_text, start_draft

COLUMNS = ("number", "file", "committed_at")
NUMBER = re.compile(r"0*[1-9][0-9]{0,8}")


class ImportRefused(Refusal):
    """The file or folder cannot be taken over as it is."""


@dataclass(frozen=True)
class ImportedVersion:
    """A line of a manifest: which file was published as which number, when and why."""

    number: int
    path: Path
    published_at: datetime
    subject: str


@transaction.atomic
def import_draft(
    *,
    slug: str,
    path: Path,
    language: str,
    author: User | None,
    now: datetime,
    kind: str = PolicyKind.PRIVACY_NOTICE,
    draft_id: int | None = None,
    change_class: str = ChangeClass.MATERIAL,
    reason: str = "",
    summary: str = "",
    effective_at: datetime | None = None,
) -> PolicyVersion:
    """Take the `.md` or `.txt` file at `path` over as a draft's text in `language`.

    Makes the policy where `slug` is new. Without `draft_id` it starts a new draft. What the file's
    front matter says of summary and reason holds where the arguments are empty. Raises the
    refusals of `read_manuscript` and of drafting, and `ImportRefused` for an unknown draft.
    """
    validate_language(language)
    manuscript = read_manuscript(path)
    policy = find_or_create_policy(slug, kind, manuscript.title, language)
    draft = find_draft(policy, draft_id) or start_draft(policy_id=policy.pk, author=author, now=now)
    save_text(
        version_id=draft.pk,
        language=language,
        title=manuscript.title or policy.name,
        summary=summary or manuscript.summary,
        reason=reason or manuscript.reason,
        body=manuscript.body,
    )
    is_main = language == policy.default_language
    return edit_version(
        version_id=draft.pk,
        change_class=change_class,
        reason=(reason or manuscript.reason if is_main else "") or draft.reason,
        effective_at=effective_at or draft.effective_at,
        exception_reason=draft.exception_reason,
        now=now,
    )


def find_or_create_policy(slug: str, kind: str, title: str, language: str) -> Policy:
    """Give the policy at `slug`, made now where it is new."""
    found = Policy.objects.filter(slug=slug).first()
    return found or create_policy(
        slug=slug, kind=kind, name=title or slug.replace("-", " ").capitalize(), default_language=language
    )


def find_draft(policy: Policy, draft_id: int | None) -> PolicyVersion | None:
    """Give the draft asked for, or None where a new one is wanted."""
    if draft_id is None:
        return None
    draft = policy.versions.filter(pk=draft_id, published_at=None).first()
    if draft is None:
        raise ImportRefused(
            _("“%(slug)s” has no draft %(draft)d. Leave --draft out to start one.")
            % {"slug": policy.slug, "draft": draft_id}
        )
    return draft


@transaction.atomic
def import_history(
    *,
    slug: str,
    folder: Path,
    language: str,
    now: datetime,
    kind: str = PolicyKind.PRIVACY_NOTICE,
    change_class: str = ChangeClass.NEUTRAL,
) -> list[PolicyVersion]:
    """Take a folder with `manifest.csv` over as published versions with their own dates.

    They are marked as imported, so nobody is told of them. All or nothing: one bad line refuses the
    whole folder. Raises `ImportRefused` and the refusals of `read_manuscript`.
    """
    validate_language(language)
    entries = list(read_manifest(folder))
    if not entries:
        raise ImportRefused(_("manifest.csv lists no version. Add a line for each file."))
    policy = find_or_create_policy(slug, kind, read_manuscript(entries[0].path).title, language)
    refuse_gaps(policy, entries)
    # The dates are those of the manifest, whatever was recorded before.
    holding.send(Policy, policy_id=policy.pk)
    return [import_version(policy, entry, language, change_class, now) for entry in entries]


def read_manifest(folder: Path) -> Iterator[ImportedVersion]:
    """Give the lines of the folder's `manifest.csv`, each checked."""
    reader = csv.DictReader(StringIO(read_text(folder / "manifest.csv")))
    try:
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        rows = [(row, reader.line_num) for row in reader]
    except csv.Error as error:
        raise ImportRefused(
            _("manifest.csv is not CSV after line %(line)d: %(why)s.")
            % {"line": reader.line_num, "why": error}
        ) from error
    if missing:
        raise ImportRefused(_("manifest.csv lacks the column %(name)s.") % {"name": ", ".join(missing)})
    for row, line in rows:
        yield read_line(folder, row, line)


def read_line(folder: Path, row: dict[str, str | None], line: int) -> ImportedVersion:
    """Give one line of the manifest, or refuse it by its number."""
    number, name = (row["number"] or "").strip(), (row["file"] or "").strip()
    if not NUMBER.fullmatch(number):
        raise ImportRefused(
            _("Line %(line)d of manifest.csv: “%(value)s” is not a version number.")
            % {"line": line, "value": number}
        )
    if not name or Path(name).name != name:
        raise ImportRefused(
            _("Line %(line)d of manifest.csv: “%(value)s” is not the name of a file in the folder.")
            % {"line": line, "value": name}
        )
    published_at = parse_instant(row["committed_at"] or "")
    return ImportedVersion(
        int(number), folder / name, published_at, normalise_short(row.get("subject") or "")
    )


def refuse_gaps(policy: Policy, entries: list[ImportedVersion]) -> None:
    """Refuse numbers that exist or leave a gap, and dates that run backwards."""
    expected = next_number(policy.pk)
    before = policy.versions.filter(published_at__isnull=False).order_by("-number").first()
    latest = before.published_at if before else None
    for entry in entries:
        if entry.number < expected:
            raise ImportRefused(
                _("Version %(number)d of “%(slug)s” exists already. Import only what comes after it.")
                % {"number": entry.number, "slug": policy.slug}
            )
        if entry.number > expected:
            raise ImportRefused(
                _("The next version of “%(slug)s” is %(expected)d, but manifest.csv goes on with %(number)d.")
                % {"slug": policy.slug, "expected": expected, "number": entry.number}
            )
        if latest and entry.published_at < latest:
            raise ImportRefused(
                _("Version %(number)d is dated before its predecessor. Correct its date in manifest.csv.")
                % {"number": entry.number}
            )
        expected, latest = expected + 1, entry.published_at


def import_version(
    policy: Policy, entry: ImportedVersion, language: str, change_class: str, now: datetime
) -> PolicyVersion:
    """Make one published version from a line of the manifest."""
    if entry.published_at > now:
        raise ImportRefused(
            _("Version %(number)d is dated in the future. History has happened; write a draft instead.")
            % {"number": entry.number}
        )
    manuscript = read_manuscript(entry.path)
    version = PolicyVersion.objects.create(
        policy=policy, author=None, created_at=now, change_class=change_class, reason=entry.subject
    )
    save_text(
        version_id=version.pk,
        language=language,
        title=manuscript.title or policy.name,
        summary=manuscript.summary,
        body=manuscript.body,
    )
    version.number = entry.number
    version.effective_at = version.published_at = entry.published_at
    version.imported_at = now
    version.fingerprint = version_fingerprint(version)
    version.save()
    publishing.send(PolicyVersion, version=version)
    return version
