"""Comparisons of texts, worked out once for all readers and kept by what they are made of.

A comparison follows from two renderings, the language and the engine's release, and from nothing
else. So it is kept under a digest of these: in the database for every process, and in the process
while there is room. Where it cannot be kept the reader gets it all the same.
"""

import hashlib
import json
import logging
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from threading import Lock

from cachetools import LRUCache, cached
from django.db import DatabaseError, transaction
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .models import KeptComparison, PolicyText, PolicyVersion
from .redline import (
    ENGINE,
    Comparison,
    Page,
    Record,
    Size,
    around,
    as_letter,
    as_record,
    as_text,
    compare,
    from_record,
    risk_in_html,
    risk_in_words,
    size_in_words,
)
from .selectors import Publication, Register, TextEntry, html_of

logger = logging.getLogger(__name__)

# So many risky changes are named where a comparison is linked; the page itself lists them all.
NAMED_RISKS = 4
# Characters of finished pages that a process keeps.
READINGS_LIMIT = 32_000_000


class Form(StrEnum):
    """A way to read a comparison."""

    COLUMN = "column"
    COLUMNS = "columns"
    CHANGES = "changes"
    TEXT = "text"

    @property
    def label(self) -> str | Promise:
        """The form in the reader's language."""
        return FORM_LABELS[self]


FORM_LABELS = {
    Form.COLUMN: _("One column"),
    Form.COLUMNS: _("Side by side"),
    Form.CHANGES: _("Changes only"),
    Form.TEXT: _("As text"),
}


@dataclass(frozen=True)
class Source:
    """A rendered text, named by what it was rendered from and by what."""

    sha256: str
    renderer: str
    language: str
    html: Callable[[], str] = field(compare=False)


# What a first version is compared with.
NOTHING = Source("", "", "", str)


def published(entry: TextEntry) -> Source:
    """Give a published text to compare."""
    return Source(entry.sha256, entry.renderer, entry.language, lambda: html_of(entry))


def stored(text: PolicyText) -> Source:
    """Give a text as it was read from the database, a draft's too, to compare."""
    return Source(text.sha256, text.renderer, text.language, lambda: text.html)


@dataclass(frozen=True)
class Summary:
    """What is said of a comparison where it is linked: how much changed, and what to look at closely."""

    size: Size
    named: tuple[tuple[str, str | None, str | None, str], ...]
    more: int

    @property
    def words(self) -> str:
        """How much changed, in the reader's language."""
        return size_in_words(self.size)

    @property
    def risks(self) -> list[str]:
        """The first risky changes, in the reader's language."""
        return [risk_in_words(*risk) for risk in self.named]

    @property
    def marked_risks(self) -> list[SafeString]:
        """The same as HTML."""
        return [risk_in_html(*risk) for risk in self.named]


known_summaries: LRUCache[str, Summary] = LRUCache(4096)
lock = Lock()


def key_of(old: Source, new: Source) -> str:
    """Give the name under which a comparison is kept: a SHA-256 in hexadecimal."""
    parts = (ENGINE, new.language, old.sha256, old.renderer, new.sha256, new.renderer)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def comparison(old: Source, new: Source) -> Comparison:
    """Compare two texts, or give what was worked out before."""
    kept = KeptComparison.objects.filter(key=key_of(old, new)).first()
    if kept:
        return from_record(json.loads(zlib.decompress(kept.record)), old.html(), new.html())
    return worked_out(old, new)


def worked_out(old: Source, new: Source) -> Comparison:
    """Compare two texts and keep the answer for every other process."""
    found = compare(old.html(), new.html(), new.language or "en")
    record = as_record(found)
    short = shortened(record)
    with lock:
        known_summaries[key_of(old, new)] = summary_of(short)
    fields = {
        "key": key_of(old, new),
        "engine": ENGINE,
        "old_sha256": old.sha256,
        "new_sha256": new.sha256,
        "summary": short,
        "record": zlib.compress(json.dumps(record, ensure_ascii=False).encode()),
    }
    try:
        with transaction.atomic():
            KeptComparison.objects.keep(**fields)
    except DatabaseError:
        # A reader needs the answer, not the row: the next one works it out again.
        logger.exception("A comparison could not be kept.")
    return found


def shortened(record: Record) -> Record:
    """Give the part of a comparison that is shown where it is linked."""
    found: dict[tuple[str, str | None, str | None], str] = {}
    for risk in record["risky"]:
        found.setdefault((risk["kind"], risk["old"], risk["new"]), risk["around"])
    risks = [[*risk, words] for risk, words in found.items()]
    return {"stats": record["stats"], "risky": risks[:NAMED_RISKS], "risky_count": len(risks)}


def summary_of(short: Record) -> Summary:
    """Give the summary that was kept as plain data."""
    named = tuple((kind, old, new, around) for kind, old, new, around in short["risky"])
    return Summary(Size(**short["stats"]), named, short["risky_count"] - len(named))


def summaries(pairs: Sequence[tuple[Source, Source]]) -> list[Summary]:
    """Give the summaries of many comparisons, reading those that are kept in one query."""
    keys = [key_of(*pair) for pair in pairs]
    with lock:
        found = {key: known_summaries[key] for key in keys if key in known_summaries}
    missing = set(keys) - found.keys()
    if missing:
        rows = KeptComparison.objects.filter(key__in=missing).values_list("key", "summary")
        found |= {key: summary_of(short) for key, short in rows}
    for key, pair in zip(keys, pairs, strict=True):
        if key not in found:
            found[key] = summary_of(shortened(as_record(worked_out(*pair))))
    with lock:
        known_summaries.update(found)
    return [found[key] for key in keys]


def summary(old: Source, new: Source) -> Summary:
    """Give the summary of one comparison."""
    return summaries([(old, new)])[0]


def base_of(version: PolicyVersion, register: Register, now: datetime) -> Publication | None:
    """Give the version that `version` replaced; for a draft, the newest announced or in force."""
    if version.is_published:
        return register.before(register.by_id[version.pk])
    return register.newest(version.policy.slug, now)


def changes_of(
    version: PolicyVersion, texts: Iterable[PolicyText], register: Register, now: datetime
) -> dict[str, Summary]:
    """Give how much each of the `texts` of a version changes against the version before, by language.

    Nothing for a first version.
    """
    base = base_of(version, register, now)
    if base is None:
        return {}
    pairs = {text.language: (published(base.text(text.language)), stored(text)) for text in texts}
    return dict(zip(pairs, summaries(list(pairs.values())), strict=True))


@dataclass(frozen=True)
class RiskLine:
    """One risky change as the page lists it: what became of it, in which clause, at which stop."""

    words: SafeString
    kind: str
    clause: str
    stop: int


@dataclass(frozen=True)
class Reading:
    """A comparison in one form: HTML, or plain text, and every risky change in it."""

    form: Form
    summary: Summary
    content: str
    risks: tuple[RiskLine, ...]


def weight(found: Reading) -> int:
    """Give how much room a finished page takes."""
    return len(found.content)


def reading_key(
    old: Source, new: Source, form: Form, names: tuple[str, str] = ("", "")
) -> tuple[object, ...]:
    """Give what a finished page depends on."""
    return old, new, form, names, get_language()


known_readings: LRUCache[tuple[object, ...], Reading] = LRUCache(READINGS_LIMIT, getsizeof=weight)


@cached(known_readings, key=reading_key, lock=Lock())
def reading(old: Source, new: Source, form: Form, names: tuple[str, str] = ("", "")) -> Reading:
    """Give a comparison in a form, with its labels in the language that is active.

    `names` are the heads of the two columns.
    """
    found = comparison(old, new)
    page = Page(found)
    write: dict[Form, Callable[[], str]] = {
        Form.COLUMN: page.one_column,
        Form.COLUMNS: lambda: page.two_columns(*names),
        Form.CHANGES: page.changes_only,
        Form.TEXT: lambda: as_text(found),
    }
    stops = found.stops_by_clause if form is Form.CHANGES else found.stops
    lines = tuple(
        RiskLine(
            risk_in_html(risk.kind, risk.was, risk.now, around(risk, *found.sides(found.places[at]))),
            risk.kind,
            found.heading_of(found.places[at]),
            stops[at],
        )
        for at, risk in found.risks
    )
    return Reading(form, summary(old, new), write[form](), lines)


def in_a_letter(old: Source, new: Source) -> SafeString:
    """Give the changes as HTML for a mail, in the language that is active."""
    # Every text in it is escaped.
    return mark_safe(as_letter(comparison(old, new)))  # noqa: S308 - see above


def forget_all() -> None:
    """Let go of all that this process keeps of comparisons."""
    known_readings.clear()
    with lock:
        known_summaries.clear()
