"""A comparison as JSON: what the command prints, and what is kept so that nobody compares again."""

from dataclasses import asdict
from typing import Any, cast

from .comparison import ENGINE, Change, Comparison, Operation
from .document import read_document
from .expressions import Expression
from .remarks import Remark, RemarkKind
from .risks import Risk, around
from .standing import Shift, ShiftKind
from .vocabulary import RiskKind
from .wording import Span

Record = dict[str, Any]


def as_record(comparison: Comparison) -> Record:
    """Give a comparison as plain data.

    `blocks` stand in the order of the new text. In each, `spans` are pairs of `=`, `-` or `+` and
    text; `old_index` and `new_index` are positions among the blocks of each text, None where there
    is none. `origins` says before which entry of `blocks` a moved block stood.
    """
    return {
        "engine": ENGINE,
        "stats": asdict(comparison.size),
        "risky": [risky(comparison, comparison.places[at], risk) for at, risk in comparison.risks],
        "blocks": [block(comparison, change) for change in comparison.changes],
        "origins": list(origins(comparison)),
    }


def risky(comparison: Comparison, change: Change, risk: Risk) -> Record:
    """Give a change that turns a meaning, with where it stands.

    `around` quotes the words around an expression that the other text has no like of.
    """
    old, new = comparison.sides(change)
    return {
        "kind": risk.kind.value,
        "old": risk.was,
        "new": risk.now,
        "old_index": change.old,
        "new_index": change.new,
        "clause": comparison.heading_of(change),
        "around": around(risk, old, new),
    }


def block(comparison: Comparison, change: Change) -> Record:
    """Give what became of a block."""
    found: Record = {
        "op": change.operation,
        "tag": comparison.block(change).tag,
        "old_index": change.old,
        "new_index": change.new,
        "spans": [list(span) for span in change.spans],
    }
    if change.group is not None:
        found["move"] = change.group
    if comparison.old_role(change):
        found["old_tag"] = comparison.old.blocks[cast("int", change.old)].tag
    if change.risks:
        found["risks"] = [[risk.kind.value, side(risk.old), side(risk.new)] for risk in change.risks]
    if change.remarks:
        found["remarks"] = [[remark.kind.value, *remark[1:]] for remark in change.remarks]
    if change.shifts:
        found["shifts"] = [[shift.kind.value, shift.old, shift.new] for shift in change.shifts]
    return found


def side(expression: Expression | None) -> list[Any] | None:
    """Give one side of a risky change: the words, and where they start and end in the block's text."""
    return [expression.text, expression.start, expression.end] if expression else None


def origins(comparison: Comparison) -> list[list[int]]:
    """Give, for each place that a moved block left, the entry before which it stood, and its old index."""
    found, entry = [], 0
    for change in comparison.places:
        if change.is_origin:
            found.append([entry, cast("int", change.old)])
        else:
            entry += 1
    return found


def from_record(record: Record, old_html: str, new_html: str) -> Comparison:
    """Give the comparison that was kept as `record`, with the two renderings that it is of."""
    old, new = read_document(old_html), read_document(new_html)
    changes = [kept_change(entry) for entry in record["blocks"]]
    groups = {change.old: change for change in changes if change.group is not None}
    places: list[Change] = []
    waiting = list(record["origins"])
    for entry, change in enumerate([*changes, None]):
        while waiting and waiting[0][0] == entry:
            mine = waiting.pop(0)[1]
            moved = groups[mine]
            spans: tuple[Span, ...] = (("-", old.blocks[mine].text),)
            places.append(Change("move", mine, moved.new, spans, group=moved.group, is_origin=True))
        if change:
            places.append(change)
    return Comparison(old, new, tuple(places))


def kept_change(entry: Record) -> Change:
    """Give one entry of `blocks` back as a change."""
    return Change(
        cast("Operation", entry["op"]),
        entry["old_index"],
        entry["new_index"],
        tuple((sign, text) for sign, text in entry["spans"]),
        tuple(
            Risk(RiskKind(kind), kept_side(kind, old), kept_side(kind, new))
            for kind, old, new in entry.get("risks", ())
        ),
        tuple(Remark(RemarkKind(kind), *rest) for kind, *rest in entry.get("remarks", ())),
        entry.get("move"),
        shifts=tuple(Shift(ShiftKind(kind), old, new) for kind, old, new in entry.get("shifts", ())),
    )


def kept_side(kind: str, found: list[Any] | None) -> Expression | None:
    """Give one side of a risky change back."""
    return Expression(RiskKind(kind), *found) if found else None
