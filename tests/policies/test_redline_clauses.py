"""Changes clause by clause: in which order they stand, and which clauses count as changed."""

import re

import pytest

from policies.redline import Page

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
