"""Take the history of a file in a git repository over as published versions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count, pairwise
from pathlib import Path, PurePosixPath

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.places import validate_language

from ...instants import parse_instant
from ...manuscript import Manuscript, is_read, manuscript_of, refuse_other_kinds
from ...models import ChangeClass, PolicyKind, PolicyVersion
from ...refusal import Refusal
from ...rendering import EmptyText, digest
from ...repository import Repository, Revision
from ..drafting import normalise_short
from .drafts import ImportRefused
from .history import ImportedVersion, newest_version, publish_history


@transaction.atomic
def import_repository(
    *,
    slug: str,
    folder: Path,
    file: str,
    language: str,
    now: datetime,
    kind: str = PolicyKind.PRIVACY_NOTICE,
    change_class: str = ChangeClass.NEUTRAL,
) -> list[PolicyVersion]:
    """Take each text that `file` had in the git repository at `folder` over as a published version.

    Its date is that of the commit which brought it to the branch that is checked out, its reason that
    commit's first line. They are marked as imported, so nobody is told of them. Where the policy has
    versions already, the newest one must be in the history, and only what came after it is taken over:
    nothing, if nothing did. All or nothing. Raises `ImportRefused`, `RepositoryRefused` and
    `UnreadableFile`.
    """
    validate_language(language)
    refuse_other_kinds(file)
    repository = Repository(folder)
    texts = list(texts_of(repository, file))
    if not texts:
        raise ImportRefused(_("%(file)s was empty in every commit.") % {"file": file})
    refuse_odd_dates(texts, now)
    newest = newest_version(slug)
    if newest:
        texts = texts[place_of(newest, language, texts) + 1 :]
    numbers = count(newest.number + 1 if newest and newest.number else 1)
    return publish_history(
        slug=slug,
        kind=kind,
        language=language,
        change_class=change_class,
        entries=(entry_of(repository, text, number) for text, number in zip(texts, numbers, strict=False)),
        now=now,
    )


@dataclass(frozen=True)
class CommittedText:
    """A text that differs from the one before: which revision brought it, when, and its body's digest."""

    revision: Revision
    published_at: datetime
    sha256: str

    def __str__(self) -> str:
        return f"{self.revision.commit.short} ({self.revision.commit.committed_at})"


def texts_of(repository: Repository, file: str) -> Iterator[CommittedText]:
    """Give the texts that the file had, oldest first, without one that says what the one before said.

    A commit without the file, or with an empty one, brings no text; nor does a name of another kind.
    """
    said = None
    for revision in repository.revisions(file):
        if not revision.blob or not is_read(revision.path):
            continue
        try:
            manuscript = read_revision(repository, revision)
            published_at = parse_instant(revision.commit.committed_at)
        except EmptyText:
            continue
        except Refusal as refusal:
            raise ImportRefused(
                _("The file cannot be taken over from commit %(commit)s. %(why)s")
                % {"commit": revision.commit.short, "why": refusal}
            ) from refusal
        if said != (said := (manuscript.title, manuscript.body.rstrip())):
            yield CommittedText(revision, published_at, digest(manuscript.body))


def read_revision(repository: Repository, revision: Revision) -> Manuscript:
    """Give the text of the file at a revision."""
    return manuscript_of(PurePosixPath(revision.path).name, repository.content(revision))


def refuse_odd_dates(texts: list[CommittedText], now: datetime) -> None:
    """Refuse dates that run backwards, after a clock went wrong or history was rewritten, or lie ahead."""
    for before, text in pairwise(texts):
        if text.published_at < before.published_at:
            raise ImportRefused(
                _(
                    "Commit %(commit)s is dated before commit %(before)s, which it follows. Write the texts"
                    " into a folder with manifest.csv, with the dates on which they were published."
                )
                % {"commit": text, "before": before}
            )
    if texts[-1].published_at > now:
        raise ImportRefused(
            _("Commit %(commit)s is dated in the future. History has happened; write a draft instead.")
            % {"commit": texts[-1]}
        )


def place_of(newest: PolicyVersion, language: str, texts: list[CommittedText]) -> int:
    """Give which of `texts` the policy's newest version is: the same text of the same date."""
    known = newest.texts.filter(language=language).values_list("sha256", flat=True).first()
    places = [
        place
        for place, text in enumerate(texts)
        if (text.sha256, text.published_at) == (known, newest.published_at)
    ]
    if not places:
        raise ImportRefused(
            _(
                "Version %(number)d of “%(slug)s” is not in this history: no commit of its date holds its"
                " text. Write what came after it as a draft, or into a folder with manifest.csv."
            )
            % {"number": newest.number, "slug": newest.policy.slug}
        )
    return places[-1]


def entry_of(repository: Repository, text: CommittedText, number: int) -> ImportedVersion:
    """Give a text as it is published, read anew so that no more than one is held at a time."""
    return ImportedVersion(
        number=number,
        manuscript=read_revision(repository, text.revision),
        published_at=text.published_at,
        subject=normalise_short(text.revision.commit.subject),
    )
