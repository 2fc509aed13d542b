"""The register of publications: every published version, and what it was at any instant."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import lru_cache
from itertools import groupby
from threading import Lock

from cachetools import cached
from django.utils.translation import gettext_lazy as _

from ..fingerprints import next_number
from ..models import PolicyText, PolicyVersion
from .kept import kept

# How many publications and recalls of a policy there are: part of what is asked at every act, and short.
ON_RECORD = """
SELECT count(version.id) AS published, count(recall.id) AS recalled FROM policies_policyversion AS version
LEFT JOIN policies_recall AS recall ON recall.version_id = version.id
WHERE version.policy_id = %s AND version.published_at IS NOT NULL
"""


class State(Enum):
    """What a published version is at an instant. Derived from the record, never stored."""

    ANNOUNCED = "announced"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    OVERTAKEN = "overtaken"
    RECALLED = "recalled"

    @property
    def label(self) -> str:
        """The state in the reader's language."""
        return str(STATE_LABELS[self])


STATE_LABELS = {
    State.ANNOUNCED: _("announced"),
    State.IN_FORCE: _("in force"),
    State.SUPERSEDED: _("superseded"),
    State.OVERTAKEN: _("overtaken before it took effect"),
    State.RECALLED: _("recalled"),
}


@dataclass(frozen=True)
class TextEntry:
    """A published text without its body: enough to list, link and name it.

    `reason` is the version's own where the text gives none in its language.
    """

    text_id: int
    language: str
    title: str
    summary: str
    reason: str
    sha256: str
    renderer: str


@dataclass(frozen=True)
class Publication:
    """A published version as the register holds it. Instants are aware."""

    version_id: int
    policy_id: int
    slug: str
    name: str
    kind: str
    default_language: str
    number: int
    change_class: str
    reason: str
    published_at: datetime
    effective_at: datetime
    imported: bool
    recalled_at: datetime | None
    texts: Mapping[str, TextEntry]

    def text(self, language: str) -> TextEntry:
        """Give the text in `language`, else in the policy's default language, else in any."""
        return (
            self.texts.get(language)
            or self.texts.get(self.default_language)
            or next(iter(self.texts.values()))
        )

    def is_recalled(self, at: datetime) -> bool:
        """Whether the version was recalled at `at` or before."""
        return self.recalled_at is not None and self.recalled_at <= at


class Register:
    """All publications, by policy and number."""

    def __init__(self, publications: Iterable[Publication]) -> None:
        """Take publications ordered by slug and number; `moments` are those at which a state changes."""
        self.by_slug = {
            slug: tuple(group) for slug, group in groupby(publications, key=lambda entry: entry.slug)
        }
        self.by_id = {entry.version_id: entry for entries in self.by_slug.values() for entry in entries}
        self.moments = [
            moment
            for entry in self.by_id.values()
            for moment in (entry.published_at, entry.effective_at, entry.recalled_at)
            if moment
        ]

    def of(self, slug: str) -> tuple[Publication, ...]:
        """Give every publication of a policy, the oldest first; none where it has none."""
        return self.by_slug.get(slug, ())

    def numbered(self, slug: str, number: int) -> Publication | None:
        """Give version `number` of a policy, or None."""
        return next((entry for entry in self.of(slug) if entry.number == number), None)

    def in_force(self, slug: str, at: datetime) -> Publication | None:
        """Give the version in force at `at`: the highest number that has taken effect unrecalled."""
        return next(
            (
                entry
                for entry in reversed(self.of(slug))
                if entry.effective_at <= at and not entry.is_recalled(at)
            ),
            None,
        )

    def numbers_in_force(self, slug: str, since: datetime, until: datetime) -> set[int]:
        """Give the number of each version that was in force at any instant from `since` to `until`."""
        turns = (moment for entry in self.of(slug) for moment in (entry.effective_at, entry.recalled_at))
        moments = [since, *(moment for moment in turns if moment and since < moment <= until)]
        return {entry.number for moment in moments if (entry := self.in_force(slug, moment))}

    def announced(self, slug: str, at: datetime) -> tuple[Publication, ...]:
        """Give the versions that are published at `at` and still to take effect, the next first."""
        coming = [entry for entry in self.of(slug) if self.state(entry, at) is State.ANNOUNCED]
        return tuple(sorted((e for e in coming if e.published_at <= at), key=lambda e: e.effective_at))

    def newest(self, slug: str, at: datetime) -> Publication | None:
        """Give the newest version that is in force or announced at `at`."""
        live = [e for e in (*self.announced(slug, at), self.in_force(slug, at)) if e is not None]
        return max(live, key=lambda entry: entry.number, default=None)

    def before(self, entry: Publication) -> Publication | None:
        """Give the version that `entry` replaced or will replace: in force just before it."""
        earlier = [
            e
            for e in self.of(entry.slug)
            if e.number < entry.number
            and e.effective_at < entry.effective_at
            and not e.is_recalled(entry.effective_at)
        ]
        return earlier[-1] if earlier else None

    def steps(
        self, before: Publication | None, after: Publication, language: str
    ) -> list[tuple[int, TextEntry]]:
        """Give the texts whose summaries say how `before` became `after`, by number, the oldest first.

        Without those recalled since. Where nothing was before, only that of `after`; where it is no later
        one, none.
        """
        first = before.number + 1 if before else after.number
        steps = [e for e in self.of(after.slug) if first <= e.number <= after.number]
        texts = [(e.number, e.text(language)) for e in steps if e == after or e.recalled_at is None]
        return [(number, text) for number, text in texts if text.summary]

    def state(self, entry: Publication, at: datetime) -> State:
        """Say what `entry` is at `at`."""
        if entry.is_recalled(at):
            return State.RECALLED
        if self.in_force(entry.slug, at) == entry:
            return State.IN_FORCE
        if self.is_overtaken(entry):
            return State.OVERTAKEN
        return State.ANNOUNCED if at < entry.effective_at else State.SUPERSEDED

    def is_overtaken(self, entry: Publication) -> bool:
        """Whether a higher number holds when `entry` would take effect, so that it does not."""
        return any(
            later.number > entry.number
            and later.effective_at <= entry.effective_at
            and not later.is_recalled(entry.effective_at)
            for later in self.of(entry.slug)
        )


@cached(kept(1), lock=Lock())
def register() -> Register:
    """Give the register, at most a second old."""
    return load_register()


def register_with(policy_id: int, *, published: int, recalled: int) -> Register:
    """Give the register that holds so many publications and recalls of a policy, as `ON_RECORD` counts them.

    That is the kept one where nothing was added since: a publication never changes and is never taken
    back, nor is a recall, so as many are the same ones.
    """
    found = register()
    entries = [entry for entry in found.by_id.values() if entry.policy_id == policy_id]
    known = len(entries), sum(entry.recalled_at is not None for entry in entries)
    return found if (published, recalled) == known else load_register()


def load_register() -> Register:
    """Read the register from the database, in one query, leaving the bodies where they are."""
    rows = (
        PolicyText.objects.filter(version__published_at__isnull=False)
        .select_related("version__policy", "version__recall")
        .defer("body", "html")
        .order_by("version__policy__slug", "version__number", "language")
    )
    return Register(
        publication(version, list(texts)) for version, texts in groupby(rows, key=lambda text: text.version)
    )


def register_if_published(draft: PolicyVersion, *, now: datetime) -> Register:
    """Give the register as it would be if `draft`, which has texts and an effective moment, came out now."""
    texts = list(draft.texts.defer("body", "html").order_by("language"))
    as_if = copy(draft)
    as_if.number, as_if.published_at = next_number(draft.policy_id), now
    entries = [*load_register().by_id.values(), publication(as_if, texts)]
    return Register(sorted(entries, key=lambda entry: (entry.slug, entry.number)))


def register_if_recalled(entry: Publication, known: Register, *, now: datetime) -> Register:
    """Give the register as it would be if `entry`, which stands in `known`, were recalled now."""
    recalled = replace(entry, recalled_at=now)
    return Register(recalled if other == entry else other for other in known.by_id.values())


def publication(version: PolicyVersion, texts: list[PolicyText]) -> Publication:
    """Give the register's entry for a published `version` with its `texts`."""
    if version.number is None or version.published_at is None or version.effective_at is None:
        raise ValueError("A published version has a number and its moments.")
    recall = getattr(version, "recall", None)
    return Publication(
        version_id=version.pk,
        policy_id=version.policy_id,
        slug=version.policy.slug,
        name=version.policy.name,
        kind=version.policy.kind,
        default_language=version.policy.default_language,
        number=version.number,
        change_class=version.change_class,
        reason=version.reason,
        published_at=version.published_at,
        effective_at=version.effective_at,
        imported=version.imported_at is not None,
        recalled_at=recall.recalled_at if recall else None,
        texts={
            text.language: TextEntry(
                text.pk,
                text.language,
                text.title,
                text.summary,
                text.reason or version.reason,
                text.sha256,
                text.renderer,
            )
            for text in texts
        },
    )


@lru_cache(maxsize=256)
def html_of(entry: TextEntry) -> str:
    """Give the HTML of a published text. It never changes, so it is kept for as long as there is room."""
    return PolicyText.objects.values_list("html", flat=True).get(pk=entry.text_id)
