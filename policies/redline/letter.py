"""The changes as HTML for a mail: simple elements, no links, and nothing that only a style sheet says."""

from collections.abc import Iterator
from html import escape

from django.utils.translation import gettext as _

from .comparison import Change, Comparison
from .directions import runs_otherwise
from .document import BREAK, CELL
from .labels import notes_of, words_of
from .plain import beginning, lead_label, move_label
from .surroundings import Surroundings
from .wording import Sign

CHANGED = {"-": "del", "+": "ins"}


def as_letter(comparison: Comparison) -> str:
    """Give the changes clause by clause: what went in `del`, what came in `ins`, the rest in words.

    Every text is escaped, and of its own markup nothing is kept.
    """
    return "\n".join(elements(comparison))


def elements(comparison: Comparison) -> Iterator[str]:
    """Give the elements of the HTML, one by one."""
    surroundings = Surroundings(comparison)
    for clause in comparison.by_clause:
        if clause.heading or comparison.has_headings:
            yield f'<h3 dir="auto">{escape(clause.heading or _("Before the first heading"))}</h3>'
        shown: set[int] = set()
        for at in clause.places:
            leads = [lead for lead in surroundings.around(at) if lead not in shown]
            shown |= set(leads)
            yield from (f"<p><em>{escape(lead_label(comparison, lead))}</em></p>" for lead in leads)
            yield paragraph(comparison, comparison.places[at])


def paragraph(comparison: Comparison, change: Change) -> str:
    """Give a change as a paragraph: where it moved, its words, and what changed around them."""
    parts = []
    if change.operation == "move":
        parts.append(f"<em>{escape(move_label(change, comparison.other_heading(change)))}</em>")
    parts.append(passage(change))
    parts += [f"<em>[{escape(note)}]</em>" for note in notes_of(comparison.old_role(change), change.shifts)]
    parts += [
        f"<em>[“<bdi>{escape(remark.text.strip())}</bdi>”: {escape(words_of(remark))}]</em>"
        for remark in change.remarks
    ]
    return f"<p>{' '.join(parts)}</p>"


def passage(change: Change) -> str:
    """Give the words of a change, in the direction of these words."""
    if change.is_origin:
        words = in_html(beginning(change.spans[0][1]))
    else:
        words = "".join(span(sign, text) for sign, text in change.spans).replace(
            "</del><ins>", "</del> <ins>"
        )
    runs_back = runs_otherwise("".join(text for _sign, text in change.spans))
    return f'<bdi dir="auto">{words}</bdi>' if runs_back else words


def span(sign: Sign, text: str) -> str:
    """Give a piece of text, in the element that says what became of it."""
    html = in_html(text)
    return f"<{CHANGED[sign]}>{html}</{CHANGED[sign]}>" if sign in CHANGED else html


def in_html(text: str) -> str:
    """Give text escaped, with bars between the cells of a row."""
    return escape(text.replace(CELL, " | ")).replace(BREAK.text, "<br>")
