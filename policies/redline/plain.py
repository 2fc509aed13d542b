"""A comparison in words: how much changed, what to look at closely, and every change as plain text."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .comparison import Change, Comparison, Size
from .labels import role_name, words_of
from .vocabulary import RiskKind
from .wording import CELL, Sign

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


def risk_in_words(kind: str, old: str | None, new: str | None) -> str:
    """Say what became of an expression that turns the meaning; None where a text has no like of it."""
    names = {"old": old or "", "new": new or ""}
    if kind == RiskKind.LINK:
        names = {side: _("link to %(address)s") % {"address": words} for side, words in names.items()}
    if not old:
        return _("added: %(new)s") % names
    if not new:
        return _("removed: %(old)s") % names
    return _("%(old)s → %(new)s") % names


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
    for clause in comparison.by_clause:
        if clause.heading or comparison.has_headings:
            heading = clause.heading or _("Before the first heading")
            yield from ("", heading, "-" * min(len(heading), UNDERLINE))
        for at in clause.places:
            yield from ("", *change_lines(comparison, comparison.places[at]))


def risks_in_words(comparison: Comparison) -> list[str]:
    """Give what to look at closely, each once for a clause, in the order of `Comparison.risks`."""
    found: dict[str, None] = {}
    for at, risk in comparison.risks:
        heading = comparison.heading_of(comparison.places[at])
        words = risk_in_words(risk.kind, risk.was, risk.now)
        found[f"{words} ({heading})" if heading else words] = None
    return list(found)


def change_lines(comparison: Comparison, change: Change) -> Iterator[str]:
    """Give a change as lines: its kind, its words with what was deleted and inserted, and notes."""
    labels = {
        "insert": _("Inserted:"),
        "delete": _("Deleted:"),
        "modify": _("Changed:"),
        "move": move_label(change, comparison.other_heading(change)) if change.operation == "move" else "",
    }
    words = "".join(marked(sign, text) for sign, text in change.spans).replace("][", "] [")
    if change.is_origin or len(change.spans) == 1:
        # All of it came or went, or stayed as it was: the label says so.
        words = beginning(change.spans[0][1]) if change.is_origin else change.spans[0][1]
    yield f"{labels[change.operation]} {words.replace(CELL, ' | ')}"
    was = comparison.old_role(change)
    if was:
        yield "[" + _("was: %(kind)s") % {"kind": role_name(was)} + "]"
    for remark in change.remarks:
        yield f"[“{remark.text.strip()}”: {words_of(remark)}]"


def move_label(change: Change, heading: str) -> str:
    """Give the label of what moved, with the heading of the clause that it moved from or to."""
    if change.is_origin:
        return _("Moved to “%(heading)s”:") % {"heading": heading} if heading else _("Moved away:")
    return _("Moved here from “%(heading)s”:") % {"heading": heading} if heading else _("Moved here:")


def beginning(text: str) -> str:
    """Give the first words of a text that stands elsewhere in full."""
    words = text.split(" ")
    return text if len(words) <= FIRST_WORDS else " ".join(words[:FIRST_WORDS]) + " …"


def marked(sign: Sign, text: str) -> str:
    """Give a span with what became of it in words."""
    if sign == "=":
        return text
    label = _("Deleted:") if sign == "-" else _("Inserted:")
    if not text.strip(" "):
        return f"[{label} “{text}”]"
    # Spaces around what changed stay outside the brackets.
    before, behind = text[: -len(text.lstrip(" "))], text[len(text.rstrip(" ")) :]
    return f"{before}[{label} {text.strip(' ')}]{behind}"
