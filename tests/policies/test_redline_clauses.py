"""Changes clause by clause: in which order they stand, and which clauses count as changed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.redline import Comparison, Page, as_text, compare
from policies.rendering import render_here

from .test_redline_law import PAIRS
from .test_redline_moves import CARRIERS, COOKIES, ORDERS, RIGHTS, clauses, compared

pytestmark = pytest.mark.pure


def test_in_the_changes_alone_stops_are_numbered_in_their_order_there() -> None:
    storage, rights = ("Storage", ORDERS), ("Rights", f"{RIGHTS}\n\n{CARRIERS}")
    edited = ("Rights", f"{RIGHTS}\n\n{CARRIERS} Always.")

    page = Page(compared(clauses(storage, rights), clauses(edited, storage)))

    # A clause that moved stands with both its places before the one that it passed.
    for html, classes in (
        (page.changes_only(), ["origin", "move", "modify"]),
        (page.one_column(), ["origin", "modify", "move"]),
        (page.two_columns("A", "B"), ["origin", "modify", "move"]),
    ):
        assert re.findall(r'class="change (\w+)" id="change-(\d)"', html) == [
            (name, str(number)) for number, name in enumerate(classes, 1)
        ]
        assert re.findall(r'class="hop after" href="#change-(\d)"', html) == ["2", "3"]


def test_a_move_that_something_came_between_has_one_name_at_each_end() -> None:
    old = clauses(("Storage", f"{ORDERS}\n\n{COOKIES}"), ("Rights", f"{RIGHTS}\n\n{CARRIERS} {RIGHTS}"))
    new = clauses(
        ("Rights", f"{RIGHTS}\n\n{CARRIERS} {RIGHTS}"), ("Storage", f"{ORDERS}\n\nNew.\n\n{COOKIES}")
    )
    page = Page(compared(old, new))

    for html in (page.one_column(), page.two_columns("A", "B"), page.changes_only()):
        assert re.findall(r' id="(move[^"]*)"', html) == ["move-1-from", "move-1"]
        assert re.findall(r'class="way" href="#([^"]*)"', html) == ["move-1", "move-1-from", "move-1-from"]


def test_a_clause_that_a_passage_left_is_changed_as_is_the_one_that_it_went_to() -> None:
    old = clauses(("Storage", f"{ORDERS}\n\n{COOKIES}"), ("Rights", RIGHTS), ("Carriers", CARRIERS))
    new = clauses(("Storage", COOKIES), ("Rights", RIGHTS), ("Carriers", f"{CARRIERS}\n\n{ORDERS}"))

    found = compared(old, new)

    assert (found.size.clauses, found.size.clauses_changed, found.size.moves) == (3, 2, 1)
    assert as_text(found).startswith("2 of 3 clauses changed, 0 words added, 0 removed, 1 passage moved.")


def test_a_clause_whose_passages_changed_places_is_changed() -> None:
    old, new = (clauses(("Rights", f"{a}\n\n{b}")) for a, b in ((ORDERS, COOKIES), (COOKIES, ORDERS)))

    assert compared(old, new).size.clauses_changed == 1


def test_a_clause_that_moved_and_lost_a_passage_is_changed() -> None:
    first, last = ("Storage", f"{ORDERS}\n\nIt is safe."), ("Rights", f"{RIGHTS}\n\n{CARRIERS} {COOKIES}")

    assert compared(clauses(first, last), clauses(last, first)).size.clauses_changed == 0
    assert compared(clauses(first, last), clauses(last, ("Storage", ORDERS))).size.clauses_changed == 1


# Each with words of its own, and long enough to be known again.
PASSAGES = [
    " ".join(f"{word}{number}" for word in ["We", "keep", "these", "orders", "safe"]) for number in range(12)
]


@st.composite
def rearranged(draw: st.DrawFn) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Give clauses by heading, and the same in another order, some of whose passages went elsewhere."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    passages = iter(PASSAGES)
    old = {f"Clause of {'ABCD'[at]}": [next(passages) for _ in range(size)] for at, size in enumerate(sizes)}
    new = {heading: list(old[heading]) for heading in draw(st.permutations(sorted(old)))}
    for _ in range(draw(st.integers(0, 2))):
        source, target = (draw(st.sampled_from(sorted(new))) for _ in range(2))
        if new[source]:
            passage = new[source].pop(draw(st.integers(0, len(new[source]) - 1)))
            new[target].insert(draw(st.integers(0, len(new[target]))), passage)
    return old, new


@pytest.mark.no_cover  # as the law is
@given(rearranged())
def test_as_many_clauses_changed_as_do_not_hold_what_they_held(
    pair: tuple[dict[str, list[str]], dict[str, list[str]]],
) -> None:
    old, new = pair
    found = compared(*(clauses(*((name, "\n\n".join(text)) for name, text in side.items())) for side in pair))

    otherwise = sum(old[heading] != new[heading] for heading in old)
    # Where clauses changed places too, a heading that moved in may be all that took a passage from a clause.
    assert found.size.clauses_changed == otherwise or (
        list(old) != list(new) and 0 < found.size.clauses_changed < otherwise
    )
    agrees_with_the_list(found)


@pytest.mark.no_cover  # as the law is
@given(PAIRS)
def test_the_size_counts_the_clauses_that_the_changes_alone_show(pair: tuple[list[str], list[str]]) -> None:
    old, new = (render_here("\n\n".join(blocks)) for blocks in pair)

    agrees_with_the_list(compare(old, new))


def agrees_with_the_list(found: Comparison) -> None:
    """See that a clause that is shown counts as changed, unless all of it stands in both texts as it is."""
    whole = [clause for clause in found.by_clause if clause.moved_whole]
    assert Page(found).changes_only().count("<section>") == found.size.clauses_changed + len(whole)
    assert found.size.clauses_changed <= found.size.clauses
    for clause in whole:
        here = [change for at in clause.places if not (change := found.places[at]).is_origin]
        said = ["".join(text for _sign, text in change.spans) for change in here]
        for document in (found.old, found.new):
            assert said in [
                [block.text for block in document.blocks[each.first : each.end]] for each in document.clauses
            ]
