"""What moved, what was renamed and what was torn: blocks find their partners, wherever they went."""

import re

import pytest

from policies.redline import Change, Comparison, Page, as_record, compare
from policies.rendering import render

ORDERS = "We keep orders for six years because the tax law of Ireland asks us to keep them."
RIGHTS = (
    "You may ask us at any time for a copy of what we hold about you, and for its correction or deletion."
)

pytestmark = pytest.mark.pure
COOKIES = "Our shop sets two cookies in your browser, one for the basket and one for your language."
CARRIERS = "The carriers that bring the parcels learn your name and your address, and nothing else."


def compared(old: str, new: str) -> Comparison:
    """Compare two texts in Markdown."""
    return compare(render(old), render(new))


def text_of(change: Change) -> str:
    return "".join(text for _sign, text in change.spans)


def told(found: Comparison) -> list[tuple[str, str]]:
    """Give what is not equal: each operation with the words of its block, in the order they are read."""
    return [
        ("origin" if change.is_origin else change.operation, text_of(change))
        for change in found.places
        if change.operation != "equal"
    ]


def clauses(*parts: tuple[str, str]) -> str:
    return "\n\n".join(f"## {heading}\n\n{text}" for heading, text in parts)


def test_a_moved_paragraph_keeps_both_its_indexes() -> None:
    found = compared(f"{ORDERS}\n\n{RIGHTS}\n\n{COOKIES}", f"{RIGHTS}\n\n{COOKIES}\n\n{ORDERS}")

    moved = [block for block in as_record(found)["blocks"] if block["op"] != "equal"]
    assert [(block["op"], block["old_index"], block["new_index"]) for block in moved] == [("move", 0, 2)]
    assert moved[0]["spans"] == [["=", ORDERS]]


def list_of(*items: str) -> str:
    return "\n".join(f"- {item}" for item in items)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            clauses(
                ("We collect", list_of("Names", "Addresses", "Health data")),
                ("We never collect", list_of("Photos", "Voices")),
            ),
            clauses(
                ("We collect", list_of("Names", "Addresses")),
                ("We never collect", list_of("Photos", "Voices", "Health data")),
            ),
        ),
        (
            clauses(("Orders", f"{ORDERS}\n\nWe may sell it."), ("Rights", RIGHTS)),
            clauses(("Orders", ORDERS), ("Rights", f"{RIGHTS}\n\nWe may sell it.")),
        ),
        (
            clauses(
                ("Kept", "| a | b |\n|---|---|\n| Ads | 30 days |\n| Log | 1 day |"),
                ("Sold", "| c | d |\n|---|---|\n| x | y |"),
            ),
            clauses(
                ("Kept", "| a | b |\n|---|---|\n| Log | 1 day |"),
                ("Sold", "| c | d |\n|---|---|\n| x | y |\n| Ads | 30 days |"),
            ),
        ),
    ],
    ids=["item", "sentence", "row"],
)
def test_what_is_short_and_stands_once_is_moved_too(old: str, new: str) -> None:
    found = compared(old, new)

    assert [kind for kind, _text in told(found)] == ["origin", "move"]
    assert (found.size.words_added, found.size.words_removed, found.size.moves) == (0, 0, 1)
    assert not list(found.risks)


def test_moved_words_are_neither_added_nor_removed() -> None:
    found = compared(f"{ORDERS}\n\n{RIGHTS}\n\n{COOKIES}", f"{RIGHTS}\n\n{COOKIES}\n\n{ORDERS}")

    assert (found.size.words_added, found.size.words_removed, found.size.moves) == (0, 0, 1)
    assert not found.size.is_equal


def test_what_moved_is_shown_at_both_places_and_each_leads_to_the_other() -> None:
    found = compared(f"{ORDERS}\n\n{RIGHTS}\n\n{COOKIES}", f"{RIGHTS}\n\n{COOKIES}\n\n{ORDERS}")

    for html in (Page(found).one_column(), Page(found).two_columns("A", "B"), Page(found).changes_only()):
        ways = re.findall(r'<a id="([^"]+)" class="way" href="#([^"]+)"', html)
        assert ways == [("move-1-from", "move-1"), ("move-1", "move-1-from")]
        assert re.findall(r'<(del|ins) class="moved"', html) == ["del", "ins"]


def test_a_paragraph_that_moved_to_another_clause_alters_both() -> None:
    old = clauses(("Storage", f"{ORDERS}\n\n{COOKIES}"), ("Rights", RIGHTS))
    new = clauses(("Storage", COOKIES), ("Rights", f"{RIGHTS}\n\n{ORDERS}"))

    found = compared(old, new)

    assert told(found) == [("origin", ORDERS), ("move", ORDERS)]
    assert [clause.heading for clause in found.by_clause] == ["Storage", "Rights"]


def test_a_clause_that_lost_its_longest_paragraph_is_where_that_moved_away() -> None:
    # What left weighs more than what stayed, and still the clause is the one that kept its heading.
    old = clauses(("Storage", f"{ORDERS}\n\nLogs are kept for a year."), ("Rights", RIGHTS))
    new = clauses(("Storage", "Logs are kept for a year."), ("Rights", f"{RIGHTS}\n\n{ORDERS}"))

    found = compared(old, new)

    assert told(found) == [("origin", ORDERS), ("move", ORDERS)]
    assert [clause.heading for clause in found.by_clause] == ["Storage", "Rights"]


def test_a_section_moved_whole_is_one_move_and_changes_no_clause() -> None:
    last = ("Storage", f"{ORDERS}\n\n- Logs of our servers\n- Chats with customers")
    others = [("Rights", f"{RIGHTS}\n\n{RIGHTS} Always."), ("Cookies", f"{COOKIES}\n\n{CARRIERS}")]

    found = compared(clauses(*others, last), clauses(last, *others))

    assert found.size.moves == 1
    assert found.size.clauses_changed == found.size.words_added == found.size.words_removed == 0
    assert {change.group for change in found.places if change.operation == "move"} == {1}


def test_a_section_moved_whole_has_one_link_to_where_it_was() -> None:
    last = ("Storage", f"{ORDERS}\n\n- Logs of our servers\n- Chats with customers")
    others = [("Rights", f"{RIGHTS}\n\n{RIGHTS} Always."), ("Cookies", f"{COOKIES}\n\n{CARRIERS}")]

    html = Page(compared(clauses(*others, last), clauses(last, *others))).one_column()

    assert html.count('class="way"') == 2


def test_of_two_swapped_sections_the_shorter_one_moved() -> None:
    short, long = ("Storage", ORDERS), ("Rights", f"{RIGHTS}\n\n{CARRIERS}")

    for old, new in (([short, long], [long, short]), ([long, short], [short, long])):
        found = compared(clauses(*old), clauses(*new))
        assert [text for kind, text in told(found) if kind == "move"] == ["Storage", ORDERS]


def test_what_moved_and_was_edited_carries_both() -> None:
    edited = ORDERS.replace("six", "ten")

    found = compared(f"{ORDERS}\n\n{RIGHTS}\n\n{COOKIES}", f"{RIGHTS}\n\n{COOKIES}\n\n{edited}")

    (moved,) = [block for block in as_record(found)["blocks"] if block["op"] != "equal"]
    assert (moved["op"], moved["old_index"], moved["new_index"]) == ("move", 0, 2)
    assert moved["spans"] == [
        ["=", "We keep orders for "],
        ["-", "six"],
        ["+", "ten"],
        ["=", ORDERS.partition("six")[2]],
    ]
    assert (found.size.words_added, found.size.words_removed) == (1, 1)
    assert [(risk.was, risk.now) for _at, risk in found.risks] == [("six years", "ten years")]


def test_two_paragraphs_that_went_different_ways_are_two_moves() -> None:
    old = "\n\n".join([ORDERS, RIGHTS * 2, COOKIES, CARRIERS * 2, "The last word stays where it was."])
    new = "\n\n".join([RIGHTS * 2, ORDERS, CARRIERS * 2, "The last word stays where it was.", COOKIES])

    assert compared(old, new).size.moves == 2


def test_a_renumbered_heading_does_not_tear_its_section_apart() -> None:
    old = clauses(("1. Rights", RIGHTS), ("2. Carriers", CARRIERS), ("3. Storage", ORDERS))
    new = clauses(
        ("1. Rights", RIGHTS), ("2. Carriers", CARRIERS), ("3. Cookies", COOKIES), ("4. Storage", ORDERS)
    )

    found = compared(old, new)

    assert told(found) == [
        ("insert", "3. Cookies"),
        ("insert", COOKIES),
        ("modify", "34. Storage"),
    ]
    assert found.places[-2].spans == (("-", "3"), ("+", "4"), ("=", ". Storage"))


def test_a_renamed_heading_does_not_tear_its_section_apart() -> None:
    old = clauses(("Sharing of your data", f"{CARRIERS}\n\n{COOKIES}"), ("Rights", RIGHTS))
    new = clauses(("Who else receives it", f"{CARRIERS}\n\n{COOKIES}"), ("Rights", RIGHTS))

    found = compared(old, new)

    assert [change.operation for change in found.places] == ["modify", *["equal"] * 4]
    assert (found.size.clauses, found.size.clauses_changed) == (2, 1)


def test_a_section_rewritten_under_its_heading_keeps_its_heading() -> None:
    old, new = (
        clauses(("Rights", RIGHTS), ("Storage", ORDERS)),
        clauses(("Rights", COOKIES), ("Storage", ORDERS)),
    )

    found = compared(old, new)

    assert told(found) == [("delete", RIGHTS), ("insert", COOKIES)]
    assert (found.size.clauses, found.size.clauses_changed) == (2, 1)


def test_a_text_without_headings_is_one_clause_however_much_of_it_is_rewritten() -> None:
    found = compared(RIGHTS, COOKIES)

    assert (found.size.clauses, found.size.clauses_changed) == (1, 1)


def test_a_title_and_the_date_below_it_are_paired_though_the_rest_was_rewritten() -> None:
    old = f"# Acme privacy policy\n\nLast updated: May 24, 2018\n\n{RIGHTS}\n\n" + clauses(
        ("Storage", ORDERS)
    )
    new = f"# Privacy policy\n\nLast updated: April 13, 2020\n\n{COOKIES}\n\n" + clauses(("Storage", ORDERS))

    found = compared(old, new)

    assert ("May 24, 2018", "April 13, 2020") in [(risk.was, risk.now) for _at, risk in found.risks]


def test_a_section_split_by_a_new_heading_is_only_that_heading() -> None:
    found = compared(
        clauses(("Data", f"{CARRIERS}\n\n{ORDERS}")), clauses(("Data", CARRIERS), ("Storage", ORDERS))
    )

    assert told(found) == [("insert", "Storage")]


def test_two_sections_joined_are_only_the_heading_that_went() -> None:
    found = compared(
        clauses(("Data", CARRIERS), ("Storage", ORDERS)), clauses(("Data", f"{CARRIERS}\n\n{ORDERS}"))
    )

    assert told(found) == [("delete", "Storage")]


def test_the_end_of_a_clause_is_told_before_the_clauses_behind_it() -> None:
    old = clauses(("Storage", f"{ORDERS}\n\nGone with all it said."), ("Cookies", COOKIES))
    new = clauses(("Storage", f"{ORDERS}\n\nTalk of something new."), ("Rights", RIGHTS))

    assert told(compared(old, new)) == [
        ("delete", "Gone with all it said."),
        ("insert", "Talk of something new."),
        ("delete", "Cookies"),
        ("delete", COOKIES),
        ("insert", "Rights"),
        ("insert", RIGHTS),
    ]


def test_of_equal_paragraphs_only_the_one_too_many_went() -> None:
    found = compared(f"{ORDERS}\n\n{RIGHTS}\n\n{ORDERS}\n\n{ORDERS}", f"{ORDERS}\n\n{RIGHTS}\n\n{ORDERS}")

    assert told(found) == [("delete", ORDERS)]


def test_a_paragraph_to_which_much_was_added_is_still_that_paragraph() -> None:
    more = " They hold your address, the page that you opened, and the time at which you did so." * 3

    found = compared(f"{ORDERS}\n\n{RIGHTS}", f"{ORDERS}{more}\n\n{RIGHTS}")

    assert found.places[0].spans == (("=", ORDERS), ("+", more))


TABLE = "| What | How long |\n| --- | --- |\n"
ROWS = ["| Orders of the shop | six years |", "| Logs of the servers | one year |", "| Chats | two years |"]


def test_a_table_row_is_inserted_deleted_and_changed_as_a_row() -> None:
    old = TABLE + "\n".join(ROWS)
    new = TABLE + "\n".join([ROWS[0].replace("six", "ten"), ROWS[2], "| Newsletter | until you leave |"])

    found = compared(old, new)

    assert [kind for kind, _text in told(found)] == ["modify", "delete", "insert"]
    assert found.places[1].spans == (
        ("=", "Orders of the shop\t"),
        ("-", "six"),
        ("+", "ten"),
        ("=", " years"),
    )


def test_a_table_row_that_moved_is_a_move() -> None:
    found = compared(TABLE + "\n".join(ROWS), TABLE + "\n".join([ROWS[1], ROWS[2], ROWS[0]]))

    assert ("move", "Orders of the shop\tsix years") in told(found)
    assert (found.size.words_added, found.size.moves) == (0, 1)


def test_a_short_item_that_moved_within_its_list_is_a_move() -> None:
    found = compared("- Name\n- Telephone number\n- Address", "- Telephone number\n- Address\n- Name")

    assert [kind for kind, _text in told(found)] == ["origin", "move"]
    assert (found.size.words_added, found.size.words_removed) == (0, 0)


def test_an_item_inside_an_item_changes_alone() -> None:
    old = "- You give us:\n    - your name\n    - your address\n- We note the time"
    new = "- You give us:\n    - your name\n    - your e-mail address\n- We note the time"

    found = compared(old, new)

    assert [change.operation for change in found.places] == ["equal", "equal", "modify", "equal"]
    assert found.places[2].spans == (("=", "your "), ("+", "e-mail "), ("=", "address"))


def test_a_tight_list_made_loose_is_no_change() -> None:
    assert compared("- your name\n- your address", "- your name\n\n- your address").size.is_equal


def test_the_level_of_a_heading_alone_is_no_change() -> None:
    old, new = f"## Data\n\n### Storage\n\n{ORDERS}", f"## Data\n\n## Storage\n\n{ORDERS}"

    assert compared(old, new).size.is_equal


def test_a_paragraph_that_became_a_heading_is_a_change_without_words() -> None:
    found = compared(f"Storage of your orders\n\n{ORDERS}", f"## Storage of your orders\n\n{ORDERS}")

    assert told(found) == [("modify", "Storage of your orders")]
    assert found.places[0].spans == (("=", "Storage of your orders"),)
    assert (found.size.words_added, found.size.words_removed, found.size.clauses_changed) == (0, 0, 1)
    assert 'data-note="was: paragraph"' in Page(found).one_column()
