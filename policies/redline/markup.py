"""A comparison as HTML: one column, two columns, or the changes alone.

Nothing but the two texts is text here: what a form adds (where a change starts and ends, where a
moved block went, what became of a link) stands in attributes, which the style sheet shows. So the
law holds for one column: without every `del`, and with every `ins` unwrapped, it reads as the new
text, and the other way round as the old one. All text is escaped, and only tags of sanitised
renderings are written. Names of places (`id`) in the texts are left out: both may hold the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import pairwise
from typing import cast

from django.utils.translation import gettext as _

from .comparison import Change, ClauseChanges, Comparison
from .document import BREAK, CELL, Block, Element, Mark
from .expressions import Expression
from .labels import notes_of, way_label, words_of
from .remarks import Remark, RemarkKind
from .sequences import START, touching
from .surroundings import Surroundings
from .tree import Tree, attribute_list, directions_of, outer_path, own_path, shared_elements
from .vocabulary import RiskKind
from .wording import Sign

# In the texts themselves these elements look like this; here they would read as changes.
RENAMED = {"del": "s", "ins": "u"}
CHANGED = {"-": "del", "+": "ins"}


class Page:
    """Writes a comparison in one of its forms, with labels in the language that is active."""

    def __init__(self, comparison: Comparison, *, with_hops: bool = True) -> None:
        """Take a comparison; `with_hops` adds links from each change to the one before and the next."""
        self.comparison = comparison
        self.with_hops = with_hops
        self.directions = directions_of(comparison)
        self.lead_through(comparison.stops)
        # A move that something came between has several stops, and one name at each of its ends.
        ends: dict[tuple[int | None, bool], int] = {}
        for at, change in enumerate(comparison.places):
            ends.setdefault((change.group, change.is_origin), at)
        self.move_ends = set(ends.values())
        self.openings = {
            ("-", False): opening("del", _("Deleted:"), _("end of deletion.")),
            ("+", False): opening("ins", _("Inserted:"), _("end of insertion.")),
            ("-", True): opening("del", _("Moved away:"), _("end of what moved away."), kind="moved"),
            ("+", True): opening("ins", _("Moved here:"), _("end of what moved here."), kind="moved"),
        }

    def lead_through(self, stops: dict[int, int]) -> None:
        """Have the links lead from change to change as `stops`, in their order, number the places."""
        self.stops = stops
        self.last_stop = max(stops.values(), default=0)
        # Taken backwards, so that of the places of each stop the first one is left.
        self.beginnings = set({stop: at for at, stop in reversed(stops.items())}.values())

    def one_column(self) -> str:
        """Give both texts as one, with the changes in place."""
        self.lead_through(self.comparison.stops)
        tree = Tree(shared_elements(self.comparison), self.directions)
        for at in range(len(self.comparison.places)):
            self.put(tree, at, self.block(at).path)
        return f'<div class="redline">\n{tree.closed()}</div>'

    def changes_only(self) -> str:
        """Give what changed, clause by clause, each with its heading and what else says what it is about."""
        self.lead_through(self.comparison.stops_by_clause)
        shared, surroundings = shared_elements(self.comparison), Surroundings(self.comparison)
        written = []
        for clause in self.comparison.by_clause:
            tree = Tree(shared, self.directions)
            shown: set[int] = set()
            for at in clause.places:
                for lead in surroundings.around(at):
                    if lead not in shown:
                        shown.add(lead)
                        path, inner = outer_path(self.block(lead)), self.inner(lead, "=")
                        tree.put(path, inner, {"class": "around"}, is_old=False)
                self.put(tree, at, outer_path(self.block(at)))
            written.append(f"<section>\n{self.heading(clause)}{tree.closed()}</section>\n")
        return f'<div class="redline clauses">\n{"".join(written)}</div>'

    def heading(self, clause: ClauseChanges) -> str:
        """Give the heading of a clause, unless it is among what changed and so stands there anyway."""
        if self.block(clause.places[0]).is_heading or not self.comparison.has_headings:
            return ""
        return f'<h3 dir="auto">{escape(clause.heading or _("Before the first heading"))}</h3>\n'

    def two_columns(self, old_name: str, new_name: str) -> str:
        """Give a table: the old text on the left, the new one on the right, each pair in a row."""
        self.lead_through(self.comparison.stops)
        heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in (old_name, new_name))
        rows = "".join(
            f'<tr class="{change.operation}">{self.left(at, old_name)}{self.right(at, new_name)}</tr>\n'
            for at, change in enumerate(self.comparison.places)
        )
        table = f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>"
        return f'<table class="redline columns">\n{table}\n</table>'

    def left(self, at: int, name: str) -> str:
        """Give the old side of a row. What moved stands where it was."""
        change = self.comparison.places[at]
        if change.old is None or (change.group is not None and not change.is_origin):
            return "<td></td>"
        tree = Tree({}, self.directions)
        block = self.comparison.old.blocks[change.old]
        # Where both sides show something, the new one carries the links from change to change.
        state = self.state(at) if change.new is None or change.is_origin else {}
        inner = self.inner(at, "=-", with_links=bool(state), is_old=True)
        tree.put(own_path(block), inner, state, is_old=True)
        return f'<td data-label="{escape(name)}">{tree.closed()}</td>'

    def right(self, at: int, name: str) -> str:
        """Give the new side of a row."""
        change = self.comparison.places[at]
        if change.new is None or change.is_origin:
            return "<td></td>"
        tree = Tree({}, self.directions)
        signs = "=+" if change.group is None else "=-+"
        tree.put(own_path(self.block(at)), self.inner(at, signs), self.state(at), is_old=False)
        return f'<td data-label="{escape(name)}">{tree.closed()}</td>'

    def put(self, tree: Tree, at: int, path: Sequence[Element]) -> None:
        """Write what is at a place, with the changes in it."""
        change = self.comparison.places[at]
        is_old = change.new is None or change.is_origin
        tree.put(path, self.inner(at, "=-+"), self.state(at), is_old=is_old)

    def block(self, at: int) -> Block:
        """Give the block that a place shows."""
        return self.comparison.block(self.comparison.places[at])

    def state(self, at: int) -> dict[str, str]:
        """Give the attributes of the element that holds the change at a place; none where nothing changed."""
        change = self.comparison.places[at]
        if change.operation == "equal":
            return {}
        found = {"class": f"change {'origin' if change.is_origin else change.operation}"}
        if at in self.beginnings:
            found |= {"id": f"change-{self.stops[at]}", "tabindex": "-1"}
        # A row has no room for it beside its cells.
        return found | (self.note(change) if self.block(at).tag != "tr" else {})

    def note(self, change: Change) -> dict[str, str]:
        """Give the attribute that says what changed of a whole block beside its words, where anything did."""
        notes = notes_of(self.comparison.old_role(change), change.shifts)
        return {"data-note": "; ".join(notes)} if notes else {}

    def inner(self, at: int, signs: str, *, with_links: bool = True, is_old: bool = False) -> str:
        """Give the content of a place: what stays, and those sides of the change that `signs` names.

        What stays has the markup of the new text, or, with `is_old`, of the old one.
        """
        change = self.comparison.places[at]
        content = Content(self, change, is_old=is_old)
        old_at = new_at = 0
        for sign, text in change.spans:
            if sign in signs:
                content.add(sign, text, old_at if is_old or sign == "-" else new_at)
            old_at += len(text) if sign != "+" else 0
            new_at += len(text) if sign != "-" else 0
        links = with_links and at in self.beginnings
        note = self.note(change) if "+" in signs and content.block.tag == "tr" else {}
        behind = f"<span{attribute_list(note)}></span>" if note else ""
        return content.closed(self.way(at) if links else "", behind + (self.hops(at) if links else ""))

    def way(self, at: int) -> str:
        """Give the link between the two places of what moved."""
        change = self.comparison.places[at]
        if change.group is None:
            return ""
        here, there = f"move-{change.group}", f"move-{change.group}-from"
        if change.is_origin:
            here, there = there, here
        label = way_label(change, self.comparison.other_heading(change))
        return link(there, "way", label, here if at in self.move_ends else "")

    def hops(self, at: int) -> str:
        """Give the links to the change before and to the next one."""
        stop = self.stops[at] if self.with_hops else 0
        before = link(f"change-{stop - 1}", "hop before", _("Previous change")) if stop > 1 else ""
        after = link(f"change-{stop + 1}", "hop after", _("Next change")) if 0 < stop < self.last_stop else ""
        return f'<span class="hops">{before}{after}</span>' if before or after else ""


class Content:
    """Writes the content of one block: its words with their markup, and what became of them."""

    def __init__(self, page: Page, change: Change, *, is_old: bool) -> None:
        self.page = page
        self.change = change
        self.block = self.side("-") if is_old else page.comparison.block(change)
        self.written: list[str] = []
        is_moved = change.group is not None and not change.is_origin
        self.around = page.openings["+", True] if is_moved else ""
        self.cells = iter(self.block.cells)
        self.first_cell = cell_tag(next(self.cells, None)) if self.block.tag == "tr" else ""
        self.risky = {
            "-": in_text([risk.old for risk in change.risks]),
            "+": in_text([risk.new for risk in change.risks]),
        }
        # By kind, because only remarks of different kinds overlap. Their places are those of the new text.
        kinds = RemarkKind if change.remarks and not is_old else ()
        self.remarks = [[remark for remark in change.remarks if remark.kind is kind] for kind in kinds]

    def add(self, sign: Sign, text: str, at: int) -> None:
        """Add a span that begins at `at` in the text it is from."""
        block = self.side(sign)
        opened = self.page.openings.get((sign, self.change.is_origin), "")
        closed = f"</{CHANGED[sign]}>" if opened else ""
        pieces = "".join(
            self.piece(sign, block, start, end) for start, end in self.cuts(sign, at, at + len(text))
        )
        if block.tag == "tr":
            # A change that crosses cells is closed in one and opened again in the other. The end tag of
            # a cell may be left out (HTML, 4.9.9), so that nobody need know whether it was td or th.
            end, begin = f"{closed}{self.around and '</ins>'}", f"{self.around}{opened}"
            parts = pieces.split(CELL)
            cells = self.cells if block is self.block else iter(())
            pieces = parts[0] + "".join(
                f"{end}{CELL}{cell_tag(next(cells, None))}{begin}{part}" for part in parts[1:]
            )
        self.written.append(f"{opened}{pieces}{closed}")

    def side(self, sign: Sign) -> Block:
        """Give the block that a span is from; what stays is from the one that is shown."""
        if sign == "=":
            return self.block
        comparison, change = self.page.comparison, self.change
        if sign == "-":
            return comparison.old.blocks[cast("int", change.old)]
        return comparison.new.blocks[cast("int", change.new)]

    def cuts(self, sign: Sign, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Cut a stretch of text wherever something begins or ends that is shown."""
        shown: Sequence[Sequence[Expression | Remark]] = self.remarks if sign == "=" else [self.risky[sign]]
        marked = [found for kind in shown for found in touching(kind, start, end)]
        points = {place for found in marked for place in (found.start, found.end) if start < place < end}
        edges = [start, *sorted(points), end]
        yield from pairwise(edges)

    def piece(self, sign: Sign, block: Block, start: int, end: int) -> str:
        """Give a stretch of text in which nothing begins or ends, with its markup."""
        html = "".join(
            marked_up(text_in_html(run.text, block.tag), run.marks) for run in block.marks_between(start, end)
        )
        if sign != "=":
            return f'<mark class="risky">{html}</mark>' if touching(self.risky[sign], start, end) else html
        for remark in (found for kind in self.remarks for found in touching(kind, start, end)):
            note = {"data-note": words_of(remark)} if remark.end <= end else {}
            html = f"<span{attribute_list({'class': f'remark {remark.kind}', **note})}>{html}</span>"
        return html

    def closed(self, before: str, behind: str) -> str:
        """Give all that was written, with links before and behind it."""
        inner = f"{self.around}{''.join(self.written)}{self.around and '</ins>'}"
        return f"{self.first_cell}{before}{inner}{behind}"


def in_text(sides: Iterable[Expression | None]) -> list[Expression]:
    """Give the expressions that are words of a text, in order and each once."""
    found = {side for side in sides if side and side.kind is not RiskKind.LINK}
    return sorted(found, key=START) if found else []


def opening(tag: str, starts: str, ends: str, kind: str = "") -> str:
    """Give the tag that opens a change, with the words by which the style sheet tells where it is."""
    attributes = {"class": kind} if kind else {}
    return f"<{tag}{attribute_list(attributes | {'data-starts': starts, 'data-ends': ends})}>"


def link(target: str, kind: str, label: str, name: str = "") -> str:
    """Give a link within the page. Its label is no text, because only the two texts are."""
    named = {"id": name} if name else {}
    return f"<a{attribute_list(named | {'class': kind, 'href': f'#{target}', 'aria-label': label})}></a>"


def cell_tag(cell: Element | None) -> str:
    """Give the tag that opens a cell; None is a cell that only the old row has."""
    return f"<{cell.tag}{attribute_list(dict(cell.attributes))}>" if cell else "<td>"


def text_in_html(text: str, tag: str) -> str:
    """Give the text of a block escaped, its line breaks as elements."""
    return escape(text) if tag == "pre" else escape(text).replace(BREAK.text, "<br>\n")


def marked_up(html: str, marks: Sequence[Mark]) -> str:
    """Put the inline elements around a piece of text, the outermost first."""
    for tag, attributes in reversed(marks):
        named = RENAMED.get(tag, tag)
        html = f"<{named}{attribute_list(shown(tag, attributes))}>{html}</{named}>"
    return html


def shown(tag: str, attributes: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Give the attributes of an inline element. A link within its own text leads nowhere here."""
    found = dict(attributes)
    if found.get("href", "").startswith("#"):
        del found["href"]
    return found | ({"rel": "noopener noreferrer"} if tag == "a" and "href" in found else {})
