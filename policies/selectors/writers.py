"""Who wrote what a draft says."""

from collections.abc import Iterable, Iterator
from typing import Any

from ..models import PolicyText, PolicyVersion

SAID_OF_VERSION = ("change_class", "reason", "exception_reason", "effective_at")
SAID_IN_TEXT = ("title", "summary", "reason", "sha256")


def writers_of(version: PolicyVersion) -> set[int]:
    """Give the keys of everybody who wrote some of a version: who began it, and whose edits changed it.

    That is what its approval is about: its texts, and what is said of the change. Whoever saves it as it is,
    asks for its review or sends it back wrote nothing. Edits at the command line have nobody's name.
    """
    texts = PolicyText.history.filter(version_id=version.pk).order_by("id", "history_date", "history_id")
    drafts = PolicyVersion.history.filter(id=version.pk).order_by("history_date", "history_id")
    found = {
        version.author_id,
        *changed_by(texts.values_list("history_user", "id", *SAID_IN_TEXT)),
        *changed_by(drafts.values_list("history_user", "id", *SAID_OF_VERSION)),
    }
    return {writer for writer in found if writer is not None}


def changed_by(rows: Iterable[tuple[Any, ...]]) -> Iterator[int | None]:
    """Give who is named first in each of the rows that say something else than the row before."""
    before: tuple[Any, ...] = ()
    for writer, *said in rows:
        if tuple(said) != before:
            yield writer
        before = tuple(said)
