"""What a comparison costs: one block with very many changes takes so many times as long as one with few."""

import gc
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import pytest
from rapidfuzz.distance import Indel

from policies.redline import Comparison, Page, as_record, as_text, compare, expressions

pytestmark = pytest.mark.pure

Pair = tuple[str, str]
FEW, MANY = 50, 200


def paragraph(piece: str, count: int) -> str:
    """Give a paragraph of so many pieces; each names its number, and another one, with `{}`."""
    return f"<p>{' '.join(piece.format(n, n + count) for n in range(count))}</p>"


def row(piece: str, count: int) -> str:
    """Give a table of one row with so many cells."""
    return (
        f"<table><tr>{''.join(f'<td>{piece.format(n, n + count)}</td>' for n in range(count))}</tr></table>"
    )


BLOCKS: dict[str, Callable[[int], Pair]] = {
    "numbers": lambda n: (paragraph("fee{0} {0}", n), paragraph("fee{0} {1}", n)),
    "words": lambda n: (paragraph("You must w{0} {0}.", n), paragraph("You may w{0} {1}.", n)),
    "the same numbers elsewhere": lambda n: (paragraph("a{0} must", n), paragraph("{0} must b", n)),
    "bold words": lambda n: (paragraph("<b>w{0}</b> x{0}", n), paragraph("<b>w{0}</b> y{0}", n)),
    "another emphasis": lambda n: (paragraph("<b>w{0}</b> of", n), paragraph("<i>w{0}</i> of", n)),
    "links": lambda n: (
        paragraph('<a href="/x{0}">w{0}</a> of', n),
        paragraph('<a href="/y{0}">w{0}</a> of', n),
    ),
    "words without a space": lambda n: (
        paragraph("You\u00a0must\u00a0w{0}\u00a0{0}.", n).replace(" ", "\u00a0"),
        paragraph("You\u00a0may\u00a0w{0}\u00a0{1}.", n).replace(" ", "\u00a0"),
    ),
    "cells": lambda n: (row("c{0} x", n), row("c{0} y", n)),
    "numbers in cells": lambda n: (row("c{0} {0}", n), row("c{0} {1}", n)),
}
FORMS: dict[str, Callable[[Comparison], object]] = {
    "one column": lambda found: Page(found).one_column(),
    "two columns": lambda found: Page(found).two_columns("A", "B"),
    "changes only": lambda found: Page(found).changes_only(),
    "text": as_text,
    "record": as_record,
}


def steps(call: Callable[..., object], *given: object) -> int:
    """Count the instructions of Python that a call runs through in the comparison's own code."""
    count = 0

    def step(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        if "redline" not in frame.f_code.co_filename:
            return None
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        call(*given)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("block", BLOCKS)
def test_four_times_the_changes_in_one_block_take_four_times_the_steps(block: str) -> None:
    few, many = (steps(compare, *BLOCKS[block](count)) for count in (FEW, MANY))

    assert few > FEW
    assert many < 1.25 * MANY / FEW * few


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("block", BLOCKS)
def test_a_form_of_four_times_the_changes_in_one_block_takes_four_times_the_steps(
    block: str, form: str
) -> None:
    few, many = (steps(FORMS[form], compare(*BLOCKS[block](count))) for count in (FEW, MANY))

    assert few > FEW
    assert many < 1.25 * MANY / FEW * few


def test_where_words_stand_is_counted_from_the_last_one_and_not_from_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted = 0
    width = expressions.width

    def counting(words: Sequence[str]) -> int:
        nonlocal counted
        counted += len(words)
        return width(words)

    monkeypatch.setattr(expressions, "width", counting)
    text = paragraph("for {0} days we keep what you told us and what you may send us later on", 200)

    found = compare("", text)

    assert found.size.words_added == len(text.split())
    assert counted < 5 * found.size.words_added


def headings(count: int, seed: int) -> str:
    """Give so many clauses of two words each, none of which says anything again."""
    return "".join(f"<h2>h{seed}x{n}</h2><p>a{seed}x{n} b{n}y{seed}</p>" for n in range(count))


def items(count: int, seed: int) -> str:
    """Give clauses whose headings stay, with so many items in all, none of which says anything again."""
    clauses = (range(at, at + 250) for at in range(0, count, 250))
    return "".join(
        f"<h2>heading {at}</h2><ul>{''.join(f'<li>i{seed}x{n * 7919} of</li>' for n in clause)}</ul>"
        for at, clause in enumerate(clauses)
    )


@pytest.mark.parametrize(("write", "count"), [(headings, 1600), (items, 2000)])
def test_not_everything_is_weighed_against_everything(
    write: Callable[[int, int], str], count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    weighed = 0
    similarity = Indel.normalized_similarity

    def counted(*given: Any, **named: Any) -> float:
        nonlocal weighed
        weighed += 1
        return similarity(*given, **named)

    monkeypatch.setattr(Indel, "normalized_similarity", counted)

    found = compare(write(count, 1), write(count, 2))

    assert weighed < 1_000_000
    assert found.size.words_added == found.size.words_removed > count


def test_the_garbage_collector_rests_no_longer_than_a_comparison_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []
    monkeypatch.setattr("policies.redline.comparer.read_document", lambda _html: seen.append(gc.isenabled()))

    with pytest.raises(AttributeError):
        compare("<p>One</p>", "<p>Two</p>")

    assert (seen, gc.isenabled()) == ([False, False], True)
