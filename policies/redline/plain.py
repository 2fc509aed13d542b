"""A comparison in words: how much changed, what to look at closely, and every change as plain text."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .comparison import Change, Comparison, Size
from .directions import FSI, PDI, isolate, isolated, runs_otherwise
from .document import CELL
from .labels import notes_of, risk_in_words, words_of
from .surroundings import Surroundings
from .wording import Sign, Span

# So much of a passage is quoted where it was, if it moved.
FIRST_WORDS = 12
# Longer headings have shorter lines under them, which no narrow screen breaks.
UNDERLINE = 30


def size_in_words(size: Size) -> str:
    """Say how much changed: clauses, words added and removed, and passages moved."""
    if size.is_equal:
        return _("No change")
    parts = [
        ngettext(
            "%(changed)d of %(clauses)d clause changed",
            "%(changed)d of %(clauses)d clauses changed",
            size.clauses,
        )
        % {"changed": size.clauses_changed, "clauses": size.clauses},
        ngettext("%(words)d word added", "%(words)d words added", size.words_added)
        % {"words": size.words_added},
        ngettext("%(words)d removed", "%(words)d removed", size.words_removed)
        % {"words": size.words_removed},
    ]
    if size.moves:
        parts.append(
            ngettext("%(moves)d passage moved", "%(moves)d passages moved", size.moves)
            % {"moves": size.moves}
        )
    return ", ".join(parts)


def as_text(comparison: Comparison) -> str:
    """Give the changes clause by clause as plain text, for mail, terminals and screen readers."""
    return "\n".join(lines(comparison)) + "\n"


def lines(comparison: Comparison) -> Iterator[str]:
    """Give the lines of the plain text."""
    yield size_in_words(comparison.size) + "."
    if comparison.risks:
        yield ""
        yield _("Look closely at:")
        yield from (f"- {words}" for words in risks_in_words(comparison))
    surroundings = Surroundings(comparison)
    for clause in comparison.by_clause:
        if clause.heading or comparison.has_headings:
            heading = clause.heading or _("Before the first heading")
            yield from ("", heading, "-" * min(len(heading), UNDERLINE))
        shown: set[int] = set()
        for at in clause.places:
            leads = [lead for lead in surroundings.around(at) if lead not in shown]
            shown |= set(leads)
            yield from ("", *(lead_label(comparison, lead) for lead in leads))
            yield from change_lines(comparison, comparison.places[at])


def risks_in_words(comparison: Comparison) -> list[str]:
    """Give what to look at closely, each once for a clause, in the order of `Comparison.risks`."""
    found: dict[str, None] = {}
    for at, risk in comparison.risks:
        heading = comparison.heading_of(comparison.places[at])
        words = risk_in_words(risk.kind, risk.was, risk.now)
        found[f"{words} ({isolated(heading)})" if heading else words] = None
    return list(found)


def lead_label(comparison: Comparison, at: int) -> str:
    """Give the label that says below what a change stands: a sentence that leads to it, an item, a head."""
    words = beginning(comparison.block(comparison.places[at]).text.replace(CELL, " | "))
    return _("Below “%(words)s”:") % {"words": isolated(words)}


def change_lines(comparison: Comparison, change: Change) -> Iterator[str]:
    """Give a change as lines: its kind, its words with what was deleted and inserted, and notes."""
    labels = {
        "insert": _("Inserted:"),
        "delete": _("Deleted:"),
        "modify": _("Changed:"),
        "move": move_label(change, comparison.other_heading(change)) if change.operation == "move" else "",
    }
    yield f"{labels[change.operation]} {passage(change).replace(CELL, ' | ')}"
    for note in notes_of(comparison.old_role(change), change.shifts):
        yield f"[{note}]"
    for remark in change.remarks:
        yield f"[“{isolated(remark.text.strip())}”: {words_of(remark)}]"


def passage(change: Change) -> str:
    """Give the words of a change with what was deleted and inserted, in the direction of these words."""
    whole = change.spans[0][1]
    runs_back = runs_otherwise("".join(text for _sign, text in change.spans))
    if change.is_origin:
        words = beginning(whole)
    elif len(change.spans) == 1:
        # All of it came or went, or stayed as it was: the label says so.
        words = whole
    else:
        words = with_marks(change.spans, keep_apart=runs_back)
    return isolate(words) if runs_back else words


def with_marks(spans: Iterable[Span], *, keep_apart: bool) -> str:
    """Give spans one after the other; `keep_apart` isolates what is said of them from the text."""
    words = "".join(marked(sign, text, keep_apart=keep_apart) for sign, text in spans)
    return words.replace("][", "] [").replace(f"]{PDI}{FSI}[", f"]{PDI} {FSI}[")


def move_label(change: Change, heading: str) -> str:
    """Give the label of what moved, with the heading of the clause that it moved from or to."""
    names = {"heading": isolated(heading)}
    if change.is_origin:
        return _("Moved to “%(heading)s”:") % names if heading else _("Moved away:")
    return _("Moved here from “%(heading)s”:") % names if heading else _("Moved here:")


def beginning(text: str) -> str:
    """Give the first words of a text that stands elsewhere in full."""
    words = text.split(" ")
    return text if len(words) <= FIRST_WORDS else " ".join(words[:FIRST_WORDS]) + " …"


def marked(sign: Sign, text: str, *, keep_apart: bool) -> str:
    """Give a span with what became of it in words."""
    if sign == "=":
        return text
    label = _("Deleted:") if sign == "-" else _("Inserted:")
    if not text.strip(" "):
        return bracketed(f"{label} “{text}”", keep_apart=keep_apart)
    # Spaces around what changed stay outside the brackets.
    before, behind = text[: -len(text.lstrip(" "))], text[len(text.rstrip(" ")) :]
    inside = bracketed(f"{label} {isolated(text.strip(' '))}", keep_apart=keep_apart)
    return f"{before}{inside}{behind}"


def bracketed(words: str, *, keep_apart: bool) -> str:
    """Give what is said of a text in brackets."""
    return isolate(f"[{words}]") if keep_apart else f"[{words}]"
