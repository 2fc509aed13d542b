"""Take a folder with a manifest over as published versions."""

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.places import validate_language

from ...instants import parse_instant
from ...manuscript import read_manuscript, read_text
from ...models import ChangeClass, PolicyKind, PolicyVersion
from ..drafting import normalise_short
from .drafts import ImportRefused
from .history import ImportedVersion, publish_history

COLUMNS = ("number", "file", "committed_at")
NUMBER = re.compile(r"0*[1-9][0-9]{0,8}")


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
    versions = publish_history(
        slug=slug,
        kind=kind,
        language=language,
        change_class=change_class,
        entries=read_manifest(folder),
        now=now,
    )
    if not versions:
        raise ImportRefused(_("manifest.csv lists no version. Add a line for each file."))
    return versions


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
        int(number),
        read_manuscript(folder / name),
        published_at,
        normalise_short(row.get("subject") or ""),
    )
